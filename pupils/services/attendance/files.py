"""Files of attendance: which are opened, and the templates to start from."""

from collections.abc import Sequence
from typing import Any

from parrcs.core.access import Access
from parrcs.core.workbooks import MB, Limits, WorkbookRefused, read_table
from pupils.services.attendance.checking import check_attendance
from pupils.services.attendance.lines import Checked
from pupils.services.attendance.reading import NoSuchTable

# A year of a large school, one column a session, has some 100,000 cells of six marks each.
LIMITS = Limits(
    thing="a year of attendance",
    usual="less than 1 MB",
    packed=5 * MB,
    unpacked=40 * MB,
    marks=1_500_000,
    rows=60_000,
    columns=800,
)
TEMPLATES: dict[str, Sequence[Sequence[Any]]] = {
    "sessions": (
        ("UPN", "Date", "AM", "PM"),
        ("B801200005001", "07/09/2026", "/", "\\"),
        ("B801200005001", "08/09/2026", "L", "I"),
    ),
    "sums": (
        (
            *("UPN", "From", "Until"),
            *("Possible", "Attended", "Authorised", "Unauthorised", "Late"),
        ),
        ("B801200005001", "01/09/2026", "23/10/2026", 76, 70, 5, 1, 2),
    ),
}


class FileRefused(Exception):
    """A file without attendance that can be read; says why in words."""


def check_attendance_file(*, by: Access, name: str, content: bytes) -> Checked:
    """Say what a CSV or XLSX file would change; nothing is stored. Raises `FileRefused`.

    Of a workbook the first sheet with a column UPN is read.
    """
    try:
        sheets = read_table(name, content, LIMITS)
    except WorkbookRefused as refused:
        raise FileRefused(f"The file {refused}.") from refused
    missing = NoSuchTable("It has no rows.")
    for rows in sheets.values():
        try:
            checked = check_attendance(by=by, rows=rows)
        except NoSuchTable as error:
            missing = error
        else:
            if not checked.lines and not checked.refused:
                raise FileRefused("There are headings in the file, and no session below them.")
            return checked
    raise FileRefused(str(missing)) from missing

"""Reports as workbooks: each table a sheet, with the numbers of its page; and the list of them."""

from collections.abc import Sequence
from typing import Any

from parrcs.core.sheets import Sheet, list_sheet
from reporting.reports.comparing import told
from reporting.reports.document import Cell, Document, Section, Table
from reporting.selectors.reports import ReportList

HIDDEN = "hidden"


def document_sheets(document: Document) -> list[Sheet]:
    """Return a sheet for each table of a report, and first one of its words."""
    said = [
        *((each["label"], f"{each['lead']} {each['rest']}") for each in document["lines"]),
        *((each["title"], each["comment"]) for each in document["sections"] if each["comment"]),
    ]
    first = Sheet(
        "At a glance",
        [(f"{document['place']}, {document['term']}", ""), (document["title"], "")],
        ("What", "Words"),
        said,
    )
    tables = [(section, table) for section in document["sections"] for table in section["tables"]]
    return [first, *(_sheet(document, section, table) for section, table in tables)]


def _sheet(document: Document, section: Section, table: Table) -> Sheet:
    """Return a table; a share takes a column each for n, N, per cent and its interval."""
    columns = [
        (place, each["title"], _width(table, place)) for place, each in enumerate(table["columns"])
    ]
    heading = [table["head"]]
    for _, title, width in columns:
        heading += _HEADINGS[width](title)
    return Sheet(
        f"{section['code']} {table['code']}",
        [(table["caption"], ""), ("Of", document["place"])],
        heading,
        [
            [
                line["name"],
                *(
                    value
                    for place, _, width in columns
                    for value in _values(line["cells"][place], width)
                ),
            ]
            for line in table["rows"]
        ],
    )


_HEADINGS = {
    1: lambda title: [title],
    2: lambda title: [title, f"{title}: of"],
    5: lambda title: [title, f"{title}: of", f"{title}: %", f"{title}: low", f"{title}: high"],
}
_WIDTHS = {"part": 2, "share": 5}


def _width(table: Table, place: int) -> int:
    """Return how many columns of a sheet a column of the table takes."""
    return max((_WIDTHS.get(line["cells"][place]["kind"], 1) for line in table["rows"]), default=1)


def _values(cell: Cell, width: int) -> list[Any]:
    match cell["kind"]:
        case "count":
            found: list[Any] = [cell["n"]]
        case "part":
            found = [cell["n"], cell["of"]]
        case "share":
            # Where there is no per cent, the words for why stand in its place.
            percent = cell["text"] if cell["percent"] is None else cell["percent"]
            found = [cell["n"], cell["of"], percent, cell["low"], cell["high"]]
        case "change":
            found = [told(cell) if cell["points"] is None else cell["points"]]
        case "hidden":
            found = [HIDDEN] * width
        case _:
            found = [told(cell)]
    return [*found, *[None] * (width - len(found))]


def behind_sheet(title: str, lines: Sequence[tuple[Any, str]]) -> Sheet:
    """Return a row for each pupil behind a figure of a report."""
    rows = [
        [
            at.pupil.first_name,
            at.pupil.last_name,
            at.pupil.upn,
            at.school.name,
            at.arb.name if at.arb else "",
            at.class_group.name if at.class_group else "",
            at.route.name,
            at.pupil.get_primary_need_display(),
            "protected" if at.pupil.protected else "",
            counted,
        ]
        for at, counted in lines
    ]
    heading = (
        *("First name", "Last name", "UPN", "School", "ARB", "Class", "Route", "Primary need"),
        *("Protected", "Counted"),
    )
    return list_sheet(
        "Pupils behind a figure", heading, rows, about=[("Figure", title)], of_pupils=True
    )


def reports_sheet(listed: ReportList) -> Sheet:
    """Return a row for each school and term of a year, with what was made of its report."""
    rows = [
        [
            each.school.name,
            str(each.term),
            each.pupils,
            each.judged,
            each.due,
            each.run is not None,
            each.draft.made_at if each.draft else "",
            each.published.version if each.published else "",
            each.published.published_at if each.published else "",
        ]
        for each in listed.reports
    ]
    heading = (
        "School",
        "Term",
        "Pupils",
        "Judged",
        "Due",
        "In the making",
        "Draft of",
        "Published version",
        "Published on",
    )
    about = [("School year", str(listed.year or ""))]
    return list_sheet("Head teacher reports", heading, rows, about=about, held=2)

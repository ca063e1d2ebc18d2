"""Streams as workbooks: a plain template, and the same schema with errors that name the cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from assessment.services.streams.files import (
    Place,
    Problem,
    StreamFile,
    StreamFileError,
    Where,
    checked,
)
from parrcs.core.workbooks import MB, Cells, Limits, WorkbookRefused, read_cells

HELP = "How to fill this in"

# What a teacher's workbook takes: tens of kilobytes zipped, some hundred unzipped, and lists of
# far less than a thousand rows of five cells.
STREAM_WORKBOOK = Limits(
    size=MB,
    unpacked=2 * MB,
    marks=60_000,
    rows=1000,
    columns=10,
    too_large="is larger than 1 MB; a stream takes some 20 KB",
    too_much="a stream. Copy what belongs to the stream into a new copy of the template",
)

# The parts of the first sheet: key of the schema, its name on the sheet, and what helps.
_PARTS = (
    ("code", "Code", "Lower case and hyphens, such as swimming. Stays the same over all versions."),
    ("version", "Version", "Such as 1.0. A version never changes once it is loaded."),
    ("name", "Name", "What teachers call it."),
    ("description", "Description", "What it looks at and how, in a sentence or two."),
    ("for_whom", "For whom", "Which pupils it is for."),
    (
        "better",
        "Better",
        "From this many times the expected gain, progress is better than expected: 1.5 as a rule.",
    ),
)
_SCALE = (("code", "Code"), ("label", "Label"), ("value", "Value"))
_STRANDS = (("code", "Code"), ("name", "Name"), ("area", "Area"), ("core_area", "Core area"))
_EXPECTED = (("route", "Route"), ("points", "Points a term"))
_REPLACES = (("what", "What"), ("before", "Before"), ("now", "Now"))

_NUMBERS = {"Value", "Points a term"}

_SCALE_HELP = (
    "One row for each point, the lowest first.",
    "Code: what a teacher enters, up to 12 characters. Label: what it means.",
    "Value: the number that gains are counted in; each is more than the one above it.",
)
_STRANDS_HELP = (
    "One row for each thing that is judged.",
    "Code: lower case and hyphens. Area: a heading to group strands by; may stay empty.",
    "Core area: only if the strand counts in the trust's tables of that area.",
)
_EXPECTED_HELP = (
    "How many points a term a pupil on the route is expected to gain.",
    "0: holding on is the aim. Empty: pupils on this route are not judged in this stream.",
)
_REPLACES_HELP = (
    "Leave this sheet empty for a new stream.",
    "A new version of a stream in use says here how it goes on from the one before:",
    "What = version, Before = 1.0 names the version that it goes on from.",
    "What = strand: the strand Before goes on as the strand Now; empty Before: Now begins anew.",
    "What = point: who stood at the point Before stands at the point Now.",
    "Strands and points that keep their code need no row. A strand not named here any more ends.",
)


@dataclass
class _Reading:
    """What has been read of a workbook, and in which cell each part of it stands."""

    sheets: Mapping[str, Cells]
    cells: dict[Place, str] = field(default_factory=dict)
    faults: list[tuple[Place, str]] = field(default_factory=list)

    def where(self, place: Place) -> str:
        """Name the cell of a part, or the nearest thing around it."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.cells:
                return self.cells[place[:length]]
        return "Stream"


def read_xlsx(*, source: str, content: bytes) -> tuple[StreamFile, Where]:
    """Read a stream from a workbook and return it with what names the cell of each part.

    Raises `StreamFileError`, which names the file by `source`.
    """
    try:
        sheets = {
            name.strip().casefold(): rows
            for name, rows in read_cells(content, STREAM_WORKBOOK).items()
        }
    except WorkbookRefused as refused:
        raise StreamFileError(source, [Problem("", str(refused))]) from refused
    reading = _Reading(sheets)
    found: dict[str, Any] = _parts(reading)
    for key, title, columns in (("scale", "Scale", _SCALE), ("strands", "Strands", _STRANDS)):
        found[key] = [
            {part: row[part] for part, _ in columns if part in row}
            for row in _rows(reading, key, title, columns)
        ]
    found["expected"] = _expected(reading)
    replaces = _replaces(reading)
    if replaces:
        found["replaces"] = replaces
    unread = {place for place, _ in reading.faults}
    if ("stream",) in unread:
        unread |= {(key,) for key, _, _ in _PARTS}
    if any(place[0] == "replaces" for place in unread):
        unread.add(("replaces",))
    stream_file = checked(found, source, reading.where, faults=reading.faults, unread=unread)
    return stream_file, reading.where


def _parts(reading: _Reading) -> dict[str, Any]:
    names = {name.casefold(): key for key, name, _ in _PARTS}
    found: dict[str, Any] = {}
    rows = reading.sheets.get("stream")
    if rows is None:
        reading.faults.append((("stream",), "there is no sheet 'Stream'. Start from the template"))
        return found
    for number, row in enumerate(rows, start=1):
        key = names.get(str(row[0] if row else "").strip().casefold())
        if key is None:
            continue
        place = (key,)
        reading.cells[place] = f"Stream!B{number}"
        value = row[1] if len(row) > 1 else None
        if key == "version" and isinstance(value, int | float):
            words = f"write an apostrophe in front, such as '{value}, or Excel makes a number of it"
            reading.faults.append((place, words))
        elif _filled(value):
            found[key] = value if key == "better" else _text(reading, place, value)
    return found


def _rows(
    reading: _Reading, key: str, title: str, columns: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return the filled rows of a sheet by its headings, in whatever order these stand."""
    rows = reading.sheets.get(title.casefold())
    place: Place = (key,)
    reading.cells[place] = title
    if rows is None:
        reading.faults.append((place, f"there is no sheet '{title}'. Start from the template"))
        return []
    headings = [str(each or "").strip().casefold() for each in rows[0]] if rows else []
    at = {}
    for part, name in columns:
        if name.casefold() in headings:
            at[part] = headings.index(name.casefold())
        else:
            reading.faults.append((place, f"the heading '{name}' is missing in the first row"))
    found: list[dict[str, Any]] = []
    for number, row in enumerate(rows[1:], start=2):
        values = {part: row[column] for part, column in at.items() if column < len(row)}
        if not any(_filled(each) for each in values.values()):
            continue
        entry: Place = (key, len(found))
        reading.cells[entry] = f"{title}!A{number}"
        for part, column in at.items():
            reading.cells[*entry, part] = f"{title}!{get_column_letter(column + 1)}{number}"
        found.append(
            {
                part: value
                if part in {"value", "points"}
                else _text(reading, (*entry, part), value)
                for part, value in values.items()
                if _filled(value)
            }
        )
    return found


def _expected(reading: _Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, row in enumerate(_rows(reading, "expected", "Expected", _EXPECTED)):
        if "points" not in row:
            continue
        place: Place = ("expected", number, "route")
        if "route" not in row:
            reading.faults.append((place, "this is missing"))
        elif row["route"] in found:
            reading.faults.append((place, f"{row['route']} is there twice"))
        else:
            found[row["route"]] = row["points"]
            reading.cells["expected", row["route"]] = reading.cells["expected", number, "points"]
    return found


def _replaces(reading: _Reading) -> dict[str, Any]:
    if "replaces" not in reading.sheets:
        return {}
    found: dict[str, Any] = {"strands": {}, "points": {}}
    rows = _rows(reading, "replaces", "Replaces", _REPLACES)
    for number, row in enumerate(rows):
        what = row.get("what", "").casefold()
        before, now = row.get("before"), row.get("now")
        # Who reads a fault looks at the cell that names the thing.
        key, value, part = {
            "version": ("version", before, "before"),
            "strand": (now, before, "now"),
            "point": (before, now, "before"),
        }.get(what, (None, None, "what"))
        place: Place = ("replaces", number, part)
        if part == "what":
            reading.faults.append((place, "write version, strand or point here"))
        elif key is None or (what != "strand" and value is None):
            missing: Place = ("replaces", number, "now" if key else part)
            reading.faults.append((missing, "this is missing"))
        elif what == "version":
            found["version"] = value
            reading.cells["replaces", "version"] = reading.cells[place]
        elif key in found[f"{what}s"]:
            reading.faults.append((place, f"{key} is there twice"))
        else:
            found[f"{what}s"][key] = value
            reading.cells["replaces", f"{what}s", key] = reading.cells[place]
    return found if rows else {}


def _filled(value: Any) -> bool:
    return value is not None and str(value).strip() != ""


def _text(reading: _Reading, place: Place, value: Any) -> Any:
    """Return text; a whole number is taken as it is read, what Excel made a date of is not."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        words = "Excel has made something else of this. Format the cell as text and write it again"
        reading.faults.append((place, words))
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    return str(value).strip()


def as_xlsx(
    stream_file: StreamFile | None, *, routes: Sequence[str], areas: Sequence[str]
) -> bytes:
    """Write a stream as a workbook; without one, the empty template.

    `routes` and `areas` are the codes that the trust has.
    """
    book = Workbook()
    first = book.worksheets[0]
    first.title = "Stream"
    _write(
        first,
        ("Part", "Yours"),
        [
            (
                name,
                getattr(stream_file, key)
                if stream_file
                else Decimal("1.5")
                if key == "better"
                else None,
            )
            for key, name, _ in _PARTS
        ],
        (18, 60),
        [text for _, _, text in _PARTS],
    )
    _write(
        book.create_sheet("Scale"),
        [name for _, name in _SCALE],
        [(each.code, each.label, each.value) for each in stream_file.scale] if stream_file else [],
        (12, 60, 10),
        _SCALE_HELP,
    )
    _write(
        book.create_sheet("Strands"),
        [name for _, name in _STRANDS],
        [(each.code, each.name, each.area, each.core_area) for each in stream_file.strands]
        if stream_file
        else [],
        (24, 36, 36, 20),
        (*_STRANDS_HELP, f"Core areas of the trust: {', '.join(areas) or 'none'}."),
    )
    expected = stream_file.expected if stream_file else {}
    _write(
        book.create_sheet("Expected"),
        [name for _, name in _EXPECTED],
        [(code, expected.get(code)) for code in dict.fromkeys([*routes, *expected])],
        (24, 16),
        _EXPECTED_HELP,
    )
    _write(
        book.create_sheet("Replaces"),
        [name for _, name in _REPLACES],
        _replaced(stream_file),
        (12, 24, 24),
        _REPLACES_HELP,
    )
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _replaced(stream_file: StreamFile | None) -> list[tuple[Any, ...]]:
    told = stream_file.replaces if stream_file else None
    if told is None:
        return []
    return [
        ("version", told.version, None),
        *(("strand", old, new) for new, old in told.strands.items()),
        *(("point", old, new) for old, new in told.points.items()),
    ]


def _write(
    sheet: Worksheet,
    headings: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    widths: Sequence[int],
    help_lines: Sequence[str],
) -> None:
    """Fill a sheet: headings that stay in view, cells of text that stay text, and what helps."""
    help_at = len(headings) + 2
    for column, (name, width) in enumerate(zip(headings, widths, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        if name not in _NUMBERS:
            # Or Excel makes the number 1 of a version 1.0, and a date of a code 1-2.
            sheet.column_dimensions[get_column_letter(column)].number_format = "@"
    sheet.column_dimensions[get_column_letter(help_at)].width = 80
    for column, text in enumerate([*headings, None, HELP], start=1):
        sheet.cell(1, column, text).font = Font(bold=True)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, Decimal):
                cell.value = float(value)
                cell.number_format = "General"
            elif value:
                cell.value = value
                # Text that begins with "=" would be a formula.
                cell.data_type = "s"
            # Or Excel makes the number 1.1 of a version 1.10, also in a cell that is still empty.
            if not isinstance(value, Decimal) and headings[column - 1] not in _NUMBERS:
                cell.number_format = "@"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for number, text in enumerate(help_lines, start=2):
        sheet.cell(number, help_at, text).alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "A2"

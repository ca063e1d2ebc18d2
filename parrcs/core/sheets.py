"""Tables that leave as files, CSV or workbook (XLSX): numbers are numbers, text never a formula."""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, cast

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

# A spreadsheet would run, or offer to run, text that begins with one of these as a formula. The
# wide ones are what keyboards of East Asia type for the others.
_FORMULA_STARTS = (
    *("=", "+", "-", "@", "\t", "\r", "\n"),
    *("\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}"),
    *("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}"),
)
_NARROWEST, _WIDEST = 9, 34
# What a workbook can hold: of a cell, and of the name of a sheet.
_LONGEST_TEXT, _LONGEST_NAME = 32_767, 31
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")

HOLDS = "Holds pupils' personal data. Keep it as you keep their files, and delete it after use."

type Row = Sequence[Any]
# What a sheet says above its rows: a name and a value each.
type About = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Sheet:
    """One sheet: what it is about, a heading, rows, and below them what was counted."""

    title: str
    about: About
    heading: Sequence[str]
    rows: Sequence[Row]
    totals: Sequence[Row] = field(default_factory=tuple)
    # How many columns stay in sight when one scrolls to the side.
    held: int = 1


def list_sheet(
    title: str,
    heading: Sequence[str],
    rows: Iterable[Row],
    *,
    about: About = (),
    totals: Sequence[Row] = (),
    held: int = 1,
    of_pupils: bool = False,
) -> Sheet:
    """Return a list as a sheet, headed by its title, what it is about, and the day.

    `of_pupils`: it names pupils, and says that it is to be kept as their files are.
    """
    said = [(name, value) for name, value in about if value not in (None, "")]
    lines = [(title, ""), *said, ("Made on", timezone.localdate())]
    kept = [(HOLDS, "")] if of_pupils else []
    return Sheet(title, [*lines, *kept], heading, list(rows), totals, held)


def as_csv(heading: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return rows as a CSV file that Excel opens as UTF-8 and in which no text runs as a formula.

    Numbers stay numbers, negative ones too, and dates are ISO dates; only text is made harmless.
    """
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows([_harmless(plain(value)) for value in row] for row in (heading, *rows))
    return ("\ufeff" + text.getvalue()).encode()


def plain(value: Any) -> dt.date | int | float | Decimal | str:
    """Return a value as both kinds of file hold it: a number, a day, or text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, dt.date | int | float | Decimal):
        return value
    return str(value)


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook of these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        name = _NOT_IN_A_NAME.sub("-", sheet.title)[:_LONGEST_NAME]
        _fill(book.create_sheet(name), sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, sheet: Sheet) -> None:
    for number, pair in enumerate(sheet.about, start=1):
        for column, value in enumerate(pair, start=1):
            _write(page, number, column, value)
        page.cell(number, 1).font = Font(bold=number == 1)
    head = len(sheet.about) + 2
    for column, name in enumerate(sheet.heading, start=1):
        cell = _write(page, head, column, name)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")
    at = head
    for at, row in enumerate(sheet.rows, start=head + 1):
        for column, value in enumerate(row, start=1):
            _write(page, at, column, value)
    # A line between: sorting and filtering leave what was counted where it is.
    for number, row in enumerate(sheet.totals, start=at + 2):
        for column, value in enumerate(row, start=1):
            _write(page, number, column, value).font = Font(bold=True)
    page.freeze_panes = f"{get_column_letter(sheet.held + 1)}{head + 1}"
    if sheet.rows:
        page.auto_filter.ref = f"A{head}:{get_column_letter(len(sheet.heading))}{at}"
    for column, name in enumerate(sheet.heading, start=1):
        longest = max((len(str(row[column - 1])) for row in sheet.rows), default=0)
        # A heading wraps at its words.
        words = max(len(word) for word in name.split())
        width = min(_WIDEST, max(_NARROWEST, longest + 2, words + 3))
        page.column_dimensions[get_column_letter(column)].width = width
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = f"{head}:{head}"


def _write(page: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Write a value as what it is; text stays text, whatever it begins with."""
    cell = cast("Cell", page.cell(row, column))
    value = plain(value)
    if isinstance(value, str):
        # Letters that XML cannot hold.
        text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_TEXT]
        cell.value = text or None
        if text:
            cell.data_type = "s"
            # Kept as text even when somebody edits the cell later.
            cell.quotePrefix = text.startswith(_FORMULA_STARTS)
    else:
        cell.value = value
        if isinstance(value, dt.date):
            timed = isinstance(value, dt.datetime)
            cell.number_format = "d mmmm yyyy, hh:mm" if timed else "d mmmm yyyy"
            cell.alignment = Alignment(horizontal="left")
    return cell

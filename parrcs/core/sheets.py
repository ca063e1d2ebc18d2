"""Workbooks (XLSX) to download: numbers are numbers, and no text runs as a formula."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, cast

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A spreadsheet would offer to run text that begins with one of these as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NARROWEST, _WIDEST = 9, 34

type Row = Sequence[Any]


@dataclass(frozen=True)
class Sheet:
    """One sheet: what it is about, a heading, rows, and below them what was counted."""

    title: str
    about: Sequence[tuple[str, Any]]
    heading: Sequence[str]
    rows: Sequence[Row]
    totals: Sequence[Row] = field(default_factory=tuple)
    # How many columns stay in sight when one scrolls to the side.
    held: int = 1


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook of these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def workbook_response(filename: str, content: bytes) -> HttpResponse:
    """Send a workbook as a file to keep."""
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


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
    if isinstance(value, str):
        # Letters that XML cannot hold.
        text = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.value = text or None
        if text:
            cell.data_type = "s"
            # Kept as text even when somebody edits the cell later.
            cell.quotePrefix = text.startswith(_FORMULA_STARTS)
    else:
        cell.value = value
        if isinstance(value, dt.date):
            cell.number_format = "d mmmm yyyy"
            cell.alignment = Alignment(horizontal="left")
    return cell

"""Templates to fill in: the headings of a kind of import, with a line of words about each."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from exchange.services.kinds.base import Kind, Template
from parrcs.core.sheets import as_csv

_WIDTH, _WORDS_WIDTH = 18, 80


def template_csv(template: Template) -> bytes:
    """Return the template as CSV, with the words in the second line, which is not read."""
    headings = [column.heading for column in template.columns]
    return as_csv(headings, [[column.words for column in template.columns]])


def template_xlsx(kind: Kind, template: Template) -> bytes:
    """Return the template as a workbook, with the words on a sheet of their own."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = kind.name.capitalize()[:31]
    sheet.freeze_panes = "A2"
    about = book.create_sheet("About the columns")
    about.append(["Column", "What belongs there"])
    about["A1"].font = about["B1"].font = Font(bold=True)
    about.column_dimensions["A"].width = _WIDTH + 6
    about.column_dimensions["B"].width = _WORDS_WIDTH
    for place, column in enumerate(template.columns, start=1):
        cell = sheet.cell(row=1, column=place, value=column.heading)
        cell.font = Font(bold=True)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTH
        # As text: Excel makes numbers of digits and dates of what looks like one.
        sheet.column_dimensions[letter].number_format = "@"
        about.append([column.heading, column.words])
        about.cell(row=place + 1, column=2).alignment = Alignment(wrap_text=True)
    file = BytesIO()
    book.save(file)
    return file.getvalue()

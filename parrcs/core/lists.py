"""Lists that a person may keep as a file: the rows of the page, as CSV and as a workbook (XLSX).

A page with a list has an address for its files beside its own, and the same view answers at both,
so a file shows what its page shows: to the same people, narrowed and ordered in the same way.
"""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.http import HttpResponse
from django.urls import URLPattern, path, register_converter
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from parrcs.core.sheets import Sheet, as_csv, workbook

CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class EndingConverter:
    """The two endings that the file of a list has in an address."""

    regex = "csv|xlsx"

    def to_python(self, value: str) -> str:
        """Return the ending as it stands there."""
        return value

    def to_url(self, value: str) -> str:
        """Write it into an address."""
        return value


register_converter(EndingConverter, "ending")


def listed(route: str, view: Callable[..., Any], *, name: str) -> list[URLPattern]:
    """Return the address of a page with a list, and that of its files, called `<name>_file`.

    `view` takes an `ending`, which is empty for the page, and then answers with `sent_list`.
    """
    return [
        path(route, view, name=name),
        path(f"{route}list.<ending:ending>", require_safe(view), name=f"{name}_file"),
    ]


def sent_list(ending: str, name: str, sheet: Sheet, *more: Sheet) -> HttpResponse:
    """Send a list as the file that was asked for, without an ending in its name.

    A workbook says above the rows what it is about, has totals below them, and may have `more`
    sheets. A CSV file is heading and rows alone: a program would read a total as one row more.
    With more sheets it is a ZIP of one CSV file for each.
    """
    if ending == "xlsx":
        return sent_file(workbook([sheet, *more]), XLSX, f"{name}.xlsx")
    if more:
        return sent_file(_zipped([sheet, *more]), ZIP, f"{name}.zip")
    return sent_file(as_csv(sheet.heading, sheet.rows), CSV, f"{name}.csv")


def _zipped(sheets: Sequence[Sheet]) -> bytes:
    """Return a CSV file for each sheet in a ZIP, numbered, as two may be called the same."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as files:
        for number, each in enumerate(sheets, start=1):
            # Without the time of day, so that the same list is the same file.
            file = ZipInfo(f"{number}-{slugify(each.title) or 'sheet'}.csv")
            file.compress_type = ZIP_DEFLATED
            files.writestr(file, as_csv(each.heading, each.rows))
    return out.getvalue()


def sent_file(content: bytes, content_type: str, name: str) -> HttpResponse:
    """Send a file to be kept by who asked, and by no browser or proxy; a PDF to be looked at."""
    stem, _, ending = name.rpartition(".")
    # In plain letters: some programs that open the file know no others.
    plain_name = ".".join(slugify(each) for each in stem.split(".")) or "list"
    disposition = content_disposition_header(
        as_attachment=content_type != PDF, filename=f"{plain_name}.{ending}"
    )
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": disposition or "attachment",
            "Cache-Control": "no-store, private",
            "X-Content-Type-Options": "nosniff",
        },
    )

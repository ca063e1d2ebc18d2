"""Workbooks from outside: opened only once it is known that they are small and whole.

An XLSX file is a zip of XML. A few kilobytes can hold hundreds of megabytes, so its directory
is read first, then no more of each part than a workbook of ours could have.
"""

import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

# What a teacher's workbook takes: tens of kilobytes zipped, some hundred unzipped.
LARGEST_WORKBOOK = 1024 * 1024
_LARGEST_UNPACKED = 2 * 1024 * 1024
_MOST_PARTS = 100
# Marks of XML: ten for each of a thousand rows of five cells, with styles.
_MOST_MARKS = 60_000
# Lists are far shorter; what stands below is not looked at.
_ROWS_READ = 1000
_COLUMNS_READ = 10

ZIP_STARTS = b"PK\x03\x04"

type Cells = list[tuple[Any, ...]]


class WorkbookRefused(Exception):
    """A file that is not opened as a workbook; says why in words."""


def read_cells(content: bytes) -> Mapping[str, Cells]:
    """Return the values of each sheet of a workbook, row by row. Raises `WorkbookRefused`."""
    if len(content) > LARGEST_WORKBOOK:
        raise WorkbookRefused("is larger than 1 MB; a stream takes some 20 KB")
    _check_parts(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        try:
            return {
                sheet.title: [
                    tuple(row)
                    for row in sheet.iter_rows(
                        max_row=_ROWS_READ, max_col=_COLUMNS_READ, values_only=True
                    )
                ]
                for sheet in book.worksheets
            }
        finally:
            book.close()
    except Exception as error:  # openpyxl raises whatever it meets in a broken file
        raise WorkbookRefused(
            "cannot be opened as a workbook. Open it in Excel and save it as a new .xlsx file"
        ) from error


def _check_parts(content: bytes) -> None:
    """Ask that a workbook is small also when it is unpacked, whatever its directory says."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            listed = parts.infolist()
            if "xl/workbook.xml" not in {each.filename for each in listed}:
                raise WorkbookRefused(
                    "is not an Excel workbook, whatever its name says. Save it as .xlsx"
                )
            unpacked = sum(each.file_size for each in listed)
            if len(listed) > _MOST_PARTS or unpacked > _LARGEST_UNPACKED:
                raise WorkbookRefused(_too_much(unpacked))
            left, marks = _LARGEST_UNPACKED, 0
            for each in listed:
                with parts.open(each) as part:
                    read = part.read(left + 1)
                left -= len(read)
                marks += read.count(b"<")
                if left < 0 or marks > _MOST_MARKS:
                    raise WorkbookRefused(_too_much(unpacked))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        # NotImplementedError, of a way to pack that is not known, is a RuntimeError.
        raise WorkbookRefused(
            "is damaged or locked with a password. Open it in Excel and save it as a new .xlsx file"
        ) from error


def _too_much(unpacked: int) -> str:
    size = f" ({unpacked // 1024 // 1024} MB)" if unpacked > 2 * _LARGEST_UNPACKED else ""
    return (
        f"holds far more than a stream{size}. Copy what belongs to the stream into a new copy of"
        " the template"
    )

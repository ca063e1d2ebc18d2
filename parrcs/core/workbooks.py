"""Workbooks from outside: opened only once it is known that they are small and whole.

An XLSX file is a zip of XML. A few kilobytes can hold hundreds of megabytes, so its directory
is read first, then no more of each part than such a workbook could have.
"""

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

ZIP_STARTS = b"PK\x03\x04"
MB = 1024 * 1024

# What a file is by its first bytes, of those that people take for a workbook or for text.
_OTHER_KINDS = (
    (b"\xd0\xcf\x11\xe0", "is an old Excel file, or one with a password"),
    (b"%PDF", "is a PDF"),
    (b"\x89PNG", "is a picture"),
    (b"\xff\xd8\xff", "is a picture"),
    (b"GIF8", "is a picture"),
    (b"{\\rtf", "is a text of a word processor"),
)

type Cells = list[tuple[Any, ...]]


class WorkbookRefused(Exception):
    """A file that is not opened as a workbook; says why in words."""


@dataclass(frozen=True)
class Limits:
    """How much a workbook of some kind may hold, and what is said of one that holds more."""

    size: int
    unpacked: int
    marks: int  # of XML: about ten for each row, and as many for each five cells
    rows: int  # what stands below is not looked at
    columns: int
    too_large: str
    too_much: str  # after "holds far more than"
    parts: int = 100


def other_kind(content: bytes) -> str:
    """Say what a file is that is neither a workbook nor text, or nothing."""
    return next((words for start, words in _OTHER_KINDS if content.startswith(start)), "")


def read_cells(content: bytes, limits: Limits) -> Mapping[str, Cells]:
    """Return the values of each sheet of a workbook, row by row. Raises `WorkbookRefused`."""
    if len(content) > limits.size:
        raise WorkbookRefused(limits.too_large)
    _check_parts(content, limits)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        try:
            return {
                sheet.title: [
                    tuple(row)
                    for row in sheet.iter_rows(
                        max_row=limits.rows, max_col=limits.columns, values_only=True
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


def _check_parts(content: bytes, limits: Limits) -> None:
    """Ask that a workbook is small also when it is unpacked, whatever its directory says."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            listed = parts.infolist()
            names = {each.filename for each in listed}
            if any(_leads_outside(name) for name in names):
                raise WorkbookRefused(
                    "names a place outside itself, which no workbook does. Ask whoever sent it"
                )
            if "xl/workbook.xml" not in names:
                raise WorkbookRefused(
                    "is not an Excel workbook, whatever its name says. Save it as .xlsx"
                )
            unpacked = sum(each.file_size for each in listed)
            if len(listed) > limits.parts or unpacked > limits.unpacked:
                raise WorkbookRefused(_too_much(unpacked, limits))
            left, marks = limits.unpacked, 0
            for each in listed:
                with parts.open(each) as part:
                    # Piece by piece: one part may be most of what is allowed.
                    while piece := part.read(min(left + 1, MB)):
                        left -= len(piece)
                        marks += piece.count(b"<")
                        if left < 0 or marks > limits.marks:
                            raise WorkbookRefused(_too_much(unpacked, limits))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        # NotImplementedError, of a way to pack that is not known, is a RuntimeError.
        raise WorkbookRefused(
            "is damaged or locked with a password. Open it in Excel and save it as a new .xlsx file"
        ) from error


def _leads_outside(name: str) -> bool:
    parts: Iterable[str] = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in name


def _too_much(unpacked: int, limits: Limits) -> str:
    size = f" ({unpacked // MB} MB)" if unpacked > 2 * limits.unpacked else ""
    what, _, then = limits.too_much.partition(". ")
    return f"holds far more than {what}{size}. {then}"

"""Files from outside with tables in them: opened only once it is known that they are no trap.

An XLSX file is a zip of XML. A few kilobytes can hold hundreds of megabytes, so its directory
is read first, then no more of each part than such a workbook could have.
"""

import csv
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook

ZIP_STARTS = b"PK\x03\x04"
MB = 1024 * 1024
_MOST_PARTS = 100
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
    """A file that is not opened; says why in words that go on from the name of the file."""


@dataclass(frozen=True)
class Limits:
    """How much a file of one kind may hold, in bytes, in marks of XML, in rows and columns.

    `thing` names what is in it, in messages, and `usual` how large such a file is as a rule.
    """

    thing: str
    usual: str
    packed: int
    unpacked: int
    marks: int
    rows: int
    columns: int


def other_kind(name: str, content: bytes) -> str | None:
    """Say what a file is that is neither a workbook nor text; None for one that may be either."""
    if not content.strip():
        return "is empty"
    if content.startswith(ZIP_STARTS):
        return None
    for start, words in _OTHER_KINDS:
        if content.startswith(start):
            return words
    if name.lower().endswith((".xlsx", ".xls", ".ods")):
        return "is not an Excel workbook, whatever its name says"
    return None


def read_table(name: str, content: bytes, limits: Limits) -> Mapping[str, Cells]:
    """Return the rows of each sheet of a workbook, or those of a CSV file under its own name.

    Raises `WorkbookRefused`, also for a file with more rows or columns than it may have.
    """
    if len(content) > limits.packed:
        raise WorkbookRefused(_too_large(limits))
    if refused := other_kind(name, content):
        raise WorkbookRefused(refused)
    if content.startswith(ZIP_STARTS):
        sheets = read_cells(content, limits)
    else:
        sheets = {"": _csv_rows(content, limits)}
    for rows in sheets.values():
        if len(rows) > limits.rows:
            raise WorkbookRefused(f"has more than {limits.rows:,} rows")
        if any(len(row) > limits.columns for row in rows):
            raise WorkbookRefused(f"has more than {limits.columns} columns")
    return sheets


def read_cells(content: bytes, limits: Limits, *, only_first: bool = False) -> Mapping[str, Cells]:
    """Return the values of each sheet of a workbook, or of the first one, row by row.

    Raises `WorkbookRefused`. One row and one column more than there may be are looked at,
    and nothing beyond.
    """
    if len(content) > limits.packed:
        raise WorkbookRefused(_too_large(limits))
    _check_parts(content, limits)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        try:
            return {
                sheet.title: [
                    _without_end(row)
                    for row in sheet.iter_rows(
                        max_row=limits.rows + 1, max_col=limits.columns + 1, values_only=True
                    )
                ]
                for sheet in (book.worksheets[:1] if only_first else book.worksheets)
            }
        finally:
            book.close()
    except Exception as error:  # openpyxl raises whatever it meets in a broken file
        raise WorkbookRefused(
            "cannot be opened as a workbook. Open it in Excel and save it as a new .xlsx file"
        ) from error


def _without_end(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row without the empty cells behind its last value."""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return tuple(row[:end])


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
            if len(listed) > _MOST_PARTS or unpacked > limits.unpacked:
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
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in name


def _too_large(limits: Limits) -> str:
    return f"is larger than {limits.packed // MB} MB; {limits.thing} takes {limits.usual}"


def _too_much(unpacked: int, limits: Limits) -> str:
    size = f" ({unpacked // MB} MB)" if unpacked > 2 * limits.unpacked else ""
    this = f"the {limits.thing.removeprefix('a ')}"
    return (
        f"holds far more than {limits.thing}{size}. Copy what belongs to {this} into a new copy"
        " of the template"
    )


def _csv_rows(content: bytes, limits: Limits) -> Cells:
    text = _decoded(content)
    if "\x00" in text:
        raise WorkbookRefused("is neither a workbook nor text")
    first = next((line for line in text.splitlines() if line.strip()), "")
    apart = max(",;\t", key=first.count)
    rows: Cells = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=apart, strict=True):
            rows.append(tuple(row))
            if len(rows) > limits.rows:
                break
    except csv.Error as error:
        raise WorkbookRefused(f"cannot be read from line {len(rows) + 1} on: {error}") from error
    return rows


def _decoded(content: bytes) -> str:
    """Return text as Excel and other programs save it: UTF-8, UTF-16, or that of Windows."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise WorkbookRefused("is neither a workbook nor text") from error

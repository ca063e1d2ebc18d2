"""Tables from outside, as CSV or workbook: what stands in each line, as text."""

import csv
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import Any

from parrcs.core.workbooks import MB, ZIP_STARTS, Limits, WorkbookRefused, other_kind, read_cells

LARGEST_FILE = 10 * MB
MOST_LINES = 5000
MOST_COLUMNS = 100
LONGEST_TEXT = 2000

# Six marks of XML for each of 5,000 lines of sixteen cells, and two for the line.
_WORKBOOK = Limits(
    thing=f"a list of {MOST_LINES} lines",
    usual="less than 2 MB",
    packed=LARGEST_FILE,
    unpacked=40 * MB,
    marks=500_000,
    rows=MOST_LINES + 50,
    columns=MOST_COLUMNS,
)
_WANTED = "Send a list as CSV or as a workbook (.xlsx), such as one made from the template"


class FileRefused(Exception):
    """A file that cannot be taken in at all; says why, after its name."""


@dataclass(frozen=True)
class Line:
    """One line of a file that is not empty, with its number in the file."""

    number: int
    texts: Sequence[str]


def read_table(name: str, content: bytes) -> list[Line]:
    """Return the lines of a CSV file or of a workbook's first sheet, the headings first.

    What it is shows in its content; the name only helps to say what is wrong. Raises
    `FileRefused`.
    """
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise FileRefused("is empty.")
    if len(content) > LARGEST_FILE:
        raise FileRefused("is larger than 10 MB.")
    if content.startswith(ZIP_STARTS):
        found = _of_workbook(content)
    elif words := other_kind(name, content):
        raise FileRefused(f"{words}. {_WANTED}.")
    elif content.lstrip()[:5].lower() == b"<?xml":
        raise FileRefused(
            "is XML. A common transfer file is sent under “Pupils from a common transfer file”."
        )
    else:
        found = _of_text(content)
    # One line more than may be is enough to say so.
    lines = list(islice(found, MOST_LINES + 2))
    if not lines:
        raise FileRefused("is empty.")
    _check_size(lines)
    return lines


def _check_size(lines: Sequence[Line]) -> None:
    width = max(len(line.texts) for line in lines)
    if width > MOST_COLUMNS:
        raise FileRefused(
            f"has {width if width > MOST_COLUMNS + 1 else f'more than {MOST_COLUMNS}'} columns;"
            f" at most {MOST_COLUMNS} are read. Keep those that belong to the list."
        )
    if len(lines) > MOST_LINES + 1:
        raise FileRefused(
            f"has more than {MOST_LINES} lines. Send it in parts, each with the headings."
        )


def _of_workbook(content: bytes) -> Iterator[Line]:
    try:
        sheets = read_cells(content, _WORKBOOK, only_first=True)
    except WorkbookRefused as refused:
        raise FileRefused(f"{refused}.") from refused
    rows = next(iter(sheets.values()), [])
    for number, row in enumerate(rows, start=1):
        texts = [_as_text(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield Line(number, texts)


def _as_text(value: Any) -> str:
    """Write a cell as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float | Decimal):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return _plain(str(value))


def _of_text(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    first = next((line for line in StringIO(text) if line.strip()), "")
    rows = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(first), strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(
                f"cannot be read from line {number} on: a quotation mark there is not closed, or"
                " stands in the middle of a text. Open it in Excel and save it anew as CSV."
            ) from error
        texts = [_plain(each) for each in row]
        if any(texts):
            yield Line(number, texts)
        number = rows.line_num


def _decoded(content: bytes) -> str:
    """Return the text in whichever of the usual encodings it is."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif _mostly_zero(content[1:200:2]):
        # UTF-16 without its mark: every other byte of plain letters is zero.
        encodings = ["utf-16-le"]
    elif _mostly_zero(content[:200:2]):
        encodings = ["utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Old programs end a file with character 26; nothing else of the kind is text.
        text = text.rstrip("\x1a")
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text
    raise FileRefused(f"is neither a workbook nor text. {_WANTED}.")


def _mostly_zero(content: bytes) -> bool:
    return 2 * content.count(0) > len(content)


def _delimiter(heading: str) -> str:
    """Return what parts the headings: a comma, a semicolon or a tab."""
    outside = re.sub(r'"[^"]*"', "", heading)
    return max(",;\t", key=outside.count)


def _plain(text: str) -> str:
    """Return a cell's text without blanks around it, nor what we put before a formula."""
    text = " ".join(text.replace("\u00a0", " ").split(" ")).strip()
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        text = text[1:]
    return text[:LONGEST_TEXT]

"""Files that nobody should open, and a process that reads them and says what it took.

Run as `python -m tests.exchange.hostile FOLDER`: for each file it prints its name, seconds, the
largest memory so far in MB, and what was said of it. Last comes `longest.xlsx` in that folder.
"""

import json
import os
import sys
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import django
from openpyxl import Workbook

from tests.assessment.streams.hostile import MAIN, entities, inflating, inflating_unseen, workbook


def bomb() -> bytes:
    lines = ['<!ENTITY a "aaaaaaaaaa">']
    lines += [f'<!ENTITY {n} "{f"&{m};" * 10}">' for m, n in pairwise("abcdefghi")]
    return f"<?xml version='1.0'?><!DOCTYPE x [{''.join(lines)}]><CTfile>&i;</CTfile>".encode()


def external() -> bytes:
    return (
        b'<?xml version="1.0"?><!DOCTYPE CTfile [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        b"<CTfile><CTFpupilData><Pupil><UPN>&x;</UPN></Pupil></CTFpupilData></CTfile>"
    )


def leading_outside(name: str) -> bytes:
    file = BytesIO(workbook(b"<row/>"))
    with zipfile.ZipFile(file, "a") as made:
        made.writestr(name, b"x")
    return file.getvalue()


def zipped() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("pupils.csv", "UPN\n")
    return file.getvalue()


def many_sheets(sheets: int = 10, then: bytes = b"1") -> bytes:
    """Return a workbook of sheets as long as lists; `then` stands in all but the first."""
    rows = (b"<row>" + b"<c><v>1</v></c>" * 54 + b"</row>") * 900
    first = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + rows + b"</sheetData></worksheet>"
    other = first.replace(b"<v>1<", b"<v>%b<" % then)
    book, plain, file = Workbook(), BytesIO(), BytesIO()
    for _ in range(sheets - 1):
        book.create_sheet()
    book.save(plain)
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            if "/worksheets/" not in name:
                made.writestr(name, source.read(name))
            else:
                made.writestr(name, first if name.endswith("/sheet1.xml") else other)
    return file.getvalue()


# A list that does no harm.
LONGEST = "longest.xlsx"

_HEAD = b"UPN,Surname\n"

# Kind, name, content, and what is said of it.
FILES: tuple[tuple[str, str, Callable[[], bytes], str], ...] = (
    ("ctf", "bomb.xml", bomb, "holds a document type declaration (DTD)"),
    ("ctf", "external.xml", external, "holds a document type declaration (DTD)"),
    ("ctf", "dtd.xml", lambda: b"<!DOCTYPE CTfile><CTfile/>", "holds a document type"),
    ("ctf", "empty.xml", lambda: b"", "is empty."),
    ("ctf", "cut.xml", lambda: b"<CTfile>\n<Header>", "is not XML that can be read: something is"),
    ("ctf", "other.xml", lambda: b"<html/>", "is XML, but no common transfer file: it begins"),
    ("ctf", "nobody.xml", lambda: b"<CTfile><Header/></CTfile>", "holds no pupil."),
    ("ctf", "deep.xml", lambda: b"<CTfile>" + b"<a>" * 10**6, "is nested more deeply"),
    ("ctf", "unknown.xml", lambda: b'<?xml version="1.0" encoding="klingon"?><CTfile/>', "is not"),
    ("ctf", "zip.xml", zipped, "is packed (ZIP). Unpack it"),
    ("ctf", "pdf.xml", lambda: b"%PDF-1.7", "is a PDF, no common transfer file"),
    ("pupils", "up.xlsx", lambda: leading_outside("../../x"), "names a place outside itself"),
    ("pupils", "root.xlsx", lambda: leading_outside("/etc/x"), "names a place outside itself"),
    ("pupils", "drive.xlsx", lambda: leading_outside("C:\\x"), "names a place outside itself"),
    ("pupils", "zip.xlsx", zipped, "is not an Excel workbook"),
    ("pupils", "zip.csv", zipped, "is not an Excel workbook"),
    ("pupils", "inflates.xlsx", inflating, "holds far more than a list of 5000 lines (286 MB)."),
    ("pupils", "hides.xlsx", inflating_unseen, "is damaged or locked"),
    ("pupils", "entities.xlsx", entities, "cannot be opened as a workbook."),
    (
        "pupils",
        "cells.xlsx",
        lambda: workbook(b"<row>" + b"<c/>" * 510_000 + b"</row>"),
        "holds far more than a list of 5000 lines.",
    ),
    ("pupils", "sheets.xlsx", many_sheets, "holds far more than a list of 5000 lines."),
    ("pupils", "two-sheets.xlsx", lambda: many_sheets(2), "has no column UPN."),
    (
        "pupils",
        "wide.csv",
        lambda: ",".join(f"Column {n}" for n in range(200)).encode() + b"\n1,2\n",
        "has 200 columns; at most 100 are read.",
    ),
    ("pupils", "wide.xlsx", lambda: workbook(b"<row>" + b'<c t="n"><v>1</v></c>' * 300 + b"</row>"),
     "has more than 100 columns"),
    ("pupils", "long.csv", lambda: _HEAD + b"B801200005001,A\n" * 300_000, "has more than 5000"),
    ("pupils", "empty.csv", lambda: b"", "is empty."),
    ("pupils", "blank.csv", lambda: b"\xef\xbb\xbf\r\n\r\n", "is empty."),
    ("pupils", "commas.csv", lambda: b",,,\n,,,\n", "is empty."),
    ("pupils", "header.csv", lambda: _HEAD, "holds headings, but no line below them."),
    ("pupils", "no-upn.csv", lambda: b"Name,Class\nA,B\n", "has no column UPN."),
    ("pupils", "twice.csv", lambda: b"UPN,Surname,surname\n1,2,3\n", "has two columns with the"),
    ("pupils", "quote.csv", lambda: _HEAD + b'1,"open\n' + b"2,b\n" * 1000, "cannot be read from"),
    ("pupils", "pdf.csv", lambda: b"%PDF-1.7\n%\xe2\xe3", "is a PDF. Send a list as CSV"),
    ("pupils", "old.csv", lambda: b"\xd0\xcf\x11\xe0" + bytes(100), "is an old Excel file"),
    ("pupils", "bytes.csv", lambda: bytes(range(1, 256)) * 50, "is neither a workbook nor text."),
    ("pupils", "nul.csv", lambda: _HEAD + b"1,\x00\n", "is neither a workbook nor text."),
    ("pupils", "text.xlsx", lambda: _HEAD, "is not an Excel workbook, whatever its name says."),
    ("pupils", "ctf.csv", lambda: b'<?xml version="1.0"?><CTfile/>', "is XML."),
)  # fmt: skip


def measure(folder: Path) -> None:
    """Read each file as an upload is read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parrcs.settings")
    django.setup()
    from exchange.services.imports import FileRefused  # noqa: PLC0415 - after setup()
    from exchange.services.kinds import KINDS  # noqa: PLC0415

    for kind, name in [*((kind, name) for kind, name, _, _ in FILES), ("pupils", LONGEST)]:
        content = (folder / name).read_bytes()
        started = time.process_time()
        try:
            KINDS[kind].read(name, content)
            said = "accepted"
        except FileRefused as error:
            said = str(error)
        seconds = time.process_time() - started
        # The peak of this program alone; getrusage() counts who started it as well.
        status = Path("/proc/self/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
        print(json.dumps([name, seconds, peak, said]))  # noqa: T201


if __name__ == "__main__":
    measure(Path(sys.argv[1]))

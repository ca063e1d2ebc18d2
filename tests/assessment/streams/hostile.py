"""Files made to harm who opens them, and a process that reads them and says what it took.

Run as `python -m tests.assessment.streams.hostile FILE...`: for each file it prints seconds, the
largest memory so far in MB, and what was said of it.
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

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows: bytes, times: int = 1, before: bytes = b"") -> bytes:
    """Return a workbook whose first sheet holds these rows, over and over again."""
    plain, file = BytesIO(), BytesIO()
    Workbook().save(plain)
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                made.writestr(name, source.read(name))
                continue
            with made.open(name, "w") as sheet:
                sheet.write(before + f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for _ in range(times):
                    sheet.write(rows)
                sheet.write(b"</sheetData></worksheet>")
    return file.getvalue()


def inflating() -> bytes:
    return workbook(b" " * 1_000_000, times=300)


def inflating_unseen() -> bytes:
    """The same with a directory that lies: it says that a thousand bytes are in it."""
    honest = inflating()
    with zipfile.ZipFile(BytesIO(honest)) as parts:
        size = parts.getinfo("xl/worksheets/sheet1.xml").file_size
    return honest.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def entities() -> bytes:
    lines = ['<!ENTITY a "aaaaaaaaaa">']
    lines += [f'<!ENTITY {n} "{f"&{m};" * 10}">' for m, n in pairwise("abcdefghi")]
    head = f"<!DOCTYPE x [{''.join(lines)}]>".encode()
    return workbook(b'<row><c t="inlineStr"><is><t>&i;</t></is></c></row>', before=head)


def doubling() -> bytes:
    lines = [b"k%d: &k%d [*k%d, *k%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 30)]
    return b"k0: &k0 [x, x]\n" + b"".join(lines)


TWICE = b"""\
code: a
version: "1"
name: A
description: A
for_whom: A
better: 2
scale:
  - {code: "1", label: A, value: 1}
  - {code: "1", label: B, value: 2}
strands: [{code: a, name: A}]
expected: {formal: 1}
"""

# Name, content, and what is said of it.
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "inflates-to-300-mb.xlsx": (
        inflating,
        "holds far more than a stream (286 MB). Copy what belongs to the stream into a new copy",
    ),
    "hides-how-much-it-holds.xlsx": (
        inflating_unseen,
        "is damaged or locked with a password. Open it in Excel and save it as a new .xlsx file",
    ),
    "half-a-million-cells.xlsx": (
        lambda: workbook(b"<row>" + b"<c/>" * 500_000 + b"</row>"),
        "holds far more than a stream. Copy what belongs to the stream into a new copy",
    ),
    "just-below-the-limits.xlsx": (
        lambda: workbook(b"<row>" + b"<c/>" * 55_000 + b"</row>"),
        "Stream: there is no sheet 'Stream'. Start from the template",
    ),
    "entities-in-entities.xlsx": (
        entities,
        "cannot be opened as a workbook. Open it in Excel and save it as a new .xlsx file",
    ),
    "a-picture.xlsx": (
        lambda: b"\x89PNG\r\n" + bytes(100_000),
        "is a picture. A stream is a workbook made from the template (.xlsx), or a YAML file",
    ),
    "holds-itself.yaml": (
        lambda: b"code: a\nscale: &a [*a, *a]\n",
        "line 2: '&' and '*' refer to other places of a file. Write it out instead.",
    ),
    "doubles.yaml": (doubling, "line 1: '&' and '*' refer to other places of a file."),
    "nested.yaml": (lambda: b"[" * 60_000, "line 1: this is nested too deeply for a stream file."),
    "many-words.yaml": (
        lambda: b"".join(b"k%d: 1\n" % n for n in range(6500)),
        "line 2000: this is far more than a stream, from here on.",
    ),
    "digits.yaml": (
        lambda: b"better: " + b"9" * 60_000,
        "is not YAML: it holds a character, number or date that cannot be read",
    ),
    "a-point-twice.yaml": (lambda: TWICE, "line 9: scale.2.code: 1 is there twice"),
    "a-text-named-workbook.xlsx": (
        lambda: TWICE,
        "is not an Excel workbook, whatever its name says.",
    ),
}


def measure(files: list[Path]) -> None:
    """Read each file as an upload is read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parrcs.settings")
    django.setup()
    from assessment.services.streams.files import StreamFileError  # noqa: PLC0415 - after setup()
    from assessment.services.streams.uploads import read_upload  # noqa: PLC0415

    for file in files:
        content = file.read_bytes()
        started = time.process_time()
        try:
            read_upload(name=file.name, content=content)
            said = "accepted"
        except StreamFileError as error:
            said = str(error)
        seconds = time.process_time() - started
        # The peak of this program alone; getrusage() counts who started it as well.
        status = Path("/proc/self/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
        print(json.dumps([file.name, seconds, peak, said]))  # noqa: T201


if __name__ == "__main__":
    measure([Path(name) for name in sys.argv[1:]])

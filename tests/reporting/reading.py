"""A report read back from what people are given: its page, its workbook and its PDF.

Whatever stands in a page and is in no part that is read here is kept in `left`, so that no table,
column or sentence can be added which nobody checks.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from reporting.reports.document import Cell, Document
from tests.reporting.columns import code_of
from tests.reporting.tables import sheets_of

type Words = dict[tuple[str, str], dict[str, dict[str, str]]]


class Line(NamedTuple):
    """A line at a glance: its mark, the word for it, what it says, and the section it is of."""

    mark: str
    label: str
    words: str
    part: str


@dataclass
class Read:
    """All that a page says, by where it stands; `left` is what stands elsewhere."""

    tables: Words = field(default_factory=dict)
    corners: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)
    nothing: dict[str, str] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, tuple[str, str]] = field(default_factory=dict)
    glossary: dict[str, str] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    versions: str = ""
    left: list[str] = field(default_factory=list)


def flat(text: str) -> str:
    """Return a text with single spaces, and none that does not break."""
    return " ".join(text.split())


def bare(text: str) -> str:
    """Return a text without spaces, which a PDF may set as it likes."""
    return "".join(text.split())


# --- The snapshot -------------------------------------------------------------------------


def words_of(cell: Cell) -> str:  # noqa: PLR0911  # one for each kind
    """Return what is to be read in a cell."""
    match cell["kind"]:
        case "count":
            return f"{cell['n']:,}"
        case "part":
            return f"{cell['n']:,} of {cell['of']:,}"
        case "share" if cell["percent"] is not None:
            interval = "" if cell["low"] is None else f", {cell['low']} to {cell['high']}"
            return f"{cell['percent']} % {cell['n']:,} of {cell['of']:,}{interval}"
        case "change" if cell["points"] is None:
            return "none to show"
        case "change":
            points = cell["points"] or 0
            return f"{points:+}".replace("-", "\N{MINUS SIGN}") if points else "0"
        case "hidden":
            return "hidden"
    return flat(cell["text"])


def of_document(document: Document) -> Read:
    """Read what is kept of a report as data."""
    found = Read(lines=[_line(document, each) for each in document["lines"]])
    for section in document["sections"]:
        code = section["code"]
        found.titles[code] = section["title"]
        found.said[code] = [flat(each) for each in section["intro"]]
        found.nothing[code] = section["nothing"]
        found.comments[code] = flat(section["comment"])
        for table in section["tables"]:
            # A core area is known by its name.
            codes = [
                column["title"] if code == "areas" else column["code"]
                for column in table["columns"]
            ]
            found.tables[code, table["code"]] = {
                row["name"]: dict(zip(codes, map(words_of, row["cells"]), strict=True))
                for row in table["rows"]
            }
            assert len(found.tables[code, table["code"]]) == len(table["rows"]), "a name twice"
            titles = [column["title"] for column in table["columns"]]
            found.corners[code, table["code"]] = (table["caption"], table["head"], *titles)
    found.glossary = {each["word"]: flat(each["meaning"]) for each in document["glossary"]}
    found.changes = [flat(each) for each in document["changes"]]
    found.versions = flat(" · ".join(document["versions"]))
    return found


def _line(document: Document, line: Any) -> Line:
    titles = {each["code"]: each["title"] for each in document["sections"]}
    return Line(
        line["mark"], line["label"], flat(f"{line['lead']} {line['rest']}"), titles[line["part"]]
    )


# --- The page -----------------------------------------------------------------------------


class _Tree(HTMLParser):
    """Builds a tree of elements from a part of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.builder = ET.TreeBuilder()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in {"img", "br"}:
            self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"img", "br"}:
            self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def tree_of(page: str) -> ET.Element:
    """Return a part of a page as a tree, under one root."""
    parser = _Tree()
    parser.feed(f"<div>{page}</div>")
    root = parser.builder.close()
    assert isinstance(root, ET.Element)
    return root


def _text(element: ET.Element) -> str:
    return flat("".join(element.itertext()))


def of_page(page: str, last_term: str | None) -> Read:
    """Read the body of a report."""
    found = Read()
    for section in tree_of(page):
        name = section.get("id", "")
        if "at-a-glance" in section.get("class", ""):
            _read_glance(found, section)
        elif name == "glossary":
            _read_glossary(found, section)
        elif name == "changes":
            found.changes = [_text(each) for each in section.iter("li")]
        elif name.startswith("part-"):
            _read_section(found, name.removeprefix("part-"), section, last_term)
        else:
            found.left.append(_text(section))
    return found


def _read_glance(found: Read, section: ET.Element) -> None:
    for each in section.iter("li"):
        kind, where = (each.find(f".//span[@class='{name}']") for name in ("kind", "where"))
        assert kind is not None
        label, part = _text(kind), _text(where) if where is not None else ""
        words = _text(each).removeprefix(label).removesuffix(part).strip()
        found.lines.append(Line(each.get("class", ""), label, words, part.removeprefix("See ")))


def _read_glossary(found: Read, section: ET.Element) -> None:
    for each in section.iter("div"):
        word, meaning = each
        found.glossary[_text(word)] = _text(meaning)
    versions = section.find("p")
    found.versions = _text(versions) if versions is not None else ""


def _read_section(found: Read, code: str, section: ET.Element, last_term: str | None) -> None:
    found.said[code], found.nothing[code], found.comments[code] = [], "", ""
    for each in section:
        match each.tag, each.get("class", ""):
            case "h2", "":
                found.titles[code] = _text(each)
            case "p", "":
                found.said[code].append(_text(each))
            case "p", "nothing":
                found.nothing[code] = _text(each)
            case "div", "comment":
                found.comments[code] = _text(each)
            case "p", "chart":
                (picture,) = each
                found.pictures[_name(picture)] = (code, flat(picture.get("alt", "")))
            case "div", "tables":
                for frame in each:
                    (table,) = frame
                    _read_table(found, code, table, last_term)
            case _:
                found.left.append(_text(each))
        if (each.tail or "").strip():
            found.left.append(flat(each.tail or ""))


def _name(picture: ET.Element) -> str:
    return Path(picture.get("src", "")).stem


def _read_table(found: Read, section: str, table: ET.Element, last_term: str | None) -> None:
    place = section, table.get("class", "").split()[-1]
    assert place not in found.tables, "a table twice"
    caption, head, body = table
    corner, *titles = (_text(each) for each in head[0])
    codes = [code_of(title, last_term, place) for title in titles]
    found.tables[place] = {}
    for line in body:
        name, *cells = (_text(each) for each in line)
        assert name not in found.tables[place], "a row twice"
        found.tables[place][name] = dict(zip(codes, cells, strict=True))
    found.corners[place] = (_text(caption), corner, *titles)


# --- The workbook -------------------------------------------------------------------------


def of_workbook(content: bytes, last_term: str | None) -> tuple[Words, list[tuple[str, str]]]:
    """Read the tables of a workbook, each from its sheet, and the words of its first sheet."""
    sheets = sheets_of(content)
    _, words, _ = sheets.pop("At a glance")
    found: Words = {}
    for title, (_about, lines, totals) in sheets.items():
        assert not totals
        section, code = title.split(" ", 1)
        found[section, code] = {
            str(next(iter(line.values()))): {
                column: _decimal(words) if section == "attendance" else words
                for column, words in _told(line, last_term, (section, code))
            }
            for line in lines
        }
    return found, [(each["What"], flat(each["Words"])) for each in words]


def _decimal(words: str) -> str:
    """Say a whole per cent with the decimal that a number in a sheet does not keep."""
    return re.sub(r"^(\d+) %", r"\1.0 %", words)


def _told(
    line: dict[str, Any], last_term: str | None, place: tuple[str, str]
) -> Iterator[tuple[str, str]]:
    """Say each cell of a row in words, those of a share from its five columns."""
    for title in list(line)[1:]:
        if ": " in title:
            continue
        code, n = code_of(title, last_term, place), line[title]
        names = [f"{title}: {each}" for each in ("of", "%", "low", "high")]
        of, percent, low, high = (line.get(each) for each in names)
        if n == "hidden":
            assert {line[each] for each in names if each in line} <= {n}
            yield code, n
        elif code == "change" and isinstance(n, int):
            yield code, f"{n:+}".replace("-", "\N{MINUS SIGN}") if n else "0"
        elif isinstance(percent, int | float):
            interval = "" if low is None else f", {low} to {high}"
            yield code, f"{percent} % {n:,} of {of:,}{interval}"
        elif percent is not None:
            assert (n, of) == (0, 0)
            yield code, str(percent)
        elif of is not None:
            yield code, f"{n:,} of {of:,}"
        else:
            yield code, f"{n:,}" if isinstance(n, int) else flat(n or "")


# --- The PDF ------------------------------------------------------------------------------


@dataclass
class Printed:
    """A table of a PDF, by what a screen reader is told: texts without spaces."""

    section: str
    caption: str
    heads: list[str]
    rows: list[list[str]] = field(default_factory=list)


class PrintedReport(NamedTuple):
    """What a screen reader is told of a PDF: its tables, and all words without spaces."""

    tables: list[Printed]
    text: str


class _Node:
    """An element of a PDF's structure."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.children: list[_Node | str] = []

    def every(self, *tags: str) -> "Iterator[_Node]":
        for each in self.children:
            if isinstance(each, _Node):
                if each.tag in tags:
                    yield each
                else:
                    yield from each.every(*tags)

    @property
    def text(self) -> str:
        return bare("".join(each if isinstance(each, str) else each.text for each in self.children))


def structure_of(pdf: Path) -> _Node:
    """Return the structure of a PDF, as what reads it out is told of it."""
    told = subprocess.run(
        ["pdfinfo", "-struct-text", pdf], capture_output=True, text=True, check=True
    ).stdout
    root = _Node("")
    path = [(-1, root)]
    # Only a line feed ends a line: names may have other marks in them that are said to.
    for line in told.split("\n"):
        stripped = line.strip(" ")
        depth = len(line) - len(line.lstrip(" "))
        if not stripped or stripped.startswith(("/", "Object ")):
            continue
        while path[-1][0] >= depth:
            path.pop()
        if stripped.startswith('"'):
            path[-1][1].children.append(stripped[1:-1])
        else:
            node = _Node(stripped.split(" ")[0].rstrip(":"))
            path[-1][1].children.append(node)
            path.append((depth, node))
    return root


def of_pdf(pdf: Path) -> PrintedReport:
    """Read the tables of a PDF in their order; what goes on over a page is put together."""
    found: list[Printed] = []
    section, root = "", structure_of(pdf)
    for each in root.every("H2", "Table"):
        if each.tag == "H2":
            section = each.text
            continue
        caption = "".join(one.text for one in each.every("Caption"))
        heads, *lines = (
            [cell.text for cell in line.every("TH", "TD")] for line in each.every("TR")
        )
        if found and not caption and (found[-1].section, found[-1].heads) == (section, heads):
            found[-1].rows += lines
        else:
            found.append(Printed(section, caption, heads, lines))
    return PrintedReport(found, root.text)

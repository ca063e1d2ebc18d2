"""What stands in a published report: its tables, its words, its workbook and its pictures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

NUMBER = r"\d[\d,]*"
SHARE = re.compile(rf"(\d+(?:\.\d)?) % ({NUMBER}) of ({NUMBER})(?:, (\d+) to (\d+))?")
PERCENT = re.compile(r"(\d+(?:\.\d)?) %")
PART = re.compile(rf"({NUMBER}) of ({NUMBER})")
COUNT = re.compile(NUMBER)
CHANGE = re.compile(r"[+\u2212]?\d+")
# What words in place of a share say: that it is 0 of 0.
NOTHING_COMPARED = (
    "none due",
    "no baseline",
    "not judged yet",
    "none judged",
    "none set",
    "none",
    "none given",
    "no session",
    "nobody on roll",
)
VOID = {"img", "br", "meta", "link"}


@dataclass(frozen=True)
class Cell:
    """What a cell says: numbers by what they are, or words; or that it says nothing."""

    kind: str
    n: int = 0
    of: int = 0
    percent: float | None = None
    low: int | None = None
    high: int | None = None
    text: str = ""

    def in_sheet(self) -> list[Any]:  # noqa: PLR0911  # one for each kind
        """Return how a workbook has to say the same, as far as it goes."""
        match self.kind:
            case "hidden":
                return ["hidden"]
            case "count":
                return [self.n]
            case "part":
                return [self.n, self.of]
            case "share":
                return [self.n, self.of, self.percent, self.low, self.high]
            case "change":
                return [self.n]
            case "percent":
                return [self.text.replace(" ", "\u00a0")]
        return [self.text or None]


@dataclass(frozen=True)
class Row:
    name: str
    total: bool
    cells: list[Cell]


@dataclass
class Table:
    """A table under the heading of its section."""

    section: str
    caption: str = ""
    heading: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def column(self, title: str) -> int:
        """Return the place of a column among the cells of a row."""
        return self.heading[1:].index(title)


@dataclass(frozen=True)
class Publication:
    """One published report as it lies before a reader.

    `sheets` are the rows of each sheet of its workbook; `pictures` the SVG of each chart.
    """

    title: str
    place: str
    term: str
    page: str
    sheets: Sequence[Sequence[Sequence[Any]]]
    pictures: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Read:
    """A publication, read: `words` are its sentences, but for the glossary's."""

    title: str
    place: str
    term: str
    tables: list[Table]
    words: list[str]


def number(text: str) -> int:
    """Read a whole number with commas between thousands."""
    return int(text.replace(",", ""))


def cell_of(text: str, column: str) -> Cell:  # noqa: PLR0911  # one for each kind
    """Read a cell under the heading of its column."""
    if text == "hidden":
        return Cell("hidden")
    if column == "Change":
        if CHANGE.fullmatch(text):
            return Cell("change", n=int(text.replace("\u2212", "-")))
        return Cell("words", text=text)
    if found := SHARE.fullmatch(text):
        n, of, low, high = (number(each) if each else None for each in found.groups()[1:])
        percent = float(found[1])
        return Cell("share", n or 0, of or 0, percent, low, high)
    if found := PERCENT.fullmatch(text):
        return Cell("percent", percent=float(found[1]), text=text)
    if found := PART.fullmatch(text):
        return Cell("part", number(found[1]), number(found[2]))
    if COUNT.fullmatch(text):
        return Cell("count", number(text))
    return Cell("words", text=text)


class _Page(HTMLParser):
    """Collects tables, and the words outside them, of the body of a report."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.words: list[str] = []
        self._text: list[str] = []
        self._section = ""
        self._open: list[str] = []
        self._row: list[str] = []
        self._total = False
        self._skip = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "img":
            self.words.append(" ".join(given["alt"].split()))
        if tag in VOID:
            return
        self._open.append(tag)
        if tag == "section":
            self._skip = given.get("id") == "glossary"
        elif tag == "table":
            self.tables.append(Table(self._section))
        elif tag == "tr":
            self._row, self._total = [], given.get("class") == "total"
        if tag in {"h2", "p", "li", "caption", "th", "td"}:
            self._text = []

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self._open.pop() == tag
        said = " ".join("".join(self._text).split())
        if tag == "h2":
            self._section = said
        elif tag == "caption":
            self.tables[-1].caption = said
        elif tag in {"th", "td"}:
            self._row.append(said)
        elif tag == "tr":
            self._end_row()
        elif tag in {"p", "li"} and said and not self._skip:
            self.words.append(said)
        if tag in {"h2", "p", "li", "caption", "th", "td"}:
            self._text = []

    def _end_row(self):
        table = self.tables[-1]
        if not table.heading:
            table.heading = self._row
            return
        name, *cells = self._row
        said = [cell_of(*each) for each in zip(cells, table.heading[1:], strict=True)]
        table.rows.append(Row(name, self._total, said))

    def handle_data(self, data):
        self._text.append(data)


def read(found: Publication) -> Read:
    """Read the page of a publication."""
    page = _Page()
    page.feed(found.page)
    return Read(found.title, found.place, found.term, page.tables, page.words)


def differences(found: Publication, reading: Read) -> list[str]:
    """Say where the workbook of a publication tells more than its page, or other things."""
    first, *sheets = found.sheets
    told = [] if len(sheets) == len(reading.tables) else ["another number of tables"]
    if (first[0][0], first[1][0]) != (f"{found.place}, {found.term}", found.title):
        told.append("another report")
    for sheet, table in zip(sheets, reading.tables, strict=False):
        rows = [list(row) for row in sheet]
        at = next(i for i, row in enumerate(rows) if row[0] == table.heading[0])
        heading, body = rows[at], [row for row in rows[at + 1 :] if any(row)]
        if rows[0][0] != table.caption or len(body) != len(table.rows):
            told.append(f"{table.caption}: another table")
            continue
        for line, row in zip(body, table.rows, strict=True):
            if line[0] != row.name:
                told.append(f"{table.caption}: {line[0]}")
            for title, cell in zip(table.heading[1:], row.cells, strict=True):
                own = [i for i, each in enumerate(heading) if each.split(": ")[0] == title]
                values = [line[i] if i < len(line) else None for i in own]
                if not _same(values, cell):
                    told.append(f"{table.caption}: {row.name}, {title}: {values}")
    return told


def _same(values: list[Any], cell: Cell) -> bool:
    said = ["hidden"] * len(values) if cell.kind == "hidden" else cell.in_sheet()
    if cell.text in NOTHING_COMPARED and len(values) > 1:
        said = [0, 0, cell.text]
    return [each or None for each in values] == [
        each or None for each in [*said, *[None] * (len(values) - len(said))]
    ]

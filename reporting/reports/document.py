"""What a report is made of: sections of words and tables, and in them figures that have names.

A report is data before it is anything to look at: its page, its PDF and its workbook are all
printed from one document, so that they cannot say different things. A document is plain JSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from reporting.reports.figures import Share, change, percent, share, tenths

# The name of a figure: what it counts, of whom, where and in which term. A figure that stands in
# two places, or in two reports, has one name, so that whoever may not read it in the one does not
# find it in the other; and on the screen the name opens the pupils behind it.
type Key = str


class Cell(TypedDict):
    """One cell of a table.

    count: `n`. part: `n` of `of`. share: the same, with per cent and, where it is a share of
    judgements or pupils compared, the 95 % interval; `text` says why there is none; `behind` how
    many pupils stand behind it, `few` that nothing is said of so few as a group. Its per cent has
    one decimal where the national figure beside it has. change: the `points` between two shares.
    words: `text`, with its `percent` where it is a figure of others, or of work. hidden: a figure
    that this reader may not see. On the screen, `links` lead to the pupils behind the figures, in
    the order of `keys`.
    """

    kind: Literal["count", "part", "share", "change", "words", "hidden"]
    keys: NotRequired[list[Key]]
    n: NotRequired[int]
    of: NotRequired[int]
    percent: NotRequired[float | None]
    low: NotRequired[int | None]
    high: NotRequired[int | None]
    points: NotRequired[int | None]
    text: NotRequired[str]
    few: NotRequired[bool]
    behind: NotRequired[int]
    links: NotRequired[list[str]]


class Column(TypedDict):
    """A column after the first: its code, by which it is chosen, and its heading."""

    code: str
    title: str


class TableRow(TypedDict):
    """A row: its code, the name in the first column, and a cell for each column."""

    code: str
    name: str
    total: bool
    cells: list[Cell]


class Sum(TypedDict):
    """A figure that is the sum of others, whether these are printed or not."""

    total: Key
    parts: list[Key]


class Table(TypedDict):
    """A table.

    `sums` says what adds up in it, `beneath` has the cells of rows that these speak of and it does
    not print, by the codes of columns, and `absent` are figures known to be nought, as their rows
    are left out: for whoever has to know what can be worked out from it.
    """

    code: str
    caption: str
    head: str
    columns: list[Column]
    rows: list[TableRow]
    sums: list[Sum]
    beneath: list[dict[str, Cell]]
    absent: list[Key]


class Line(TypedDict):
    """One line at a glance: its mark and what that means, the finding, its figures, its section."""

    mark: str
    label: str
    lead: str
    rest: str
    part: str


class Section(TypedDict):
    """A section: what it says before its tables, the tables, and the comment of who writes it.

    `charts` are the codes of its pictures. `nothing` says why there is no table.
    """

    code: str
    title: str
    intro: list[str]
    charts: list[str]
    tables: list[Table]
    nothing: str
    comment: str


class Definition(TypedDict):
    """A word and what it means here."""

    word: str
    meaning: str


class Document(TypedDict):
    """A whole report.

    `about` is the line under its title, `note` says on its cover who may read it, `colour` is that
    of the cover, and `versions` says by which streams and frameworks it was made.
    """

    kind: str
    trust: str
    colour: str
    place: str
    term: str
    last_term: str | None
    title: str
    about: str
    note: str
    lines: list[Line]
    sections: list[Section]
    glossary: list[Definition]
    versions: list[str]
    changes: list[str]


def key(place: str, term_id: int | str, group: str, what: str) -> Key:
    """Name a figure: `school-3`, term 5, `need:ASD`, `core.at`."""
    return f"{place}/{term_id}/{group}/{what}"


def count(name: Key, n: int) -> Cell:
    """Return a bare count."""
    return Cell(kind="count", keys=[name], n=n)


def part(names: tuple[Key, Key], n: int, of: int) -> Cell:
    """Return n of N without per cent."""
    return Cell(kind="part", keys=[*names], n=n, of=of)


def rate(
    names: tuple[Key, Key],
    n: int,
    of: int,
    *,
    why: str = "",
    few: bool = False,
    decimal: bool = False,
) -> Cell:
    """Return n of N with per cent and no interval: where all are counted, not a sample.

    `why` says in words why there is no per cent; on `decimal` it has one decimal.
    """
    return Cell(
        kind="share",
        keys=[*names],
        n=n,
        of=of,
        percent=(tenths(n, of) if decimal else percent(n, of)) if of else None,
        low=None,
        high=None,
        text="" if of else why,
        few=few,
    )


def shared(names: tuple[Key, Key], found: Share, *, why: str, few: bool) -> Cell:
    """Return a share with its interval; `why` says in words why there is no per cent."""
    return Cell(
        kind="share",
        keys=[*names],
        n=found["n"],
        of=found["of"],
        percent=found["percent"],
        low=found["low"],
        high=found["high"],
        text="" if found["of"] else why,
        few=few,
    )


def moved(this: Cell, last: Cell | None) -> Cell:
    """Return the change between two shares, in percentage points."""
    if last is None or last["kind"] != "share" or this["kind"] != "share":
        return words("")
    points = change(share(this["n"], this["of"]), share(last["n"], last["of"]))
    return Cell(kind="change", keys=[*this["keys"], *last["keys"]], points=points)


def words(text: str) -> Cell:
    """Return a cell of words."""
    return Cell(kind="words", text=text)


def known(per_cent: float) -> Cell:
    """Return a per cent that others have published: it says nothing of the pupils here."""
    return Cell(kind="words", percent=per_cent, text=f"{per_cent}\u00a0%")


def hidden() -> Cell:
    """Return the cell that stands where a figure is hidden, for whichever reason."""
    return Cell(kind="hidden")


def table(
    code: str,
    caption: str,
    *,
    head: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[TableRow],
    sums: Sequence[Sum] = (),
    beneath: Iterable[dict[str, Cell]] = (),
    absent: Iterable[Key] = (),
) -> Table:
    """Return a table; each row has a cell for each column."""
    return Table(
        code=code,
        caption=caption,
        head=head,
        columns=[Column(code=each, title=title) for each, title in columns],
        rows=list(rows),
        sums=list(sums),
        beneath=list(beneath),
        absent=list(absent),
    )


def row(code: str, name: str, cells: Sequence[Cell], *, total: bool = False) -> TableRow:
    """Return a row of a table."""
    return TableRow(code=code, name=name, total=total, cells=list(cells))


def section(
    code: str,
    title: str,
    *,
    intro: Sequence[str] = (),
    charts: Sequence[str] = (),
    tables: Sequence[Table] = (),
    nothing: str = "",
    comment: str = "",
) -> Section:
    """Return a section."""
    return Section(
        code=code,
        title=title,
        intro=list(intro),
        charts=list(charts),
        tables=list(tables),
        nothing=nothing,
        comment=comment,
    )


def commented(found: Section, comments: Mapping[str, str]) -> Section:
    """Return a section with the comment that was written for it, if there is one."""
    return {**found, "comment": comments.get(found["code"], "")}


def table_of(sections: Sequence[Section], part: str, code: str) -> Table | None:
    """Return a table of a section by their codes, or None where the report has none."""
    return next(
        (
            each
            for found in sections
            if found["code"] == part
            for each in found["tables"]
            if each["code"] == code
        ),
        None,
    )


def cells_of(found: Table, line: TableRow) -> dict[str, Cell]:
    """Return the cells of a row by the codes of their columns."""
    codes = (each["code"] for each in found["columns"])
    return dict(zip(codes, line["cells"], strict=True))

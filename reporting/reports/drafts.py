"""The first draft of a section's comment: plain sentences, made by rules from its figures.

Only what stands in a cell is said, with the numbers as they stand there. Nothing is worked out
from two cells and no cause is given; so a draft of tables with hidden figures tells none of them,
and where one is hidden nobody is called the highest or the lowest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reporting.choices import Part, TrustPart
from reporting.reports.document import Cell, Key, Section, Table, TableRow

# A change of fewer percentage points than this is not worth a sentence of its own.
MOVED = 5
# So many rows that moved are named, the furthest first; the table has the others.
MOST_NAMED = 2


class Place(NamedTuple):
    """Where a figure stands."""

    section: str
    table: str
    row: str
    column: str


class Sentence(NamedTuple):
    """A sentence, the names of the figures it says, and where these stand."""

    text: str
    keys: tuple[Key, ...]
    places: tuple[Place, ...]

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Where its figures stand, row by row: the table, the row and its columns."""
        found: dict[tuple[str, str], list[str]] = {}
        for each in self.places:
            found.setdefault((each.table, each.row), []).append(each.column)
        return [(table, row, ", ".join(columns)) for (table, row), columns in found.items()]


@dataclass(frozen=True)
class Draft:
    """The sentences of a first draft."""

    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The sentences one after the other, for who begins from them."""
        return " ".join(each.text for each in self.sentences)


class _Figure(NamedTuple):
    """A cell that can be said, and where it stands."""

    cell: Cell
    place: Place

    @property
    def n(self) -> int:
        return self.cell["n"]

    @property
    def percent(self) -> float:
        return self.cell["percent"] or 0

    @property
    def points(self) -> int:
        return self.cell["points"] or 0

    @property
    def share(self) -> str:
        return f"{self.percent}\u00a0% ({self.cell['n']:,} of {self.cell['of']:,})"


@dataclass(frozen=True)
class _Line:
    """A row of a table, read by the codes of its columns."""

    section: Section
    table: Table
    row: TableRow

    @property
    def name(self) -> str:
        return self.row["name"]

    @property
    def few(self) -> bool:
        """Whether so few pupils stand behind its share that nothing is said of them as a group."""
        found = self.cell("share")
        return found is not None and bool(found.cell.get("few"))

    def cell(self, column: str) -> _Figure | None:
        """Return a cell with its place, whatever it says; None: there is no such column."""
        codes = [each["code"] for each in self.table["columns"]]
        if column not in codes:
            return None
        at = codes.index(column)
        place = Place(self.section["title"], self.table["caption"], self.name, self.title(column))
        return _Figure(self.row["cells"][at], place)

    def figure(self, column: str, *kinds: str) -> _Figure | None:
        """Return the figure in a column if it can be said: it is there, shown and of a kind."""
        found = self.cell(column)
        if found is None or found.cell["kind"] not in kinds:
            return None
        kind = found.cell["kind"]
        if kind == "share" and (found.cell.get("percent") is None or found.cell.get("few")):
            return None
        return None if kind == "change" and found.cell.get("points") is None else found

    def share(self, column: str = "share") -> _Figure | None:
        return self.figure(column, "share")

    def hides(self, column: str) -> bool:
        found = self.cell(column)
        return found is not None and found.cell["kind"] == "hidden"

    def title(self, column: str) -> str:
        return next(each["title"] for each in self.table["columns"] if each["code"] == column)


def first_draft(section: Section) -> list[Sentence]:
    """Return what can be said of a section from its tables, the whole before its parts."""
    rule = _RULES.get(section["code"], _main)
    return list(rule(section))


def draft_of(section: Section) -> Draft | None:
    """Return the first draft of a section, None where its figures say nothing."""
    sentences = first_draft(section)
    return Draft(tuple(sentences)) if sentences else None


def _said(text: str, *figures: _Figure | None) -> Sentence:
    found = [each for each in figures if each is not None]
    keys = dict.fromkeys(key for each in found for key in each.cell.get("keys", ()))
    places = dict.fromkeys(each.place for each in found)
    return Sentence(text, tuple(keys), tuple(places))


def _lines(section: Section, code: str) -> list[_Line]:
    """Return the rows of one table, none where the section has no such table."""
    found = (each for each in section["tables"] if each["code"] == code)
    return [_Line(section, each, row) for each in found for row in each["rows"]]


def _parted(lines: Iterable[_Line]) -> tuple[_Line | None, list[_Line]]:
    """Return the row of all, if there is one, and the others."""
    lines = list(lines)
    total = next((each for each in lines if each.row["total"]), None)
    return total, [each for each in lines if not each.row["total"]]


def _than_last(line: _Line) -> tuple[str, _Figure | None]:
    """Say by how much the share has changed, where that is shown."""
    found, before = line.figure("change", "change"), line.cell("last")
    if found is None or (before is not None and before.cell.get("few")):
        return "", None
    term, size = line.title("last"), abs(found.points)
    if not size:
        return f", about the same share as in {term}", found
    many = f"{size} point{'' if size == 1 else 's'}"
    return f", {many} {'more' if found.points > 0 else 'fewer'} than in {term}", found


def _whole(total: _Line, what: str) -> Iterator[Sentence]:
    """Say how the share stands for all, and how it has changed."""
    found = total.share()
    if found is not None:
        words, change = _than_last(total)
        yield _said(f"{found.share} {what}{words}.", found, change)


def _moved(parts: Sequence[_Line]) -> Iterator[Sentence]:
    """Name the rows that have fallen or risen most, from what to what."""
    moved = [
        (change, line, now, before)
        for line in parts
        if (change := line.figure("change", "change"))
        and (now := line.share())
        and (before := line.share("last"))
        and abs(change.points) >= MOVED
    ]
    for word, sign in (("down", -1), ("up", 1)):
        those = [each for each in moved if each[0].points * sign > 0]
        those.sort(key=lambda each: -abs(each[0].points))
        for change, line, now, before in those[:MOST_NAMED]:
            yield _said(
                f"{line.name} is {word} by {abs(change.points)} points: {now.share}, from"
                f" {before.share} in {line.title('last')}.",
                change,
                now,
                before,
            )


def _ends(parts: Sequence[_Line], which: str) -> Iterator[Sentence]:
    """Name the highest and the lowest; not where one is hidden, nor where two are equal."""
    if any(each.hides("share") for each in parts):
        return
    found = [(line, share) for line in parts if (share := line.share())]
    found.sort(key=lambda each: each[1].percent)
    if len(found) < 2:  # of one there is no highest
        return
    (low, lowest), (high, highest) = found[0], found[-1]
    alone = found[1][1].percent > lowest.percent and found[-2][1].percent < highest.percent
    if alone:
        yield _said(
            f"Of {which}, {high.name} is highest with {highest.share}, and {low.name} lowest with"
            f" {lowest.share}.",
            highest,
            lowest,
        )


def _made(line: _Line, what: str) -> Iterator[Sentence]:
    """Say how much is judged of what is due, and what has no baseline."""
    found = line.figure("coverage", "part")
    if found is None or not found.cell["of"]:
        return
    n, of = found.cell["n"], found.cell["of"]
    many = f"All {of:,}" if n == of else f"{n:,} of {of:,}"
    yield _said(f"{many} judgements due in {what} are made.", found)
    apart = line.figure("no_baseline", "count")
    if apart is not None and apart.n:
        yield _said(
            f"{apart.n:,} of them {'has' if apart.n == 1 else 'have'} no baseline, and so"
            f" {'counts' if apart.n == 1 else 'count'} in no share.",
            apart,
        )


MET = "of termly targets judged were met or exceeded"
EXPECTED = "of judgements in core areas are at or above what is expected"


def _standards(section: Section) -> Iterator[Sentence]:
    total, areas = _parted(_lines(section, "core"))
    if total is not None:
        yield from _whole(total, EXPECTED)
    yield from _moved(areas)
    if not any(each.few for each in areas):
        yield from _ends(areas, "the core areas judged")
    for line in _lines(section, "coverage"):
        yield from _made(line, "all strands")
    if total is not None and not _lines(section, "coverage"):
        yield from _made(total, "core areas")


def _schools(section: Section) -> Iterator[Sentence]:
    total, places = _parted(_lines(section, "schools"))
    if total is not None:
        yield from _whole(total, EXPECTED)
    yield from _moved(places)


def _other(section: Section) -> Iterator[Sentence]:
    _total, strands = _parted(_lines(section, "strands"))
    yield from _moved(strands)
    if not any(each.few for each in strands):
        yield from _ends(strands, "these strands")


def _groups(section: Section) -> Iterator[Sentence]:
    """Set two groups beside each other; of more, the highest and the lowest."""
    for table in section["tables"]:
        lines = [_Line(section, table, row) for row in table["rows"]]
        shares = [share for line in lines if (share := line.share())]
        if len(lines) == len(shares) == 2:  # those who have something, and not
            first, second = shares
            yield _said(
                f"{first.place.row}: {first.share} at or above what is expected;"
                f" {second.place.row}: {second.share}.",
                first,
                second,
            )
        else:
            of = table["head"].lower()
            yield from _ends(lines, f"the groups by {of} that are not small")


def _targets(section: Section) -> Iterator[Sentence]:
    total, areas = _parted(_lines(section, "areas"))
    if total is not None:
        yield from _whole(total, MET)
        waiting = total.figure("not_judged", "count")
        number = total.figure("set", "count")
        if waiting and number and waiting.n:
            is_ = "is" if waiting.n == 1 else "are"
            yield _said(
                f"{waiting.n:,} of {number.n:,} termly targets {is_} not judged.", waiting, number
            )
    yield from _moved(areas)


def _roll(section: Section) -> Iterator[Sentence]:
    for table in section["tables"]:
        lines = [_Line(section, table, row) for row in table["rows"]]
        if [each.row["code"] for each in lines] == ["yes", "no"]:
            yield from _of_roll(lines[:1])
        elif table["code"] == "need":
            yield from _most(lines)
        elif table["code"] == "places":
            yield from _of_roll(lines[1:])


def _of_roll(lines: Iterable[_Line]) -> Iterator[Sentence]:
    for line in lines:
        found = line.share("pupils")
        if found is not None and found.n:
            yield _said(f"{line.name}: {found.share} of the pupils on roll.", found)


def _most(lines: Sequence[_Line]) -> Iterator[Sentence]:
    """Name the most frequent of all, unless one is hidden or two are as frequent."""
    found = [share for line in lines if (share := line.share("pupils"))]
    found.sort(key=lambda each: -each.n)
    if len(found) != len(lines) or (len(found) > 1 and found[0].n == found[1].n):
        return
    for most in found[:1]:
        yield _said(
            f"The most frequent primary need is {most.place.row}: {most.share} of the pupils on"
            " roll.",
            most,
        )


def _places(section: Section) -> Iterator[Sentence]:
    for line in _lines(section, "places"):
        if line.row["total"]:
            continue
        share, met = line.share(), line.share("targets")
        said = [f"{share.share} {EXPECTED}"] if share else []
        said += [f"{met.share} {MET}"] if met else []
        if said:
            yield _said(f"{line.name}: {'; '.join(said)}.", share, met)


def _main(section: Section) -> Iterator[Sentence]:
    """Say each row of a table by category, that of all first: now, last term and nationally."""
    total, parts = _parted(_lines(section, "main"))
    for line in [total, *parts] if total else parts:
        this = line.figure("this", "count", "share")
        if this is None:
            continue
        last, national = line.figure("last", "count", "share"), line.figure("national", "words")
        if this.cell["kind"] == "count" and not this.n and not (last and last.n):
            continue
        said = f"{line.name}: {_value(this)}"
        if last is not None:
            said += f", {_value(last)} in {line.title('last')}"
        if national is not None and national.cell.get("percent") is not None:
            said += f"; nationally {national.percent}\u00a0%"
        else:
            national = None
        yield _said(f"{said}.", this, last, national)


def _value(found: _Figure) -> str:
    return found.share if found.cell["kind"] == "share" else f"{found.n:,}"


_RULES: dict[str, Callable[[Section], Iterator[Sentence]]] = {
    Part.ROLL: _roll,
    TrustPart.SCHOOLS: _schools,
    Part.STANDARDS: _standards,
    Part.OTHER: _other,
    Part.GROUPS: _groups,
    Part.PLACES: _places,
    Part.TARGETS: _targets,
}

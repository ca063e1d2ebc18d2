"""What a clever reader knows of the figures in reports: what each counts, and what adds up.

A figure is called by whose it is, when, of which of their pupils, and what: `("Cliff School",
"Autumn 2026", "Sex: Female", "core.at")`. So the same figure in two reports has one name.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, product

from tests.reporting.attacker.reading import NOTHING_COMPARED, Cell, Read, Row, Table
from tests.reporting.attacker.solving import Form, Knowledge
from tests.reporting.attacker.solving import Name as Figure

ALL = "all"
OF_WHICH = "of which "
# Counts of what teachers have done say nothing of children.
PLAIN = (
    *(".attended", ".possible", ".authorised", ".unauthorised", ".late"),
    *(".papers done", ".papers owed"),
)


@dataclass(frozen=True)
class Spoken:
    """A cell with the figures that it says, or would: n, and where it is n of N, that N."""

    where: str
    cell: Cell
    figures: tuple[Figure, ...]


@dataclass
class Reader:
    """Somebody who has read some publications and remembers them all.

    `tables` says what a table tells, by how its caption begins or ends. `trusting`: takes it that
    of what is listed there is some.
    """

    tables: Mapping[str, "Understand"]
    trusting: bool = True
    knowledge: Knowledge = field(default_factory=Knowledge)
    spoken: list[Spoken] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    # What was listed: the groups of a place, its areas, its ARBs and its schools, by term.
    groups: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    areas: dict[tuple[str, str], tuple[str, list[str]]] = field(default_factory=dict)
    needs: dict[tuple[str, str], tuple[str, list[str]]] = field(default_factory=dict)
    arbs: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    schools: dict[tuple[str, str], tuple[str, list[str]]] = field(default_factory=dict)

    def take(self, report: Read) -> None:
        """Read a publication; what adds up in it is known once all are read."""
        for table in report.tables:
            for caption, understand in self.tables.items():
                if table.caption.startswith(caption) or table.caption.endswith(caption):
                    understand(self, report, table)
                    break
            else:
                divided = table.caption == f"{table.heading[0]}, {report.term}"
                if divided and "Pupils" in table.heading:
                    _groups(self, report, table)
                else:
                    self.unread.append(f"{report.title}: {table.caption}")

    def say(self, report: Read, table: Table, row: Row, column: str, *figures: Figure) -> None:
        """Take in one cell of a table."""
        if column not in table.heading:
            return
        cell = row.cells[table.column(column)]
        where = f"{report.place}, {report.term}: {table.caption}: {row.name}, {column}"
        self.spoken.append(Spoken(where, cell, figures))
        know = self.knowledge
        for each in figures:
            know.mention(each)
        if len(figures) == 2:
            know.at_most(*figures)
        if cell.kind == "count":
            know.between(figures[0], cell.n, cell.n)
        elif cell.kind in ("part", "share"):
            know.between(figures[0], cell.n, cell.n)
            know.between(figures[1], cell.of, cell.of)
        elif cell.kind == "words" and cell.text in NOTHING_COMPARED:
            for each in figures:
                know.between(each, 0, 0)

    def say_coverage(self, report: Read, table: Table, row: Row, *, of: Figure) -> None:
        """Take in how much was judged: where nothing was due, nothing was compared.

        More cannot be had from a per cent without numbers. Whatever fits, fits as well with a
        hundred times as many judged and due everywhere: all that is known of these are sums,
        such per cents, and that they are no fewer than were compared.
        """
        if "Judged of due" in table.heading:
            cell = row.cells[table.column("Judged of due")]
            if cell.text == "none due":
                self.knowledge.between(of, 0, 0)

    def conclude(self) -> None:
        """Learn what adds up in all that was read."""
        for (place, term, _), groups in self.groups.items():
            self._parted(place, term, groups)
        for (place, term), listed in self.areas.items():
            self._by_area(place, term, listed)
        for (place, term), listed in self.needs.items():
            self._by_need(place, term, listed)
        for (school, term), arbs in self.arbs.items():
            parts = [f"{school} without its ARBs", *arbs]
            for when, what in self._measures(school, term):
                self._adds((school, when, ALL, what), [(each, when, ALL, what) for each in parts])
        for (trust, term), (last, schools) in self.schools.items():
            self._of_schools(trust, term, last, schools)
        self._natures()

    def _parted(self, place: str, term: str, groups: list[str]) -> None:
        for what in ("pupils", "core.at", "core.compared"):
            self._adds((place, term, ALL, what), [(place, term, g, what) for g in groups])

    def _by_area(self, place: str, term: str, listed: tuple[str, list[str]]) -> None:
        last, areas = listed
        for when, what in product((term, last), _CORE):
            parts = [(place, when, ALL, f"area {area}.{what}") for area in areas]
            self._adds((place, when, ALL, f"core.{what}"), parts)

    def _by_need(self, place: str, term: str, listed: tuple[str, list[str]]) -> None:
        last, needs = listed
        for when, what in product((term, last), ("reached", "judged")):
            parts = [(place, when, ALL, f"targets {need}.{what}") for need in needs]
            self._adds((place, when, ALL, f"targets.{what}"), parts)

    def _measures(self, place: str, term: str) -> Iterator[tuple[str, str]]:
        """Return every figure of all pupils of a place in a term, or in the one before."""
        whens = {term} | {last for (_, t), (last, _) in self.areas.items() if t == term}
        for where, when, group, what in list(self.knowledge.least):
            if where == place and when in whens and group == ALL:
                yield when, what

    def _adds(self, total: Figure, parts: list[Figure]) -> None:
        """Learn a sum, if any of its figures is spoken of at all."""
        if any(each in self.knowledge.least for each in (total, *parts)):
            self.knowledge.add_up(total, parts)

    def _of_schools(self, trust: str, term: str, last: str, schools: list[str]) -> None:
        """Learn that schools add up to their trust, and what a school has none of."""
        for where, when, group, what in list(self.knowledge.least):
            if where == trust and when in (term, last):
                parts = [(school, when, group, what) for school in schools]
                self.knowledge.add_up((where, when, group, what), parts)
                if when == term:
                    self._none_in(group, parts)
        for school in schools:
            self._lists_not(school, term, trust)
            # What all pupils of the trust are parted by, those of each school are.
            for (place, when, _), groups in list(self.groups.items()):
                if (place, when) == (trust, term):
                    self._parted(school, term, groups)
            if (trust, term) in self.areas:
                self._by_area(school, term, self.areas[trust, term])
            if (trust, term) in self.needs:
                self._by_need(school, term, self.needs[trust, term])

    def _none_in(self, group: str, parts: list[Figure]) -> None:
        """Learn that a school has nobody in a group that it does not list beside others."""
        for school, term, _, what in parts:
            listed = self.groups.get((school, term, group.partition(": ")[0]))
            if listed is not None and group not in listed:
                self.knowledge.between((school, term, group, what), 0, 0)

    def _lists_not(self, school: str, term: str, trust: str) -> None:
        """Learn that an area or need that a school does not list has nothing in it."""
        for listed, name in ((self.areas, "area"), (self.needs, "targets")):
            if (school, term) not in listed or (trust, term) not in listed:
                continue
            last, own = listed[school, term]
            for each in set(listed[trust, term][1]) - set(own):
                for what in _CORE if name == "area" else ("reached", "judged"):
                    for when in (term, last):
                        figure = (school, when, ALL, f"{name} {each}.{what}")
                        self.knowledge.between(figure, 0, 0)

    def _natures(self) -> None:
        """Learn what can by nature not be more than what, of all that is spoken of."""
        know = self.knowledge
        for place, when, group, what in list(know.least):
            of, _, measure = what.rpartition(".")
            for more in _MORE.get(measure, ()):
                if (place, when, group, f"{of}.{more}") in know.least:
                    know.at_most((place, when, group, what), (place, when, group, f"{of}.{more}"))
            if measure in _CORE or measure == "reached":
                pupils = (place, when, group, "pupils")
                if pupils in know.least:
                    know.nothing_without(pupils, (place, when, group, what))


type Understand = Callable[[Reader, Read, Table], None]
_CORE = ("at", "compared")
_MORE = {
    "at": ("compared",),
    "reached": ("judged",),
}


def forms(spoken: Spoken) -> Iterator[Form]:
    """Return what a cell says or hides: its figures, and how many are not counted in its share."""
    for each in spoken.figures:
        yield ((each, 1),)
    if len(spoken.figures) == 2:
        yield not_counted(spoken.figures)


def not_counted(figures: tuple[Figure, ...]) -> Form:
    """Return how many of N are not n."""
    n, of = figures
    return ((of, 1), (n, -1))


def not_more(reader: "Reader", less: Figure, more: Figure) -> None:
    """Learn that a figure can by nature not be more than another."""
    reader.knowledge.at_most(less, more)


def pair(place: str, term: str, group: str, what: str) -> tuple[Figure, Figure]:
    """Return the two figures of a share of judgements."""
    return (place, term, group, f"{what}.at"), (place, term, group, f"{what}.compared")


def _targets(place: str, term: str, of: str = "targets") -> tuple[Figure, Figure]:
    return (place, term, ALL, f"{of}.reached"), (place, term, ALL, f"{of}.judged")


def _roll(reader: Reader, report: Read, table: Table) -> None:
    (row,) = table.rows
    reader.say(report, table, row, "Pupils", (report.place, report.term, ALL, "pupils"))


def _group(table: Table, row: Row) -> str:
    return f"{table.heading[0]}: {row.name}"


def _list(reader: Reader, report: Read, table: Table) -> None:
    """A group of nobody is not listed as a rule, so each that is has somebody in it."""
    listed = [_group(table, row) for row in table.rows]
    place = (report.place, report.term)
    before = reader.groups.setdefault((*place, table.heading[0]), listed)
    before += [each for each in listed if each not in before]
    for group in listed:
        reader.knowledge.between((*place, group, "pupils"), 1 if reader.trusting else 0)
    names = [row.name for row in table.rows]
    if table.heading[0] == "Primary need" and names != sorted(names):
        # They stand by their size then.
        for more, less in pairwise(listed):
            reader.knowledge.at_most((*place, less, "pupils"), (*place, more, "pupils"))


def _divided(reader: Reader, report: Read, table: Table) -> None:
    _list(reader, report, table)
    place = (report.place, report.term)
    for row in table.rows:
        figures = ((*place, _group(table, row), "pupils"), (*place, ALL, "pupils"))
        reader.say(report, table, row, "Pupils", *figures)


def _groups(reader: Reader, report: Read, table: Table) -> None:
    _list(reader, report, table)
    place = (report.place, report.term)
    for row in table.rows:
        group = _group(table, row)
        reader.say(report, table, row, "Pupils", (*place, group, "pupils"))
        reader.say(report, table, row, "At or above expected", *pair(*place, group, "core"))


def _taught_at(reader: Reader, report: Read, table: Table) -> None:
    place = (report.place, report.term)
    reader.arbs[place] = [row.name for row in table.rows[1:]]
    for row in table.rows:
        figures = ((row.name, report.term, ALL, "pupils"), (*place, ALL, "pupils"))
        reader.say(report, table, row, "Pupils", *figures)


def _places(reader: Reader, report: Read, table: Table) -> None:
    term = report.term
    reader.arbs[report.place, term] = [row.name for row in table.rows[2:]]
    for row in table.rows:
        place = report.place if row.total else row.name
        reader.say(report, table, row, "Pupils", (place, term, ALL, "pupils"))
        reader.say(report, table, row, "At or above expected", *pair(place, term, ALL, "core"))
        reader.say(report, table, row, "Termly targets met", *_targets(place, term))


def _standards(reader: Reader, report: Read, table: Table) -> None:
    last = table.heading[-2]
    listed = [row.name for row in table.rows if not row.total]
    reader.areas[report.place, report.term] = (last, listed)
    place, term = report.place, report.term
    for row in table.rows:
        what = "core" if row.total else f"area {row.name}"
        reader.say_coverage(report, table, row, of=pair(place, term, ALL, what)[1])
        reader.say(report, table, row, "At or above expected", *pair(place, term, ALL, what))
        reader.say(report, table, row, last, *pair(place, last, ALL, what))


def _every_strand(reader: Reader, report: Read, table: Table) -> None:
    (row,) = table.rows
    reader.say_coverage(report, table, row, of=pair(report.place, report.term, ALL, "core")[1])


def _by_need(reader: Reader, report: Read, table: Table) -> None:
    last = table.heading[-2]
    listed = [row.name for row in table.rows if not row.total]
    reader.needs[report.place, report.term] = (last, listed)
    for row in table.rows:
        of = "targets" if row.total else f"targets {row.name}"
        reader.say(report, table, row, "Met of judged", *_targets(report.place, report.term, of))
        reader.say(report, table, row, last, *_targets(report.place, last, of))


def _schools(reader: Reader, report: Read, table: Table) -> None:
    last, term = table.heading[-3], report.term
    schools: list[str] = []
    for row in table.rows:
        place = report.place if row.total else row.name.removeprefix(OF_WHICH)
        if row.name.startswith(OF_WHICH):
            reader.arbs.setdefault((schools[-1], term), [])
            if place not in reader.arbs[schools[-1], term]:
                reader.arbs[schools[-1], term].append(place)
        elif not row.total:
            schools.append(place)
        reader.say(report, table, row, "Pupils", (place, term, ALL, "pupils"))
        reader.say_coverage(report, table, row, of=pair(place, term, ALL, "core")[1])
        reader.say(report, table, row, "At or above expected", *pair(place, term, ALL, "core"))
        reader.say(report, table, row, last, *pair(place, last, ALL, "core"))
        reader.say(report, table, row, "Termly targets met", *_targets(place, term))
    reader.schools[report.place, term] = (last, schools)


def _areas(reader: Reader, report: Read, table: Table) -> None:
    for row in table.rows:
        place = report.place if row.total else row.name
        for area in table.heading[1:]:
            figures = pair(place, report.term, ALL, f"area {area}")
            reader.say(report, table, row, area, *figures)
        for what in ("at", "compared"):
            reader.knowledge.add_up(
                (place, report.term, ALL, f"core.{what}"),
                [(place, report.term, ALL, f"area {a}.{what}") for a in table.heading[1:]],
            )


TABLES: dict[str, Understand] = {
    "Pupils on roll": _roll,
    "of the pupils on roll": _divided,
    "Where the pupils on roll are taught": _taught_at,
    "Judgements by progress since baseline": _standards,
    "Judgements made in all strands": _every_strand,
    "The school's pupils by where they are taught": _places,
    "Termly targets by area of need": _by_need,
    "Schools and ARBs,": _schools,
    "Core areas by school": _areas,
}

"""The head teacher report of a school for a term: rows in, every number and word out.

`build` is pure: the snapshot depends on nothing but the rows, so equal data give an equal report.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import TypedDict

from assessment.measures import Indicator
from parrcs.core.access import Access
from pupils.choices import AreaOfNeed, TargetOutcome
from reporting.reports.definitions import Definition, definitions
from reporting.reports.figures import (
    AreaRow,
    Row,
    Share,
    Tally,
    change,
    percent,
    share,
)
from reporting.reports.glance import Line, at_a_glance
from reporting.reports.groups import by_need, by_year, flags, parted, sexes
from reporting.selectors.ht import HTRows, PupilOnRoll, TermRows, ht_rows
from schools.models import School, Term


class RollRow(TypedDict):
    """How many pupils on roll there are of one kind."""

    name: str
    pupils: int
    percent: int


class RollTable(TypedDict):
    """The roll by one characteristic."""

    title: str
    rows: list[RollRow]


class GroupTable(TypedDict):
    """The progress of the groups that one characteristic makes."""

    title: str
    rows: list[Row]


class TargetCounts(TypedDict):
    """Termly targets in one area of need, with the term before beside them."""

    name: str
    set: int
    judged: int
    not_judged: int
    not_yet: int
    partly: int
    met: int
    exceeded: int
    share: Share
    last: Share | None
    change: int | None


class PlaceRow(Row):
    """A place within the registered school, with its termly targets."""

    targets: Share
    targets_not_judged: int


class Snapshot(TypedDict):
    """The whole report."""

    trust: str
    school: str
    term: str
    last_term: str | None
    census_on: str
    glance: list[Line]
    on_roll: int
    roll: list[RollTable]
    coverage: Row
    core: list[AreaRow]
    core_total: AreaRow
    other: list[AreaRow]
    routes: list[Row]
    groups: list[GroupTable]
    targets: list[TargetCounts]
    targets_total: TargetCounts
    places: list[PlaceRow]
    definitions: list[Definition]


class _Term:
    """The judgements of one term, ready to be counted for any pupils and strands."""

    def __init__(self, rows: TermRows) -> None:
        self.rows = rows
        self.pupils = rows.pupils
        self.made: dict[int, dict[int, Indicator | None]] = defaultdict(dict)
        for each in rows.progress:
            self.made[each.pupil_id][each.strand_id] = each.indicator

    def tally(
        self,
        pupils: Iterable[PupilOnRoll],
        counts: Callable[[int, int | None], bool],
    ) -> Tally:
        """Count what was due and judged of these pupils in the strands that count."""
        tally = Tally()
        for pupil in pupils:
            for strand in self.rows.due.get(pupil.route_id, ()):
                if counts(strand.strand_id, strand.core_area_id):
                    tally.due += 1
                    made = self.made[pupil.pupil_id]
                    if strand.strand_id in made:
                        tally.add(pupil.pupil_id, made[strand.strand_id])
        return tally

    def due_to(self, counts: Callable[[int, int | None], bool]) -> int:
        """Count the pupils for whom any of these strands is due."""
        routes = {
            route_id
            for route_id, strands in self.rows.due.items()
            if any(counts(each.strand_id, each.core_area_id) for each in strands)
        }
        return sum(pupil.route_id in routes for pupil in self.pupils)


def ht_report(access: Access, *, school: School, term: Term) -> Snapshot:
    """Return the report as the data are now."""
    return build(ht_rows(access, school=school, term=term))


def build(rows: HTRows) -> Snapshot:
    """Make the report from its rows."""
    this = _Term(rows.this)
    last = _Term(rows.last) if rows.last else None
    core_total = _area("All core areas", this, last, _core)
    core = [_area(name, this, last, _in_area(area_id)) for area_id, name in rows.core_areas.items()]
    routes, groups = _routes(rows, this), _groups(this)
    targets, targets_total = _targets(rows)
    coverage = this.tally(this.pupils, _all).row("All strands", len(this.pupils))
    places = _places(rows, this)
    return Snapshot(
        trust=rows.trust,
        school=rows.school,
        term=rows.this.name,
        last_term=rows.last.name if rows.last else None,
        census_on=f"{rows.this.census_on:%-d %B %Y}",
        glance=at_a_glance(
            core=core,
            core_total=core_total,
            last_term=rows.last.name if rows.last else None,
            groups=[
                *((f"{row['name']} route", row) for row in routes),
                *(
                    (f"{table['title']}: {row['name']}", row)
                    for table in groups
                    for row in table["rows"]
                ),
                *((row["name"], row) for row in places[2:]),
            ],
            coverage=coverage,
            targets_set=targets_total["set"],
            targets_not_judged=targets_total["not_judged"],
            targets=targets_total["share"],
        ),
        on_roll=len(this.pupils),
        roll=_roll(rows),
        coverage=coverage,
        core=[row for row in core if row["due"] or (row["last"] or _NOBODY)["of"]],
        core_total=core_total,
        other=_other(rows, this, last),
        routes=routes,
        groups=groups,
        targets=targets,
        targets_total=targets_total,
        places=places,
        definitions=definitions(),
    )


_NOBODY = share(0, 0)


def _all(_strand_id: int, _area_id: int | None) -> bool:
    return True


def _core(_strand_id: int, area_id: int | None) -> bool:
    return area_id is not None


def _in_area(wanted: int) -> Callable[[int, int | None], bool]:
    return lambda _strand_id, area_id: area_id == wanted


def _area(
    name: str,
    this: _Term,
    last: _Term | None,
    counts: Callable[[int, int | None], bool],
) -> AreaRow:
    row = this.tally(this.pupils, counts).row(name, this.due_to(counts))
    before = last.tally(last.pupils, counts).share() if last else None
    return AreaRow(**row, last=before, change=change(row["share"], before))


def _other(rows: HTRows, this: _Term, last: _Term | None) -> list[AreaRow]:
    """Return the strands outside the core areas, the versions of a stream taken together."""
    versions: dict[tuple[str, str], set[int]] = defaultdict(set)
    names: dict[tuple[str, str], str] = {}
    for strand_id, strand in rows.strands.items():
        if strand.core_area_id is None:
            key = (strand.stream_code, strand.code)
            versions[key].add(strand_id)
            names[key] = f"{strand.stream}: {strand.name}"

    def one_of(strand_ids: set[int]) -> Callable[[int, int | None], bool]:
        return lambda strand_id, _area_id: strand_id in strand_ids

    found = [_area(names[key], this, last, one_of(ids)) for key, ids in versions.items()]
    return [row for row in found if row["due"] or (row["last"] or _NOBODY)["of"]]


def _routes(rows: HTRows, this: _Term) -> list[Row]:
    parts = parted(this.pupils, lambda pupil: pupil.route_id)
    return [
        this.tally(parts[route_id], _core).row(name, len(parts[route_id]))
        for route_id, name in rows.routes.items()
        if route_id in parts
    ]


def _groups(this: _Term) -> list[GroupTable]:
    """Return the progress of each group in the core areas; groups of nobody are left out."""
    term = this.rows
    divisions = {"Sex": sexes(term)}
    for title, (yes, no, those) in flags(term).items():
        ids = {pupil.pupil_id for pupil in those}
        others = [pupil for pupil in term.pupils if pupil.pupil_id not in ids]
        divisions[title] = {yes: those, no: others}
    divisions["Primary need"] = by_need(term)
    divisions["Year group"] = by_year(term)
    return [
        GroupTable(
            title=title,
            rows=[
                this.tally(pupils, _core).row(name, len(pupils))
                for name, pupils in parts.items()
                if pupils
            ],
        )
        for title, parts in divisions.items()
    ]


def _roll(rows: HTRows) -> list[RollTable]:
    """Return who is on roll, by what the rest of the report groups by."""
    term = rows.this
    total = len(term.pupils)
    by_route = Counter(pupil.route_id for pupil in term.pupils)
    by_arb = Counter(pupil.arb_id for pupil in term.pupils)
    having = {yes: len(those) for yes, _no, those in flags(term).values()}
    tables = {
        "Year group": {name: len(pupils) for name, pupils in by_year(term).items()},
        "Primary need": {name: len(pupils) for name, pupils in by_need(term).items()},
        "Route": {
            name: by_route[route_id] for route_id, name in rows.routes.items() if by_route[route_id]
        },
        "Groups": {
            **{name: len(pupils) for name, pupils in sexes(term).items()},
            **having,
            **{f"{arb.name} at {arb.host}": by_arb[arb.arb_id] for arb in rows.arbs},
        },
    }
    return [
        RollTable(
            title=title,
            rows=[
                RollRow(name=name, pupils=n, percent=percent(n, total) if total else 0)
                for name, n in counts.items()
            ],
        )
        for title, counts in tables.items()
    ]


def _target_counts(
    name: str, this: Iterable[int | None], last: Iterable[int | None] | None
) -> TargetCounts:
    counts = Counter(this)
    outcome = {each: counts[each] for each in TargetOutcome}
    judged = sum(outcome.values())
    reached = _met(counts)
    before = _met(Counter(last)) if last is not None else None
    return TargetCounts(
        name=name,
        set=counts.total(),
        judged=judged,
        not_judged=counts[None],
        not_yet=outcome[TargetOutcome.NOT_YET],
        partly=outcome[TargetOutcome.PARTLY],
        met=outcome[TargetOutcome.MET],
        exceeded=outcome[TargetOutcome.EXCEEDED],
        share=reached,
        last=before,
        change=change(reached, before),
    )


def _met(counts: Counter[int | None]) -> Share:
    """Return the share of targets met or exceeded, of those judged."""
    judged = {value: n for value, n in counts.items() if value is not None}
    met = sum(n for value, n in judged.items() if value >= TargetOutcome.MET)
    return share(met, sum(judged.values()))


def _targets(rows: HTRows) -> tuple[list[TargetCounts], TargetCounts]:
    def counted(name: str, area: str | None) -> TargetCounts:
        def judged_in(term: TermRows) -> list[int | None]:
            return [row.judged for row in term.targets if area in (None, row.area)]

        return _target_counts(
            name, judged_in(rows.this), judged_in(rows.last) if rows.last else None
        )

    areas = [counted(str(area.label), area) for area in AreaOfNeed]
    return [row for row in areas if row["set"] or (row["last"] or _NOBODY)["of"]], counted(
        "All areas", None
    )


def _places(rows: HTRows, this: _Term) -> list[PlaceRow]:
    """Return all who are registered, those outside the ARBs, and each ARB apart."""
    parts = parted(this.pupils, lambda pupil: pupil.arb_id)
    places = {
        f"All registered at {rows.school}": this.pupils,
        f"{rows.school} without its ARBs": parts.get(None, []),
        **{f"{arb.name} at {arb.host}": parts.get(arb.arb_id, []) for arb in rows.arbs},
    }
    found = []
    for name, pupils in places.items():
        ids = {pupil.pupil_id for pupil in pupils}
        judged = Counter(row.judged for row in rows.this.targets if row.pupil_id in ids)
        found.append(
            PlaceRow(
                **this.tally(pupils, _core).row(name, len(pupils)),
                targets=_met(judged),
                targets_not_judged=judged[None],
            )
        )
    return found

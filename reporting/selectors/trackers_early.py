"""The early-years tracker: pupils by the early learning goals, emerging or expected."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from assessment.measures import GOOD_LEVEL_AREAS, PRIME_AREAS, GoodLevel, good_level
from assessment.models import Point, Strand
from assessment.selectors.baselines import scales_of
from assessment.selectors.paths import Path, paths_of
from assessment.selectors.progress import DueStrand, strands_due
from parrcs.core.access import Access
from pupils.models import Route
from pupils.selectors.registers import Registered, registers
from reporting.selectors.trackers import chosen_of
from schools.models import Term
from schools.selectors.calendar import current_term

# The stream whose strands are the early learning goals, grouped by area of learning.
EARLY_YEARS = "early-years"

GOOD_LEVEL_WORDS = {
    GoodLevel.REACHED: "yes",
    GoodLevel.NOT_YET: "not yet",
    GoodLevel.NOT_JUDGED: "not all judged",
}


@dataclass(frozen=True)
class Goal:
    """One early learning goal."""

    strand_id: int
    name: str
    area: str

    @property
    def prime(self) -> bool:
        """Whether its area is a prime one; the others are specific."""
        return self.area.casefold() in PRIME_AREAS

    @property
    def for_good_level(self) -> bool:
        """Whether a good level of development asks for it."""
        return self.area.casefold() in GOOD_LEVEL_AREAS


@dataclass(frozen=True)
class Moment:
    """The baseline, or a term of the year; `key` is its place among them."""

    key: int
    name: str


@dataclass(frozen=True)
class Counted:
    """How many are at expected, of those judged, of those there are."""

    at_expected: int
    judged: int
    due: int


@dataclass(frozen=True)
class GoalCell:
    """A pupil in a goal: at each moment the point, or None where nothing is judged."""

    points: Sequence[Point | None]
    top: int

    @property
    def now(self) -> Point | None:
        """What is judged at the last moment."""
        return self.points[-1]

    def at_expected(self, moment: int = -1) -> bool | None:
        """Say whether the goal is reached at a moment; None where it is not judged."""
        point = self.points[moment]
        return None if point is None else point.pk == self.top

    def word(self, moment: int = -1) -> str:
        """Say where the pupil stands in the words that everybody uses."""
        reached = self.at_expected(moment)
        return "not judged" if reached is None else "expected" if reached else "emerging"

    @property
    def words(self) -> list[str]:
        """The word of each moment."""
        return [self.word(moment) for moment in range(len(self.points))]


@dataclass(frozen=True)
class EarlyRow:
    """One pupil with a cell for each goal."""

    placement: Registered
    goals: Sequence[Goal]
    cells: Sequence[GoalCell]

    def counted(self, moment: int = -1) -> Counted:
        """Count all goals at a moment."""
        return _counted(self.cells, moment)

    @property
    def at_moments(self) -> list[Counted]:
        """Count all goals at each moment."""
        return [self.counted(moment) for moment in range(len(self.cells[0].points))]

    @property
    def prime(self) -> Counted:
        """Count the goals of the prime areas."""
        return self._count([goal.prime for goal in self.goals])

    @property
    def specific(self) -> Counted:
        """Count the goals of the specific areas."""
        return self._count([not goal.prime for goal in self.goals])

    @property
    def for_good_level(self) -> Counted:
        """Count the goals that a good level of development asks for."""
        return self._count([goal.for_good_level for goal in self.goals])

    @property
    def good_level(self) -> GoodLevel:
        """Whether all of those are at expected."""
        pairs = zip(self.goals, self.cells, strict=True)
        return good_level([cell.at_expected() for goal, cell in pairs if goal.for_good_level])

    @property
    def good_level_words(self) -> str:
        """The same in words."""
        return GOOD_LEVEL_WORDS[self.good_level]

    def _count(self, wanted: Sequence[bool]) -> Counted:
        return _counted([c for c, keep in zip(self.cells, wanted, strict=True) if keep], -1)


@dataclass(frozen=True)
class GoalTable:
    """The goals of the prime or of the specific areas, pupils down."""

    name: str
    goals: Sequence[Goal]
    rows: Sequence[tuple[Registered, Sequence[GoalCell]]]
    counts: Sequence[tuple[Moment, Sequence[Counted]]]

    @property
    def areas(self) -> list[tuple[str, int]]:
        """The areas in order, each with its number of goals."""
        return [(area, len(list(goals))) for area, goals in groupby(self.goals, lambda g: g.area)]


@dataclass(frozen=True)
class EarlyPlace:
    """A class, or a school with several of them, whose pupils the tracker can show."""

    key: str
    name: str


@dataclass(frozen=True)
class EarlyTracker:
    """The pupils of a place by the goals, at the baseline and in each term of the year so far."""

    term: Term | None
    terms: Sequence[Term]
    place: EarlyPlace | None
    places: Sequence[EarlyPlace]
    moments: Sequence[Moment]
    goals: Sequence[Goal]
    rows: Sequence[EarlyRow]
    note: str

    @property
    def tables(self) -> list[GoalTable]:
        """The goals of the prime areas, and those of the specific ones."""
        found = []
        for name, prime in (("Prime areas", True), ("Specific areas", False)):
            at = [n for n, goal in enumerate(self.goals) if goal.prime is prime]
            if not at:
                continue
            columns = [[row.cells[n] for row in self.rows] for n in at]
            found.append(
                GoalTable(
                    name,
                    [self.goals[n] for n in at],
                    [(row.placement, [row.cells[n] for n in at]) for row in self.rows],
                    [(m, [_counted(column, m.key) for column in columns]) for m in self.moments],
                )
            )
        return found

    @property
    def total(self) -> Counted:
        """All goals of all pupils."""
        return _counted([cell for row in self.rows for cell in row.cells], -1)

    @property
    def good_level(self) -> Counted:
        """The pupils with a good level of development, of those of whom it can be said."""
        levels = [row.good_level for row in self.rows]
        return Counted(
            levels.count(GoodLevel.REACHED),
            len(levels) - levels.count(GoodLevel.NOT_JUDGED),
            len(levels),
        )

    @property
    def undecided(self) -> int:
        """How many pupils are not judged far enough to say."""
        return self.good_level.due - self.good_level.judged

    @property
    def good_level_goals(self) -> int:
        """How many goals a good level of development asks for."""
        return sum(goal.for_good_level for goal in self.goals)

    @property
    def query(self) -> str:
        """The choices, for an address."""
        place = self.place.key if self.place else ""
        return f"term={self.term.pk if self.term else ''}&place={place}"


def early_tracker(access: Access, *, term: str, place: str, today: dt.date) -> EarlyTracker:
    """Return the tracker of a place in a term, by the choices' names; the default is the first.

    The queries do not depend on how many pupils there are.
    """
    all_terms = list(Term.objects.select_related("year").order_by("starts_on"))
    begun = [each for each in all_terms if each.starts_on <= today]
    now = current_term(today).term
    chosen, notes = chosen_of(begun, asked=term, now=now)
    if chosen is None:
        return EarlyTracker(None, (), None, (), (), (), (), "")
    due = {
        route: [s for s in strands if s.stream_code == EARLY_YEARS]
        for route, strands in strands_due(chosen).items()
    }
    routes = Route.objects.filter(pk__in=[route for route, strands in due.items() if strands])
    placements = list(
        registers(access, term=chosen)
        .filter(judged_route__in=routes)
        .select_related("pupil", "school", "arb", "class_group")
        .order_by("pupil__last_name", "pupil__first_name", "pupil")
    )
    places = _places(placements)
    here = next((each for each in places if each.key == place), next(iter(places), None))
    if place and here and here.key != place:
        notes.append("There are no early years pupils in that place. Another one is shown.")
    shown = [each for each in placements if here and here.key in _keys(each)]
    strands = next((due[each.judged_route] for each in shown), [])
    until = [
        t for t in all_terms if t.year_id == chosen.year_id and t.starts_on <= chosen.starts_on
    ]
    goals = _goals(strands)
    return EarlyTracker(
        term=chosen,
        terms=list(reversed(begun)),
        place=here,
        places=places,
        moments=[
            Moment(0, "Baseline"),
            *(Moment(n, str(each)) for n, each in enumerate(until, start=1)),
        ],
        goals=goals,
        rows=_rows(access, shown, strands, goals, until),
        note=" ".join(notes),
    )


def _goals(strands: Sequence[DueStrand]) -> list[Goal]:
    """Return the goals in the order of the stream's file, those of the prime areas first."""
    rows = (
        Strand.objects.filter(pk__in=[each.strand_id for each in strands])
        .order_by("position")
        .values_list("pk", "name", "area")
    )
    return sorted((Goal(*row) for row in rows), key=lambda goal: not goal.prime)


def _rows(
    access: Access,
    placements: Sequence[Registered],
    strands: Sequence[DueStrand],
    goals: Sequence[Goal],
    terms: Sequence[Term],
) -> list[EarlyRow]:
    if not strands:
        return []
    scales = scales_of({each.stream_id for each in strands})
    top = scales[strands[0].stream_id][-1].pk
    paths = paths_of(
        access,
        pupils=[each.pupil_id for each in placements],
        strands=[each.strand_id for each in goals],
        terms=terms,
        scales=scales,
    )
    rows = []
    for placement in placements:
        cells = []
        for goal in goals:
            path = paths.get((placement.pupil_id, goal.strand_id), Path())
            start = path.start(terms[-1].census_on)
            steps = [path.step(term) for term in terms]
            points = [each.point if each else None for each in (start, *steps)]
            cells.append(GoalCell(points, top))
        rows.append(EarlyRow(placement, goals, cells))
    return rows


def _counted(cells: Sequence[GoalCell], moment: int) -> Counted:
    reached = [cell.at_expected(moment) for cell in cells]
    return Counted(
        sum(each is True for each in reached),
        sum(each is not None for each in reached),
        len(reached),
    )


def _keys(placement: Registered) -> set[str]:
    """Return the names, in an address, of the places that a pupil is shown in."""
    return {f"class-{placement.class_group_id}", f"school-{placement.school_id}"}


def _places(placements: Sequence[Registered]) -> list[EarlyPlace]:
    """Return the classes with pupils of early years, and the schools that have several of them."""
    classes: dict[str, EarlyPlace] = {}
    in_school: dict[int, set[int | None]] = {}
    for each in placements:
        in_school.setdefault(each.school_id, set()).add(each.class_group_id)
        if each.class_group:
            where = each.arb.name if each.arb else each.school.name
            key = f"class-{each.class_group_id}"
            classes[key] = EarlyPlace(key, f"{each.class_group.name}, {where}")
    schools = {
        each.school_id: EarlyPlace(f"school-{each.school_id}", f"{each.school.name}, all classes")
        for each in placements
        if len(in_school[each.school_id]) > 1 or in_school[each.school_id] == {None}
    }
    return sorted([*classes.values(), *schools.values()], key=lambda place: place.name)

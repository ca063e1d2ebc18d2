"""Schools and ARBs side by side: judged of due, progress, targets met, and who stands out.

PostgreSQL counts by place, route and strand; here the counts of places are put together to
rows. A row is a school or an ARB, and each pupil is in the rows that the lens says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q

from assessment.measures import Standing, standing
from parrcs.core.access import Access
from pupils.selectors.cohorts import Cohort
from pupils.selectors.lenses import Lens, Place
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.tallies import Tallies, Tally, signed
from schools.models import ARB, School, Term, Window
from schools.selectors.windows import windows


class Unit(NamedTuple):
    """A row to be compared: a school, an ARB, or the whole trust."""

    key: str
    name: str
    kind: str
    school_id: int | None = None
    arb_id: int | None = None
    host: str = ""


WHOLE_TRUST = Unit("all", "Whole trust", "trust")


@dataclass(frozen=True)
class Row:
    """A school, an ARB or the trust, with its counts; the same by core area beneath."""

    unit: Unit
    tally: Tally
    standing: Standing | None
    areas: dict[str, Tally] = field(default_factory=dict)

    @property
    def mean_gain(self) -> str:
        """The mean gain in points with its sign, for the eye."""
        mean = self.tally.mean_gain
        return "" if mean is None else signed(mean)

    @property
    def mark(self) -> tuple[str, str]:
        """The class of the mark of this row's standing, and its word."""
        return _MARKS[self.standing]


_MARKS: dict[Standing | None, tuple[str, str]] = {
    Standing.BELOW: ("none", "Below"),
    Standing.WATCH_BELOW: ("some", "Watch, low"),
    Standing.WITHIN: ("expected", "Within"),
    Standing.WATCH_ABOVE: ("some", "Watch, high"),
    Standing.ABOVE: ("better", "Above"),
    None: ("", "too few"),
}


@dataclass(frozen=True)
class Comparison:
    """All rows under one choice, in order: each school by name, its ARBs beneath it.

    `own_windows` are those of schools that do not go by the trust's `window`.
    """

    chosen: Chosen
    rows: list[Row]
    total: Row
    one_stream: bool
    window: Window | None
    own_windows: dict[int, Window] = field(default_factory=dict)

    @property
    def schools(self) -> int:
        """How many schools there are rows for."""
        return sum(row.unit.kind == "school" for row in self.rows)

    @property
    def arbs(self) -> int:
        """How many ARBs there are rows for."""
        return sum(row.unit.kind == "ARB" for row in self.rows)

    @property
    def rate(self) -> float:
        """The trust's share at or above expected; 0 when there is none."""
        interval = self.total.tally.interval
        return interval.share if interval else 0.0

    @property
    def why_no_gain(self) -> str:
        """Why no mean gain can be told: points of two scales do not add up."""
        return "scales differ" if self.chosen.stream else "choose a stream"


def comparison(access: Access, *, chosen: Chosen) -> Comparison:
    """Return schools and ARBs side by side, as far as the person may see their pupils."""
    tallies = Tallies(chosen.cohort(access), chosen)
    total, areas = tallies.within(_counts(WHOLE_TRUST, chosen.lens))
    rate = total.interval.share if total.interval else 0.0
    held, term = windows(), chosen.term.pk
    return Comparison(
        chosen=chosen,
        rows=[
            _row(unit, *tallies.within(_counts(unit, chosen.lens)), rate)
            for unit in units(access, term=chosen.term, places=tallies.places)
        ],
        total=Row(WHOLE_TRUST, total, None, areas),
        one_stream=len(tallies.streams) < 2,
        window=held.of(term),
        own_windows=held.apart(term),
    )


def _row(unit: Unit, tally: Tally, areas: dict[str, Tally], rate: float) -> Row:
    stands = None
    if not tally.too_few:
        stands = standing(tally.at_or_above, tally.compared, rate)
    return Row(unit, tally, stands, areas)


def units(access: Access, *, term: Term, places: Iterable[Place] = ()) -> list[Unit]:
    """Return the schools and ARBs that were open on the term's census date.

    Those of `places` are there in any case, so that no pupil counted is in no row.
    """
    day = term.census_on
    places = list(places)
    open_then = (Q(opened_on__isnull=True) | Q(opened_on__lte=day)) & (
        Q(closed_on__isnull=True) | Q(closed_on__gte=day)
    )
    arbs: dict[int, list[Unit]] = defaultdict(list)
    for arb in (
        ARB.objects.visible_to(access)
        .filter(open_then | Q(id__in={p.arb_id for p in places if p.arb_id}))
        .select_related("host")
    ):
        arbs[arb.school_id].append(
            Unit(f"arb-{arb.pk}", arb.name, "ARB", None, arb.pk, arb.host.name)
        )
    of_interest = {place.school_id for place in places} | set(arbs)
    schools = School.objects.visible_to(access).filter(
        (open_then & Q(of_trust=True)) | Q(id__in=of_interest)
    )
    found = []
    for school in schools:
        found.append(Unit(f"school-{school.pk}", school.name, "school", school.pk))
        found.extend(arbs[school.pk])
    return found


def within(cohort: Cohort, *, unit: Unit, lens: Lens) -> Cohort:
    """Return the part of a cohort that a row counts under a lens."""
    return cohort.within(lens, school_id=unit.school_id, arb_id=unit.arb_id)


def _counts(unit: Unit, lens: Lens) -> Callable[[Place], bool]:
    """Return the question whether a row counts the pupils of a place; `within` in Python."""
    return lambda place: lens.counts(place, school_id=unit.school_id, arb_id=unit.arb_id)

"""Schools and ARBs side by side: judged of due, progress, targets, attendance, who stands out.

PostgreSQL counts by place, route and strand; here the counts of places are put together to
rows. A row is a school or an ARB, and each pupil is in the rows that the lens says.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from assessment.measures import Difference, Standing, deviation, standing
from parrcs.core.access import Access
from parrcs.core.planning import much_at_once
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.tallies import Tallies, Tally
from reporting.selectors.comparing.units import WHOLE_TRUST, Unit, counted_in, units
from reporting.selectors.comparing.words import difference_said, points_of
from schools.models import Window
from schools.selectors.windows import windows


class Change(NamedTuple):
    """How a share at or above expected moved since the term before, with its 95 % interval."""

    name: str
    now: Tally
    before: Tally
    moved: Difference

    @property
    def clear(self) -> bool:
        """Whether it is worth saying: a point or more, and hardly explained by chance alone."""
        return self.moved.clear and points_of(self.moved.by) != 0

    @property
    def words(self) -> str:
        """The change with its sign and its interval."""
        return difference_said(self.moved)

    @property
    def mark(self) -> str:
        """The class of the mark of its direction."""
        return "better" if self.moved.by > 0 else "none"


@dataclass(frozen=True)
class Row:
    """A school, an ARB, a class, a pupil or the trust, with its counts, and those by strand."""

    unit: Unit
    tally: Tally
    standing: Standing | None
    strands: dict[str, Tally] = field(default_factory=dict)
    change: Change | None = None

    @property
    def areas(self) -> dict[str, Tally]:
        """The counts of the core areas alone."""
        return {each: self.strands[each] for each in self.strands if each.startswith("area.")}

    @property
    def mark(self) -> tuple[str, str]:
        """The class of the mark of this row's standing, and its word."""
        return MARKS[self.standing]


MARKS: dict[Standing | None, tuple[str, str]] = {
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
    window: Window | None = None
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


@much_at_once()
def comparison(access: Access, *, chosen: Chosen) -> Comparison:
    """Return schools and ARBs side by side, as far as the person may see their pupils."""
    tallies = Tallies(chosen.cohort(access), chosen)
    tallies.count_targets()
    tallies.count_sessions()
    total = total_row(tallies, chosen)
    held, term = windows(), chosen.term.pk
    return Comparison(
        chosen=chosen,
        rows=[
            row_of(unit, *tallies.within(counted_in(unit, chosen.lens)), trust=total.tally)
            for unit in units(access, term=chosen.term, places=tallies.parts)
        ],
        total=total,
        one_stream=len(tallies.streams) < 2,
        window=held.of(term),
        own_windows=held.apart(term),
    )


def total_row(tallies: Tallies, chosen: Chosen) -> Row:
    """Return the row of the whole trust, from counts by place."""
    total, strands = tallies.within(counted_in(WHOLE_TRUST, chosen.lens))
    return Row(WHOLE_TRUST, total, None, strands)


def row_of(unit: Unit, tally: Tally, strands: dict[str, Tally], *, trust: Tally) -> Row:
    """Return a row with where it stands beside the trust's rate."""
    return Row(unit, tally, stands(tally, trust), strands)


def stands(tally: Tally, trust: Tally) -> Standing | None:
    """Say where a share stands beside the trust's; None when too few to say."""
    if tally.too_few or not trust.compared:
        return None
    return standing(tally.at_or_above, tally.compared, trust.at_or_above / trust.compared)


def distance(tally: Tally, trust: Tally) -> float | None:
    """Return how far a share is from the trust's, in standard errors; None when too few to say."""
    if tally.too_few or not trust.compared:
        return None
    return deviation(tally.at_or_above, tally.compared, trust.at_or_above / trust.compared)

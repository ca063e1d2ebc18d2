"""Each measure by size: schools and ARBs against the limits of the trust's own rate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assessment.measures import Standing, standing
from reporting.selectors.comparing.choices import in_sentence
from reporting.selectors.comparing.rows import MARKS, Comparison, Row
from reporting.selectors.comparing.tallies import Tally
from reporting.selectors.comparing.units import Unit
from reporting.selectors.comparing.words import percent_of


class Measure(NamedTuple):
    """A share that each unit has: what it is of, and whether more of it is `worse`.

    `counted` returns hits and total, `enough` whether so many pupils stand behind it.
    """

    code: str
    title: str
    of: str
    counted: Callable[[Tally], tuple[int, int]]
    enough: Callable[[Tally], bool]
    worse: bool = False


MEASURES = (
    Measure(
        "progress",
        "At or above expected",
        "Judgements",
        lambda tally: (tally.at_or_above, tally.compared),
        lambda tally: not tally.too_few,
    ),
    Measure(
        "targets",
        "Targets met",
        "Targets judged",
        lambda tally: (tally.targets_met, tally.targets),
        lambda tally: tally.targets_shown is not None,
    ),
    Measure(
        "absence",
        "Persistently absent",
        "Pupils",
        lambda tally: (tally.persistent, tally.attending),
        lambda tally: tally.persistent_shown is not None,
        worse=True,
    ),
)
_TURNED: dict[Standing | None, tuple[str, str]] = {
    **MARKS,
    Standing.BELOW: ("better", "Below"),
    Standing.WATCH_BELOW: ("some", "Watch, low"),
    Standing.WATCH_ABOVE: ("some", "Watch, high"),
    Standing.ABOVE: ("none", "Above"),
}


class Sized(NamedTuple):
    """One unit in one measure; no standing where too few stand behind it."""

    hits: int
    total: int
    standing: Standing | None
    mark: tuple[str, str]

    @property
    def percent(self) -> int:
        """The share in per cent."""
        return percent_of(self.hits, self.total)


@dataclass(frozen=True)
class BySize:
    """A measure of all units, the trust's own share first of all."""

    measure: Measure
    trust: Sized
    units: dict[str, tuple[Unit, Sized]]

    @property
    def rate(self) -> float:
        """The trust's share; 0 where there is none."""
        return self.trust.hits / self.trust.total if self.trust.total else 0.0

    @property
    def placed(self) -> list[tuple[Unit, Sized]]:
        """The units of which enough is known to place them."""
        return [(unit, sized) for unit, sized in self.units.values() if sized.standing]

    @property
    def finding(self) -> str:
        """Say in one sentence who lies outside the limits."""
        if not self.trust.total:
            return f"{self.measure.title}: there is nothing to count in this term yet."
        if not self.placed:
            return f"{self.measure.title}: too few pupils in each school and ARB to place any."
        at = [(unit.name, each.standing) for unit, each in self.placed if each.standing]
        return f"{self.measure.title}: {placed_said(at)}."


_SIDES = {
    Standing.BELOW: "below the lower 99.8 % limit",
    Standing.ABOVE: "above the upper 99.8 % limit",
    Standing.WATCH_BELOW: "to watch, low for {} size",
    Standing.WATCH_ABOVE: "to watch, high for {} size",
}


def placed_said(placed: Sequence[tuple[str, Standing]]) -> str:
    """Say who is outside the limits of a funnel, and how many are within; names and standings."""
    said = []
    for where, words in _SIDES.items():
        if names := [name for name, standing in placed if standing is where]:
            whose = "its" if len(names) == 1 else "their"
            said.append(f"{in_sentence(names)} {words.format(whose)}")
    within = sum(standing is Standing.WITHIN for _, standing in placed)
    if said:
        others = "other" if within == 1 else "others"
        return f"{'; '.join(said)}; {within or 'no'} {others} within the limits"
    if within == 1:
        return "the one school or ARB that can be placed lies within the limits"
    return f"all {within} schools and ARBs that can be placed lie within the limits"


def by_size(compared: Comparison) -> list[BySize]:
    """Return each measure of a comparison by size."""
    return [_measured(compared, measure) for measure in MEASURES]


def _measured(compared: Comparison, measure: Measure) -> BySize:
    hits, total = measure.counted(compared.total.tally)
    trust = Sized(hits, total, None, ("", ""))
    rate = hits / total if total else 0.0
    return BySize(
        measure,
        trust,
        {row.unit.key: (row.unit, _sized(row, measure, rate)) for row in compared.rows},
    )


def _sized(row: Row, measure: Measure, rate: float) -> Sized:
    hits, total = measure.counted(row.tally)
    stands = standing(hits, total, rate) if total and measure.enough(row.tally) else None
    marks = _TURNED if measure.worse else MARKS
    return Sized(hits, total, stands, marks[stands])

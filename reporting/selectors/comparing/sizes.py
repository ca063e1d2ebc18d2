"""Each measure by size: schools and ARBs against the limits of the trust's own rate."""

from collections.abc import Callable
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
        """Say in one sentence who lies outside the 99.8 % limits."""
        if not self.placed:
            return f"{self.measure.title}: nobody has enough yet to be placed."
        said = [
            f"{in_sentence(names)} {words} the {side} 99.8 % limit"
            for where, words, side in (
                (Standing.BELOW, "below", "lower"),
                (Standing.ABOVE, "above", "upper"),
            )
            if (names := [unit.name for unit, each in self.placed if each.standing is where])
        ]
        if said:
            return f"{self.measure.title}: {'; '.join(said)}."
        return (
            f"{self.measure.title}: all {len(self.placed)} schools and ARBs with enough to be"
            " placed lie within the limits."
        )


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

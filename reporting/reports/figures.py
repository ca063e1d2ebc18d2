"""The figures that reports are made of: shares of judgements, counted and rounded one way."""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import TypedDict

from assessment.measures import Indicator, wilson


class Share(TypedDict):
    """n of N, as whole per cent with a 95 % interval; no per cent where N is 0."""

    n: int
    of: int
    percent: int | None
    low: int | None
    high: int | None


@dataclass
class Tally:
    """Judgements counted as they come."""

    due: int = 0
    judged: int = 0
    no_baseline: int = 0
    pupils_compared: set[int] = field(default_factory=set)
    reached: Counter[Indicator] = field(default_factory=Counter)

    def add(self, pupil_id: int, indicator: Indicator | None) -> None:
        """Count one judgement; without a baseline it has no indicator, and counts apart."""
        self.judged += 1
        if indicator is None:
            self.no_baseline += 1
        else:
            self.reached[indicator] += 1
            self.pupils_compared.add(pupil_id)

    @property
    def at_or_above(self) -> int:
        """How many are at or above expected."""
        return self.reached[Indicator.EXPECTED] + self.reached[Indicator.BETTER]

    def share(self) -> Share:
        """Return the share at or above expected, of the judgements that have a baseline."""
        return share(self.at_or_above, self.reached.total())

    def bands(self) -> dict[str, int]:
        """Return how many judgements show none, some, expected and better progress."""
        return {each.name.lower(): self.reached[each] for each in Indicator}


def share(n: int, of: int) -> Share:
    """Return n of N with per cent rounded half up, and the rounded ends of Wilson's interval."""
    interval = wilson(n, of)
    if interval is None:
        return Share(n=n, of=of, percent=None, low=None, high=None)
    return Share(
        n=n,
        of=of,
        percent=percent(n, of),
        low=floor(interval.low * 100 + 0.5),
        high=floor(interval.high * 100 + 0.5),
    )


def percent(n: int, of: int) -> int:
    """Return n of N in whole per cent, a half rounded up; exact, as it divides integers."""
    return (200 * n + of) // (2 * of)


def tenths(n: int, of: int) -> float:
    """Return n of N in per cent with one decimal, a half rounded up; exact likewise."""
    return (2000 * n + of) // (2 * of) / 10


def change(this: Share, last: Share | None) -> int | None:
    """Return the change in percentage points, reckoned before rounding, a half away from 0."""
    if last is None or not this["of"] or not last["of"]:
        return None
    points = 100 * (Fraction(this["n"], this["of"]) - Fraction(last["n"], last["of"]))
    size = floor(abs(points) + Fraction(1, 2))
    return size if points > 0 else -size

"""The sums of the domain, as pure arithmetic: no database, no Django.

Values and expectations are `Decimal` or `int`, so gains are exact; rates and intervals are floats.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

# Standard normal quantiles: two-sided 95 % and 99.8 %.
Z_95 = 1.959963984540054
Z_998 = 3.090232306167813


class Indicator(IntEnum):
    """The trust's four-point progress indicator."""

    NONE = 1
    SOME = 2
    EXPECTED = 3
    BETTER = 4


def terms_since(baseline_on: dt.date, census_on: dt.date, census_days: Sequence[dt.date]) -> int:
    """Count the terms that a pupil has had since a baseline, up to and with one term.

    A term counts when its census falls on or after the day of the baseline: a baseline of
    September has the autumn term, one of December has not. `census_days` are all terms'
    census days in order; `census_on` is that of the term asked about.
    """
    return max(0, bisect_right(census_days, census_on) - bisect_left(census_days, baseline_on))


class Rate(NamedTuple):
    """What a term should bring, up to and with a day; None: until further notice."""

    points_a_term: Decimal
    ends_on: dt.date | None


def expected_gain(
    rates: Sequence[Rate],
    *,
    baseline_on: dt.date,
    census_on: dt.date,
    census_days: Sequence[dt.date],
) -> Decimal:
    """Return the gain expected since a baseline: the points of each term since, added up.

    The terms are those that `terms_since` counts. Each brings what held on its census day, so
    that new figures move no term before them; with one rate this is the route's points a term
    times the terms. `rates` are those of a stream on a route in order of time: a term before the
    first of them, or between two, goes by the next. At least one holds on `census_on`.
    """
    first, last = bisect_left(census_days, baseline_on), bisect_right(census_days, census_on)
    return points_over(rates, census_days[first:last])


def points_over(rates: Sequence[Rate], days: Iterable[dt.date]) -> Decimal:
    """Add up what the terms of some census days should bring; see `expected_gain`.

    A day after all rates goes by the last.
    """
    return sum((_held(rates, day).points_a_term for day in days), start=Decimal(0))


def _held(rates: Sequence[Rate], day: dt.date) -> Rate:
    held = (each for each in rates if each.ends_on is None or each.ends_on >= day)
    return next(held, rates[-1])


def indicator(gain: Decimal, expected: Decimal, better: Decimal) -> Indicator:
    """Map a gain to the progress indicator; `better` is a multiple of the expected gain.

    Where nothing is expected (maintenance is the aim), holding on is as expected.
    """
    if expected == 0:
        return Indicator.EXPECTED if gain >= 0 else Indicator.NONE
    if gain <= 0:
        return Indicator.NONE
    if gain < expected:
        return Indicator.SOME
    return Indicator.BETTER if gain >= better * expected else Indicator.EXPECTED


@dataclass(frozen=True)
class Interval:
    """A share with its 95 % interval, each between 0 and 1."""

    share: float
    low: float
    high: float


def wilson(hits: int, total: int, z: float = Z_95) -> Interval | None:
    """Return a share with its Wilson score interval, or None when there is nothing to share.

    Wilson, E. B. (1927): the interval stays within 0 and 1 and holds for small numbers.
    """
    if total == 0:
        return None
    share = hits / total
    spread = z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


class Difference(NamedTuple):
    """How much larger one share is than another, with the 95 % interval, each from -1 to 1."""

    by: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether chance alone is an unlikely reason: the interval leaves nought out."""
        return self.low > 0 or self.high < 0

    @property
    def beyond(self) -> float:
        """How far the nearer end of the interval is from nought."""
        return min(abs(self.low), abs(self.high))


def difference(one: tuple[int, int], other: tuple[int, int]) -> Difference | None:
    """Return how much larger the first share is; each is (hits, total). None where one is of 0.

    Newcombe, R. G. (1998), method 10: from the Wilson intervals of both shares.
    """
    first, second = wilson(*one), wilson(*other)
    if first is None or second is None:
        return None
    by = first.share - second.share
    return Difference(
        by,
        by - sqrt((first.share - first.low) ** 2 + (second.high - second.share) ** 2),
        by + sqrt((first.high - first.share) ** 2 + (second.share - second.low) ** 2),
    )


def exact(points: Decimal) -> str:
    """Write points without the noughts that say nothing."""
    return f"{points.normalize():f}"


def signed(points: Decimal) -> str:
    """Write a gain with its sign, a true minus included."""
    if points == 0:
        return "0"
    return ("+" if points > 0 else "\N{MINUS SIGN}") + exact(abs(points))


class Standing(IntEnum):
    """Where a unit's rate stands beside the trust's, for its size."""

    BELOW = 1
    WATCH_BELOW = 2
    WITHIN = 3
    WATCH_ABOVE = 4
    ABOVE = 5


def control_limits(rate: float, total: int, z: float) -> tuple[float, float]:
    """Return the funnel's limits at a size: where a unit of the trust's own rate would be.

    Score limits (normal approximation of the binomial about the trust's rate), within 0 and 1.
    """
    half = z * sqrt(rate * (1 - rate) / total)
    return max(0.0, rate - half), min(1.0, rate + half)


def standing(hits: int, total: int, rate: float) -> Standing | None:
    """Compare a unit with the trust's rate: outside 99.8 % it stands out, outside 95 % watch.

    None when nothing has been judged.
    """
    if total == 0:
        return None
    share = hits / total
    low, high = control_limits(rate, total, Z_998)
    if share < low:
        return Standing.BELOW
    if share > high:
        return Standing.ABOVE
    low, high = control_limits(rate, total, Z_95)
    if share < low:
        return Standing.WATCH_BELOW
    return Standing.WATCH_ABOVE if share > high else Standing.WITHIN


def deviation(hits: int, total: int, rate: float) -> float:
    """Return how far a share lies from a rate, in standard errors of that rate; below it negative.

    Nought where the rate leaves no room for chance, or nothing is judged.
    """
    if total == 0 or rate in (0, 1):
        return 0.0
    return (hits / total - rate) / sqrt(rate * (1 - rate) / total)


# A pupil's own rate is believed from this many terms on.
TERMS_TO_BELIEVE = 2


def suggested_aim(
    scale: Sequence[Decimal],
    *,
    start: Decimal,
    expected: Decimal,
    terms_left: int,
    gain: Decimal | None = None,
    terms: int = 0,
) -> Decimal:
    """Suggest what to reach by the end of the year: a value of the scale, from the last point on.

    The larger of what the route `expected` of the terms that are left, and the pupil's own rate
    times those terms, is added to the last point; the aim is the highest point of the scale that
    this reaches. The own rate is `gain` over the `terms` since the baseline; it counts only with
    two terms or more, as one term says little. A pupil who gained nothing is still expected to
    go on as the route says, and nobody's aim is below where they stand. `scale` is in order.
    """
    further = Fraction(expected)
    if gain is not None and terms >= TERMS_TO_BELIEVE:
        further = max(further, Fraction(gain) / terms * terms_left)
    reach = Fraction(start) + further
    return max((value for value in scale if start <= value <= reach), default=start)


# The areas of learning of the early years foundation stage, as its framework names them.
PRIME_AREAS = frozenset(
    {
        "communication and language",
        "personal, social and emotional development",
        "physical development",
    }
)
GOOD_LEVEL_AREAS = PRIME_AREAS | {"literacy", "mathematics"}


class GoodLevel(IntEnum):
    """Whether a child has a good level of development."""

    NOT_JUDGED = 1
    NOT_YET = 2
    REACHED = 3


def good_level(at_expected: Sequence[bool | None]) -> GoodLevel:
    """Say whether all goals that a good level of development asks for are at expected.

    None stands for a goal that is not judged: it neither counts as expected nor as emerging.
    """
    if any(each is False for each in at_expected):
        return GoodLevel.NOT_YET
    if not at_expected or None in at_expected:
        return GoodLevel.NOT_JUDGED
    return GoodLevel.REACHED


# Judged the same for so many terms, a strand is worth a look.
TERMS_UNCHANGED = 3


def unchanged_for(values: Sequence[Decimal | None]) -> int:
    """Count the judgements, from the last one back, that came to the same as the last.

    `values` are those of the terms in order, None where an earlier version of the stream was
    judged at a point that the present one does not know: that ends the count.
    """
    if not values or values[-1] is None:
        return 0
    return next((n for n, value in enumerate(reversed(values)) if value != values[-1]), len(values))


@dataclass(frozen=True)
class OpenStep:
    """A step that is worked on while a later one is secured, or judged."""

    value: Decimal
    since: dt.date
    later: Decimal


def open_steps(
    steps: Sequence[tuple[Decimal, bool, dt.date]], judged: Decimal | None
) -> list[OpenStep]:
    """Return the steps of a strand that were worked on and never secured, below later ones.

    `steps` are small steps: the value of the point, whether it was secured, and the day. A step
    counts as it was seen last; of one day, secured counts. `judged` is where the teacher's last
    judgement stands: all below it is taken to be behind the pupil.
    """
    last: dict[Decimal, tuple[dt.date, bool]] = {}
    for value, secured, day in steps:
        last[value] = max(last.get(value, (day, secured)), (day, secured))
    reached = [value for value, (_, secured) in last.items() if secured]
    if judged is not None:
        reached.append(judged)
    furthest = max(reached, default=None)
    return [
        OpenStep(value, day, furthest)
        for value, (day, secured) in sorted(last.items())
        if not secured and furthest is not None and value < furthest
    ]

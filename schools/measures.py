"""Dates that a school year in England tends to have: a first suggestion, to be changed.

And of agreements about ARBs: what of a formula amount is the host's, and when to remind of a day.
And of what a school owes by law: its dates, how it stands, and what of a premium is spent.
"""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from hashlib import sha256

MONDAY, THURSDAY, FRIDAY = 0, 3, 4
WEEK = dt.timedelta(days=7)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class TermDates:
    """The days of one term, and of the window in which its judgements are entered."""

    season: str
    starts_on: dt.date
    ends_on: dt.date
    census_on: dt.date
    opens_on: dt.date | None = None
    closes_on: dt.date | None = None
    # The half-term holiday, first and last day.
    break_starts_on: dt.date | None = None
    break_ends_on: dt.date | None = None


@dataclass(frozen=True)
class YearDates:
    """The days of a school year and its three terms."""

    starts_on: dt.date
    ends_on: dt.date
    terms: tuple[TermDates, ...]

    @property
    def name(self) -> str:
        """The year as people write it: 2026/27."""
        return f"{self.starts_on.year}/{(self.starts_on.year + 1) % 100:02}"


def suggested_year(start: int) -> YearDates:
    """Suggest the days of the school year that begins in September of `start`.

    The census days are those of the national school census: the first Thursday of October
    and the third Thursdays of January and May. Half-term holidays are weeks of October (the last
    whole one), February and May (that of the bank holiday). Easter is left to the person.
    """
    spring = start + 1
    return YearDates(
        dt.date(start, 9, 1),
        dt.date(spring, 8, 31),
        (
            _term(
                "autumn",
                _school_day_from(dt.date(start, 9, 1)),
                dt.date(start, 12, 18),
                _thursday(start, 10, 1),
                _monday_from(dt.date(start, 10, 21)),
            ),
            _term(
                "spring",
                _school_day_from(dt.date(spring, 1, 4)),
                dt.date(spring, 3, 26),
                _thursday(spring, 1, 3),
                _monday_from(dt.date(spring, 2, 12)),
            ),
            _term(
                "summer",
                _school_day_from(dt.date(spring, 4, 12)),
                dt.date(spring, 7, 21),
                _thursday(spring, 5, 3),
                _monday_from(dt.date(spring, 5, 25)),
            ),
        ),
    )


def halves(
    starts_on: dt.date,
    ends_on: dt.date,
    break_starts_on: dt.date | None,
    break_ends_on: dt.date | None,
) -> list[tuple[dt.date, dt.date]]:
    """Return the two stretches of a term about its holiday; the whole term where none is set."""
    if break_starts_on is None or break_ends_on is None:
        return [(starts_on, ends_on)]
    return [(starts_on, break_starts_on - DAY), (break_ends_on + DAY, ends_on)]


def _term(
    season: str, starts_on: dt.date, last: dt.date, census_on: dt.date, break_on: dt.date
) -> TermDates:
    """Suggest a window of three school weeks that closes a week before the term ends.

    The half-term holiday is the school week that begins on `break_on`, a Monday.
    """
    ends_on = _school_day_until(last)
    closes_on = _school_day_until(ends_on - WEEK)
    while closes_on.weekday() != FRIDAY:
        closes_on -= DAY
    opens_on = closes_on - 2 * WEEK - (FRIDAY - MONDAY) * DAY
    break_ends_on = break_on + (FRIDAY - MONDAY) * DAY
    return TermDates(
        season, starts_on, ends_on, census_on, opens_on, closes_on, break_on, break_ends_on
    )


def _monday_from(day: dt.date) -> dt.date:
    return day + ((MONDAY - day.weekday()) % 7) * DAY


def _school_day_from(day: dt.date) -> dt.date:
    while day.weekday() > FRIDAY:
        day += DAY
    return day


def _school_day_until(day: dt.date) -> dt.date:
    while day.weekday() > FRIDAY:
        day -= DAY
    return day


def _thursday(year: int, month: int, which: int) -> dt.date:
    """Return the first, second or third Thursday of a month."""
    first = dt.date(year, month, 1)
    return first + ((THURSDAY - first.weekday()) % 7) * DAY + (which - 1) * WEEK


PENNY = Decimal("0.01")


@dataclass(frozen=True)
class Split:
    """A formula amount in two parts, to the penny: the host's, and what stays with the trust."""

    host: Decimal
    trust: Decimal

    @property
    def whole(self) -> Decimal:
        """The formula amount again."""
        return self.host + self.trust


def split(amount: Decimal, *, percent: Decimal | None, fixed: Decimal | None) -> Split:
    """Part a formula amount: by the percentage passed to the host, or by a fixed sum.

    Half a penny goes to the host; the rest stays with the trust, so nothing is lost in rounding.
    """
    if (percent is None) == (fixed is None):
        raise ValueError("either a percentage leads or a sum")
    if fixed is not None:
        host = fixed
    else:
        host = (amount * (percent or Decimal(0)) / 100).quantize(PENNY, ROUND_HALF_UP)
    return Split(host, amount - host)


def added(splits: Iterable[Split]) -> Split:
    """Add up what goes to hosts and what stays with the trust."""
    parts = list(splits)
    nothing = Decimal("0.00")
    return Split(
        sum((each.host for each in parts), nothing), sum((each.trust for each in parts), nothing)
    )


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months earlier, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


# How many months before a lease ends, or notice is due, somebody is reminded.
REMIND_MONTHS = (12, 6, 3)


def reminder_due(day: dt.date, today: dt.date) -> int | None:
    """Return which reminder of a day is due by today: the latest of the three, or None."""
    if day < today:
        return None
    begun = [months for months in REMIND_MONTHS if months_before(day, months) <= today]
    return min(begun, default=None)


def mark_of(*parts: object) -> str:
    """Return the mark of what something says: another mark, and somebody has changed it since."""
    return sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


class Standing(StrEnum):
    """How something stands that is owed by a day."""

    LATE = "late"
    SOON = "due soon"
    DUE = "due"
    DONE = "done"


# From so many days before it, a day is near enough to be told of.
SOON_DAYS = 28


def standing(due_on: dt.date, *, done_on: dt.date | None, today: dt.date) -> Standing:
    """Say how something stands that is owed by the end of a day."""
    if done_on is not None:
        return Standing.DONE
    if due_on < today:
        return Standing.LATE
    return Standing.SOON if (due_on - today).days <= SOON_DAYS else Standing.DUE


def standing_words(due_on: dt.date, *, done_on: dt.date | None, today: dt.date) -> str:
    """Say by how many days something is late, was late, or is still to come."""
    if done_on is not None:
        return f"done, {_days(done_on - due_on)} late" if done_on > due_on else "done"
    if due_on < today:
        return f"{_days(today - due_on)} late"
    return "due today" if due_on == today else f"due in {_days(due_on - today)}"


def _days(apart: dt.timedelta) -> str:
    return "1 day" if apart.days == 1 else f"{apart.days} days"


def day_in_year(year_starts: dt.date, month: int, day: int) -> dt.date:
    """Return the first such day from the beginning of a school year on."""
    this = dt.date(year_starts.year, month, day)
    return this if this >= year_starts else dt.date(year_starts.year + 1, month, day)


def after_monday(year_starts: dt.date, month: int, monday: int, days_later: int) -> dt.date:
    """Return the day so many days after the first, second … Monday of a month of a school year."""
    first = day_in_year(year_starts, month, 1)
    return _monday_from(first) + (monday - 1) * WEEK + days_later * DAY


@dataclass(frozen=True)
class Spending:
    """What was received, is planned and was spent, to the penny."""

    received: Decimal
    planned: Decimal
    spent: Decimal

    @property
    def words(self) -> str:
        """What is left of what was received, or how far it is overspent."""
        return self._beside(self.spent, "all of it is spent", "left to spend", "overspent")

    @property
    def planned_words(self) -> str:
        """What is not planned yet, or how far the plan goes beyond what was received."""
        return self._beside(self.planned, "all of it is planned", "not planned yet", "overplanned")

    def _beside(self, sum_of: Decimal, even: str, under: str, over: str) -> str:
        apart = self.received - sum_of
        return f"£{abs(apart):,.2f} {under if apart > 0 else over}" if apart else even


def spending(received: Decimal, costs: Iterable[tuple[Decimal, Decimal]]) -> Spending:
    """Add up the planned and the actual costs of activities."""
    planned = spent = Decimal("0.00")
    for one_planned, one_spent in costs:
        planned += one_planned
        spent += one_spent
    return Spending(received, planned, spent)

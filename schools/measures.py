"""Dates that a school year in England tends to have: a first suggestion, to be changed."""

import datetime as dt
from dataclasses import dataclass

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
    and the third Thursdays of January and May. Easter is left to the person.
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
            ),
            _term(
                "spring",
                _school_day_from(dt.date(spring, 1, 4)),
                dt.date(spring, 3, 26),
                _thursday(spring, 1, 3),
            ),
            _term(
                "summer",
                _school_day_from(dt.date(spring, 4, 12)),
                dt.date(spring, 7, 21),
                _thursday(spring, 5, 3),
            ),
        ),
    )


def _term(season: str, starts_on: dt.date, last: dt.date, census_on: dt.date) -> TermDates:
    """Suggest a window of three school weeks that closes a week before the term ends."""
    ends_on = _school_day_until(last)
    closes_on = _school_day_until(ends_on - WEEK)
    while closes_on.weekday() != FRIDAY:
        closes_on -= DAY
    opens_on = closes_on - 2 * WEEK - (FRIDAY - MONDAY) * DAY
    return TermDates(season, starts_on, ends_on, census_on, opens_on, closes_on)


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

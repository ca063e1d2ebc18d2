"""The demo's calendar: some years about a day, with one window open on that day."""

import datetime as dt
from dataclasses import dataclass

from schools.choices import Season
from schools.models import AcademicYear, Term, Window

YEARS = 3


@dataclass(frozen=True)
class Calendar:
    """Years, terms and windows, in order; `current` is the term whose window is open on `on`."""

    on: dt.date
    years: list[AcademicYear]
    terms: list[Term]
    windows: list[Window]
    current: int

    def judged_by(self, term: int) -> dt.date:
        """Return the last day on which judgements of a term can have been made."""
        return min(self.windows[term].closes_on, self.on)

    def terms_of(self, year: int) -> range:
        """Return the numbers of a year's terms."""
        return range(3 * year, 3 * year + 3)


def make_calendar(on: dt.date, *, years: int = YEARS) -> Calendar:
    """Make the year that contains the day and those before it; nothing is saved.

    In the holidays the window of the term just ended is open still.
    """
    latest = on.year if on >= dt.date(on.year, 9, 1) else on.year - 1
    made, terms, windows = [], [], []
    for start in range(latest - years + 1, latest + 1):
        year = AcademicYear(
            name=f"{start}/{(start + 1) % 100:02}",
            starts_on=dt.date(start, 9, 1),
            ends_on=dt.date(start + 1, 8, 31),
        )
        made.append(year)
        for season, (starts, census, ends) in _days(start).items():
            term = Term(
                year=year,
                season=season,
                starts_on=starts,
                census_on=census,
                ends_on=ends,
                **_half_term(starts, ends),
            )
            terms.append(term)
            windows.append(
                Window(
                    term=term,
                    opens_on=ends - dt.timedelta(weeks=5),
                    closes_on=ends - dt.timedelta(weeks=1),
                )
            )
    current = max(n for n, term in enumerate(terms) if term.starts_on <= on)
    window = windows[current]
    # Early in a term it has just opened; late, and in the holidays, it closes in two weeks.
    if window.opens_on > on - dt.timedelta(days=5):
        window.opens_on = max(terms[current].starts_on, on - dt.timedelta(days=10))
    if window.closes_on < on:
        window.closes_on = on + dt.timedelta(days=14)
    return Calendar(on, made, terms, windows, current)


def _days(start: int) -> dict[Season, tuple[dt.date, dt.date, dt.date]]:
    """Return the first, census and last day of each term of the year that starts then.

    Census days are those of the school census: the first Thursday of October, the third of
    January and of May.
    """
    friday = 4
    march_end = _on_or_before(dt.date(start + 1, 3, 31), friday)
    return {
        Season.AUTUMN: (
            dt.date(start, 9, 1),
            _thursday(start, 10, 1),
            _on_or_before(dt.date(start, 12, 20), friday),
        ),
        Season.SPRING: (
            _on_or_before(dt.date(start + 1, 1, 9), 0),
            _thursday(start + 1, 1, 3),
            march_end,
        ),
        Season.SUMMER: (
            march_end + dt.timedelta(days=17),
            _thursday(start + 1, 5, 3),
            _on_or_before(dt.date(start + 1, 7, 22), friday),
        ),
    }


def _half_term(starts: dt.date, ends: dt.date) -> dict[str, dt.date]:
    """Return a week of holidays amid a term, from Monday to Friday."""
    monday = _on_or_before(starts + (ends - starts) / 2, 0)
    return {"break_starts_on": monday, "break_ends_on": monday + dt.timedelta(days=4)}


def _on_or_before(day: dt.date, weekday: int) -> dt.date:
    return day - dt.timedelta(days=(day.weekday() - weekday) % 7)


def _thursday(year: int, month: int, nth: int) -> dt.date:
    first = _on_or_before(dt.date(year, month, 7), 3)
    return first + dt.timedelta(weeks=nth - 1)

"""What sessions, or sums of them, would change in what is known of a pupil.

Only sums are kept: a pupil's sessions in half a term, in one place. What is said of some days takes
the place of what is known of these days.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.formats import date_format

from parrcs.core.access import Access, Reach
from pupils.measures import CODES, POSSIBLE, Sessions, sessions_of, upn_check_letter
from pupils.models import AttendanceTotal, Placement, Pupil
from pupils.services.attendance.known import (
    Days,
    Stretch,
    known_totals,
    place_on,
    places_of,
    stretch_of,
)
from schools.selectors.half_terms import HalfTerm, half_terms

_DAY = dt.timedelta(days=1)


class CannotBe(Exception):
    """Attendance that cannot be; says why, one sentence or more for each reason."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(reasons)
        self.reasons = reasons


class Desk:
    """The pupils that a file names, where they are placed and what is known of them.

    `within` are the places of the file; what comes after `today` is still to come.
    """

    def __init__(self, by: Access, upns: Iterable[str], *, within: Reach, today: dt.date) -> None:
        self.today = today
        self.half_terms = half_terms(by)
        self._places = places_of(by, upns, within=within)
        self._known = known_totals(held[0].pupil_id for held in self._places.values())

    def pupil(self, upn: str) -> Pupil:
        """Return a pupil who is, or was, in a place of the person's. Raises `CannotBe`."""
        if upn in self._places:
            pupil: Pupil = self._places[upn][0].pupil
            return pupil
        raise CannotBe(_nobody(upn))

    def places(self, pupil: Pupil) -> list[Placement]:
        """Return the placements that the person may write of, in order of time."""
        return self._places[pupil.upn]

    def stand(self, pupil: Pupil, first: dt.date, last: dt.date) -> list[AttendanceTotal]:
        """Return what is known of a pupil and begins on these days, in the person's places."""
        return [
            each
            for each in self._known[pupil.pk]
            if first <= each.starts_on <= last and place_on(self.places(pupil), each.starts_on)
        ]

    def of_sessions(self, pupil: Pupil, codes: Sequence[tuple[dt.date, str]]) -> list[Days]:
        """Sum up days and codes of a pupil's register by half term and place.

        What is known is replaced where the register has all of its sessions. A code has to be one
        of `CODES`. Raises `CannotBe`.
        """
        nowhere: dict[str, list[dt.date]] = defaultdict(list)
        summed: dict[HalfTerm, dict[Placement, list[tuple[dt.date, str]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for day, code in codes:
            half, placement = self._half_term(day), place_on(self.places(pupil), day)
            if half and placement and day <= self.today:
                summed[half][placement].append((day, code))
            elif CODES[code] in POSSIBLE:
                nowhere[self._why_not(day, half)].append(day)
        if nowhere:
            raise CannotBe(*(_at(days, words) for words, days in nowhere.items()))
        found = []
        for half, by_place in summed.items():
            days = [day for held in by_place.values() for day, _ in held]
            first, last = min(days), max(days)
            now = [
                Stretch(
                    max(first, placement.starts_on),
                    min(last, placement.ends_on or dt.date.max),
                    sessions_of(code for _, code in held),
                )
                for placement, held in by_place.items()
            ]
            found.append(self._days(pupil, half, first, last, now, of=days))
        return found

    def of_sum(
        self, pupil: Pupil, starts_on: dt.date, ends_on: dt.date, sessions: Sessions
    ) -> Days:
        """Put a sum into its half term and place. Raises `CannotBe`."""
        half = self._half_term_of(starts_on, ends_on)
        first = max(starts_on, half.starts_on)
        last = min(ends_on, half.ends_on, self.today)
        held = [
            each
            for each in self.places(pupil)
            if each.starts_on <= last and (each.ends_on is None or each.ends_on >= first)
        ]
        if not held:
            raise CannotBe(f"The pupil was not on roll here in {_days(first, last)}.")
        if len({(each.school_id, each.arb_id) for each in held}) > 1:
            moved = ", ".join(_in_words(each.starts_on) for each in held[1:])
            raise CannotBe(f"The pupil moved on {moved}: give a line for the days in each place.")
        stretch = Stretch(
            max(first, held[0].starts_on), min(last, held[-1].ends_on or dt.date.max), sessions
        )
        most = 2 * _weekdays(stretch.starts_on, stretch.ends_on)
        if sessions.possible > most:
            raise CannotBe(
                f"{sessions.possible} sessions are more than"
                f" {_days(stretch.starts_on, stretch.ends_on)}, on roll, can have: {most}."
            )
        return self._days(pupil, half, first, last, [stretch])

    def _days(
        self,
        pupil: Pupil,
        half: HalfTerm,
        first: dt.date,
        last: dt.date,
        now: list[Stretch],
        of: Sequence[dt.date] | None = None,
    ) -> Days:
        """Hold what is said of some days against what is known of them. Raises `CannotBe`.

        `of` are the days of the sessions, each as often as it has one; None for a sum of all.
        """
        before = []
        for row in self._known[pupil.pk]:
            if row.starts_on > last or row.ends_on < first:
                continue
            place = place_on(self.places(pupil), row.starts_on)
            if place is None:
                _check_apart(row, now)
                continue
            # Days after the pupil left are nobody's here, though a sum made before may have them.
            until = min(row.ends_on, place.ends_on or dt.date.max)
            if of is not None and until == row.ends_on:
                _check_as_many(row, of)
            else:
                _check_all_days(row, until, first, last)
            before.append(stretch_of(row))
        return Days(
            half.name,
            min([first, *(each.starts_on for each in before)]),
            max([last, *(each.ends_on for each in before)]),
            sorted(now, key=lambda each: each.starts_on),
            before,
        )

    def _half_term_of(self, starts_on: dt.date, ends_on: dt.date) -> HalfTerm:
        if starts_on > self.today:
            raise CannotBe(f"{_in_words(starts_on)} is still to come.")
        within = [
            each
            for each in self.half_terms
            if each.starts_on <= ends_on and starts_on <= each.ends_on
        ]
        if len(within) != 1:
            where = "no half term of the calendar" if not within else "more than one half term"
            raise CannotBe(f"{_days(starts_on, ends_on)} is in {where}.")
        return within[0]

    def _half_term(self, day: dt.date) -> HalfTerm | None:
        return next((each for each in self.half_terms if each.holds(day)), None)

    def _why_not(self, day: dt.date, half: HalfTerm | None) -> str:
        if day > self.today:
            return "{} is still to come."
        if half is None:
            return "{} is in no half term of the calendar."
        return "The pupil was not on roll here on {}."


def _check_as_many(row: AttendanceTotal, of: Iterable[dt.date]) -> None:
    """Ask for as many sessions as are known of these days: the others would be lost."""
    there = sum(row.starts_on <= day <= row.ends_on for day in of)
    if there < row.possible:
        raise CannotBe(
            f"{row.possible} sessions are known of {_days(row.starts_on, row.ends_on)}, and the"
            f" file has only {there} of these days. Take a file with all of them."
        )


def _check_all_days(row: AttendanceTotal, until: dt.date, first: dt.date, last: dt.date) -> None:
    """Ask for a sum of all days that are known, but for weekends at either end."""
    before = _weekdays(row.starts_on, min(until, first - _DAY))
    after = _weekdays(max(row.starts_on, last + _DAY), until)
    if before or after:
        raise CannotBe(
            f"Sums for {_days(row.starts_on, row.ends_on)} are known, and the file has"
            f" only {_days(first, last)} of these days. Take a file with all of them."
        )


def _check_apart(row: AttendanceTotal, now: Iterable[Stretch]) -> None:
    """Ask that a sum of another place has none of these days: they would count twice."""
    if any(row.starts_on <= each.ends_on and each.starts_on <= row.ends_on for each in now):
        raise CannotBe(
            f"The days from {_days(row.starts_on, row.ends_on)} are counted where the pupil was"
            " placed before. That sum has to be corrected there first."
        )


def _nobody(upn: str) -> str:
    try:
        right = upn_check_letter(upn[1:]) == upn[0]
    except ValueError:
        return "This is not a UPN: a letter, eleven digits, and a digit or a letter."
    if right:
        return "No pupil here has this UPN."
    return "No pupil here has this UPN, and its check letter is wrong: something in it is mistyped."


def _at(days: list[dt.date], words: str) -> str:
    """Put the first of the days into words, and how many more there are."""
    first, *more = sorted(set(days))
    others = f" (and {len(more)} more days)" if len(more) > 1 else " (and 1 more day)"
    return words.format(_in_words(first) + (others if more else ""))


def _weekdays(first: dt.date, last: dt.date) -> int:
    return sum((first + n * _DAY).weekday() < 5 for n in range((last - first).days + 1))


def _in_words(day: dt.date) -> str:
    return date_format(day, "j F Y")


def _days(first: dt.date, last: dt.date) -> str:
    return f"{_in_words(first)} to {_in_words(last)}"

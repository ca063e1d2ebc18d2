"""Checking attendance: what a table would change, pupil by pupil; nothing is stored.

Only sums are kept: a pupil's sessions in half a term, in one place. What a table says of some days
takes the place of what is known of these days; a pupil of whom any line is wrong is left as is.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from parrcs.core.access import Access
from pupils.measures import CODES, POSSIBLE, sessions_of, upn_check_letter
from pupils.models import Placement
from pupils.services.attendance.lines import (
    Checked,
    Line,
    Refused,
    Stretch,
    check_may,
    known_totals,
    place_on,
    places_within,
    stretch_of,
)
from pupils.services.attendance.reading import Fault, Mark, Total, read_attendance
from schools.selectors.half_terms import HalfTerm, half_terms

_DAY = dt.timedelta(days=1)


def check_attendance(*, by: Access, rows: Sequence[Sequence[Any]]) -> Checked:
    """Say what a table would change; nothing is stored.

    `rows` begin with the headings (see `read_attendance`). Raises `NoSuchTable`.
    """
    check_may(by)
    reading = read_attendance(rows)
    said: list[Mark | Total] = [*reading.marks, *reading.totals]
    desk = _Desk(by, {each.upn for each in said})
    faults = [*reading.faults, *desk.unknown(said)]
    lines = [*desk.from_marks(reading.marks, faults), *desk.from_totals(reading.totals, faults)]
    wrong = {each.upn for each in faults}
    kept = [each for upn, each in lines if upn not in wrong]
    told = {(each.line, each.words): each for each in faults}
    return Checked(
        sorted(kept, key=lambda each: (each.line, each.first)),
        [
            Refused(each.line, each.upn, desk.name(each.upn), each.words)
            for each in sorted(told.values(), key=lambda each: each.line)
        ],
    )


class _Desk:
    """The pupils that a table names, where they are placed and what is known of them."""

    def __init__(self, by: Access, upns: Iterable[str]) -> None:
        self.today = timezone.localdate()
        self.half_terms = half_terms(by)
        places = places_within(by, Q(pupil__upn__in=set(upns)))
        self.pupils = {held[0].pupil.upn: held[0].pupil for held in places.values()}
        self.places = {held[0].pupil.upn: held for held in places.values()}
        known = known_totals(places.keys())
        self.known = {pupil.upn: known[pupil.pk] for pupil in self.pupils.values()}

    def name(self, upn: str) -> str:
        """Return the name of a pupil within reach."""
        return str(self.pupils[upn]) if upn in self.pupils else ""

    def unknown(self, said: Iterable[Mark | Total]) -> list[Fault]:
        """Return one fault for each UPN that is nobody's here."""
        first: dict[str, int] = {}
        for each in said:
            if each.upn not in self.pupils:
                first.setdefault(each.upn, each.line)
        return [Fault(line, upn, _nobody(upn)) for upn, line in first.items()]

    def from_marks(self, marks: Sequence[Mark], faults: list[Fault]) -> list[tuple[str, Line]]:
        """Sum up sessions by pupil, half term and placement."""
        seen: dict[str, list[dt.date]] = defaultdict(list)
        summed: dict[tuple[str, str], list[tuple[Mark, Placement]]] = defaultdict(list)
        halves = {each.key: each for each in self.half_terms}
        by_day = {mark.day: self._half_term(mark.day) for mark in marks}
        for mark in marks:
            half, counts = by_day[mark.day], CODES[mark.code] in POSSIBLE
            if half and mark.day <= self.today:
                seen[half.key].append(mark.day)
            if mark.upn not in self.pupils:
                continue
            placement = place_on(self.places[mark.upn], mark.day)
            if half and placement and mark.day <= self.today:
                summed[mark.upn, half.key].append((mark, placement))
            elif counts:
                faults.append(Fault(mark.line, mark.upn, self._why_not(mark.day, half)))
        found = []
        for (upn, key), held in summed.items():
            first, last = min(seen[key]), max(seen[key])
            now = []
            for placement in dict.fromkeys(placement for _, placement in held):
                sessions = sessions_of(mark.code for mark, where in held if where == placement)
                ends_on = min(last, placement.ends_on or dt.date.max)
                now.append(Stretch(max(first, placement.starts_on), ends_on, sessions))
            line = self._line(held[0][0].line, upn, halves[key], (first, last), now, faults)
            found.append((upn, line))
        return found

    def from_totals(self, totals: Sequence[Total], faults: list[Fault]) -> list[tuple[str, Line]]:
        """Put each sum into its half term and place."""
        found = []
        for total in totals:
            if total.upn not in self.pupils:
                continue
            try:
                half, first, last = self._days_of(total)
                now = [self._stretch_of(total, first, last)]
            except _Refusal as refusal:
                faults.append(Fault(total.line, total.upn, str(refusal)))
                continue
            line = self._line(total.line, total.upn, half, (first, last), now, faults)
            found.append((total.upn, line))
        return found

    def _line(
        self,
        line: int,
        upn: str,
        half: HalfTerm,
        days: tuple[dt.date, dt.date],
        now: list[Stretch],
        faults: list[Fault],
    ) -> Line:
        """Hold what a table says of some days against what is known of them."""
        first, last = days
        before = []
        for row in self.known[upn]:
            if row.starts_on > last or row.ends_on < first:
                continue
            if not place_on(self.places[upn], row.starts_on):
                continue
            if row.starts_on < first or row.ends_on > last:
                faults.append(
                    Fault(
                        line,
                        upn,
                        f"Sums for {_days(row.starts_on, row.ends_on)} are known, and the file has"
                        f" only {_days(first, last)} of these days. Take a file with all of them.",
                    )
                )
            before.append(stretch_of(row))
        pupil = self.pupils[upn]
        now = sorted(now, key=lambda each: each.starts_on)
        return Line(line, pupil.pk, str(pupil), half.name, first, last, now, before)

    def _days_of(self, total: Total) -> tuple[HalfTerm, dt.date, dt.date]:
        if total.starts_on > self.today:
            raise _Refusal(f"{_in_words(total.starts_on)} is still to come.")
        within = [
            each
            for each in self.half_terms
            if each.starts_on <= total.ends_on and total.starts_on <= each.ends_on
        ]
        if len(within) != 1:
            where = "no half term of the calendar" if not within else "more than one half term"
            raise _Refusal(f"{_days(total.starts_on, total.ends_on)} is in {where}.")
        (half,) = within
        return (
            half,
            max(total.starts_on, half.starts_on),
            min(total.ends_on, half.ends_on, self.today),
        )

    def _stretch_of(self, total: Total, first: dt.date, last: dt.date) -> Stretch:
        held = [
            each
            for each in self.places[total.upn]
            if each.starts_on <= last and (each.ends_on is None or each.ends_on >= first)
        ]
        if not held:
            raise _Refusal(f"The pupil was not on roll here in {_days(first, last)}.")
        if len({(each.school_id, each.arb_id) for each in held}) > 1:
            moved = ", ".join(f"{_in_words(each.starts_on)}" for each in held[1:])
            raise _Refusal(f"The pupil moved on {moved}: give a line for the days in each place.")
        starts_on = max(first, held[0].starts_on)
        ends_on = min(last, held[-1].ends_on or dt.date.max)
        most = 2 * _weekdays(starts_on, ends_on)
        if total.sessions.possible > most:
            raise _Refusal(
                f"{total.sessions.possible} sessions are more than {_days(starts_on, ends_on)},"
                f" on roll, can have: {most}."
            )
        return Stretch(starts_on, ends_on, total.sessions)

    def _half_term(self, day: dt.date) -> HalfTerm | None:
        return next((each for each in self.half_terms if each.holds(day)), None)

    def _why_not(self, day: dt.date, half: HalfTerm | None) -> str:
        if day > self.today:
            return f"{_in_words(day)} is still to come."
        if half is None:
            return f"{_in_words(day)} is in no half term of the calendar."
        return f"The pupil was not on roll here on {_in_words(day)}."


class _Refusal(Exception):
    """A sum that cannot be; says why."""


def _nobody(upn: str) -> str:
    try:
        right = upn_check_letter(upn[1:]) == upn[0]
    except ValueError:
        return "This is not a UPN: a letter, eleven digits, and a digit or a letter."
    if right:
        return "No pupil here has this UPN."
    return "No pupil here has this UPN, and its check letter is wrong: something in it is mistyped."


def _weekdays(first: dt.date, last: dt.date) -> int:
    return sum((first + n * _DAY).weekday() < 5 for n in range((last - first).days + 1))


def _in_words(day: dt.date) -> str:
    return date_format(day, "j F Y")


def _days(first: dt.date, last: dt.date) -> str:
    return f"{_in_words(first)} to {_in_words(last)}"

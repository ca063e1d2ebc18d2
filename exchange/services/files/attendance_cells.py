"""What a register says: sessions by day and half, codes, and sums of them over some days.

Pure: it knows no pupil, placement or calendar.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from exchange.services.files.headings import Column
from pupils.measures import Sessions

SESSIONS = (
    Column(
        "day",
        "Date",
        "The day, such as 07/09/2026.",
        ("Day", "Session Date", "Attendance Date", "Mark Date"),
    ),
    Column(
        "am",
        "AM",
        "The code of the morning, such as / or I.",
        ("AM Mark", "AM Code", "Morning", "Morning Mark", "Session AM", "AM Session"),
    ),
    Column(
        "pm",
        "PM",
        "The code of the afternoon, such as \\ or L.",
        ("PM Mark", "PM Code", "Afternoon", "Afternoon Mark", "Session PM", "PM Session"),
    ),
)
SUMS = (
    Column(
        "from",
        "From",
        "The first day of the sum.",
        ("Start", "Start Date", "Date From", "From Date", "First Day"),
    ),
    Column(
        "until",
        "Until",
        "The last day of the sum; in the same half term.",
        ("To", "End", "End Date", "Date To", "To Date", "Until Date"),
    ),
    Column(
        "possible",
        "Possible",
        "How many sessions were possible.",
        ("Possible Sessions", "Sessions Possible", "Possible Marks"),
    ),
    Column(
        "attended",
        "Attended",
        "How many of them were attended, late ones too.",
        ("Attended Sessions", "Sessions Attended", "Attendances", "Present"),
    ),
    Column(
        "authorised",
        "Authorised",
        "How many were missed with leave.",
        ("Authorised Absence", "Authorised Absences", "Authorised Sessions"),
    ),
    Column(
        "unauthorised",
        "Unauthorised",
        "How many were missed without.",
        ("Unauthorised Absence", "Unauthorised Absences", "Unauthorised Sessions"),
    ),
    Column(
        "late",
        "Late",
        "How many were attended late.",
        ("Lates", "Late Sessions", "Late Arrivals", "Sessions Late"),
    ),
)
# What is wrong with a line as it was sent; filled in until somebody has mended it.
WRONG = Column("wrong", "What is wrong", "")

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_DAY_IN_WORDS = re.compile(r"(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Session(NamedTuple):
    """A morning or an afternoon of a day."""

    day: dt.date
    half: str

    @property
    def code(self) -> str:
        """The session as a column is named."""
        return f"{self.day.isoformat()} {self.half}"

    @property
    def heading(self) -> str:
        """The session as a heading says it."""
        return f"{self.day:%d/%m/%Y} {self.half}"


def session_of(code: str) -> Session | None:
    """Return the session of a column, or None for a column of something else."""
    day, _, half = code.partition(" ")
    return Session(dt.date.fromisoformat(day), half) if half in ("AM", "PM") else None


class Total(NamedTuple):
    """Sums of a pupil over a stretch of days."""

    starts_on: dt.date
    ends_on: dt.date
    sessions: Sessions


class Wrong(Exception):
    """A line that says nothing sound; says of each cell why, by the heading of its column."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__(faults)
        self.faults = faults


def as_day(value: Any) -> dt.date | None:
    """Return the day that a cell names, day before month; None for one that names none."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = str(value).strip().casefold()
    if found := _DAY.search(text):
        year, month, day = (
            (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
        )
        return _date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    if (found := _DAY_IN_WORDS.search(text)) and found[2] in _MONTHS:
        return _date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
    return None


def total_of(cells: Mapping[str, str]) -> Total:
    """Return the sums of a line by the codes of `SUMS`. Raises `Wrong`."""
    faults, days, numbers = [], [], {}
    for column in SUMS:
        text = cells.get(column.code, "")
        if column.code in ("from", "until"):
            day = as_day(text)
            if day:
                days.append(day)
            else:
                faults.append((column.heading, f"“{text[:20]}” is not a date like 07/09/2026."))
        elif number := re.fullmatch(r"(\d{1,4})(?:\.0+)?", text or "0"):
            numbers[column.code] = int(number[1])
        else:
            faults.append((column.heading, f"“{text[:20]}” is not a whole number of sessions."))
    if faults:
        raise Wrong(*faults)
    starts_on, ends_on = days
    total = Total(starts_on, ends_on, Sessions(**numbers))
    if words := _unsound(total):
        raise Wrong(("", words))
    return total


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _unsound(total: Total) -> str:
    said = total.sessions
    if total.ends_on < total.starts_on:
        return "It ends before it starts."
    if said.attended + said.authorised + said.unauthorised != said.possible:
        return (
            f"{said.attended} attended, {said.authorised} authorised and {said.unauthorised}"
            f" unauthorised are not {said.possible} possible."
        )
    if said.late > said.attended:
        return f"Late to {said.late} sessions, but only {said.attended} attended."
    return ""

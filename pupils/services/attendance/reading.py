"""Registers as schools export them: rows of a table in, sessions or totals of pupils out.

Pure: it knows no pupil, placement or calendar. Three layouts are known by their headings, however
these are written: a row for each pupil and day with AM and PM; a row for each pupil and a column
for each session; and a row for each pupil and half term with sums.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from pupils.measures import CODES, Sessions

# Where the headings may stand: exports put a title and a date above them.
_HEADINGS_WITHIN = 20
_FAULT = "“%s”"

# A heading, without spaces, signs and capitals, by what it stands for.
_NAMES: Mapping[str, frozenset[str]] = {
    "upn": frozenset({"upn", "uniquepupilnumber", "pupilupn", "upn13"}),
    "day": frozenset({"date", "day", "sessiondate", "attendancedate", "markdate"}),
    "am": frozenset({"am", "ammark", "amcode", "morning", "sessionam", "amsession"}),
    "pm": frozenset({"pm", "pmmark", "pmcode", "afternoon", "sessionpm", "pmsession"}),
    "from": frozenset({"from", "start", "startdate", "datefrom", "fromdate", "firstday"}),
    "until": frozenset({"until", "to", "end", "enddate", "dateto", "todate", "untildate"}),
    "possible": frozenset({"possible", "possiblesessions", "sessionspossible", "possiblemarks"}),
    "attended": frozenset(
        {"attended", "attendedsessions", "sessionsattended", "attendances", "present"}
    ),
    "authorised": frozenset(
        {"authorised", "authorisedabsence", "authorisedabsences", "authorisedsessions"}
    ),
    "unauthorised": frozenset(
        {"unauthorised", "unauthorisedabsence", "unauthorisedabsences", "unauthorisedsessions"}
    ),
    "late": frozenset({"late", "lates", "latesessions", "latearrivals", "sessionslate"}),
}
_SUMS = ("possible", "attended", "authorised", "unauthorised", "late")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_DAY_IN_WORDS = re.compile(r"(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HALF = re.compile(r"(?<![a-z])(am|pm)(?![a-z])")


class Mark(NamedTuple):
    """One session of a pupil, and the line where it stands."""

    line: int
    upn: str
    day: dt.date
    half: str
    code: str


class Total(NamedTuple):
    """Sums of a pupil over a stretch of days, and the line where they stand."""

    line: int
    upn: str
    starts_on: dt.date
    ends_on: dt.date
    sessions: Sessions


class Fault(NamedTuple):
    """What is wrong in a line; `upn` is empty where no pupil can be named."""

    line: int
    upn: str
    words: str


@dataclass
class Reading:
    """What a table says, of sessions or in sums, and what in it cannot be read."""

    marks: list[Mark] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class NoSuchTable(Exception):
    """A table without the columns that attendance takes; says which are missing."""


@dataclass(frozen=True)
class _Row:
    line: int
    upn: str
    cells: Sequence[Any]

    def text(self, column: int | None) -> str:
        if column is None or column >= len(self.cells) or self.cells[column] is None:
            return ""
        return str(self.cells[column]).strip()


def read_attendance(rows: Sequence[Sequence[Any]]) -> Reading:
    """Read a table whose first rows hold its headings. Raises `NoSuchTable`.

    Two marks for one session, codes that are none and sums that do not add up are faults of
    their lines; empty cells are sessions that nobody has marked, and say nothing.
    """
    at, columns, sessions = _headings(rows)
    reading = Reading()
    read: Callable[[Reading, _Row], None]
    if sessions:
        read = _reads_columns(sessions)
    elif "day" in columns and ("am" in columns or "pm" in columns):
        read = _reads_days(columns)
    elif {"from", "until", "possible", "attended"} <= columns.keys():
        read = _reads_totals(columns)
    else:
        raise NoSuchTable(
            "Beside the UPN it takes Date with AM and PM, or a column for each session (such as"
            " 07/09/2026 AM), or From, Until, Possible, Attended, Authorised and Unauthorised."
        )
    for line, cells in enumerate(rows[at + 1 :], start=at + 2):
        if not any(str(cell).strip() for cell in cells if cell is not None):
            continue
        row = _Row(line, "", cells)
        upn = row.text(columns["upn"]).upper()
        if upn:
            read(reading, _Row(line, upn, cells))
        else:
            reading.faults.append(Fault(line, "", "There is no UPN in this line."))
    _refuse_twice(reading)
    return reading


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


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _headings(
    rows: Sequence[Sequence[Any]],
) -> tuple[int, dict[str, int], dict[int, tuple[dt.date, str]]]:
    """Return the row of the headings, the column of each known one, and those of sessions."""
    for at, row in enumerate(rows[:_HEADINGS_WITHIN]):
        columns: dict[str, int] = {}
        sessions: dict[int, tuple[dt.date, str]] = {}
        for number, cell in enumerate(row):
            text = "" if cell is None else str(cell).casefold()
            plain = re.sub(r"[^a-z0-9]", "", text)
            name = next((n for n, known in _NAMES.items() if plain in known), None)
            if name:
                if name in columns:
                    raise NoSuchTable(f"The heading {_FAULT % cell} is there twice.")
                columns[name] = number
            elif (day := as_day(text)) and (half := _HALF.search(text)):
                sessions[number] = (day, half[1].upper())
        if "upn" in columns:
            return at, columns, sessions
    raise NoSuchTable("There is no column UPN (unique pupil number) in its first rows.")


def _reads_days(columns: Mapping[str, int]) -> Callable[[Reading, _Row], None]:
    halves = [(half.upper(), columns[half]) for half in ("am", "pm") if half in columns]

    def read(reading: Reading, row: _Row) -> None:
        value = row.cells[columns["day"]] if columns["day"] < len(row.cells) else None
        day = as_day(value if value is not None else "")
        if day is None:
            words = f"{_FAULT % row.text(columns['day'])} is not a date like 07/09/2026."
            reading.faults.append(Fault(row.line, row.upn, words))
            return
        for half, column in halves:
            _take(reading, row, day, half, row.text(column))

    return read


def _reads_columns(
    sessions: Mapping[int, tuple[dt.date, str]],
) -> Callable[[Reading, _Row], None]:
    def read(reading: Reading, row: _Row) -> None:
        for column, (day, half) in sessions.items():
            _take(reading, row, day, half, row.text(column))

    return read


def _take(reading: Reading, row: _Row, day: dt.date, half: str, text: str) -> None:
    code = text.upper()
    if code in CODES:
        reading.marks.append(Mark(row.line, row.upn, day, half, code))
    elif code:
        words = f"{_FAULT % text[:20]} on {day:%d/%m/%Y} {half} is not an attendance code."
        reading.faults.append(Fault(row.line, row.upn, words))


def _reads_totals(columns: Mapping[str, int]) -> Callable[[Reading, _Row], None]:
    def read(reading: Reading, row: _Row) -> None:
        faults = reading.faults
        days = []
        for name in ("from", "until"):
            column = columns[name]
            day = as_day(row.cells[column] if column < len(row.cells) else "")
            if day is None:
                words = f"{_FAULT % row.text(column)} is not a date like 07/09/2026."
                faults.append(Fault(row.line, row.upn, words))
            else:
                days.append(day)
        sums = {}
        for name in _SUMS:
            text = row.text(columns.get(name)) or "0"
            number = re.fullmatch(r"(\d{1,4})(?:\.0+)?", text)
            if number is None:
                words = f"{_FAULT % text[:20]} under {name} is not a whole number of sessions."
                faults.append(Fault(row.line, row.upn, words))
            else:
                sums[name] = int(number[1])
        if len(days) < 2 or len(sums) < len(_SUMS):
            return
        sessions = Sessions(**sums)
        starts_on, ends_on = days
        words = _unsound(starts_on, ends_on, sessions)
        if words:
            faults.append(Fault(row.line, row.upn, words))
        else:
            reading.totals.append(Total(row.line, row.upn, starts_on, ends_on, sessions))

    return read


def _unsound(starts_on: dt.date, ends_on: dt.date, said: Sessions) -> str:
    if ends_on < starts_on:
        return "It ends before it starts."
    if said.attended + said.authorised + said.unauthorised != said.possible:
        return (
            f"{said.attended} attended, {said.authorised} authorised and {said.unauthorised}"
            f" unauthorised are not {said.possible} possible."
        )
    if said.late > said.attended:
        return f"Late to {said.late} sessions, but only {said.attended} attended."
    return ""


def _refuse_twice(reading: Reading) -> None:
    """Find sessions marked twice and stretches that overlap, and say so of the later line."""
    seen: dict[tuple[str, dt.date, str], int] = {}
    for mark in reading.marks:
        session = (mark.upn, mark.day, mark.half)
        if session in seen:
            words = (
                f"{mark.day:%d/%m/%Y} {mark.half} is there twice, first in line {seen[session]}."
            )
            reading.faults.append(Fault(mark.line, mark.upn, words))
        seen.setdefault(session, mark.line)
    reading.faults += [
        Fault(
            later.line,
            later.upn,
            f"These days overlap with those in line {before.line}.",
        )
        for before, later in _overlapping(reading.totals)
    ]


def _overlapping(totals: Sequence[Total]) -> Iterator[tuple[Total, Total]]:
    ordered = sorted(totals, key=lambda each: (each.upn, each.starts_on, each.line))
    for before, later in pairwise(ordered):
        if before.upn == later.upn and later.starts_on <= before.ends_on:
            yield before, later

"""Registers as schools export them: rows of a table in, a line for each pupil or sum out.

Pure: it knows no pupil, placement or calendar. Three layouts are known by their headings, however
these are written: a row for each pupil and day with AM and PM; a row for each pupil and a column
for each session; and a row for each pupil and half term with sums. Of the first two, a pupil's
sessions become one line with a column for each session, as the second has it.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exchange.services.files.attendance_cells import (
    SESSIONS,
    SUMS,
    WRONG,
    Session,
    Wrong,
    as_day,
    total_of,
)
from exchange.services.files.headings import UPN, bare
from exchange.services.files.tables import MOST_LINES, FileRefused, Line

# Where the headings may stand: exports put a title and a date above them.
_HEADINGS_WITHIN = 20
# Two a day in a school year, and some to spare.
MOST_SESSIONS = 800
# What school systems write for a session that nobody has marked.
_NO_MARK = "-"
# Faults of one pupil that are told; of a file in another alphabet each cell is one.
_FAULTS_TOLD = 5

# Each known heading, and how well it says what its column is.
_NAMES = {
    bare(name): (column.code, rank)
    for column in (UPN, WRONG, *SESSIONS, *SUMS)
    for rank, name in enumerate((column.heading, *column.also))
}
_HALF = re.compile(r"(?<![a-z])(am|pm)(?![a-z])")


@dataclass
class _Pupil:
    """What a file says of one pupil's sessions."""

    number: int
    upn: str
    codes: dict[Session, str] = field(default_factory=dict)
    lines: dict[Session, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def take(self, number: int, session: Session, text: str) -> None:
        """Note what a line says of a session; where two say something, both, which is no code."""
        code = text[:20].upper()
        if code in ("", _NO_MARK):
            return
        if session in self.codes:
            before = self.lines[session]
            self.wrong.append(
                f"{session.heading} is there twice, in line {before} and line {number}."
            )
            code = f"{self.codes[session]} and {code}"
        self.codes[session] = code
        self.lines.setdefault(session, number)


@dataclass(frozen=True)
class _Row:
    number: int
    cells: Sequence[Any]

    def text(self, column: int | None) -> str:
        if column is None or column >= len(self.cells) or self.cells[column] is None:
            return ""
        value = self.cells[column]
        return str(value.date() if isinstance(value, dt.datetime) else value).strip()

    @property
    def is_blank(self) -> bool:
        return not any(str(cell).strip() for cell in self.cells if cell is not None)


def read_attendance(rows: Sequence[Sequence[Any]]) -> tuple[list[tuple[str, str]], list[Line]]:
    """Return headings with the codes of their columns, and the lines, of a table.

    Its first rows hold the headings. Empty cells are sessions that nobody has marked, and say
    nothing. What is wrong with a line as such is said in a column `WRONG`, and stays so if the
    line comes back with it. Raises `FileRefused` for a table without the columns that attendance
    takes.
    """
    at, columns, sessions = _headings(rows)
    body = [
        row
        for number, cells in enumerate(rows[at + 1 :], start=at + 2)
        if not (row := _Row(number, cells)).is_blank and not _is_words(row, columns)
    ]
    if sessions:
        found = _by_session(_of_columns(body, columns, sessions))
    elif "day" in columns and ("am" in columns or "pm" in columns):
        found = _by_session(_of_days(body, columns))
    elif {"from", "until", "possible", "attended"} <= columns.keys():
        found = _by_sum(body, columns)
    else:
        raise FileRefused(
            "holds no attendance. Beside the UPN it takes Date with AM and PM, or a column for"
            " each session (such as 07/09/2026 AM), or From, Until, Possible, Attended, Authorised"
            " and Unauthorised."
        )
    headings, lines = found
    read = {*columns.values(), *sessions}
    others = [(str(cell), "") for place, cell in enumerate(rows[at]) if cell and place not in read]
    return [*headings, *others], lines


def _headings(
    rows: Sequence[Sequence[Any]],
) -> tuple[int, dict[str, int], dict[int, Session]]:
    """Return the row of the headings, the column of each known one, and those of sessions."""
    for at, row in enumerate(rows[:_HEADINGS_WITHIN]):
        columns: dict[str, int] = {}
        ranks: dict[str, int] = {}
        sessions: dict[int, Session] = {}
        for number, cell in enumerate(row):
            text = "" if cell is None else str(cell).casefold()
            code, rank = _NAMES.get(bare(text), ("", 0))
            if code and rank == ranks.get(code):
                raise FileRefused(f"has two columns with the heading “{cell}”. Keep one of them.")
            if code and rank < ranks.get(code, rank + 1):
                columns[code], ranks[code] = number, rank
            elif not code and (half := _HALF.search(text)) and re.search(r"\d", text):
                if (day := as_day(text)) is None:
                    raise FileRefused(
                        f"has a column “{cell}”. A session is named by its whole date, such as"
                        " 07/09/2026 AM."
                    )
                sessions[number] = Session(day, half[1].upper())
        if "upn" in columns:
            return at, columns, sessions
    raise FileRefused("has no column UPN (unique pupil number) in its first rows.")


def _is_words(row: _Row, columns: Mapping[str, int]) -> bool:
    """Say whether it is the line of a template that says what belongs into each column."""
    return row.text(columns["upn"]) == UPN.words


def _of_days(rows: Sequence[_Row], columns: Mapping[str, int]) -> list[_Pupil]:
    """Gather the days of each pupil."""
    halves = [(half.upper(), columns[half]) for half in ("am", "pm") if half in columns]
    pupils: dict[str, _Pupil] = {}
    at = columns["day"]
    for row in rows:
        pupil = _pupil_of(row, columns, pupils)
        day = as_day(row.cells[at]) if at < len(row.cells) else None
        if day is None:
            codes = " and ".join(filter(None, (row.text(column) for _, column in halves)))
            pupil.wrong.append(
                f"Line {row.number}, {codes or 'no code'}:"
                f" “{row.text(at)[:20]}” is not a date like 07/09/2026."
                if row.text(at)
                else f"Line {row.number}, {codes or 'no code'}: there is no date."
            )
            continue
        for half, column in halves:
            pupil.take(row.number, Session(day, half), row.text(column))
    return list(pupils.values())


def _of_columns(
    rows: Sequence[_Row], columns: Mapping[str, int], sessions: Mapping[int, Session]
) -> list[_Pupil]:
    """Read a row for each pupil; a pupil may have two, each with some of the sessions."""
    pupils: dict[str, _Pupil] = {}
    for row in rows:
        pupil = _pupil_of(row, columns, pupils)
        for column, session in sessions.items():
            pupil.take(row.number, session, row.text(column))
    return list(pupils.values())


def _pupil_of(row: _Row, columns: Mapping[str, int], pupils: dict[str, _Pupil]) -> _Pupil:
    """Return the pupil of a row; a row without UPN is somebody's own."""
    upn = _upn(row, columns["upn"])
    pupil = pupils.setdefault(upn or f"line {row.number}", _Pupil(row.number, upn))
    pupil.wrong += _wrong(row, columns, upn)
    return pupil


def _wrong(row: _Row, columns: Mapping[str, int], upn: str) -> list[str]:
    """Return what is wrong with a row as such, and what was when it was sent before."""
    before = row.text(columns.get(WRONG.code))
    found = [f"{before} (Empty the cell “{WRONG.heading}” once this is mended.)"] if before else []
    return found if upn else [*found, "There is no UPN in this line."]


def _upn(row: _Row, column: int) -> str:
    return "".join(row.text(column).split()).upper()


def _by_session(pupils: list[_Pupil]) -> tuple[list[tuple[str, str]], list[Line]]:
    """Return a line for each pupil, with a column for each session of the file."""
    sessions = sorted({session for pupil in pupils for session in pupil.codes})
    # A line has a cell for each session: a row for each pupil on a day of their own would be many.
    if len(sessions) > MOST_SESSIONS:
        raise FileRefused(
            f"has {len(sessions)} sessions; at most {MOST_SESSIONS} are read. Send one school year"
            " at a time."
        )
    headings = [(UPN.heading, UPN.code), (WRONG.heading, WRONG.code)]
    headings += [(session.heading, session.code) for session in sessions]
    lines = [
        Line(
            pupil.number,
            [
                pupil.upn,
                _told(pupil.wrong),
                *(pupil.codes.get(session, "") for session in sessions),
            ],
        )
        for pupil in sorted(_not_too_many(pupils), key=lambda each: each.number)
        if pupil.codes or pupil.wrong
    ]
    return headings, lines


def _by_sum(
    rows: Sequence[_Row], columns: Mapping[str, int]
) -> tuple[list[tuple[str, str]], list[Line]]:
    """Return the rows as they stand, and say of which the days overlap."""
    overlapping = _overlapping(rows, columns)
    headings = [(UPN.heading, UPN.code), (WRONG.heading, WRONG.code)]
    headings += [(column.heading, column.code) for column in SUMS]
    lines = []
    for row in _not_too_many(rows):
        upn = _upn(row, columns["upn"])
        wrong = _wrong(row, columns, upn)
        if upn and row.number in overlapping:
            wrong.append(overlapping[row.number])
        texts = [row.text(columns.get(column.code))[:20] for column in SUMS]
        lines.append(Line(row.number, [upn, _told(wrong), *texts]))
    return headings, lines


def _not_too_many[Held: (_Row, _Pupil)](held: Sequence[Held]) -> Sequence[Held]:
    if len(held) > MOST_LINES:
        raise FileRefused(f"has more than {MOST_LINES} lines. Send it in parts.")
    return held


def _overlapping(rows: Sequence[_Row], columns: Mapping[str, int]) -> dict[int, str]:
    """Return what is wrong by number of the row, for each with days that another has too."""
    held = []
    for row in rows:
        try:
            total = total_of({c.code: row.text(columns.get(c.code)) for c in SUMS})
        except Wrong:
            continue
        held.append((_upn(row, columns["upn"]), total.starts_on, row.number, total.ends_on))
    wrong = {}
    # By pupil the last day of all sums so far, and the line of the one that has it.
    latest: dict[str, tuple[dt.date, int]] = {}
    for upn, starts_on, number, ends_on in sorted(held):
        day, line = latest.get(upn, (dt.date.min, 0))
        if starts_on <= day:
            wrong[number] = f"These days overlap with those in line {line}."
        latest[upn] = max((day, line), (ends_on, number))
    return wrong


def _told(faults: Sequence[str]) -> str:
    more = len(faults) - _FAULTS_TOLD
    return " ".join([*faults[:_FAULTS_TOLD], *([f"And {more} more."] if more > 0 else [])])

"""Attendance, from a register: of codes only the sums by half term and place are kept."""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.utils import timezone

from exchange.choices import ImportKind
from exchange.models import Import, ImportLine
from exchange.services.files.attendance import MOST_SESSIONS, read_attendance
from exchange.services.files.attendance_cells import (
    SESSIONS,
    SUMS,
    WRONG,
    Session,
    Wrong,
    as_day,
    session_of,
    total_of,
)
from exchange.services.files.headings import UPN
from exchange.services.files.tables import LARGEST_FILE, FileRefused
from exchange.services.kinds.base import (
    Cells,
    Change,
    Done,
    Kind,
    LineRefused,
    NothingToUndo,
    Problem,
    Sheet,
    Template,
    Work,
    scope_of,
    upn_of,
)
from parrcs.core.access import Access, Permission
from parrcs.core.workbooks import MB, Limits, WorkbookRefused, read_table
from pupils.measures import CODES, Sessions
from pupils.models import Pupil
from pupils.services.attendance.known import Days, Stretch
from pupils.services.attendance.storing import Outdated, store_attendance
from pupils.services.attendance.summing import CannotBe, Desk

# A year of a large school, one column a session, has some 100,000 cells of six marks each.
_LIMITS = Limits(
    thing="a year of attendance",
    usual="less than 1 MB",
    packed=LARGEST_FILE,
    unpacked=40 * MB,
    marks=1_500_000,
    rows=60_000,
    columns=MOST_SESSIONS,
)


class AttendanceKind(Kind):
    """Sessions by code, or sums of them."""

    code = ImportKind.ATTENDANCE
    name = "attendance"
    permission = Permission.MANAGE_PUPILS
    columns: ClassVar = (UPN, *SESSIONS, *SUMS)
    templates: ClassVar = (
        Template("sessions", "Template for sessions", (UPN, *SESSIONS)),
        Template("sums", "Template for sums", (UPN, *SUMS)),
    )
    words = (
        "The register as your system exports it: for each pupil and day the codes of AM and PM, or"
        " a column for each session, such as 07/09/2026 AM; or sums, a line for each pupil and"
        " half term. Days that are in the file take the place of what is known of them. The file"
        " is kept for the seven days in which it can be undone; then only the sums by half term"
        " stay."
    )

    def work(self, by: Access, run: Import, *, doing: bool) -> "AttendanceWork":
        """Return the work of one import for one person."""
        return AttendanceWork(by, run, doing=doing)

    def read(self, name: str, content: bytes) -> Sheet:
        """Return a column for each session, or the sums, and a line for each pupil or sum.

        Of a workbook the first sheet with a column UPN is read. Raises `FileRefused`.
        """
        try:
            sheets = read_table(name, content, _LIMITS)
        except WorkbookRefused as refused:
            raise FileRefused(f"{refused}.") from refused
        missing = FileRefused("is empty.")
        for rows in sheets.values():
            try:
                columns, lines = read_attendance(rows)
            except FileRefused as refused:
                missing = refused
                continue
            if not lines:
                raise FileRefused("holds headings, but no session below them.")
            return Sheet(columns, lines)
        raise missing


class AttendanceWork(Work):
    """The lines of one register."""

    def look_up(self, every: Iterable[Cells]) -> None:
        """Read whom the lines are about, where they were placed and what is known of them."""
        upns = {upn_of(cells) for cells in every} - {""}
        if self.doing:
            list(Pupil.objects.filter(upn__in=upns).order_by("pk").select_for_update())
        # A day that was to come when the file was sent stays so until it is applied.
        today = timezone.localdate(self.run.sent_at)
        self._desk = Desk(self.by, upns, within=scope_of(self.run), today=today)

    def name_of(self, upn: str) -> str:
        """Return the name of a pupil who is or was in a place of the person's, or nothing."""
        try:
            return str(self._desk.pupil(upn))
        except CannotBe:
            return ""

    def key(self, cells: Cells) -> Hashable:
        """Return the pupil, and the first day of a sum: days that overlap are found before."""
        upn = upn_of(cells)
        return (upn, as_day(cells.get("from", ""))) if upn else ""

    def do(self, cells: Cells) -> Done:
        """Let a line take the place of what is known of its days."""
        if WRONG.code in cells:
            raise LineRefused(Problem("", cells[WRONG.code]))
        try:
            pupil = self._desk.pupil(upn_of(cells))
        except CannotBe as reason:
            raise LineRefused(*(Problem("UPN", words) for words in reason.reasons)) from reason
        try:
            said = [days for days in self._said(pupil, cells) if days.change]
            for days in said:
                store_attendance(self._desk, pupil, days)
        except CannotBe as reason:
            raise LineRefused(*(Problem("", words) for words in reason.reasons)) from reason
        except Wrong as wrong:
            raise LineRefused(*(Problem(*fault) for fault in wrong.faults)) from wrong
        return Done(
            about=str(pupil),
            changes=[_change(each) for each in said],
            is_new=bool(said) and all(each.are_new for each in said),
            pupil_id=pupil.pk,
            traces={"upn": pupil.upn, "days": [_as_trace(each) for each in said]} if said else {},
        )

    def undo(self, line: ImportLine) -> str:
        """Put back what was known before, if nothing else is known by now."""
        try:
            pupil = self._desk.pupil(line.traces["upn"])
            for days in line.traces["days"]:
                store_attendance(self._desk, pupil, _to_put_back(days))
        except CannotBe as reason:
            raise NothingToUndo("The pupil is not among those whom you see any more.") from reason
        except Outdated as reason:
            raise NothingToUndo("It was changed since, and stays as it is now.") from reason
        return ""

    def _said(self, pupil: Pupil, cells: Cells) -> list[Days]:
        """Return what a line says, by half term. Raises `CannotBe` and `Wrong`."""
        if not self._sessions:
            return [self._desk.of_sum(pupil, *total_of(cells))]
        codes = {session: cells[code] for code, session in self._sessions.items() if code in cells}
        wrong = [
            (session.heading, f"“{code}” is not an attendance code.")
            for session, code in codes.items()
            if code not in CODES
        ]
        if wrong:
            raise Wrong(*wrong)
        return self._desk.of_sessions(
            pupil, [(session.day, code) for session, code in codes.items()]
        )

    @cached_property
    def _sessions(self) -> Mapping[str, Session]:
        """The columns of sessions; none in a file of sums."""
        found = ((code, session_of(code)) for _heading, code in self.run.columns)
        return {code: session for code, session in found if session}


def _change(days: Days) -> Change:
    return Change(days.half_term, _in_words(days.before), _in_words(days.now))


def _in_words(stretches: Sequence[Stretch]) -> str:
    return "; ".join(_of_stretch(each) for each in stretches)


def _of_stretch(stretch: Stretch) -> str:
    said = stretch.sessions
    parts = [f"{said.attended} of {said.possible} attended"]
    parts += [
        f"{number} {name}"
        for name in ("authorised", "unauthorised", "late")
        if (number := getattr(said, name))
    ]
    days = f"{stretch.starts_on:%d/%m/%Y} to {stretch.ends_on:%d/%m/%Y}"
    return f"{days}: {', '.join(parts)}"


def _as_trace(days: Days) -> dict[str, Any]:
    return {
        "first": days.first.isoformat(),
        "last": days.last.isoformat(),
        "now": [_packed(each) for each in days.now],
        "before": [_packed(each) for each in days.before],
    }


def _to_put_back(trace: Mapping[str, Any]) -> Days:
    """Return the days of a line the other way round."""
    first, last = (dt.date.fromisoformat(trace[name]) for name in ("first", "last"))
    return Days("", first, last, _unpacked(trace["before"]), _unpacked(trace["now"]))


def _packed(stretch: Stretch) -> list[Any]:
    said = stretch.sessions
    sums = [said.possible, said.attended, said.authorised, said.unauthorised, said.late]
    return [stretch.starts_on.isoformat(), stretch.ends_on.isoformat(), *sums]


def _unpacked(packed: Sequence[Sequence[Any]]) -> list[Stretch]:
    return [
        Stretch(dt.date.fromisoformat(start), dt.date.fromisoformat(end), Sessions(*sums))
        for start, end, *sums in packed
    ]

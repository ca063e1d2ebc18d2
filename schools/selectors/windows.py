"""The days on which a term's judgements are entered: the only way to a window.

A school with a window of its own goes by that alone, any other by the trust's. Leave for late
entry lets one class go on after its window has closed.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import FilteredRelation, Q
from django.utils.formats import date_format

from parrcs.core.access import Role
from schools.models import ClassGroup, LateEntry, Membership, Term, Window

NOT_SET = "the days for recording are not set yet"


@dataclass(frozen=True)
class WindowDays:
    """The first and the last day of a window."""

    opens_on: dt.date
    closes_on: dt.date


@dataclass(frozen=True)
class Windows:
    """All windows of the trust."""

    held: dict[tuple[int, int | None], Window]

    def of(self, term_id: int, school_id: int | None = None) -> Window | None:
        """Return the window of a term that a school goes by; without a school, the trust's."""
        return self.own(term_id, school_id) or self.held.get((term_id, None))

    def own(self, term_id: int, school_id: int | None) -> Window | None:
        """Return a school's own window of a term, if it has one."""
        return self.held.get((term_id, school_id)) if school_id is not None else None

    def apart(self, term_id: int) -> dict[int, Window]:
        """Return the windows that schools have of their own in a term, by school."""
        return {
            school: window
            for (term, school), window in self.held.items()
            if term == term_id and school is not None
        }


def windows() -> Windows:
    """Return all windows: a trust has few, so one query for them serves a whole page."""
    return Windows({(each.term_id, each.school_id): each for each in Window.objects.all()})


@dataclass(frozen=True)
class EntryDays:
    """When a class enters a term's judgements: its window, and leave for late entry if it has it.

    `leads` are the names of who can give such leave: the school's assessment leads, else its heads.
    """

    opens_on: dt.date | None = None
    closes_on: dt.date | None = None
    late_until: dt.date | None = None
    late_reason: str = ""
    leads: tuple[str, ...] = ()

    @classmethod
    def by(cls, window: Window | None, leave: LateEntry | None) -> Self:
        """Return the days that a window and leave for late entry give, either of which may lack."""
        return cls(
            window.opens_on if window else None,
            window.closes_on if window else None,
            leave.until if leave else None,
            leave.reason if leave else "",
        )

    @property
    def last_day(self) -> dt.date | None:
        """The last day of entry, with late entry reckoned in."""
        if self.closes_on is None or self.late_until is None:
            return self.closes_on
        return max(self.closes_on, self.late_until)

    def lets_enter(self, day: dt.date) -> bool:
        """Say whether the class's judgements may be entered on that day."""
        if self.opens_on is None or self.last_day is None:
            return False
        return self.opens_on <= day <= self.last_day

    def is_late(self, day: dt.date) -> bool:
        """Say whether entry on that day is by leave only: the window itself has closed."""
        return self.closes_on is not None and day > self.closes_on and self.lets_enter(day)

    def words(self, today: dt.date) -> str:
        """Say when the window opens, closes or has closed, or how long late entry goes on."""
        return self._late(today) if self.is_late(today) else self.window(today)

    def window(self, today: dt.date) -> str:
        """Say when the window itself opens, closes or has closed, and in how many days."""
        if self.opens_on is None or self.closes_on is None:
            return NOT_SET
        if today > self.closes_on:
            return f"window closed on {_day(self.closes_on, today)}"
        if today < self.opens_on:
            return f"window opens {_when(self.opens_on, today)}"
        return f"window closes {_when(self.closes_on, today)}"

    def notice(self, today: dt.date) -> str:
        """Say of leave for late entry, or why entry is not possible and who can change that."""
        if self.lets_enter(today):
            late = self._late(today)
            return f"{late[:1].upper()}{late[1:]}"
        shut = f"This term can be read, not changed: {self.window(today)}."
        return f"{shut} {self.who_can_help(today)}".strip()

    def _late(self, today: dt.date) -> str:
        """Say how long, and why, there is leave beyond the window; nothing where there is none."""
        if self.late_until is None or self.closes_on is None or self.late_until <= self.closes_on:
            return ""
        return f"late entry until {_day(self.late_until, today)}: {self.late_reason}"

    def who_can_help(self, today: dt.date) -> str:
        """Say who can give leave for late entry, once the window has closed."""
        if self.closes_on is None or today <= self.closes_on or not self.leads:
            return ""
        *others, last = self.leads
        names = f"{', '.join(others)} or {last}" if others else last
        return f"{names} can give leave for late entry."


def entry_days(class_group: ClassGroup, term: Term) -> EntryDays:
    """Return when a class enters a term's judgements, and who can give it leave: one query.

    The names of who leads assessment in a school are no secret from who works in it.
    """
    in_school = (
        Membership.objects.live()
        .filter(school=class_group.school_id)
        .order_by("person__name")
        .values("person__name")
    )
    row = (
        Term.objects.filter(pk=term.pk)
        .annotate(
            trusts=FilteredRelation("windows", condition=Q(windows__school__isnull=True)),
            own=FilteredRelation("windows", condition=Q(windows__school=class_group.school_id)),
            late=FilteredRelation(
                "late_entries", condition=Q(late_entries__class_group=class_group.pk)
            ),
            leads=ArraySubquery(in_school.filter(role=Role.ASSESSMENT_LEAD)),
            heads=ArraySubquery(in_school.filter(role=Role.HEAD)),
        )
        .order_by()
        .values(
            "trusts__opens_on",
            "trusts__closes_on",
            "own__opens_on",
            "own__closes_on",
            "late__until",
            "late__reason",
            "leads",
            "heads",
        )
        .get()
    )
    is_own = row["own__opens_on"] is not None
    return EntryDays(
        row["own__opens_on"] if is_own else row["trusts__opens_on"],
        row["own__closes_on"] if is_own else row["trusts__closes_on"],
        row["late__until"],
        row["late__reason"] or "",
        tuple(row["leads"] or row["heads"]),
    )


def entry_days_of(
    term: Term, class_groups: Iterable[ClassGroup], *, known: Windows
) -> dict[int, EntryDays]:
    """Return when some classes enter a term's judgements, by class: one query for all of them."""
    groups = list(class_groups)
    late = {
        each.class_group_id: each
        for each in LateEntry.objects.filter(term=term, class_group__in=groups)
    }
    return {
        group.pk: EntryDays.by(known.of(term.pk, group.school_id), late.get(group.pk))
        for group in groups
    }


def _when(day: dt.date, today: dt.date) -> str:
    days = (day - today).days
    if days == 0:
        return f"today, {_day(day, today)}"
    if days == 1:
        return f"tomorrow, {_day(day, today)}"
    return f"{_day(day, today)}, in {days:,} days"


def _day(day: dt.date, today: dt.date) -> str:
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")

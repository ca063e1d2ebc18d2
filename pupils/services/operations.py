"""What every save of a judgement shares: it is done once, where and while it may be done."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from pupils.models import Pupil, SavedOperation
from pupils.selectors.registers import Registered, registers
from schools.models import ClassGroup, Term
from schools.selectors.windows import entry_days


class Refused(Exception):  # a refusal is an answer, not an error
    """A save that cannot be done; says why in words for the person who asked."""


@dataclass(frozen=True)
class Standing:
    """What stands in a place where someone else has saved since; no value: they cleared it."""

    value: int | None
    version: int | None
    person_id: int | None
    who: str
    at: dt.datetime


class Conflict(Exception):  # the teacher decides, nothing went wrong
    """A save against a version that is no longer the one that stands."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing)
        self.standing = standing


@dataclass(frozen=True)
class Operation:
    """A save that is under way, or a repeat of one that was done before."""

    id: int
    made_at: dt.datetime
    repeated: bool


def begin(*, by: Access, operation_id: UUID, asked: dict[str, object]) -> Operation:
    """Note down what a browser asks to save, or find that it was saved before.

    Must be called inside the transaction of the save, so that it is undone with it. Two
    requests with one id at the same time: the second waits here for the first.
    """
    saved, made = SavedOperation.objects.get_or_create(
        operation_id=operation_id,
        defaults={"person_id": by.person_id, "asked": asked},
    )
    if not made and (saved.person_id != by.person_id or saved.asked != asked):
        raise Refused("This save carries the mark of another one, so it was not done.")
    return Operation(saved.pk, saved.made_at, repeated=not made)


def placement_to_judge(
    *, by: Access, class_group: ClassGroup, term: Term, pupil: Pupil
) -> Registered:
    """Return the placement by which a pupil is judged in this class this term.

    Refuses while the window of the term is shut and the class has no leave for late entry, and
    for a pupil of another class. Needs `by` to hold the permission to record for this very class.
    """
    if not may_record(by, class_group):
        raise PermissionDenied
    if term.year_id != class_group.year_id:
        raise Refused(f"{class_group} is not a class of {term}.")
    days, today = entry_days(class_group, term), timezone.localdate()
    if days.opens_on is None or days.closes_on is None:
        raise Refused(f"Nothing can be recorded for {term} yet: its window is not set.")
    if today < days.opens_on:
        raise Refused(f"The window for {term} opens on {_day(days.opens_on)}.")
    if not days.lets_enter(today):
        closed = f"The window for {term} closed on {_day(days.closes_on)}."
        raise Refused(f"{closed} {days.who_can_help(today)}".strip())
    placement = registers(by, term=term).filter(class_group=class_group, pupil=pupil).first()
    if placement is None:
        raise Refused(f"{pupil} is not in {class_group} in {term}.")
    return placement


def may_record(by: Access, class_group: ClassGroup) -> bool:
    """Say whether the person records judgements for this class."""
    return by.reach(Permission.RECORD).covers(
        school_id=class_group.school_id,
        arb_id=class_group.arb_id,
        class_group_id=class_group.pk,
    )


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")

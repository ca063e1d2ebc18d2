"""A school's own window of a term, and leave for late entry."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from schools.models import ClassGroup, LateEntry, School, Term, Window
from schools.selectors.windows import WindowDays, windows


class WindowRefused(Exception):
    """Days that cannot be; says why in words, and at which field."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def check_days(term: Term, days: WindowDays, *, now: Window | None) -> None:
    """Ask that a window opens within its term and closes after that. Raises `WindowRefused`.

    A first day that stays as it is `now` is not looked at: the trust may have had its reasons.
    """
    if now is None or days.opens_on != now.opens_on:
        if days.opens_on < term.starts_on:
            raise WindowRefused(
                "opens_on", f"The window opens before the term starts, on {_day(term.starts_on)}."
            )
        if days.opens_on > term.ends_on:
            raise WindowRefused(
                "opens_on", f"The window opens after the term has ended, on {_day(term.ends_on)}."
            )
    if days.closes_on < days.opens_on:
        raise WindowRefused("closes_on", "The window closes before it opens.")


@transaction.atomic
def set_window(*, by: Access, school: School, term: Term, days: WindowDays) -> None:
    """Give a school a window of its own for a term, or other days. Raises `WindowRefused`."""
    if not may_set(by, school):
        raise PermissionDenied
    held = windows()
    check_days(term, days, now=held.of(term.pk, school.pk))
    trusts = held.of(term.pk)
    # It starts with the trust's days, so that its history says who departed from them, and when.
    first = trusts or Window(opens_on=days.opens_on, closes_on=days.closes_on)
    own, _ = Window.objects.select_for_update(of=("self",)).get_or_create(
        term=term,
        school=school,
        defaults={"opens_on": first.opens_on, "closes_on": first.closes_on},
    )
    own.opens_on, own.closes_on = days.opens_on, days.closes_on
    own.save(update_fields=["opens_on", "closes_on"])


def follow_trust(*, by: Access, school: School, term: Term) -> None:
    """Let a school go by the trust's window again."""
    if not may_set(by, school):
        raise PermissionDenied
    Window.objects.filter(term=term, school=school).delete()


@transaction.atomic
def allow_late(
    *, by: Access, class_group: ClassGroup, term: Term, until: dt.date, reason: str
) -> LateEntry:
    """Let a class enter a term's judgements until a day, though its window has closed by then.

    Given again, it is changed. Raises `WindowRefused`.
    """
    if not may_allow_late(by, class_group):
        raise PermissionDenied
    window = windows().of(term.pk, class_group.school_id)
    today = timezone.localdate()
    if window is None:
        raise WindowRefused("until", f"{term} has no window yet, so nothing is late.")
    if until < today:
        raise WindowRefused("until", "This day is over.")
    if until <= window.closes_on:
        raise WindowRefused(
            "until",
            f"The window is open until {_day(window.closes_on)}. Late entry is for a later day.",
        )
    if until > term.year.ends_on:
        raise WindowRefused(
            "until", f"The class ends with its school year, on {_day(term.year.ends_on)}."
        )
    leave, _ = LateEntry.objects.update_or_create(
        term=term,
        class_group=class_group,
        defaults={
            "until": until,
            "reason": reason,
            "allowed_by_id": by.person_id,
            "allowed_at": timezone.now(),
        },
    )
    return leave


def end_late(*, by: Access, class_group: ClassGroup, term: Term) -> bool:
    """Take leave for late entry back; says whether there was any."""
    if not may_allow_late(by, class_group):
        raise PermissionDenied
    deleted, _ = LateEntry.objects.filter(term=term, class_group=class_group).delete()
    return deleted > 0


def may_set(by: Access, school: School) -> bool:
    """Say whether the person sets the windows of a school."""
    return by.reach(Permission.SET_WINDOWS).covers(school_id=school.pk)


def may_allow_late(by: Access, class_group: ClassGroup) -> bool:
    """Say whether the person gives a class leave for late entry, and reminds its teachers."""
    return by.reach(Permission.SET_WINDOWS).covers(
        school_id=class_group.school_id, arb_id=class_group.arb_id, class_group_id=class_group.pk
    )


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")

"""Reminding teachers by e-mail of judgements still to be made while their window is open.

A worker writes the mail. The row of a reminder is written in the transaction in which the mail
goes out, and there is one a class and day at most: however often a worker is called, a mail that
was sent is not sent again.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import pghistory
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from assessment.models import Reminder
from assessment.selectors.windows import ClassLeft, classes_left, classes_to_lead
from parrcs.celery import app
from parrcs.core.access import Access, Grant, Role
from parrcs.core.tenancy import in_trust
from schools.models import ClassGroup, School, Term, Trust
from schools.selectors.windows import entry_days, windows

# A reminder that no worker has sent by then is of another day.
HEARD_WITHIN_SECONDS = 12 * 60 * 60
DAYS_BEFORE = 2


@dataclass(frozen=True)
class Asked:
    """The classes to whose teachers mail goes, and those with something left where none can go."""

    reminded: Sequence[ClassLeft]
    without_teacher: Sequence[ClassLeft]

    @property
    def people(self) -> int:
        """How many teachers get a mail, each once for each of their classes."""
        return sum(len(each.teachers) for each in self.reminded)


def ask_to_remind(*, by: Access, school: School, term: Term) -> Asked:
    """Have the teachers of a school's classes reminded by workers, and return which those are.

    Of the classes that the person leads, those with something left that were not reminded today.
    """
    today = timezone.localdate()
    groups = classes_to_lead(by).filter(school=school, year=term.year_id)
    left = classes_left(by, term=term, class_groups=groups, today=today, known=windows())
    chosen = [each for each in left if each.to_remind]
    _ring(by.trust_id, term, chosen, today, asked_by=by.person_id)
    return Asked(chosen, [each for each in left if each.nobody_to_remind])


def ask_on_calendar() -> None:
    """Have teachers reminded two days before their last day, and on it, in every trust.

    The last day is that of the window, or of leave for late entry after it.
    """
    today = timezone.localdate()
    days = {today, today + dt.timedelta(days=DAYS_BEFORE)}
    # The trusts themselves have no policy: they are what the register of schools says.
    for trust_id in Trust.objects.values_list("id", flat=True):
        with in_trust(trust_id):
            last_days = Q(windows__closes_on__in=days) | Q(late_entries__until__in=days)
            for term in Term.objects.filter(last_days).distinct():
                groups = ClassGroup.objects.filter(year=term.year_id)
                left = _left(trust_id, term, groups)
                chosen = [each for each in left if each.to_remind and each.days.last_day in days]
                _ring(trust_id, term, chosen, today, asked_by=None)


def send_reminder(
    *, trust_id: int, term_id: int, class_group_id: int, on: dt.date, asked_by: int | None
) -> bool:
    """Write to the teachers of a class what is left; says whether a mail went out.

    Not once the day has passed, nothing is left, or a reminder was sent that day.
    """
    today = timezone.localdate()
    if on != today:
        return False
    with pghistory.context(person=asked_by), in_trust(trust_id):
        term = Term.objects.select_related("year").filter(pk=term_id).first()
        groups = ClassGroup.objects.filter(pk=class_group_id)
        left = _left(trust_id, term, groups) if term else []
        if term is None or not left or not left[0].to_remind:
            return False
        (each,) = left
        try:
            # Another worker with the same message waits here until this one has sent it.
            with transaction.atomic():
                Reminder.objects.create(
                    term=term,
                    class_group=each.class_group,
                    left=each.left,
                    sent_on=on,
                    sent_by_id=asked_by,
                )
        except IntegrityError:
            return False
        _mail(each, term).send()
    return True


def _mail(each: ClassLeft, term: Term) -> EmailMessage:
    """Write one mail to all teachers of a class, so that it goes to all or to none."""
    group = each.class_group
    said = {
        "class": each,
        "term": term,
        "days": entry_days(group, term),
        "link": settings.SITE_URL.rstrip("/") + reverse("grid", args=[group.pk, term.pk]),
    }
    return EmailMessage(
        subject=f"{group.name}: {each.left:,} of {each.coverage.due:,} judgements left in {term}",
        body=render_to_string("assessment/mail/reminder.txt", said),
        to=[person.email for person in each.teachers],
    )


def _ring(
    trust_id: int, term: Term, classes: Iterable[ClassLeft], on: dt.date, *, asked_by: int | None
) -> None:
    for each in classes:
        asked = {
            "trust_id": trust_id,
            "term_id": term.pk,
            "class_group_id": each.class_group.pk,
            "on": on.isoformat(),
            "asked_by": asked_by,
        }
        transaction.on_commit(
            partial(
                app.send_task,
                "assessment.tasks.remind_class",
                kwargs=asked,
                expires=HEARD_WITHIN_SECONDS,
            )
        )


def _left(trust_id: int, term: Term, class_groups: QuerySet[ClassGroup]) -> list[ClassLeft]:
    """Return what is left as the calendar sees it, which asks for nobody: in every class."""
    everything = Access(0, trust_id, (Grant(Role.TRUST_LEAD),))
    return classes_left(
        everything,
        term=term,
        class_groups=class_groups,
        today=timezone.localdate(),
        known=windows(),
    )

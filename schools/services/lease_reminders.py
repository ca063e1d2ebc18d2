"""Reminding heads and trust leads by e-mail, before a lease ends and before notice is due.

As with reminders of judgements, the row of a reminder is written in the transaction in which its
mail goes out, and there is one for each of the three times before a day: a mail that was sent is
not sent again, and one that was missed while no worker ran is sent when one does.
"""

from functools import partial

import pghistory
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from parrcs.celery import app
from parrcs.core.access import Access, Grant, Role
from parrcs.core.tenancy import in_trust
from schools.models import LeaseReminder, Trust
from schools.selectors.agreements import Deadline, due_by, to_remind

# A message that no worker has heard by then is sent again by the next morning's call.
HEARD_WITHIN_SECONDS = 12 * 60 * 60


def ask_on_calendar() -> None:
    """Have people reminded of each lease that ends, or wants notice, soon: in every trust."""
    # The trusts themselves have no policy: they are what the register of schools says.
    for trust_id in Trust.objects.values_list("id", flat=True):
        with in_trust(trust_id):
            for each in _to_send(trust_id):
                asked = {"trust_id": trust_id, "lease_id": each.lease.pk, "of": each.of.value}
                transaction.on_commit(
                    partial(
                        app.send_task,
                        "schools.tasks.remind_of_lease",
                        kwargs=asked,
                        expires=HEARD_WITHIN_SECONDS,
                    )
                )


def send_reminder(*, trust_id: int, lease_id: int, of: str) -> bool:
    """Write to the heads and trust leads of one day of a lease; says whether a mail went out.

    Not once the day has passed, another lease follows, or this reminder was sent.
    """
    with pghistory.context(person=None), in_trust(trust_id):
        due = [d for d in _to_send(trust_id) if d.lease.pk == lease_id and d.of == of]
        if not due:
            return False
        (each,) = due
        people = list(to_remind(_everything(trust_id), each.lease.arb))
        if not people:
            return False
        try:
            # Another worker with the same message waits here until this one has sent it.
            with transaction.atomic():
                LeaseReminder.objects.create(
                    lease=each.lease,
                    of=each.of,
                    day=each.day,
                    months=each.months,
                    sent_on=timezone.localdate(),
                )
        except IntegrityError:
            return False
        _mail(each, [person.email for person in people]).send()
    return True


def _mail(each: Deadline, to: list[str]) -> EmailMessage:
    """Write one mail to all, so that it goes to all or to none; it names no pupil."""
    arb = each.lease.arb
    said = {
        "deadline": each,
        "lease": each.lease,
        "arb": arb,
        "link": settings.SITE_URL.rstrip("/") + reverse("arb", args=[arb.pk]) + "#lease",
    }
    return EmailMessage(
        subject=f"{arb.name}: {each.words.rstrip('.')}",
        body=render_to_string("schools/mail/lease_reminder.txt", said),
        to=to,
    )


def _to_send(trust_id: int) -> list[Deadline]:
    """Return the days whose reminder is due and was not sent; a later one covers earlier ones."""
    due = due_by(_everything(trust_id), today=timezone.localdate())
    sent = {
        (row.lease_id, row.of, row.day, row.months)
        for row in LeaseReminder.objects.filter(lease__in=[each.lease for each in due])
    }
    return [d for d in due if (d.lease.pk, d.of.value, d.day, d.months) not in sent]


def _everything(trust_id: int) -> Access:
    """Return what the calendar sees, which asks for nobody: every ARB."""
    return Access(0, trust_id, (Grant(Role.TRUST_LEAD),))

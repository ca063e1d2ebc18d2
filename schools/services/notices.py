"""Telling people of something: a notice in the application, and an e-mail that leads to it.

The rows are the truth: a notice is there as soon as what it tells of is, and its e-mail stands in
it until the mail server has taken it. The message to a worker is only a bell, which may be lost:
the calendar rings again.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import Truncator

from parrcs.celery import app
from parrcs.core.access import Access
from parrcs.core.jobs import HEARD_WITHIN_SECONDS
from parrcs.core.tenancy import CurrentTrust, in_trust
from schools.models import Membership, Notice, Trust

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mail:
    """What an e-mail says besides the link: plain words, in which no pupil is named."""

    subject: str
    body: str


def notify(*, people: Iterable[int], text: str, link: str, mail: Mail | None = None) -> None:
    """Tell each of these people of something in the trust that is open, with e-mail if given.

    `link` is the path of a page of this site. `text` and `mail` name no pupil. Who has no role
    in the trust any more is told nothing; who is named twice is told once. The e-mails go out
    after the transaction has been committed, one to each, with a link and no attachment.
    """
    trust_id = Trust.objects.values_list("pk", flat=True).get(pk=CurrentTrust())
    # A signed-in person's own roles in other trusts are to be seen here too, and do not count.
    members = (
        Membership.objects.live()
        .filter(trust=trust_id, person__in=set(people), person__is_active=True)
        .order_by("person")
        .values_list("person", flat=True)
        .distinct()
    )
    notices = [
        Notice(
            person_id=person_id,
            text=_line(text, Notice.LONGEST_TEXT),
            link=link,
            mail_subject=_line(mail.subject, Notice.LONGEST_SUBJECT) if mail else "",
            mail_body=mail.body if mail else "",
        )
        for person_id in members
    ]
    Notice.objects.bulk_create(notices)
    if mail and notices:
        # The notices stand, whatever becomes of the bell.
        transaction.on_commit(partial(_ring, trust_id), robust=True)


def mark_read(*, by: Access, notice: Notice) -> None:
    """Write down that the person has opened a notice; the first time counts."""
    Notice.objects.visible_to(by).unread().filter(pk=notice.pk).update(read_at=timezone.now())


def mark_all_read(*, by: Access, newest: int) -> int:
    """Mark a person's notices as read, and return how many that were.

    Only those up to `newest`, the id of the latest on the page: one that has come since was
    not seen.
    """
    unread = Notice.objects.visible_to(by).unread()
    return unread.filter(pk__lte=newest).update(read_at=timezone.now())


def settle(*, links: Iterable[str]) -> None:
    """Mark what led to these pages as read, whoever was told: it is over."""
    Notice.objects.unread().filter(link__in=[*links]).update(read_at=timezone.now())


def ring_for_waiting_mail() -> None:
    """Call a worker to each trust with e-mails that wait: a bell was lost, or the server away."""
    # The trusts themselves have no policy: they are what the register of schools says.
    for trust_id in Trust.objects.values_list("id", flat=True):
        with in_trust(trust_id):
            if Notice.objects.to_mail().exists():
                _ring(trust_id)


def send_waiting_mail(*, trust_id: int) -> None:
    """Send the e-mails of a trust's notices that wait, each once, however often this is called.

    One address that the mail server refuses does not keep the others waiting. A server that is
    away does: whatever is left is tried again by the calendar.
    """
    with in_trust(trust_id):
        waiting = list(Notice.objects.to_mail().order_by("pk").values_list("pk", flat=True))
    for notice_id in waiting:
        try:
            _send(trust_id, notice_id)
        except (SMTPRecipientsRefused, SMTPDataError) as refused:
            logger.warning("the e-mail of notice %s was refused: %s", notice_id, type(refused))
        except OSError as away:  # the errors of smtplib are OSErrors too
            logger.warning("the mail server cannot be reached: %s; it is tried again", type(away))
            return


def forget_old() -> None:
    """Remove the notices that were read and are older than 90 days, in every trust."""
    before = timezone.now() - Notice.KEPT_FOR
    for trust_id in Trust.objects.values_list("id", flat=True):
        with in_trust(trust_id):
            Notice.objects.filter(read_at__isnull=False, made_at__lt=before).delete()


def _line(words: str, most: int) -> str:
    """Return words as one line that fits: a long name of a school must not undo what is told of."""
    return Truncator(" ".join(words.split())).chars(most)


def _ring(trust_id: int) -> None:
    app.send_task(
        "schools.tasks.send_mail_of_notices",
        kwargs={"trust_id": trust_id},
        expires=HEARD_WITHIN_SECONDS,
    )


def _send(trust_id: int, notice_id: int) -> None:
    """Send one e-mail in the transaction that says it was sent; another worker at it goes on."""
    with in_trust(trust_id):
        notice = (
            Notice.objects.to_mail()
            .select_related("person", "trust")
            .select_for_update(of=("self",), skip_locked=True)
            .filter(pk=notice_id)
            .first()
        )
        if notice is None:
            return
        still_here = Membership.objects.live().filter(trust=trust_id, person=notice.person_id)
        if not (notice.person.is_active and still_here.exists()):
            # Who left meanwhile gets none; the subject is what says that there is one to send.
            notice.mail_subject = ""
            notice.save(update_fields=["mail_subject"])
            return
        notice.mailed_at = timezone.now()
        notice.save(update_fields=["mailed_at"])
        _mail(notice).send()


def _mail(notice: Notice) -> EmailMessage:
    said = {"notice": notice, "link": settings.SITE_URL.rstrip("/") + notice.link}
    return EmailMessage(
        subject=notice.mail_subject,
        body=render_to_string("schools/mail/notice.txt", said),
        to=[notice.person.email],
    )

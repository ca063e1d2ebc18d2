"""What a person is told of: in the application, and by e-mail where that was asked for."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from parrcs.core.access import Access
from parrcs.core.tenancy import TrustOwned


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the person's own: nobody reads what another was told."""
        return self.filter(person=access.person_id)

    def unread(self) -> Self:
        """Keep those that the person has not opened or marked."""
        return self.filter(read_at__isnull=True)

    def to_mail(self) -> Self:
        """Keep those whose e-mail is still to be sent, and is not given up."""
        since = timezone.now() - Notice.MAIL_TRIED_FOR
        return self.waiting().filter(made_at__gte=since)

    def waiting(self) -> Self:
        """Keep those with an e-mail that has not been sent."""
        return self.exclude(mail_subject="").filter(mailed_at__isnull=True)


class Notice(TrustOwned):
    """One thing that one person is told of, with the page that it leads to; it names no pupil.

    Read ones are removed after 90 days, so there is nothing of them to keep for longer.
    """

    KEPT_FOR = dt.timedelta(days=90)
    # A mail server that is away for a weekend is still asked on Monday.
    MAIL_TRIED_FOR = dt.timedelta(days=3)
    LONGEST_TEXT, LONGEST_SUBJECT = 200, 120

    person = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    text = models.CharField(max_length=LONGEST_TEXT)
    link = models.CharField(max_length=300, help_text="The path of a page of this site")
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail_subject = models.CharField(
        max_length=LONGEST_SUBJECT, blank=True, help_text="Empty: no e-mail"
    )
    mail_body = models.TextField(blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        indexes = (
            models.Index(fields=["trust", "person", "-made_at", "-id"], name="notice_of_person"),
            models.Index(
                fields=["trust", "person"], condition=Q(read_at__isnull=True), name="notice_unread"
            ),
            models.Index(
                fields=["trust", "made_at"],
                condition=Q(mailed_at__isnull=True) & ~Q(mail_subject=""),
                name="notice_to_mail",
            ),
        )
        constraints = (
            models.CheckConstraint(
                # Not "//": a browser takes what follows for the name of another site.
                condition=Q(link__regex=r"^/([^/\\]|$)"),
                name="notice_leads_to_this_site",
            ),
        )

    def __str__(self) -> str:
        return self.text

    @property
    def mail_failed(self) -> bool:
        """Whether there was to be an e-mail, and it was given up."""
        return (
            self.mail_subject != ""
            and self.mailed_at is None
            and self.made_at < timezone.now() - self.MAIL_TRIED_FOR
        )

"""Requests of pupils and parents for all that is kept of a pupil, and the copies made for them."""

import datetime as dt
from typing import Self

from django.db import models

from exchange.choices import AskedBy
from exchange.measures import a_month_after
from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.models import Pupil


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    """Subject access requests, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep those about pupils whom the person sees, for who may make copies of a record."""
        if not access.may(Permission.COPY_RECORD):
            return self.none()
        return self.filter(pupil__in=Pupil.objects.visible_to(access))


@keep_history
class AccessRequest(TrustOwned):
    """That somebody asked for a pupil's whole record; the law gives a month to answer."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="access_requests")
    asked_by = models.CharField(max_length=6, choices=AskedBy)
    received_on = models.DateField()
    answered_on = models.DateField(null=True, blank=True)
    entered_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-received_on", "-id")
        indexes = (models.Index(fields=["trust", "pupil"], name="access_request_by_pupil"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(answered_on__isnull=True)
                | models.Q(answered_on__gte=models.F("received_on")),
                name="access_answered_after_asked",
            ),
        )

    def __str__(self) -> str:
        return f"subject access request of {self.received_on}"

    @property
    def due_on(self) -> dt.date:
        """The last day to answer."""
        return a_month_after(self.received_on)


@keep_history
class AccessCopy(TrustOwned):
    """That somebody made a copy of a pupil's whole record, for a request."""

    request = TenantForeignKey("exchange.AccessRequest", models.CASCADE, related_name="copies")
    made_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("made_at",)
        indexes = (models.Index(fields=["trust", "request"], name="access_copy_by_request"),)

    def __str__(self) -> str:
        return f"copy of {self.made_at}"

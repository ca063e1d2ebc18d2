"""Requests of local authorities (LAs) for a place in an ARB, and what the LAs decided."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.choices import LADecision, PrimaryNeed
from schools.measures import mark_of
from schools.models.agreements import about_arb


class PlacementRequestQuerySet(models.QuerySet["PlacementRequest"]):
    """Placement requests, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the requests for the ARBs in which the person may know of them."""
        return self.filter(about_arb(access, Permission.SEE_REQUESTS))


@keep_history
class PlacementRequest(TrustOwned):
    """A child for whom an LA asked a place in an ARB: recorded here, decided by the LA."""

    arb = TenantForeignKey("schools.ARB", related_name="requests")
    child = models.CharField("child", max_length=120, help_text="Initials or name")
    born_on = models.DateField("date of birth")
    primary_need = models.CharField(max_length=4, choices=PrimaryNeed)
    authority = models.CharField("local authority (LA)", max_length=120)
    requested_on = models.DateField()
    wanted_from = models.DateField("requested start")
    response = models.CharField("our response", max_length=1000, blank=True)
    responded_on = models.DateField(null=True, blank=True)
    decision = models.CharField("the LA's decision", max_length=9, choices=LADecision, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    pupil = TenantForeignKey(
        "pupils.Pupil",
        models.CASCADE,
        related_name="placement_requests",
        null=True,
        blank=True,
        help_text="Whom the child has become on our roll",
    )

    objects = PlacementRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-requested_on", "-id")
        indexes = (
            models.Index(fields=["trust", "arb", "requested_on"], name="request_by_arb"),
            models.Index(fields=["trust", "pupil"], name="request_by_pupil"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(born_on__lt=F("requested_on")), name="request_after_birth"
            ),
            models.CheckConstraint(
                condition=Q(response="", responded_on__isnull=True)
                | (
                    ~Q(response="")
                    & Q(responded_on__isnull=False, responded_on__gte=F("requested_on"))
                ),
                name="request_response_with_its_day",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_on__isnull=True)
                | (
                    ~Q(decision="") & Q(decided_on__isnull=False, decided_on__gte=F("requested_on"))
                ),
                name="request_decision_with_its_day",
            ),
            models.CheckConstraint(
                condition=Q(pupil__isnull=True) | Q(decision=LADecision.NAMED),
                name="request_pupil_only_if_named",
            ),
        )

    def __str__(self) -> str:
        return self.child

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(
            self.child,
            self.born_on,
            self.primary_need,
            self.authority,
            self.requested_on,
            self.wanted_from,
            self.response,
            self.responded_on,
            self.decision,
            self.decided_on,
            self.pupil_id,
        )

"""What staff are to know of a pupil, and the short plans beside the plan with outcomes."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.choices import SupportKind, SupportState
from pupils.measures import mark_of
from pupils.models.placements import Placement


class SupportQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows of which only those may know who support the pupil: no contact in a host school."""

    def visible_to(self, access: Access) -> Self:
        """Keep the rows about pupils who are where the person reads such things.

        Of a pupil who has left, where they were last.
        """
        if access.reach(Permission.SEE_SUPPORT).whole_trust:
            return self
        here = Placement.objects.where_supported(access).filter(pupil=OuterRef("pupil"))
        return self.filter(Exists(here))


@keep_history
class SupportPlan(TrustOwned):
    """A wellbeing, support or individual plan: what for, what helps, who leads, when to review."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="support_plans")
    kind = models.CharField(max_length=10, choices=SupportKind)
    starts_on = models.DateField()
    purpose = models.CharField("what it is for", max_length=500)
    strategies = models.CharField("what helps", max_length=1500)
    led_by = models.CharField("who leads it", max_length=120)
    review_on = models.DateField("to be reviewed by")
    state = models.CharField(max_length=8, choices=SupportState, default=SupportState.IN_FORCE)
    reviewed_on = models.DateField("last reviewed", null=True, blank=True)
    outcome = models.CharField("what came of it", max_length=1000, blank=True)

    objects = SupportQuerySet["SupportPlan"].as_manager()

    class Meta:
        ordering = ("-starts_on", "-id")
        indexes = (models.Index(fields=["trust", "pupil"], name="support_by_pupil"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(review_on__gt=F("starts_on")), name="support_reviewed_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(state=SupportState.IN_FORCE, reviewed_on__isnull=True, outcome="")
                | (
                    ~Q(state=SupportState.IN_FORCE)
                    & Q(reviewed_on__isnull=False, reviewed_on__gte=F("starts_on"))
                    & ~Q(outcome="")
                ),
                name="support_review_has_a_day_and_an_outcome",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended."""
        return self.state != SupportState.ENDED

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(
            self.kind,
            self.starts_on,
            self.purpose,
            self.strategies,
            self.led_by,
            self.review_on,
            self.state,
            self.reviewed_on,
            self.outcome,
        )


@keep_history
class PupilNeeds(TrustOwned):
    """What staff must know of a pupil's health and communication, in short."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="needs")
    medical = models.CharField("medical needs", max_length=1000, blank=True)
    emergency = models.CharField("in an emergency", max_length=1000, blank=True)
    communication = models.CharField(max_length=1000, blank=True)
    confirmed_with = models.CharField(max_length=120)
    confirmed_on = models.DateField()

    objects = SupportQuerySet["PupilNeeds"].as_manager()

    class Meta:
        verbose_name_plural = "pupil needs"
        constraints = (
            models.UniqueConstraint(fields=["trust", "pupil"], name="needs_once_a_pupil"),
            models.CheckConstraint(
                condition=~Q(medical="", communication=""), name="needs_say_something"
            ),
        )

    def __str__(self) -> str:
        return f"needs of {self.pupil_id}"

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(
            self.medical,
            self.emergency,
            self.communication,
            self.confirmed_with,
            self.confirmed_on,
        )

"""What a pupil is given beside the core areas, and what comes of it."""

from django.db import models
from django.db.models import F, Q

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.choices import ProvisionKind, WiderProgress
from pupils.measures import mark_of


@keep_history
class Provision(TrustOwned):
    """Something a pupil is given beside the core areas, such as music therapy or riding."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="provisions")
    kind = models.CharField(max_length=16, choices=ProvisionKind)
    aim = models.CharField(max_length=300, help_text="What it is to bring the pupil")
    how_often = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-starts_on", "id")
        indexes = (models.Index(fields=["trust", "pupil"], name="provision_by_pupil"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="provision_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def words_seen(self) -> str:
        """The mark of what is known of it."""
        return mark_of(self.kind, self.aim, self.how_often, self.starts_on, self.ends_on)


@keep_history
class ProvisionReview(TrustOwned):
    """How far a provision brought a pupil in a term."""

    provision = TenantForeignKey("pupils.Provision", models.CASCADE, related_name="reviews")
    term = TenantForeignKey("schools.Term", related_name="+")
    progress = models.PositiveSmallIntegerField(choices=WiderProgress)
    comment = models.CharField(max_length=500, blank=True)
    reviewed_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "provision", "term"], name="provision_reviewed_once_a_term"
            ),
        )

    def __str__(self) -> str:
        return self.get_progress_display()

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.progress, self.comment)

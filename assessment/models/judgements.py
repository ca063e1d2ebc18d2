"""What teachers decide: a pupil's baseline in a strand, and each term's judgement."""

from django.db import models
from django.db.models import F, Q

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.models.pupils import OfPupilQuerySet


@keep_history
class Baseline(TrustOwned):
    """The starting point of a pupil in a strand, in force until another one replaces it."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="baselines")
    strand = TenantForeignKey("assessment.Strand", related_name="+")
    point = TenantForeignKey("assessment.Point", related_name="+")
    judged_on = models.DateField()
    replaced_on = models.DateField(null=True, blank=True)
    judged_by = models.ForeignKey(
        "schools.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    carried_from = TenantForeignKey(
        "self",
        models.CASCADE,
        related_name="carried_to",
        null=True,
        blank=True,
        help_text="The baseline in the version before, of which this one is the mapping",
    )

    class Meta:
        ordering = ("judged_on",)
        indexes = (models.Index(fields=["trust", "carried_from"], name="baseline_by_source"),)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "pupil", "strand", "judged_on"],
                name="baseline_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["trust", "pupil", "strand"],
                condition=Q(replaced_on__isnull=True),
                name="baseline_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(replaced_on__isnull=True) | Q(replaced_on__gt=F("judged_on")),
                name="baseline_replaced_after_it_was_made",
            ),
        )

    def __str__(self) -> str:
        return f"baseline of {self.pupil_id} in {self.strand_id}"


@keep_history
class Judgement(TrustOwned):
    """A teacher's decision for a term: this pupil, in this strand, stands at this point."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="judgements")
    strand = TenantForeignKey("assessment.Strand", related_name="+")
    term = TenantForeignKey("schools.Term", related_name="+")
    point = TenantForeignKey("assessment.Point", related_name="+")
    judged_by = models.ForeignKey(
        "schools.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    judged_at = models.DateTimeField()
    version = models.BigIntegerField(
        default=0, help_text="The save that wrote it, a SavedOperation; 0 for an import"
    )

    objects = OfPupilQuerySet["Judgement"].as_manager()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["trust", "pupil"], name="judgement_by_pupil"),)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "term", "pupil", "strand"],
                name="judgement_once_a_term",
            ),
        )

    def __str__(self) -> str:
        return f"judgement of {self.pupil_id} in {self.strand_id}, term {self.term_id}"

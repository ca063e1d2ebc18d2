"""What is aimed at: a point for each pupil and strand by the end of a school year."""

from django.db import models

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.models.pupils import OfPupilQuerySet


@keep_history
class Aim(TrustOwned):
    """The point that a pupil is to reach in a strand by the end of a year, set in the autumn."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="aims")
    strand = TenantForeignKey("assessment.Strand", related_name="+")
    year = TenantForeignKey("schools.AcademicYear", related_name="+")
    point = TenantForeignKey("assessment.Point", related_name="+")
    suggested = TenantForeignKey(
        "assessment.Point",
        related_name="+",
        null=True,
        blank=True,
        help_text="What the pupil's own rate and the route suggested when it was set",
    )
    set_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = OfPupilQuerySet["Aim"].as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "pupil", "year", "strand"], name="aim_once_a_year"
            ),
        )

    def __str__(self) -> str:
        return f"aim of {self.pupil_id} in {self.strand_id}"

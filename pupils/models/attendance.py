"""How many sessions pupils attended; the codes of the register themselves are not kept."""

from django.db import models
from django.db.models import F, Q

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.models.pupils import OfPupilQuerySet


@keep_history
class AttendanceTotal(TrustOwned):
    """A pupil's sessions in a stretch of days, as a rule half a term in one place.

    They count where the pupil was placed on its first day.
    """

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="attendance")
    starts_on = models.DateField()
    ends_on = models.DateField()
    possible = models.PositiveSmallIntegerField()
    attended = models.PositiveSmallIntegerField(help_text="Late arrivals included")
    authorised = models.PositiveSmallIntegerField(default=0)
    unauthorised = models.PositiveSmallIntegerField(default=0)
    late = models.PositiveSmallIntegerField(default=0)

    objects = OfPupilQuerySet["AttendanceTotal"].as_manager()

    class Meta:
        ordering = ("starts_on",)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "pupil", "starts_on"], name="attendance_once_a_stretch"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="attendance_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(possible=F("attended") + F("authorised") + F("unauthorised")),
                name="sessions_add_up",
            ),
            models.CheckConstraint(condition=Q(late__lte=F("attended")), name="late_is_attended"),
        )

    def __str__(self) -> str:
        return f"attendance of {self.pupil_id} from {self.starts_on}"

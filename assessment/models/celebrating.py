"""What pupils achieved, to be celebrated, with what they say of it themselves."""

from typing import Self

from django.db import models
from django.db.models import Q

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history_without
from pupils.choices import ProvisionKind, VoiceSymbol
from pupils.models.pupils import OfPupilQuerySet


class AchievementQuerySet(OfPupilQuerySet["Achievement"]):
    """Achievements, narrowed to the person who asks."""

    def without_photo(self) -> Self:
        """Leave the photos themselves in the database, for a list of them."""
        return self.defer("photo", "photo_small")


# A photo that is taken away is gone.
@keep_history_without("photo", "photo_small")
class Achievement(TrustOwned):
    """Something a pupil achieved, in a core area or in wider progress."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="achievements")
    achieved_on = models.DateField()
    what = models.CharField(max_length=160)
    core_area = TenantForeignKey("assessment.CoreArea", related_name="+", null=True, blank=True)
    wider = models.CharField("wider progress", max_length=16, choices=ProvisionKind, blank=True)
    voice = models.CharField(max_length=160, blank=True, help_text="In the pupil's own words")
    symbols = models.CharField(
        max_length=80, blank=True, help_text="Symbols that the pupil chose, with blanks between"
    )
    photo = models.BinaryField(null=True, blank=True)
    photo_small = models.BinaryField(null=True, blank=True)
    photo_kind = models.CharField(max_length=40, blank=True)
    written_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = AchievementQuerySet.as_manager()

    class Meta:
        ordering = ("-achieved_on", "-id")
        indexes = (models.Index(fields=["trust", "pupil"], name="achievement_by_pupil"),)
        constraints = (
            models.CheckConstraint(
                condition=(Q(core_area__isnull=True) & ~Q(wider=""))
                | Q(core_area__isnull=False, wider=""),
                name="achievement_in_one_area",
            ),
            models.CheckConstraint(
                condition=Q(photo__isnull=True, photo_small__isnull=True, photo_kind="")
                | (Q(photo__isnull=False, photo_small__isnull=False) & ~Q(photo_kind="")),
                name="achievement_photo_whole",
            ),
        )

    def __str__(self) -> str:
        return self.what

    @property
    def area(self) -> str:
        """The name of the area."""
        return str(self.core_area) if self.core_area else self.get_wider_display()

    @property
    def chosen_symbols(self) -> list[VoiceSymbol]:
        """The symbols that the pupil chose."""
        return [VoiceSymbol(each) for each in self.symbols.split()]

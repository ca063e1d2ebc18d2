"""A pupil and the characteristics that reports group by."""

import datetime as dt
from functools import lru_cache
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TrustOwned, keep_history
from pupils.choices import PrimaryNeed, Sex
from pupils.models.placements import Placement


class PupilQuerySet(models.QuerySet["Pupil"]):
    """Pupils, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the pupils whose placement, now or to come, is within the person's reach.

        And leavers where the person sees them (see `PlacementQuerySet.visible_to`).
        """
        if access.reach(Permission.SEE_LEAVERS).whole_trust:
            return self
        return self.filter(_has_visible_placement(access, timezone.localdate()))


@lru_cache(maxsize=512)
def _has_visible_placement(access: Access, _today: dt.date) -> Exists:
    """Return the condition, built once: a page asks it of everything that it reads of pupils."""
    return Exists(Placement.objects.visible_to(access).filter(pupil=OuterRef("pk")))


@keep_history
class Pupil(TrustOwned):
    """A child or young person on the roll of a school of the trust."""

    upn = models.CharField("UPN", max_length=13)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    born_on = models.DateField("date of birth")
    sex = models.CharField(max_length=1, choices=Sex)
    primary_need = models.CharField(max_length=4, choices=PrimaryNeed)
    pupil_premium = models.BooleanField("pupil premium", default=False)
    looked_after = models.BooleanField("child looked after", default=False)
    eal = models.BooleanField("English as an additional language", default=False)
    protected = models.BooleanField(
        default=False, help_text="Neither photo nor name on anything that leaves the school"
    )
    photo_consent_on = models.DateField("photo consent given on", null=True, blank=True)
    photo_consent_by = models.CharField("given by", max_length=120, blank=True)

    objects = PupilQuerySet.as_manager()

    class Meta:
        ordering = ("last_name", "first_name", "id")
        constraints = (
            models.UniqueConstraint(fields=["trust", "upn"], name="upn_once"),
            models.CheckConstraint(
                condition=Q(photo_consent_on__isnull=True, photo_consent_by="")
                | (Q(photo_consent_on__isnull=False) & ~Q(photo_consent_by="")),
                name="photo_consent_has_a_day_and_a_giver",
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def marked_name(self) -> str:
        """The name as lists for staff have it: of who is protected, with a mark."""
        return f"{self} (protected)" if self.protected else str(self)

    @property
    def photo_may_be_shown(self) -> bool:
        """Whether there is consent to show a photo, and nothing to protect the pupil from."""
        return not self.protected and self.photo_consent_on is not None


class OfPupilQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows about one pupil each, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the rows about the pupils whom the person sees."""
        if access.reach(Permission.SEE_PUPILS).whole_trust:
            return self
        return self.filter(pupil__in=Pupil.objects.visible_to(access))


def national_year(born_on: dt.date, year_starts: dt.date) -> int:
    """Return the national curriculum year of a child born then, in the year that starts then.

    0 is Reception, negative is nursery; 12 to 14 are sixth form.
    """
    born_in_school_year = born_on.year - (born_on.month < 9)
    return year_starts.year - born_in_school_year - 5


def born_within(year_group: int, year_starts: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and last birthday of a national curriculum year; see `national_year`."""
    first = year_starts.year - 5 - year_group
    return dt.date(first, 9, 1), dt.date(first + 1, 8, 31)


def year_words(year_group: int) -> str:
    """Say a national curriculum year in words."""
    if year_group > 0:
        return f"Year {year_group}"
    return "Reception" if year_group == 0 else "Nursery"

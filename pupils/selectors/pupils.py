"""One pupil: where they are and were, and what a person may do for them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from parrcs.core.access import Access, Permission
from pupils.models import Placement, Pupil
from pupils.models.pupils import national_year, year_words
from schools.models import AcademicYear


@dataclass(frozen=True)
class PupilFile:
    """A pupil whom the person may see, with all placements in order of time."""

    access: Access
    pupil: Pupil
    placements: Sequence[Placement]
    today: dt.date

    @property
    def standing(self) -> Sequence[Placement]:
        """The placements that hold or are to come; of a pupil who has left, the last one."""
        not_ended = [p for p in self.placements if p.ends_on is None or p.ends_on >= self.today]
        return not_ended or self.placements[-1:]

    @property
    def placement(self) -> Placement | None:
        """The placement that holds, else the next, else the last; None for a pupil never placed."""
        return next(iter(self.standing), None)

    @property
    def has_left(self) -> bool:
        """Whether every placement has ended."""
        return all(p.ends_on is not None and p.ends_on < self.today for p in self.placements)

    def may(self, permission: Permission) -> bool:
        """Say whether the person who looks may do this for the pupil."""
        return self.lets(self.access, permission)

    def lets(self, by: Access, permission: Permission) -> bool:
        """Say whether somebody may do this for the pupil, by where the pupil stands.

        A school that a pupil has left for another one still sees them, and changes nothing.
        """
        reach = by.reach(permission)
        return reach.whole_trust or any(
            reach.covers(
                school_id=placement.school_id,
                arb_id=placement.arb_id,
                class_group_id=placement.class_group_id,
            )
            for placement in self.standing
        )


def pupil_file(access: Access, *, pupil_id: int) -> PupilFile | None:
    """Return a pupil with their placements; None for one whom the person may not see."""
    pupil = Pupil.objects.visible_to(access).select_related("trust").filter(pk=pupil_id).first()
    if pupil is None:
        return None
    placements = Placement.objects.filter(pupil=pupil).select_related(
        "school", "arb__host", "class_group__year", "route"
    )
    return PupilFile(access, pupil, list(placements.order_by("starts_on")), timezone.localdate())


def school_year_start(day: dt.date) -> dt.date:
    """Return when the school year of a day starts by the trust's calendar, else 1 September."""
    year = AcademicYear.objects.filter(starts_on__lte=day, ends_on__gte=day).first()
    return year.starts_on if year else dt.date(day.year - (day.month < 9), 9, 1)


def year_group_words(pupil: Pupil, year_starts: dt.date) -> str:
    """Say a pupil's national curriculum year by age in the school year that starts then."""
    return year_words(national_year(pupil.born_on, year_starts))

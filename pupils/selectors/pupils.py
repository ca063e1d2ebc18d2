"""One pupil: where they are and were, and what a person may do for them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from parrcs.core.access import Access, Permission, Reach
from parrcs.core.names import plain
from pupils.models import Placement, Pupil
from pupils.models.pupils import national_year, year_words
from schools.models import AcademicYear


@dataclass(frozen=True)
class PupilFile:
    """A pupil whom the person may see, with all placements in order of time.

    `seen_until` is the last day in the person's places, for a person whose places the pupil has
    left: they see the pupil as they were then. None for whoever sees everything.
    """

    access: Access
    pupil: Pupil
    every_placement: Sequence[Placement]
    seen_until: dt.date | None
    today: dt.date

    @property
    def placements(self) -> Sequence[Placement]:
        """The placements that the person sees."""
        until = self.seen_until
        return [p for p in self.every_placement if until is None or p.starts_on <= until]

    @property
    def placement(self) -> Placement | None:
        """Of those the one that holds, else the next, else the last; None for one never placed."""
        return next(iter(self._standing(self.placements)), None)

    @property
    def has_left(self) -> bool:
        """Whether every placement that the person sees has ended."""
        return all(p.ends_on is not None and p.ends_on < self.today for p in self.placements)

    def may(self, permission: Permission) -> bool:
        """Say whether the person who looks may do this for the pupil."""
        return self.lets(self.access, permission)

    def lets(self, by: Access, permission: Permission) -> bool:
        """Say whether somebody may do this for the pupil, by where the pupil is now.

        A placement to come counts only if none holds, and the last one if none is to come: a
        school changes nothing before a pupil comes, or once they have left for another one.
        """
        reach = by.reach(permission)
        return reach.whole_trust or any(
            covers(reach, placement) for placement in self._standing(self.every_placement)[:1]
        )

    def may_place(self, by: Access) -> bool:
        """Say whether somebody may change a placement that holds or is to come."""
        reach = by.reach(Permission.MANAGE_PUPILS)
        return reach.whole_trust or any(
            covers(reach, placement) for placement in self._standing(self.every_placement)
        )

    def may_for_school(self, permission: Permission) -> bool:
        """Say whether the person may do this for the school at which the pupil is registered.

        The school answers for the record; an ARB, its lead or a class does not.
        """
        reach = self.access.reach(permission)
        return reach.whole_trust or any(
            placement.school_id in reach.school_ids
            for placement in self._standing(self.every_placement)[:1]
        )

    def _standing(self, placements: Sequence[Placement]) -> Sequence[Placement]:
        """Return those that hold or are to come; of a pupil who has left, the last one."""
        not_ended = [p for p in placements if p.ends_on is None or p.ends_on >= self.today]
        return not_ended or placements[-1:]


def covers(reach: Reach, placement: Placement) -> bool:
    """Say whether a placement is within reach."""
    return reach.covers(
        school_id=placement.school_id,
        arb_id=placement.arb_id,
        class_group_id=placement.class_group_id,
    )


def pupil_file(access: Access, *, pupil_id: int) -> PupilFile | None:
    """Return a pupil with their placements; None for one whom the person may not see."""
    return pupil_files(access, pupil_ids=[pupil_id]).get(pupil_id)


def pupil_files(access: Access, *, pupil_ids: Collection[int]) -> dict[int, PupilFile]:
    """Return pupils with their placements, those whom the person may see: by id, in two queries."""
    pupils = Pupil.objects.visible_to(access).select_related("trust").in_bulk(pupil_ids)
    if not pupils:
        return {}
    placements: QuerySet[Placement] = Placement.objects.filter(pupil__in=pupils)
    held: dict[int, list[Placement]] = defaultdict(list)
    last_days: dict[int, list[dt.date]] = defaultdict(list)
    for each in (
        placements.select_related("school", "arb__host", "class_group__year", "route")
        .annotate(theirs=Exists(Placement.objects.visible_to(access).filter(pk=OuterRef("pk"))))
        .order_by("starts_on")
    ):
        held[each.pupil_id].append(each)
        if each.theirs:
            last_days[each.pupil_id].append(each.ends_on or dt.date.max)
    today, everything = timezone.localdate(), access.reach(Permission.SEE_PUPILS).whole_trust
    found = {}
    for pk, pupil in pupils.items():
        last_day = max(last_days[pk], default=dt.date.max)
        cut = last_day < today and not everything
        found[pk] = PupilFile(access, pupil, held[pk], last_day if cut else None, today)
    return found


def school_year_start(day: dt.date) -> dt.date:
    """Return when the school year of a day starts by the trust's calendar, else 1 September."""
    year = AcademicYear.objects.filter(starts_on__lte=day, ends_on__gte=day).first()
    return year.starts_on if year else dt.date(day.year - (day.month < 9), 9, 1)


def year_group_words(pupil: Pupil, year_starts: dt.date) -> str:
    """Say a pupil's national curriculum year by age in the school year that starts then."""
    return year_words(national_year(pupil.born_on, year_starts))


def namesake(access: Access, pupil: Pupil) -> Pupil | None:
    """Return another pupil whom the person sees, of the same name and day of birth."""
    name = plain(str(pupil)).casefold()
    # Mostly nobody, and who may be seen is the dearer question.
    born = Pupil.objects.filter(born_on=pupil.born_on).exclude(upn=pupil.upn)
    same = [each.pk for each in born if plain(str(each)).casefold() == name]
    if not same:
        return None
    return Pupil.objects.visible_to(access).filter(pk__in=same).order_by("pk").first()


def protected_at(*school_ids: int) -> list[Pupil]:
    """Return who is protected of all who are or were at one of these schools.

    Not narrowed to a person: their names must not leave the school, whoever prints.
    """
    found = Pupil.objects.filter(protected=True, placements__school__in=school_ids)
    return list(found.distinct())

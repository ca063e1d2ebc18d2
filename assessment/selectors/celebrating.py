"""Achievements of a pupil, and what of them may leave the school."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from assessment.models import Achievement, CoreArea
from parrcs.core.access import Access
from parrcs.core.names import plain
from pupils.choices import ProvisionKind
from pupils.models import Placement, Pupil
from pupils.selectors.pupils import PupilFile, protected_at
from schools.models import ClassGroup
from schools.selectors.calendar import start_of_year

# A sheet is to be looked at, not studied.
_MOST_OF_A_PUPIL = 6
_MOST_IN_A_CLASS = 1


def achievements_of(access: Access, *, file: PupilFile) -> QuerySet[Achievement]:
    """Return what a pupil achieved as far as the file is seen, the latest first."""
    return (
        Achievement.objects.visible_to(access)
        .filter(pupil=file.pupil, achieved_on__lte=file.seen_until or dt.date.max)
        .select_related("core_area", "written_by", "pupil")
        .without_photo()
    )


def area_choices(access: Access) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the areas that something can be achieved in, in two groups."""
    areas = CoreArea.objects.filter(trust=access.trust_id).order_by("position")
    return [
        ("Core areas", [(f"core-{each.pk}", each.name) for each in areas]),
        ("Wider progress", [(f"wider-{kind}", str(name)) for kind, name in ProvisionKind.choices]),
    ]


@dataclass(frozen=True)
class PupilSheet:
    """A pupil on a celebration sheet: by the first name, with what they achieved."""

    first_name: str
    achievements: Sequence[Achievement]


@dataclass(frozen=True)
class CelebrationSheet:
    """A celebration sheet of a pupil or a class; whoever is protected is not in it."""

    title: str
    school: str
    made_on: dt.date
    pupils: Sequence[PupilSheet]
    of_class: bool = False


def sheet_of_pupil(access: Access, *, file: PupilFile) -> CelebrationSheet | None:
    """Return the sheet of a pupil for this school year; None for one who is protected."""
    if file.pupil.protected or file.placement is None:
        return None
    school = file.placement.school
    found = _by_pupil(access, [file.pupil], school_id=school.pk, until=file.seen_until)
    shown = found[file.pupil.pk][:_MOST_OF_A_PUPIL]
    return CelebrationSheet(
        f"Well done, {file.pupil.first_name}",
        school.name,
        file.today,
        [PupilSheet(file.pupil.first_name, shown)] if shown else [],
    )


def sheet_of_class(access: Access, *, class_group: ClassGroup) -> CelebrationSheet:
    """Return the sheet of a class for this school year: the latest achievement of each pupil."""
    today = timezone.localdate()
    placements = (
        Placement.objects.visible_to(access)
        .on(min(today, class_group.year.ends_on))
        .filter(class_group=class_group, pupil__protected=False)
        .select_related("pupil")
        .order_by("pupil__first_name", "pupil")
    )
    pupils = [each.pupil for each in placements]
    found = _by_pupil(access, pupils, school_id=class_group.school_id, until=None)
    return CelebrationSheet(
        f"{class_group.name} celebrates",
        class_group.school.name,
        today,
        [
            PupilSheet(each.first_name, found[each.pk][:_MOST_IN_A_CLASS])
            for each in pupils
            if found[each.pk]
        ],
        of_class=True,
    )


def _by_pupil(
    access: Access, pupils: Sequence[Pupil], *, school_id: int, until: dt.date | None
) -> dict[int, list[Achievement]]:
    """Return this year's achievements that name nobody who is protected, by id of the pupil."""
    unnamed = _names_nobody(protected_at(school_id))
    found: dict[int, list[Achievement]] = defaultdict(list)
    for each in (
        Achievement.objects.visible_to(access)
        .filter(
            pupil__in=pupils,
            achieved_on__gte=start_of_year(timezone.localdate()),
            achieved_on__lte=until or dt.date.max,
        )
        .select_related("core_area", "pupil")
    ):
        if not unnamed.search(plain(f"{each.what} {each.voice}")):
            found[each.pupil_id].append(each)
    return found


def _names_nobody(protected: Iterable[Pupil]) -> re.Pattern[str]:
    """Return what finds a name of somebody protected in a plain text; nothing, if nobody is."""
    names = {
        plain(name)
        for each in protected
        for name in (*each.first_name.split(), *each.last_name.split())
    }
    if not names:
        return re.compile(r"(?!)")
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"\b(?:{either})(?:\b|(?='))", re.IGNORECASE)

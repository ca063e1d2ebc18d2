"""What is aimed at: the points that pupils are to reach by the end of a school year."""

from collections.abc import Iterable

from assessment.models import Aim
from parrcs.core.access import Access
from pupils.models import Pupil
from schools.models import AcademicYear


def aims_of(
    access: Access,
    *,
    pupils: Iterable[Pupil | int],
    strands: Iterable[int],
    year: AcademicYear | int,
) -> dict[tuple[int, int], tuple[int, str]]:
    """Return what is aimed at by the end of a year, as id and code of the point.

    By the ids of pupil and strand, in one query; nothing stands there where no aim is set.
    """
    return {
        (pupil, strand): (point, code)
        for pupil, strand, point, code in Aim.objects.visible_to(access)
        .filter(pupil__in=list(pupils), strand__in=list(strands), year=year)
        .values_list("pupil", "strand", "point", "point__code")
    }

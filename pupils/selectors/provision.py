"""What a pupil is given beside the core areas, and how many sessions they attended."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from parrcs.core.access import Access
from pupils.measures import Attendance
from pupils.models import AttendanceTotal, Provision, ProvisionReview, Pupil
from pupils.selectors.pupils import PupilFile
from schools.models import AcademicYear, Term


def provisions_of(access: Access, *, file: PupilFile) -> QuerySet[Provision]:
    """Return what a pupil was given as far as the file is seen, the latest first, with reviews.

    The reviews of each are as far as the file is seen too, the latest term first.
    """
    reviews = (
        ProvisionReview.objects.filter(term__starts_on__lte=file.seen_until or dt.date.max)
        .select_related("term", "reviewed_by")
        .order_by("-term__starts_on")
    )
    return (
        Provision.objects.filter(
            pupil__in=Pupil.objects.visible_to(access),
            pupil=file.pupil,
            starts_on__lte=file.seen_until or dt.date.max,
        )
        .prefetch_related(Prefetch("reviews", reviews))
        .order_by("-starts_on", "id")
    )


def terms_to_review(file: PupilFile, *, provision: Provision) -> list[Term]:
    """Return the terms that have begun in which the provision ran, the latest first."""
    until = min(file.today, file.seen_until or dt.date.max, provision.ends_on or dt.date.max)
    return list(
        Term.objects.filter(ends_on__gte=provision.starts_on, starts_on__lte=until).order_by(
            "-starts_on"
        )
    )


@dataclass(frozen=True)
class AttendanceYear:
    """A pupil's sessions of a school year so far, in all and by stretch of days, in order."""

    name: str
    total: Attendance
    stretches: Sequence[tuple[AttendanceTotal, Attendance]]

    @property
    def late(self) -> int:
        """How many sessions the pupil came late to."""
        return sum(total.late for total, _ in self.stretches)

    @property
    def until(self) -> dt.date:
        """The last day counted."""
        return self.stretches[-1][0].ends_on


def attendance_of(
    access: Access, *, file: PupilFile, years: Sequence[AcademicYear]
) -> list[AttendanceYear]:
    """Return a pupil's attendance as far as the file is seen, the latest school year first.

    `years` are those of the calendar; a stretch belongs to the year in which it begins.
    """
    found = AttendanceTotal.objects.filter(
        pupil__in=Pupil.objects.visible_to(access),
        pupil=file.pupil,
        starts_on__lte=file.seen_until or dt.date.max,
    ).order_by("starts_on")
    by_year: dict[str, list[tuple[AttendanceTotal, Attendance]]] = {}
    for total in found:
        name = next(
            (y.name for y in years if y.starts_on <= total.starts_on <= y.ends_on),
            str(total.starts_on.year),
        )
        by_year.setdefault(name, []).append((total, Attendance(total.possible, total.attended)))
    return [
        AttendanceYear(
            name,
            Attendance(
                sum(part.possible for _, part in stretches),
                sum(part.attended for _, part in stretches),
            ),
            stretches,
        )
        for name, stretches in reversed(by_year.items())
    ]

"""A pupil's plans and their outcomes."""

import datetime as dt

from django.db.models import QuerySet

from parrcs.core.access import Access
from pupils.models import Outcome, Plan, Pupil
from pupils.selectors.pupils import PupilFile


def plans_of(access: Access, *, file: PupilFile) -> QuerySet[Plan]:
    """Return a pupil's plans as far as the file is seen, the latest first, with their outcomes."""
    return (
        Plan.objects.filter(
            pupil__in=Pupil.objects.visible_to(access),
            pupil=file.pupil,
            starts_on__lte=file.seen_until or dt.date.max,
        )
        .prefetch_related("outcomes")
        .order_by("-starts_on", "-id")
    )


def outcomes_of(access: Access, *, file: PupilFile) -> QuerySet[Outcome]:
    """Return the outcomes of these plans, those of the latest plan first."""
    return (
        Outcome.objects.filter(
            plan__pupil__in=Pupil.objects.visible_to(access),
            plan__pupil=file.pupil,
            plan__starts_on__lte=file.seen_until or dt.date.max,
        )
        .select_related("plan")
        .order_by("-plan__starts_on", "-plan", "id")
    )

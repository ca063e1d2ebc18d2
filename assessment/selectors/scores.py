"""What a pupil reached in tests, and the areas of learning that tests are about."""

import datetime as dt

from django.db.models import QuerySet

from assessment.models import CoreArea, TestScore
from parrcs.core.access import Access
from pupils.selectors.pupils import PupilFile


def scores_of(access: Access, *, file: PupilFile) -> QuerySet[TestScore]:
    """Return a pupil's test scores as far as the file is seen, the latest first."""
    return (
        TestScore.objects.visible_to(access)
        .filter(pupil=file.pupil, taken_on__lte=file.seen_until or dt.date.max)
        .select_related("core_area")
        .order_by("-taken_on", "test")
    )


def core_areas(access: Access) -> QuerySet[CoreArea]:
    """Return the core areas of the trust, in its order."""
    return CoreArea.objects.filter(trust=access.trust_id).order_by("position")

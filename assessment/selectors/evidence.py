"""The files that belong to the notes on a pupil."""

from django.db.models import QuerySet

from assessment.models import Evidence
from assessment.selectors.notes import notes_of
from parrcs.core.access import Access
from pupils.selectors.pupils import PupilFile


def evidence_of(access: Access, *, file: PupilFile) -> QuerySet[Evidence]:
    """Return the files on a pupil as far as the pupil's file is seen."""
    return Evidence.objects.visible_to(access).filter(note__in=notes_of(access, file=file))

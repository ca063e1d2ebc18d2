"""Saying who is protected, and whose photo may be shown."""

import datetime as dt
from typing import TypedDict

from django.core.exceptions import PermissionDenied

from parrcs.core.access import Access, Permission
from pupils.models import Pupil
from pupils.selectors.pupils import PupilFile


class ProtectionFacts(TypedDict):
    """Whether a pupil is protected, and who gave consent to photos, when."""

    protected: bool
    photo_consent_on: dt.date | None
    photo_consent_by: str


def set_protection(*, by: Access, file: PupilFile, facts: ProtectionFacts) -> None:
    """Set whether a pupil is protected and their photo may be shown; history keeps what it was."""
    if not file.lets(by, Permission.PROTECT):
        raise PermissionDenied
    Pupil.objects.filter(pk=file.pupil.pk).update(**facts)

"""Celebrating: writing down what a pupil achieved, and taking it away."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from assessment.models import Achievement
from assessment.services.evidence import CheckedFile
from parrcs.core.access import Access, Permission
from pupils.selectors.pupils import PupilFile


@dataclass(frozen=True)
class AchievementFacts:
    """What is said of an achievement."""

    achieved_on: dt.date
    what: str
    area: str  # "core-" and an id, or "wider-" and a kind
    voice: str
    symbols: Sequence[str]
    photo: CheckedFile | None


class AchievementRefused(Exception):
    """An achievement that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


def add_achievement(*, by: Access, file: PupilFile, facts: AchievementFacts) -> Achievement:
    """Write down what a pupil achieved. Raises `AchievementRefused`.

    No photo is kept without consent to show it.
    """
    _check(by, file)
    if facts.achieved_on > timezone.localdate():
        raise AchievementRefused("achieved_on", "This day is still to come.")
    if facts.achieved_on < file.pupil.born_on:
        raise AchievementRefused("achieved_on", "This is before the pupil was born.")
    photo = facts.photo
    if photo and not file.pupil.photo_may_be_shown:
        raise AchievementRefused("photo", "There is no consent to show a photo of this pupil.")
    kind, _, which = facts.area.partition("-")
    return Achievement.objects.create(
        pupil=file.pupil,
        achieved_on=facts.achieved_on,
        what=facts.what,
        core_area_id=int(which) if kind == "core" else None,
        wider=which if kind == "wider" else "",
        voice=facts.voice,
        symbols=" ".join(facts.symbols),
        photo=photo.content if photo else None,
        photo_small=photo.thumbnail if photo else None,
        photo_kind=photo.kind if photo else "",
        written_by_id=by.person_id,
    )


def remove_achievement(*, by: Access, file: PupilFile, achievement: Achievement) -> None:
    """Take an achievement away, its photo for good."""
    _check(by, file)
    Achievement.objects.filter(pk=achievement.pk, pupil=file.pupil).delete()


def _check(by: Access, file: PupilFile) -> None:
    if not file.lets(by, Permission.RECORD):
        raise PermissionDenied

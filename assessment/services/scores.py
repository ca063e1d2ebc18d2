"""Entering what a pupil reached in a test, correcting it, and taking it back."""

import datetime as dt
from decimal import Decimal
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from assessment.models import CoreArea, TestScore
from assessment.selectors.scores import scores_of
from parrcs.core.access import Access, Permission
from pupils.selectors.pupils import PupilFile
from pupils.services.seen import correct


class ScoreFacts(TypedDict):
    """What is known of a test that a pupil took."""

    test: str
    taken_on: dt.date
    score: Decimal
    out_of: Decimal | None
    core_area: CoreArea | None


class ScoreRefused(Exception):
    """A test score that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


def add_score(*, by: Access, file: PupilFile, facts: ScoreFacts) -> TestScore:
    """Enter a test score of a pupil. Raises `ScoreRefused`."""
    _check(by, file, facts)
    return _saved(TestScore(pupil=file.pupil, entered_by_id=by.person_id, **facts))


@transaction.atomic
def change_score(
    *, by: Access, file: PupilFile, score: TestScore, facts: ScoreFacts, seen: str
) -> None:
    """Correct a test score; history keeps what it said.

    `seen` is the mark of what the person saw. Raises `ScoreRefused`, and `ChangedMeanwhile` where
    something else stands by now.
    """
    _check(by, file, facts)
    held = _held(by, file, score)
    if correct(held, facts, seen=seen):
        held.entered_by_id = by.person_id
        _saved(held)


@transaction.atomic
def remove_score(*, by: Access, file: PupilFile, score: TestScore) -> None:
    """Take a test score back; history keeps it. Raises `ScoreRefused` for one that is gone."""
    if not file.lets(by, Permission.RECORD):
        raise PermissionDenied
    _held(by, file, score).delete()


def _held(by: Access, file: PupilFile, score: TestScore) -> TestScore:
    """Return the score as it is now; who else changes it waits."""
    found = scores_of(by, file=file).filter(pk=score.pk)
    held = found.select_for_update(of=("self",)).first()
    if held is None:
        raise ScoreRefused(None, "This score is no longer there.")
    return held


def _saved(score: TestScore) -> TestScore:
    try:
        with transaction.atomic():
            score.save()
    except IntegrityError as wrong:
        if "test_once_a_day" not in str(wrong):
            raise
        raise ScoreRefused("test", "A score of this test on that day is there already.") from None
    return score


def _check(by: Access, file: PupilFile, facts: ScoreFacts) -> None:
    if not file.lets(by, Permission.RECORD):
        raise PermissionDenied
    day, score, out_of = facts["taken_on"], facts["score"], facts["out_of"]
    if day > file.today:
        raise ScoreRefused("taken_on", "This day is still to come.")
    if day < file.pupil.born_on:
        raise ScoreRefused("taken_on", "This is before the pupil was born.")
    if file.seen_until and day > file.seen_until:
        last_day = date_format(file.seen_until, "j F Y")
        raise ScoreRefused("taken_on", f"{file.pupil} left on {last_day}.")
    if out_of is not None and score > out_of:
        raise ScoreRefused("score", "This is more than the test can give.")

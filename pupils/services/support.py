"""Writing short plans that support a pupil, reviewing them, and what staff must know."""

import datetime as dt
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from parrcs.core.access import Access, Permission
from pupils.choices import SupportState
from pupils.models import PupilNeeds, SupportPlan
from pupils.selectors.pupils import PupilFile
from pupils.selectors.support import needs_of, support_plans_of
from pupils.services.seen import ChangedMeanwhile, correct


class SupportFacts(TypedDict):
    """What a short plan says."""

    kind: str
    starts_on: dt.date
    purpose: str
    strategies: str
    led_by: str
    review_on: dt.date


class ReviewedFacts(TypedDict):
    """What came of a short plan, and until when it goes on; no day: it ends."""

    reviewed_on: dt.date
    outcome: str
    review_on: dt.date | None


class NeedsFacts(TypedDict):
    """What staff must know of a pupil."""

    medical: str
    emergency: str
    communication: str
    confirmed_with: str
    confirmed_on: dt.date


class SupportRefused(Exception):
    """Something that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


def add_support_plan(*, by: Access, file: PupilFile, facts: SupportFacts) -> SupportPlan:
    """Give a pupil a wellbeing, support or individual plan. Raises `SupportRefused`."""
    _check(by, file)
    _check_days(file, facts)
    return SupportPlan.objects.create(pupil=file.pupil, **facts)


@transaction.atomic
def change_support_plan(
    *, by: Access, file: PupilFile, plan: SupportPlan, facts: SupportFacts, seen: str
) -> None:
    """Correct what a short plan says; its history keeps what it said.

    `seen` is the mark of what the person saw. Raises `SupportRefused`, and `ChangedMeanwhile`
    where something else stands by now.
    """
    _check(by, file)
    _check_days(file, facts)
    plan = _locked(by, file, plan)
    if plan.reviewed_on and facts["starts_on"] > plan.reviewed_on:
        raise SupportRefused("starts_on", "It was reviewed before this day.")
    if correct(plan, facts, seen=seen):
        plan.save(update_fields=[*facts])


@transaction.atomic
def review_support_plan(
    *, by: Access, file: PupilFile, plan: SupportPlan, facts: ReviewedFacts, seen: str
) -> None:
    """Say what came of a short plan: it goes on until the next review, or ends.

    What was said at an earlier review stays in the history. Raises as `change_support_plan` does.
    """
    _check(by, file)
    plan = _locked(by, file, plan)
    reviewed_on, review_on = facts["reviewed_on"], facts["review_on"]
    if reviewed_on > file.today:
        raise SupportRefused("reviewed_on", "This day is still to come.")
    if reviewed_on < plan.starts_on:
        raise SupportRefused("reviewed_on", "This is before the plan starts.")
    if review_on and review_on <= reviewed_on:
        raise SupportRefused("review_on", "The next review comes after this one.")
    said = {
        "reviewed_on": reviewed_on,
        "outcome": facts["outcome"],
        "review_on": review_on or plan.review_on,
        "state": SupportState.REVIEWED if review_on else SupportState.ENDED,
    }
    if correct(plan, said, seen=seen):
        plan.save(update_fields=[*said])


@transaction.atomic
def write_needs(*, by: Access, file: PupilFile, facts: NeedsFacts, seen: str) -> None:
    """Write what staff must know of a pupil; the history keeps what stood there before.

    `seen` is the mark of what the person saw, empty for none. Raises `SupportRefused` and
    `ChangedMeanwhile`.
    """
    _check(by, file)
    if not (facts["medical"] or facts["communication"]):
        raise SupportRefused("medical", "Write what staff must know, here or of communication.")
    if facts["confirmed_on"] > file.today:
        raise SupportRefused("confirmed_on", "This day is still to come.")
    held = PupilNeeds.objects.filter(pupil=file.pupil).select_for_update().first()
    if held is not None:
        if correct(held, facts, seen=seen):
            held.save(update_fields=[*facts])
        return
    try:
        with transaction.atomic():
            PupilNeeds.objects.create(pupil=file.pupil, **facts)
    except IntegrityError as error:  # somebody was first
        stands = needs_of(by, file=file)
        if stands is None:
            raise
        raise ChangedMeanwhile(stands) from error


def _locked(by: Access, file: PupilFile, plan: SupportPlan) -> SupportPlan:
    found = support_plans_of(by, file=file).filter(pk=plan.pk)
    held = found.select_for_update(of=("self",)).first()
    if held is None:
        raise SupportRefused(None, "This plan is no longer there.")
    return held


def _check_days(file: PupilFile, facts: SupportFacts) -> None:
    if facts["starts_on"] < file.pupil.born_on:
        raise SupportRefused("starts_on", "This is before the pupil was born.")
    if facts["review_on"] <= facts["starts_on"]:
        raise SupportRefused("review_on", "The review comes after the plan starts.")


def _check(by: Access, file: PupilFile) -> None:
    if not file.lets(by, Permission.EDIT_PLANS):
        raise PermissionDenied

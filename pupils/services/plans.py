"""Writing plans and their outcomes."""

import datetime as dt
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from pupils.models import Outcome, Plan
from pupils.selectors.plans import outcomes_of, plans_of
from pupils.selectors.pupils import PupilFile
from pupils.services.seen import correct


class PlanFacts(TypedDict):
    """What is known of a plan."""

    kind: str
    starts_on: dt.date
    ends_on: dt.date | None


class OutcomeFacts(TypedDict):
    """What an outcome says."""

    area: str
    text: str


class PlanRefused(Exception):
    """A plan or outcome that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


def add_plan(*, by: Access, file: PupilFile, facts: PlanFacts) -> Plan:
    """Give a pupil a plan. Raises `PlanRefused`."""
    _check(by, file, Permission.EDIT_PLANS)
    _check_begins(file, facts["starts_on"])
    return Plan.objects.create(pupil=file.pupil, **facts)


@transaction.atomic
def change_plan(*, by: Access, file: PupilFile, plan: Plan, facts: PlanFacts, seen: str) -> None:
    """Correct a plan's kind and dates, or end it.

    `seen` is the mark of what the person saw. Raises `PlanRefused`, and `ChangedMeanwhile` where
    something else stands by now.
    """
    _check(by, file, Permission.EDIT_PLANS)
    _check_begins(file, facts["starts_on"])
    found = plans_of(by, file=file).prefetch_related(None).filter(pk=plan.pk)
    held = found.select_for_update(of=("self",)).first()
    if held is None:
        raise PlanRefused(None, "This plan is no longer there.")
    if correct(held, facts, seen=seen):
        held.save(update_fields=[*facts])


def add_outcome(*, by: Access, file: PupilFile, plan: Plan, facts: OutcomeFacts) -> Outcome:
    """Add what a plan wants the pupil to reach. Raises `PlanRefused`."""
    _check(by, file, Permission.EDIT_PLANS)
    found = plans_of(by, file=file).filter(pk=plan.pk).first()
    if found is None:
        raise PlanRefused(None, "This plan is no longer there.")
    return Outcome.objects.create(plan=found, **facts)


@transaction.atomic
def change_outcome(
    *, by: Access, file: PupilFile, outcome: Outcome, facts: OutcomeFacts, seen: str
) -> None:
    """Correct an outcome; its history keeps what it said. Raises as `change_plan` does."""
    _check(by, file, Permission.EDIT_PLANS)
    found = outcomes_of(by, file=file).filter(pk=outcome.pk)
    held = found.select_for_update(of=("self",)).first()
    if held is None:
        raise PlanRefused(None, "This outcome is no longer there.")
    if correct(held, facts, seen=seen):
        held.save(update_fields=[*facts])


def _check_begins(file: PupilFile, starts_on: dt.date) -> None:
    """Ask that who sees the pupil as they were until a day writes no plan for later."""
    if file.seen_until and starts_on > file.seen_until:
        last_day = date_format(file.seen_until, "j F Y")
        raise PlanRefused("starts_on", f"{file.pupil} left on {last_day}. A plan begins by then.")


def _check(by: Access, file: PupilFile, permission: Permission) -> None:
    if not file.lets(by, permission):
        raise PermissionDenied

"""Writing plans, their outcomes, and each term's targets towards them."""

import datetime as dt
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from pupils.models import Outcome, Plan, Pupil, TermlyTarget
from pupils.selectors.plans import outcomes_of, plans_of, targets_of
from pupils.selectors.pupils import PupilFile
from schools.models import Term


class TargetTexts(TypedDict):
    """What a termly target says."""

    walt: str
    wilf: str
    starting_point: str
    next_step: str


class TargetJudged(Exception):
    """A target that has been judged is not removed."""


class PlanRefused(Exception):
    """A plan that cannot begin on its day; says why in words."""


def add_plan(
    *, by: Access, file: PupilFile, kind: str, starts_on: dt.date, ends_on: dt.date | None
) -> Plan:
    """Give a pupil a plan. Raises `PlanRefused`."""
    _check(by, file, Permission.EDIT_PLANS)
    _check_begins(file, starts_on)
    return Plan.objects.create(pupil=file.pupil, kind=kind, starts_on=starts_on, ends_on=ends_on)


def change_plan(
    *,
    by: Access,
    file: PupilFile,
    plan: Plan,
    kind: str,
    starts_on: dt.date,
    ends_on: dt.date | None,
) -> None:
    """Correct a plan's kind and dates, or end it. Raises `PlanRefused`."""
    _check(by, file, Permission.EDIT_PLANS)
    _check_begins(file, starts_on)
    plan = plans_of(by, file=file).get(pk=plan.pk)
    plan.kind, plan.starts_on, plan.ends_on = kind, starts_on, ends_on
    plan.save(update_fields=["kind", "starts_on", "ends_on"])


def add_outcome(*, by: Access, file: PupilFile, plan: Plan, area: str, text: str) -> Outcome:
    """Add what a plan wants the pupil to reach."""
    _check(by, file, Permission.EDIT_PLANS)
    plan = plans_of(by, file=file).get(pk=plan.pk)
    return Outcome.objects.create(plan=plan, area=area, text=text)


def change_outcome(*, by: Access, file: PupilFile, outcome: Outcome, area: str, text: str) -> None:
    """Correct an outcome; its history keeps what it said."""
    _check(by, file, Permission.EDIT_PLANS)
    outcome = outcomes_of(by, file=file).get(pk=outcome.pk)
    outcome.area, outcome.text = area, text
    outcome.save(update_fields=["area", "text"])


@transaction.atomic
def add_target(
    *, by: Access, file: PupilFile, outcome: Outcome, term: Term, texts: TargetTexts
) -> TermlyTarget:
    """Give a pupil a target for a term, at the first position that is free."""
    _check(by, file, Permission.RECORD)
    outcome = outcomes_of(by, file=file).get(pk=outcome.pk)
    # Two targets at the same time take their positions one after the other.
    pupil = Pupil.objects.visible_to(by).select_for_update(of=("self",)).get(pk=file.pupil.pk)
    taken = set(
        TermlyTarget.objects.filter(term=term, pupil=pupil).values_list("position", flat=True)
    )
    position = next(n for n in range(1, len(taken) + 2) if n not in taken)
    return TermlyTarget.objects.create(
        outcome=outcome, pupil=pupil, term=term, position=position, **texts
    )


@transaction.atomic
def change_target(
    *, by: Access, file: PupilFile, target: TermlyTarget, outcome: Outcome, texts: TargetTexts
) -> None:
    """Correct what a target says, judged or not; the judgement stays, history keeps the words."""
    _check(by, file, Permission.RECORD)
    target = targets_of(by, file=file).select_for_update(of=("self",)).get(pk=target.pk)
    target.outcome = outcomes_of(by, file=file).get(pk=outcome.pk)
    for name, value in texts.items():
        setattr(target, name, value)
    target.save(update_fields=["outcome", *texts])


@transaction.atomic
def remove_target(*, by: Access, file: PupilFile, target: TermlyTarget) -> None:
    """Remove a target that was never judged. Raises `TargetJudged`."""
    _check(by, file, Permission.RECORD)
    target = targets_of(by, file=file).select_for_update(of=("self",)).get(pk=target.pk)
    if target.was_judged:
        raise TargetJudged("This target has been judged, so it stays on the record.")
    target.delete()


def _check_begins(file: PupilFile, starts_on: dt.date) -> None:
    """Ask that who sees the pupil as they were until a day writes no plan for later."""
    if file.seen_until and starts_on > file.seen_until:
        last_day = date_format(file.seen_until, "j F Y")
        raise PlanRefused(f"{file.pupil} left on {last_day}. A plan begins by then.")


def _check(by: Access, file: PupilFile, permission: Permission) -> None:
    if not file.lets(by, permission):
        raise PermissionDenied

"""Writing plans and their outcomes."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from pupils.models import Outcome, Plan
from pupils.selectors.plans import outcomes_of, plans_of
from pupils.selectors.pupils import PupilFile


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


def _check_begins(file: PupilFile, starts_on: dt.date) -> None:
    """Ask that who sees the pupil as they were until a day writes no plan for later."""
    if file.seen_until and starts_on > file.seen_until:
        last_day = date_format(file.seen_until, "j F Y")
        raise PlanRefused(f"{file.pupil} left on {last_day}. A plan begins by then.")


def _check(by: Access, file: PupilFile, permission: Permission) -> None:
    if not file.lets(by, permission):
        raise PermissionDenied

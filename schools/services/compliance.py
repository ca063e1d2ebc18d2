"""Writing what a school does about what it owes by law: premiums, and statutory dates."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from schools.choices import AIMS
from schools.models import (
    AcademicYear,
    PremiumActivity,
    PremiumPlan,
    School,
    StatutoryDeadline,
)
from schools.selectors.statutory import DaysBefore, Rule
from schools.services.seen import correct


class PlanFacts(TypedDict):
    """What is said of a premium in a year."""

    received: Decimal
    published_on: dt.date | None
    published_at: str


class ActivityFacts(TypedDict):
    """What is said of something that a premium pays for."""

    what: str
    aim: str
    planned: Decimal
    spent: Decimal
    intended: str
    impact: str
    impact_on: dt.date | None


class DeadlineFacts(TypedDict):
    """What a school says of a statutory date."""

    due_on: dt.date | None
    done_on: dt.date | None
    done_by: str
    pupils: int | None
    note: str


class ComplianceRefused(Exception):
    """Something that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


@transaction.atomic
def save_premium_plan(
    *,
    by: Access,
    school: School,
    year: AcademicYear,
    premium: str,
    facts: PlanFacts,
    seen: str = "",
) -> PremiumPlan:
    """Say what a school got of a premium in a year, and where its plan is published.

    As all of these: `seen` is the mark of what the person saw, empty where there was nothing;
    raises `ComplianceRefused`, and `ChangedMeanwhile` where something else stands by now.
    """
    _check(by, Permission.WRITE_PREMIUMS, school)
    if facts["published_on"] and facts["published_on"] < year.starts_on:
        raise ComplianceRefused(
            "published_on", f"{year.name} begins later. An earlier statement is of another year."
        )
    rows = PremiumPlan.objects.visible_to(by)
    held = rows.filter(school=school, year=year, premium=premium).select_for_update().first()
    return _save(held or PremiumPlan(school=school, year=year, premium=premium), facts, seen)


@transaction.atomic
def save_premium_activity(
    *,
    by: Access,
    plan: PremiumPlan,
    activity: PremiumActivity | None,
    facts: ActivityFacts,
    seen: str = "",
) -> PremiumActivity:
    """Add something that a premium pays for, or correct it and say what it brought."""
    _check(by, Permission.WRITE_PREMIUMS, plan.school)
    if facts["aim"] not in AIMS[plan.premium]:
        raise ComplianceRefused("aim", "This premium has other aims. Choose one of the list.")
    if activity is None:
        return _save(PremiumActivity(plan=plan), facts, seen)
    rows = PremiumActivity.objects.visible_to(by)
    held = rows.filter(plan=plan, pk=activity.pk).select_for_update(of=("self",)).first()
    if held is None:
        raise ComplianceRefused(None, "Somebody has removed this meanwhile.")
    return _save(held, facts, seen)


def remove_premium_activity(*, by: Access, plan: PremiumPlan, activity: PremiumActivity) -> None:
    """Take an activity out of a plan; its history stays."""
    _check(by, Permission.WRITE_PREMIUMS, plan.school)
    activity.delete()


@transaction.atomic
def save_deadline(
    *,
    by: Access,
    school: School,
    year: AcademicYear,
    rule: Rule,
    on_roll: int,
    facts: DeadlineFacts,
    seen: str = "",
) -> StatutoryDeadline:
    """Correct the date of a statutory assessment for a school, or say that it is done.

    `on_roll` is how many pupils it is for: it was not done for more of them.
    """
    _check(by, Permission.SET_DEADLINES, school)
    due_on, pupils = facts["due_on"], facts["pupils"]
    if due_on is not None and not year.starts_on <= due_on <= year.ends_on:
        raise ComplianceRefused("due_on", f"This day is not in the school year {year.name}.")
    _check_may_be_done(rule, year, facts)
    if pupils is not None and pupils > on_roll:
        raise ComplianceRefused("pupils", f"It is for {on_roll} pupils on roll, not for more.")
    rows = StatutoryDeadline.objects.visible_to(by)
    held = rows.filter(school=school, year=year, rule=rule.code).select_for_update().first()
    row = held or StatutoryDeadline(school=school, year=year, rule=rule.code)
    return _save(row, facts, seen)


def _check_may_be_done(rule: Rule, year: AcademicYear, facts: DeadlineFacts) -> None:
    """Ask of the day on which it was done that it is in the year, and in its window if it has one.

    It may be later than the date: that is late, and true.
    """
    done_on = facts["done_on"]
    if done_on is None:
        return
    if done_on < year.starts_on:
        raise ComplianceRefused("done_on", f"{year.name} begins later.")
    opens_on = rule.opens_on(year=year.name, starts_on=year.starts_on, own_date=facts["due_on"])
    if done_on < opens_on:
        words = f"It cannot be done before {date_format(opens_on, 'j F Y')}."
        if isinstance(rule.opens, DaysBefore):
            words = f"{words} If its date is another, write that as “Our date” too."
        raise ComplianceRefused("done_on", words)


def _save[R: (PremiumPlan, PremiumActivity, StatutoryDeadline)](
    row: R, facts: Mapping[str, object], seen: str
) -> R:
    if row.pk is None:
        for name, value in facts.items():
            setattr(row, name, value)
    elif not correct(row, facts, seen=seen):
        return row
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name not in ("premium_once_a_year", "deadline_once_a_year"):
            raise
        raise ComplianceRefused(
            None, "Somebody has recorded this at the same moment. Open the page again."
        ) from error
    return row


def _check(by: Access, permission: Permission, school: School) -> None:
    if not by.reach(permission).covers(school_id=school.pk):
        raise PermissionDenied

"""What a school has written of a premium, and of a statutory date."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from parrcs.core.access import Access
from schools.measures import Spending, Standing, spending, standing, standing_words
from schools.models import (
    AcademicYear,
    PremiumActivity,
    PremiumPlan,
    School,
    StatutoryDeadline,
)
from schools.selectors.statutory import Due, statement


@dataclass(frozen=True)
class PremiumFile:
    """The plan of a premium, if there is one, with its activities."""

    plan: PremiumPlan | None
    activities: Sequence[PremiumActivity]


def premium_file(
    access: Access, *, school: School, year: AcademicYear, premium: str
) -> PremiumFile:
    """Return the plan of a school's premium in a year."""
    plans = PremiumPlan.objects.visible_to(access).prefetch_related("activities")
    plan = (
        plans.filter(school=school, year=year, premium=premium)
        .select_related("school", "year")
        .first()
    )
    return PremiumFile(plan, list(plan.activities.all()) if plan else [])


def deadline_of(
    access: Access, *, school: School, year: AcademicYear, rule: str
) -> StatutoryDeadline | None:
    """Return what a school says of a statutory date, if anything."""
    rows = StatutoryDeadline.objects.visible_to(access)
    return rows.filter(school=school, year=year, rule=rule).first()


def spending_of(plan: PremiumPlan) -> Spending:
    """Return what a plan received, plans and has spent; its activities are at hand."""
    return spending(plan.received, ((each.planned, each.spent) for each in plan.activities.all()))


def statement_stands(plan: PremiumPlan, *, today: dt.date) -> tuple[Due, Standing, str]:
    """Return when the statement of a plan is due, and how that stands, in words too."""
    due = statement(plan.premium).due.due(year=plan.year.name, starts_on=plan.year.starts_on)
    return (
        due,
        standing(due.on, done_on=plan.published_on, today=today),
        standing_words(due.on, done_on=plan.published_on, today=today),
    )

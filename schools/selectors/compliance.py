"""What a school has written of a premium, and of a statutory date."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

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


class Publication(NamedTuple):
    """By when the statement of a premium is published, and how that stands."""

    due: Due
    standing: Standing
    words: str


def publication(plan: PremiumPlan, *, today: dt.date) -> Publication:
    """Return how the publication of a plan stands."""
    year, done_on = plan.year, plan.published_on
    due = statement(plan.premium).due.due(year=year.name, starts_on=year.starts_on)
    return Publication(
        due,
        standing(due.on, done_on=done_on, today=today),
        standing_words(due.on, done_on=done_on, today=today),
    )


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

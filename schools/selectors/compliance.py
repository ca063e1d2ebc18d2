"""What a school has written of a premium, and of a statutory date."""

from collections.abc import Sequence
from dataclasses import dataclass

from parrcs.core.access import Access
from schools.measures import Spending, spending
from schools.models import (
    AcademicYear,
    PremiumActivity,
    PremiumPlan,
    School,
    StatutoryDeadline,
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
    plan = plans.filter(school=school, year=year, premium=premium).select_related("school").first()
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

"""The demo's annual reviews from each plan's first day on, short plans, and what staff must know.

Most reviews are in time. Some step is late here and there, and a few plans have none set.
"""

import datetime as dt
import random
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml
from django.conf import settings

from pupils.choices import PlanKind, ReviewDecision, ReviewStepKind, SupportKind, VoiceSymbol
from pupils.measures import review_due, year_after
from pupils.models import (
    AnnualReview,
    Placement,
    Plan,
    PupilNeeds,
    ReviewAdvice,
    ReviewStep,
    SupportPlan,
)
from pupils.selectors.reviews import school_year_of
from schools.choices import RoleChoice
from schools.models import Membership

_FILE = settings.BASE_DIR / "fixtures" / "demo" / "reviews.yaml"
_DAY = dt.timedelta(days=1)
# Shares of pupils; and of steps, that are done late or not yet.
_WELLBEING, _INDIVIDUAL, _NEEDS, _ADVISED = 0.08, 0.1, 0.4, 0.6
_LATE, _FORGOTTEN, _NOT_SET = 0.1, 0.06, 0.04
_SET_AHEAD = dt.timedelta(weeks=10)


@dataclass
class _Made:
    reviews: list[AnnualReview] = field(default_factory=list)
    steps: list[ReviewStep] = field(default_factory=list)
    advice: list[ReviewAdvice] = field(default_factory=list)
    plans: list[SupportPlan] = field(default_factory=list)
    needs: list[PupilNeeds] = field(default_factory=list)


@cache
def _words() -> Any:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def save_reviews(*, on: dt.date, rng: random.Random) -> None:
    """Give the pupils on roll what supports them, and their plans reviews. Needs `in_trust`."""
    made, leads = _Made(), _leads()
    placed = {
        each.pupil_id: each for each in Placement.objects.on(on).order_by("pupil", "starts_on")
    }
    plans = Plan.objects.filter(pupil__in=placed, kind=PlanKind.EHCP, starts_on__lte=on)
    for plan in plans.exclude(ends_on__lt=on).order_by("pupil", "pk"):
        lead = leads.get(placed[plan.pupil_id].school_id, leads[None])
        _reviews(made, plan, lead, on, rng)
    for pupil_id in placed:
        _support(made, pupil_id, on, rng)
    AnnualReview.objects.bulk_create(made.reviews, batch_size=2000)
    ReviewStep.objects.bulk_create(made.steps, batch_size=5000)
    ReviewAdvice.objects.bulk_create(made.advice, batch_size=2000)
    SupportPlan.objects.bulk_create(made.plans, batch_size=2000)
    PupilNeeds.objects.bulk_create(made.needs, batch_size=2000)


def _leads() -> dict[int | None, int]:
    """Return who notes the steps in each school; without a school, for those that have nobody."""
    roles = (RoleChoice.TRUST_LEAD, RoleChoice.HEAD, RoleChoice.INCLUSION_LEAD)
    found = {
        (membership.role, membership.school_id): membership.person_id
        for membership in Membership.objects.filter(role__in=roles, arb=None).order_by("-pk")
    }
    leads = {school: found[role, school] for role in roles for r, school in found if r == role}
    return {None: next(iter(found.values())), **leads}


def _reviews(made: _Made, plan: Plan, lead: int, on: dt.date, rng: random.Random) -> None:
    held, last = plan.starts_on, None
    while True:
        meets_on = _school_day(year_after(held) - rng.randint(0, 25) * _DAY)
        if last and school_year_of(meets_on) == last.school_year:
            meets_on = _school_day(dt.date(last.school_year + 1, 9, 20))
        if meets_on > on + _SET_AHEAD or (meets_on > on - 30 * _DAY and rng.random() < _NOT_SET):
            break
        last = AnnualReview(
            plan=plan,
            pupil_id=plan.pupil_id,
            meets_on=meets_on,
            school_year=school_year_of(meets_on),
            form="default",
        )
        made.reviews.append(last)
        _steps(made, last, lead, on, rng, latest=year_after(meets_on) > on)
        held = meets_on
    if last and last.meets_on > on - 200 * _DAY:
        _said(made, last, on, rng)


def _steps(
    made: _Made, review: AnnualReview, lead: int, on: dt.date, rng: random.Random, *, latest: bool
) -> None:
    """Note what is done by now; of reviews of earlier years only the last step."""
    decided = rng.choice((ReviewDecision.KEEP, ReviewDecision.AMEND, ReviewDecision.AMEND))
    due = review_due(review.meets_on)
    last = ReviewStepKind.FINAL if decided == ReviewDecision.AMEND else ReviewStepKind.DECISION
    for step, day in due.items():
        if step == ReviewStepKind.FINAL and decided != ReviewDecision.AMEND:
            continue
        forgotten = step != ReviewStepKind.MEETING and rng.random() < _FORGOTTEN
        if day > on or (forgotten and day > on - 60 * _DAY):
            continue
        if not latest and step not in (last, ReviewStepKind.DECISION):
            continue
        done_on = day
        if step != ReviewStepKind.MEETING:
            shift = rng.randint(1, 9) if rng.random() < _LATE else -rng.randint(0, 6)
            done_on = min(on, day + shift * _DAY)
        if step == ReviewStepKind.PAPERS:
            done_on = min(done_on, review.meets_on)
        if step == ReviewStepKind.DECISION:
            review.decision = decided
        made.steps.append(ReviewStep(review=review, step=step, done_on=done_on, done_by_id=lead))


def _said(made: _Made, review: AnnualReview, on: dt.date, rng: random.Random) -> None:
    words = _words()
    review.pupil_views = rng.choice(words["pupil_views"])
    review.pupil_symbols = " ".join(rng.sample(VoiceSymbol.values, rng.randint(0, 3)))
    review.family_views = rng.choice(words["family_views"])
    if review.meets_on <= on:
        review.recommendations = rng.choice(words["recommendations"])
    if rng.random() < _ADVISED:
        source, said = rng.choice(words["advice"])
        came = min(on, review.meets_on) - rng.randint(5, 30) * _DAY
        made.advice.append(ReviewAdvice(review=review, source=source, received_on=came, words=said))


def _support(made: _Made, pupil_id: int, on: dt.date, rng: random.Random) -> None:
    words = _words()
    for kind, share in (
        (SupportKind.WELLBEING, _WELLBEING),
        (SupportKind.INDIVIDUAL, _INDIVIDUAL),
    ):
        if rng.random() >= share:
            continue
        purpose, strategies = rng.choice(words["plans"][kind])
        starts_on = on - rng.randint(20, 150) * _DAY
        plan = SupportPlan(
            pupil_id=pupil_id,
            kind=kind,
            starts_on=starts_on,
            purpose=purpose,
            strategies=strategies,
            led_by=rng.choice(("Class teacher", "Inclusion lead", "Pastoral lead")),
            review_on=starts_on + rng.randint(90, 180) * _DAY,
        )
        if plan.review_on < on and rng.random() < 0.8:
            plan.reviewed_on, plan.outcome = plan.review_on, rng.choice(words["outcomes"])
            plan.state = rng.choice(("reviewed", "reviewed", "ended"))
            plan.review_on += 90 * _DAY
        made.plans.append(plan)
    if rng.random() < _NEEDS:
        medical, emergency, communication = rng.choice(words["needs"])
        made.needs.append(
            PupilNeeds(
                pupil_id=pupil_id,
                medical=medical,
                emergency=emergency,
                communication=communication,
                confirmed_with=rng.choice(("Mother and school nurse", "Father", "Family")),
                confirmed_on=on - rng.randint(10, 300) * _DAY,
            )
        )


def _school_day(day: dt.date) -> dt.date:
    """Return the day, or one near it that is neither in August nor at a weekend."""
    if day.month == 8:
        day = day.replace(month=7, day=min(day.day, 18))
    return day - max(0, day.weekday() - 4) * _DAY

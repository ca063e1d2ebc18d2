"""Annual reviews: the clock of each, and all that is due, late first."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

from parrcs.core.access import Access
from pupils.choices import PlanKind, ReviewDecision, ReviewStepKind
from pupils.measures import in_time, review_due, year_after
from pupils.models import AnnualReview, Placement, Plan, Pupil, ReviewStep
from pupils.selectors.pupils import PupilFile
from schools.models import ClassGroup

# So long before a meeting has to be held it is time to set its day.
_SOON = dt.timedelta(weeks=12)
_LESS_THAN_A_YEAR = dt.timedelta(days=364)


@dataclass(frozen=True)
class ClockStep:
    """A step of a review: when it is due, and the day it was done with who said so.

    One that is `past` has no use any more where nobody noted it: it is neither open nor late.
    """

    kind: ReviewStepKind
    due: dt.date
    done: ReviewStep | None
    past: bool
    today: dt.date

    @property
    def done_on(self) -> dt.date | None:
        """The day it was done."""
        return self.done.done_on if self.done else None

    @property
    def late(self) -> bool:
        """Whether it should have been done by now."""
        return self.is_open and self.due < self.today

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.done is None and not self.past

    @property
    def days_late(self) -> int:
        """By how many days it is late, or was done late; 0 or less for not at all."""
        return ((self.done_on or self.today) - self.due).days


@dataclass(frozen=True)
class Clock:
    """A review with its steps. One that has its last step is over, whatever was not noted."""

    review: AnnualReview
    steps: Sequence[ClockStep]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.steps[-1].done is not None

    @property
    def open(self) -> list[ClockStep]:
        """The steps still to be done, the first due first."""
        return sorted((each for each in self.steps if each.is_open), key=lambda each: each.due)

    @property
    def meeting(self) -> ClockStep:
        """The step that every review has."""
        return next(each for each in self.steps if each.kind == ReviewStepKind.MEETING)

    @property
    def held(self) -> bool:
        """Whether the meeting was held."""
        return self.meeting.done is not None


def clocks(plan: Plan, reviews: Iterable[AnnualReview], today: dt.date) -> list[Clock]:
    """Return the reviews of a plan with their clocks, in order of time; their steps are loaded."""
    in_order = sorted(reviews, key=lambda each: each.meets_on)
    begun = [plan.starts_on, *(each.meets_on for each in in_order)]
    return [_clock(review, day, today) for review, day in zip(in_order, begun, strict=False)]


def clocks_of_meetings_due(
    pupils: QuerySet[Any, Any], *, first: dt.date, last: dt.date, today: dt.date
) -> list[Clock]:
    """Return the reviews of which the meeting is due from one day to another, with their clocks.

    A meeting is due a year after the one before it, or after the plan began, or on its own day if
    that is earlier. `pupils` are their ids.
    """
    earlier = Q(meets_on__lt=OuterRef("meets_on"))
    earlier |= Q(meets_on=OuterRef("meets_on"), id__lt=OuterRef("id"))
    before = AnnualReview.objects.filter(earlier, plan=OuterRef("plan")).order_by("-meets_on")
    reviews = (
        AnnualReview.objects.filter(pupil__in=pupils)
        .annotate(begun=Coalesce(Subquery(before.values("meets_on")[:1]), F("plan__starts_on")))
        # So many that all are among them: the day itself is reckoned below.
        .filter(Q(meets_on__lte=last) | Q(begun__lte=last - _LESS_THAN_A_YEAR), meets_on__gte=first)
        .prefetch_related("steps")
    )
    clocks = [_clock(each, each.begun, today) for each in reviews]
    return [each for each in clocks if first <= each.meeting.due <= last]


def _clock(review: AnnualReview, begun: dt.date, today: dt.date) -> Clock:
    """Return a review with its clock.

    A plan that stays as it is, or ends, has no final plan to wait for; papers go out before the
    meeting, or not at all.
    """
    done = {each.step: each for each in review.steps.all()}
    due = review_due(
        review.meets_on,
        by=year_after(begun),
        transfer=review.transfer,
        transfer_year=review.transfer_year,
    )
    if review.decision in (ReviewDecision.KEEP, ReviewDecision.CEASE):
        del due[ReviewStepKind.FINAL]
    past = {ReviewStepKind.PAPERS} if set(done) - {ReviewStepKind.PAPERS} else set()
    if [*due][-1] in done:
        past = {*due}
    return Clock(
        review, [ClockStep(k, day, done.get(k), k in past, today) for k, day in due.items()]
    )


def reviews_of(access: Access, *, file: PupilFile) -> QuerySet[AnnualReview]:
    """Return a pupil's annual reviews, the latest first, with their steps and advice."""
    return (
        AnnualReview.objects.visible_to(access)
        .filter(pupil=file.pupil)
        .select_related("plan")
        .prefetch_related(Prefetch("steps", ReviewStep.objects.select_related("done_by")), "advice")
    )


@dataclass(frozen=True)
class PlanReviews:
    """A plan with the clocks of its reviews, the latest first, and when the next is due."""

    plan: Plan
    clocks: Sequence[Clock]
    next_by: dt.date
    in_force: bool
    today: dt.date

    @property
    def is_ceased(self) -> bool:
        """Whether the LA has decided that the plan ends: no further review is held."""
        return bool(self.clocks) and self.clocks[0].review.decision == ReviewDecision.CEASE

    @property
    def is_overdue(self) -> bool:
        """Whether more than twelve months have gone by without a review."""
        if self.is_ceased:
            return False
        held = [each.review.meets_on for each in self.clocks if each.held or each.is_over]
        return year_after(max([self.plan.starts_on, *held])) < self.today

    @property
    def to_be_set(self) -> bool:
        """Whether no day is set for the next review."""
        if not self.in_force or self.is_ceased:
            return False
        return not self.clocks or self.clocks[0].held or self.clocks[0].is_over


def plan_reviews(access: Access, *, file: PupilFile) -> list[PlanReviews]:
    """Return a pupil's EHC plans with their reviews, the latest plan first."""
    held: dict[int, list[AnnualReview]] = defaultdict(list)
    for review in reviews_of(access, file=file):
        held[review.plan_id].append(review)
    plans = Plan.objects.filter(
        pupil__in=Pupil.objects.visible_to(access), pupil=file.pupil, kind=PlanKind.EHCP
    ).order_by("-starts_on", "-id")
    return [_of_plan(plan, held[plan.pk], file.today) for plan in plans]


def _of_plan(plan: Plan, reviews: Sequence[AnnualReview], today: dt.date) -> PlanReviews:
    found = clocks(plan, reviews, today)[::-1]
    last = found[0].review.meets_on if found else plan.starts_on
    in_force = plan.starts_on <= today and (plan.ends_on is None or plan.ends_on >= today)
    return PlanReviews(plan, found, year_after(last), in_force, today)


@dataclass(frozen=True)
class Due:
    """Something that is due for a pupil's plan; no review: its day is still to be set."""

    placement: Placement
    plan: Plan
    clock: Clock | None
    what: str
    due: dt.date
    today: dt.date

    @property
    def late(self) -> bool:
        """Whether it should have been done by now."""
        return self.due < self.today

    @property
    def days(self) -> int:
        """In how many days it is due, or by how many it is late."""
        return abs((self.due - self.today).days)

    @property
    def more(self) -> int:
        """How many further steps of the review are late."""
        steps = self.clock.open[1:] if self.clock else []
        return sum(each.late for each in steps)


@dataclass(frozen=True)
class ReviewsPage:
    """All that is due of annual reviews where the person looks after pupils.

    `done` is how many of the steps of this school year that were due or done were done in time.
    """

    due: Sequence[Due]
    plans: int
    overdue: int
    done: tuple[int, int]
    classes: Sequence[ClassGroup]
    today: dt.date

    @property
    def late(self) -> list[Due]:
        """What is late, the longest first."""
        return [each for each in self.due if each.late]

    @property
    def soon(self) -> list[Due]:
        """What is due in the next four weeks."""
        return [each for each in self.due if not each.late and each.days <= 28]

    @property
    def later(self) -> list[Due]:
        """What is due after that."""
        return [each for each in self.due if not each.late and each.days > 28]


def school_year_of(day: dt.date) -> int:
    """Return the year in which the school year of a day begins, on 1 September."""
    return day.year - (day.month < 9)


def reviews_page(access: Access, *, class_group_id: int | None, today: dt.date) -> ReviewsPage:
    """Return what is due for the plans of all pupils, or those of one class.

    The same number of queries for any number of pupils.
    """
    placements = list(
        Placement.objects.visible_to(access)
        .where_supported(access)
        .on(today)
        .select_related("pupil", "school", "arb", "class_group__school", "class_group__year")
        .order_by(Lower("pupil__last_name"), Lower("pupil__first_name"), "pupil")
    )
    groups = {each.class_group_id: each.class_group for each in placements if each.class_group}
    if class_group_id is not None:
        placements = [each for each in placements if each.class_group_id == class_group_id]
    where = {each.pupil_id: each for each in placements}
    plans = list(
        Plan.objects.filter(
            pupil__in=Pupil.objects.visible_to(access), kind=PlanKind.EHCP, starts_on__lte=today
        )
        .filter(pupil__in=where)
        .exclude(ends_on__lt=today)
    )
    reviews: dict[int, list[AnnualReview]] = defaultdict(list)
    for review in (
        AnnualReview.objects.visible_to(access)
        .filter(plan__in=plans)
        .prefetch_related(Prefetch("steps", ReviewStep.objects.select_related("done_by")))
    ):
        reviews[review.plan_id].append(review)
    rows: list[Due] = []
    steps: list[tuple[dt.date, dt.date | None]] = []
    overdue = 0
    for plan in plans:
        found = _of_plan(plan, reviews[plan.pk], today)
        overdue += found.is_overdue
        rows += _due(where[plan.pupil_id], found, today)
        steps += [
            (step.due, step.done_on)
            for clock in found.clocks
            if clock.review.school_year == school_year_of(today)
            for step in clock.steps
        ]
    order = {each.pupil_id: n for n, each in enumerate(placements)}
    rows.sort(key=lambda each: (each.due, order[each.placement.pupil_id]))
    classes = sorted(groups.values(), key=lambda each: (each.school.name, each.name))
    return ReviewsPage(rows, len(plans), overdue, in_time(steps, today), classes, today)


def _due(placement: Placement, found: PlanReviews, today: dt.date) -> list[Due]:
    """Return the next step of each review that is open, and whether a day is to be set."""
    rows = [
        Due(placement, found.plan, each, each.open[0].kind.label, each.open[0].due, today)
        for each in found.clocks
        if each.open
    ]
    if found.to_be_set and (not rows or found.next_by <= today + _SOON):
        what = "Set the day of the review"
        rows.append(Due(placement, found.plan, None, what, found.next_by, today))
    return rows


def review_with_clock(access: Access, *, file: PupilFile, review_id: int) -> Clock | None:
    """Return one review of a pupil with its clock; None where there is no such review."""
    every = list(reviews_of(access, file=file))
    wanted = next((each for each in every if each.pk == review_id), None)
    if wanted is None:
        return None
    of_plan = [each for each in every if each.plan_id == wanted.plan_id]
    found = clocks(wanted.plan, of_plan, file.today)
    return next(each for each in found if each.review.pk == review_id)

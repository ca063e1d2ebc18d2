"""Annual reviews: setting the day, saying what is done, and what goes into the pack."""

import datetime as dt
from dataclasses import dataclass
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from pupils.choices import PlanKind, ReviewStepKind
from pupils.measures import mark_of, year_after
from pupils.models import AnnualReview, Plan, ReviewAdvice, ReviewStep
from pupils.selectors.plans import plans_of
from pupils.selectors.pupils import PupilFile
from pupils.selectors.reviews import reviews_of, school_year_of
from pupils.services.seen import correct


class MeetingFacts(TypedDict):
    """When the meeting is, whether a transfer follows, and by whose form the pack goes."""

    meets_on: dt.date
    transfer: str
    transfer_year: int | None
    form: str


class ViewsFacts(TypedDict):
    """What the pupil and the family say, and what the meeting recommends."""

    pupil_views: str
    pupil_symbols: str
    family_views: str
    recommendations: str


class AdviceFacts(TypedDict):
    """Whose advice it is, when it came, and what it says."""

    source: str
    received_on: dt.date
    words: str


@dataclass
class StepStands:
    """How a step stands: the day on which it was done, and of the LA's decision, which."""

    done_on: dt.date | None
    decision: str

    @property
    def words_seen(self) -> str:
        """The mark of it; none where it is still to do."""
        return mark_of(self.done_on, self.decision) if self.done_on else ""


def step_stands(review: AnnualReview, step: ReviewStepKind) -> StepStands:
    """Return how a step of a review stands."""
    row = ReviewStep.objects.filter(review=review, step=step).first()
    decided = review.decision if step == ReviewStepKind.DECISION else ""
    return StepStands(row.done_on if row else None, decided)


class ReviewRefused(Exception):
    """Something that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


# What cannot have happened before the meeting.
_AFTER = (
    ReviewStepKind.REPORT,
    ReviewStepKind.DECISION,
    ReviewStepKind.FINAL,
)


def set_review(*, by: Access, file: PupilFile, plan: Plan, facts: MeetingFacts) -> AnnualReview:
    """Set the day of a plan's review; one that was held before may be recorded too.

    Raises `ReviewRefused`.
    """
    _check(by, file)
    _check_possible(file, facts["meets_on"], "meets_on")
    found = plans_of(by, file=file).filter(pk=plan.pk, kind=PlanKind.EHCP).first()
    if found is None:
        raise ReviewRefused(None, "This plan is no longer there, or is no EHCP.")
    review = AnnualReview(plan=found, pupil=file.pupil, **facts)
    return _saved(review)


@transaction.atomic
def change_review(
    *, by: Access, file: PupilFile, review: AnnualReview, facts: MeetingFacts, seen: str
) -> None:
    """Move the day of a review, or correct what else is known of it; the clock follows.

    `seen` is the mark of what the person saw. Raises `ReviewRefused`, and `ChangedMeanwhile`
    where something else stands by now.
    """
    _check(by, file)
    held = _locked(by, file, review)
    if not correct(held, facts, seen=seen):
        return
    _check_possible(file, held.meets_on, "meets_on")
    for step in held.steps.all():
        _check_day(held, ReviewStepKind(step.step), step.done_on, "meets_on")
    if held.steps.filter(step=ReviewStepKind.MEETING).exclude(done_on=held.meets_on).exists():
        raise ReviewRefused("meets_on", "The meeting was held. Change the day on which it was.")
    _saved(held)


@transaction.atomic
def mark_step(
    *,
    by: Access,
    file: PupilFile,
    review: AnnualReview,
    step: ReviewStepKind,
    done_on: dt.date | None,
    decision: str = "",
    seen: str = "",
) -> None:
    """Say on which day a step was done; no day takes that back.

    The clock of what follows runs from the day on which the meeting was held. `decision` is what
    the LA decided, for that step; `seen` is the mark of how the step stood. Raises as
    `change_review` does.
    """
    _check(by, file)
    held = _locked(by, file, review)
    decided = decision if done_on and step == ReviewStepKind.DECISION else ""
    facts = {"done_on": done_on, "decision": decided}
    if not correct(step_stands(held, step), facts, seen=seen):
        return
    if done_on is None:
        ReviewStep.objects.filter(review=held, step=step).delete()
    else:
        if done_on > file.today:
            raise ReviewRefused("done_on", "This day is still to come.")
        _check_possible(file, done_on, "done_on")
        if step == ReviewStepKind.MEETING:
            held.meets_on = done_on
            for other in held.steps.exclude(step=step):
                _check_day(held, ReviewStepKind(other.step), other.done_on, "done_on")
        _check_day(held, step, done_on, "done_on")
        row = ReviewStep.objects.filter(review=held, step=step).first()
        row = row or ReviewStep(review=held, step=step)
        row.done_on, row.done_by_id = done_on, by.person_id
        row.save()
    if step == ReviewStepKind.DECISION:
        held.decision = decided
        held.save(update_fields=["decision"])
    elif step == ReviewStepKind.MEETING:
        _saved(held, part="done_on")


@transaction.atomic
def write_views(
    *, by: Access, file: PupilFile, review: AnnualReview, facts: ViewsFacts, seen: str
) -> None:
    """Write what pupil and family say and what is recommended. Raises as `change_review` does."""
    _check(by, file)
    held = _locked(by, file, review)
    if correct(held, facts, seen=seen):
        held.save(update_fields=[*facts])


@transaction.atomic
def save_advice(
    *,
    by: Access,
    file: PupilFile,
    review: AnnualReview,
    advice: ReviewAdvice | None,
    facts: AdviceFacts,
    seen: str = "",
) -> None:
    """Add advice to a review, or correct it. Raises as `change_review` does."""
    _check(by, file)
    if facts["received_on"] > file.today:
        raise ReviewRefused("received_on", "This day is still to come.")
    _check_possible(file, facts["received_on"], "received_on")
    held = _locked(by, file, review)
    if advice is None:
        ReviewAdvice.objects.create(review=held, **facts)
        return
    row = ReviewAdvice.objects.filter(review=held, pk=advice.pk).select_for_update().first()
    if row is None:
        raise ReviewRefused(None, "Somebody has removed this advice meanwhile.")
    if correct(row, facts, seen=seen):
        row.save(update_fields=[*facts])


def remove_advice(*, by: Access, file: PupilFile, review: AnnualReview, advice_id: int) -> None:
    """Remove advice that was added by mistake."""
    _check(by, file)
    ReviewAdvice.objects.filter(review=review, review__pupil=file.pupil, pk=advice_id).delete()


@transaction.atomic
def remove_review(*, by: Access, file: PupilFile, review: AnnualReview) -> None:
    """Remove a review that was set by mistake, while nothing of it is done.

    Raises `ReviewRefused`.
    """
    _check(by, file)
    held = _locked(by, file, review)
    if held.steps.exists() or held.advice.exists():
        raise ReviewRefused(None, "Something of it is done or received, so it stays.")
    held.delete()


def _saved(review: AnnualReview, *, part: str = "meets_on") -> AnnualReview:
    plan = review.plan
    if review.meets_on <= plan.starts_on:
        words = f"The plan began on {date_format(plan.starts_on, 'j F Y')}."
        raise ReviewRefused(part, f"{words} Its review comes after that.")
    if plan.ends_on and review.meets_on > plan.ends_on:
        raise ReviewRefused(part, f"The plan ended on {date_format(plan.ends_on, 'j F Y')}.")
    if review.transfer_year and review.transfer_year <= school_year_of(review.meets_on):
        of_year = "transfer_year" if part == "meets_on" else part
        raise ReviewRefused(of_year, f"The move of {review.transfer_year} comes after the review.")
    review.school_year = school_year_of(review.meets_on)
    try:
        with transaction.atomic():
            review.save()
    except IntegrityError as error:
        if "plan_reviewed_once_a_year" not in str(error):
            raise
        others = AnnualReview.objects.filter(plan=plan, school_year=review.school_year)
        day = date_format(others.exclude(pk=review.pk).get().meets_on, "j F Y")
        raise ReviewRefused(
            part, f"This plan has a review on {day} already. It has one in a school year."
        ) from error
    return review


def _check_possible(file: PupilFile, day: dt.date, part: str) -> None:
    """Ask for a day in the pupil's life, and no further ahead than anybody plans a review."""
    pupil = file.pupil
    if day < pupil.born_on:
        born_on = date_format(pupil.born_on, "j F Y")
        raise ReviewRefused(part, f"{pupil.first_name} was born on {born_on}. Check the year.")
    if day > year_after(year_after(file.today)):
        raise ReviewRefused(part, "This is more than two years ahead. Check the year.")


def _check_day(review: AnnualReview, step: ReviewStepKind, day: dt.date, part: str) -> None:
    meets_on = date_format(review.meets_on, "j F Y")
    if step in _AFTER and day < review.meets_on:
        raise ReviewRefused(
            part,
            f"{step.label}: on {date_format(day, 'j F Y')}, which is before the meeting of"
            f" {meets_on}.",
        )
    if step == ReviewStepKind.PAPERS and day > review.meets_on:
        raise ReviewRefused(
            part, f"Papers go out before the meeting; it is on {meets_on}, they on a later day."
        )


def _locked(by: Access, file: PupilFile, review: AnnualReview) -> AnnualReview:
    found = reviews_of(by, file=file).prefetch_related(None).filter(pk=review.pk)
    held = found.select_for_update(of=("self",)).first()
    if held is None:
        raise ReviewRefused(None, "This review is no longer there.")
    return held


def _check(by: Access, file: PupilFile) -> None:
    if not file.lets(by, Permission.EDIT_PLANS):
        raise PermissionDenied

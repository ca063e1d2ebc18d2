"""Writing down what is to be done next, by whom and by when."""

import datetime as dt
from collections.abc import Collection
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import transaction

from parrcs.core.access import Access, Permission
from parrcs.core.jobs import NEXT_STEPS, alone_until_the_end
from reporting.choices import ReportKind
from reporting.models import NextStep
from reporting.selectors.next_steps import left_steps, next_steps
from schools.models import School, Term
from schools.services.seen import correct


class StepFacts(TypedDict):
    """What is to be done, who sees to it, by when, and when it was done."""

    what: str
    owner: str
    due_on: dt.date
    done_on: dt.date | None


class StepRefused(Exception):
    """Something that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


@transaction.atomic
def add_step(
    *, by: Access, school: School | None, term: Term, kind: ReportKind, facts: StepFacts
) -> NextStep:
    """Add a next step to a report. The same one sent twice stands once."""
    _check(by, school)
    _take_turns(term)
    same = next_steps(by, school=school, term=term, kind=kind).filter(**facts).first()
    return same or NextStep.objects.create(school=school, term=term, kind=kind, **facts)


@transaction.atomic
def change_step(*, by: Access, step: NextStep, facts: StepFacts, seen: str) -> None:
    """Change a next step, or say that it is done; history keeps what it said.

    `seen` is the mark of what the person saw. Raises `StepRefused` where it is gone, and
    `ChangedMeanwhile` where something else stands by now.
    """
    _check(by, step.school)
    held = NextStep.objects.visible_to(by).filter(pk=step.pk).select_for_update().first()
    if held is None:
        raise StepRefused(None, "Somebody has removed this meanwhile.")
    if correct(held, facts, seen=seen):
        held.save(update_fields=[*facts])


def remove_step(*, by: Access, step: NextStep) -> None:
    """Take a next step out of its report; its history stays."""
    _check(by, step.school)
    NextStep.objects.visible_to(by).filter(pk=step.pk).delete()


@transaction.atomic
def carry_over(
    *, by: Access, school: School | None, term: Term, kind: ReportKind, ids: Collection[int]
) -> int:
    """Take chosen steps of last term that are not done into this one; return how many.

    They keep their words, owner and day, and last term's stay as they were reported. What was
    carried over already is left out.
    """
    _check(by, school)
    _take_turns(term)
    left = left_steps(by, school=school, term=term, kind=kind)
    chosen = [each for each in left.steps if each.pk in ids]
    NextStep.objects.bulk_create(
        NextStep(
            school=school,
            term=term,
            kind=kind,
            what=each.what,
            owner=each.owner,
            due_on=each.due_on,
        )
        for each in chosen
    )
    return len(chosen)


def _take_turns(term: Term) -> None:
    """Wait for who writes next steps of a term: two at once would both find nothing there."""
    alone_until_the_end(NEXT_STEPS, term.pk)


def _check(by: Access, school: School | None) -> None:
    if not by.reach(Permission.WRITE_REPORTS).covers(school_id=school.pk if school else None):
        raise PermissionDenied

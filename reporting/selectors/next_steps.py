"""What is to be done next, as a report ends with it, and what last term left undone."""

import datetime as dt
from dataclasses import dataclass

from django.apps import apps
from django.db.models import QuerySet

from parrcs.core.access import Access
from reporting.choices import ReportKind
from reporting.models import NextStep
from reporting.selectors.writing import term_before
from schools.models import School, Term


def next_steps(
    access: Access, *, school: School | None, term: Term, kind: ReportKind
) -> QuerySet[NextStep]:
    """Return the next steps of a report, the first due first. No school: of the trust's."""
    return NextStep.objects.visible_to(access).filter(school=school, term=term, kind=kind)


@dataclass(frozen=True)
class LeftSteps:
    """What the report of the term before says is to be done, and nobody has done.

    `carried` are those of them that were carried over to this term, whatever became of them.
    """

    term: Term | None
    steps: list[NextStep]
    carried: list[NextStep]


def left_steps(access: Access, *, school: School | None, term: Term, kind: ReportKind) -> LeftSteps:
    """Return last term's steps that are not done, apart those carried over to this term already.

    What was carried over is known by its words, also where they were changed or removed since.
    """
    before = term_before(term)
    if before is None:
        return LeftSteps(None, [], [])
    events = apps.get_model(NextStep._meta.app_label, "NextStepEvent").objects
    here = next_steps(access, school=school, term=term, kind=kind)
    had = events.filter(school=school, term=term, kind=kind)
    known = {
        what.casefold() for rows in (here, had) for what in rows.values_list("what", flat=True)
    }
    undone = next_steps(access, school=school, term=before, kind=kind).filter(done_on=None)
    steps: list[NextStep] = []
    carried: list[NextStep] = []
    for each in undone:
        (carried if each.what.casefold() in known else steps).append(each)
    return LeftSteps(before, steps, carried)


def step_standing(step: NextStep, *, today: dt.date) -> str:
    """Say how a step stands: done, late or to come."""
    if step.done_on is not None:
        return "done"
    return "late" if step.due_on < today else "to come"

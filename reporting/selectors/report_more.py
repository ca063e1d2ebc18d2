"""What reports tell beside progress and targets: attendance, counts, and what was written.

What is recorded of single pupils beside that stands in `report_pupils`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from assessment.selectors.termly import last_judged
from parrcs.core.access import Access
from pupils.measures import Sessions
from pupils.models import Placement
from pupils.selectors.cohorts import Cohort
from reporting.choices import ReportKind
from reporting.models import NextStep, SectionText, TermCount
from reporting.selectors.attendance import held
from reporting.selectors.benchmarks import National, national_attendance
from reporting.selectors.report_pupils import (
    AchievementRow,
    OutcomeRow,
    OwedRow,
    ProvisionRow,
    ReviewRow,
    achievements,
    outcomes,
    owed,
    provisions,
    reviews_due,
)
from schools.models import School, Term
from schools.selectors.half_terms import HalfTerm, half_terms

_SUMS = ("possible", "attended", "authorised", "unauthorised", "late")


class ReportOf(NamedTuple):
    """What a report is of: its kind, the schools in it, its term and the one before."""

    kind: ReportKind
    schools: Sequence[School]
    term: Term
    before: Term | None

    @property
    def school(self) -> School | None:
        """The school whose report it is; None for that of the trust."""
        return None if self.kind == ReportKind.TRUSTEE else self.schools[0]


class Span(NamedTuple):
    """A term and its days, both included."""

    term_id: int
    starts_on: dt.date
    ends_on: dt.date

    def holds(self, day: dt.date) -> bool:
        """Say whether a day is in it."""
        return self.starts_on <= day <= self.ends_on


class SessionsRow(NamedTuple):
    """The sessions of a pupil in a stretch of days that began while placed at the school."""

    pupil_id: int
    school_id: int
    starts_on: dt.date
    sessions: Sessions


class StepRow(NamedTuple):
    """What is to be done next."""

    step_id: int
    what: str
    owner: str
    due_on: dt.date
    done_on: dt.date | None


@dataclass(frozen=True)
class FurtherRows:
    """What the further sections of a report are made from.

    `year` are the terms of the school year to the report's own, in order. `counts` are by
    school, term and what was counted; `comments` by the code of their section; `before` are the
    values last judged before this term, by pupil and strand. What is by term is by its id. The
    report of the trust has no achievements, provisions, outcomes and values before.
    """

    this: Span
    last: Span | None
    year: list[Span]
    halves: list[HalfTerm]
    sessions: list[SessionsRow]
    nationals: dict[int, National]
    counts: dict[tuple[int, int, str], int]
    steps: list[StepRow]
    comments: dict[str, str]
    owed: list[OwedRow]
    reviews: list[ReviewRow]
    achievements: dict[int, list[AchievementRow]]
    provisions: dict[int, list[ProvisionRow]]
    outcomes: list[OutcomeRow]
    before: dict[tuple[int, int], Decimal]


def further_rows(access: Access, of: ReportOf, this: Cohort, last: Cohort | None) -> FurtherRows:
    """Return all of it, by the same number of queries for any number of pupils and schools."""
    terms = Term.objects.filter(year=of.term.year_id, starts_on__lte=of.term.starts_on)
    year = [_span(each) for each in terms.order_by("starts_on")]
    before = _span(of.before) if of.before else None
    first = min(each.starts_on for each in (before, *year) if each)
    today = timezone.localdate()
    terms_of = [] if of.school is None else [each for each in (this, last) if each]
    return FurtherRows(
        this=_span(of.term),
        last=before,
        year=year,
        halves=[each for each in half_terms(access) if _span(each.term) in year],
        sessions=_sessions(access, of, first=first),
        nationals={each.pk: national_attendance(each) for each in of.schools},
        counts=_counts(access, of),
        steps=_steps(access, of),
        comments=_comments(access, of),
        owed=owed(access, of.schools, term=of.term, today=today),
        reviews=reviews_due(this, today=today),
        achievements={each.term.pk: achievements(access, each) for each in terms_of},
        provisions={each.term.pk: provisions(each) for each in terms_of},
        outcomes=outcomes(this) if of.school else [],
        before=last_judged(this) if of.school else {},
    )


def _span(term: Term) -> Span:
    return Span(term.pk, term.starts_on, term.ends_on)


def _sessions(access: Access, of: ReportOf, *, first: dt.date) -> list[SessionsRow]:
    placements = Placement.objects.visible_to(access).filter(school__in=of.schools)
    rows = (
        held(placements, first, of.term.ends_on)
        .order_by("pupil", "pupil__attendance__starts_on")
        .values_list(
            "pupil",
            "school",
            "pupil__attendance__starts_on",
            *(f"pupil__attendance__{name}" for name in _SUMS),
        )
    )
    return [SessionsRow(pupil, school, day, Sessions(*sums)) for pupil, school, day, *sums in rows]


def _counts(access: Access, of: ReportOf) -> dict[tuple[int, int, str], int]:
    rows = TermCount.objects.visible_to(access).filter(
        school__in=of.schools, term__in=[each for each in (of.term, of.before) if each]
    )
    return {
        (school, term, what): number
        for school, term, what, number in rows.values_list("school", "term", "what", "number")
    }


def _steps(access: Access, of: ReportOf) -> list[StepRow]:
    rows = NextStep.objects.visible_to(access).filter(kind=of.kind, school=of.school, term=of.term)
    return [StepRow(*row) for row in rows.values_list("id", "what", "owner", "due_on", "done_on")]


def _comments(access: Access, of: ReportOf) -> dict[str, str]:
    rows = SectionText.objects.visible_to(access).filter(
        kind=of.kind, school=of.school, term=of.term
    )
    return dict(rows.exclude(text="").values_list("section", "text"))

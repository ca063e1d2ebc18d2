"""A pupil's plans, their outcomes, and the termly targets towards them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from parrcs.core.access import Access
from pupils.models import Outcome, Plan, Pupil, TermlyTarget
from pupils.selectors.pupils import PupilFile
from schools.models import Term
from schools.selectors.windows import windows


@dataclass(frozen=True)
class TermTargets:
    """A pupil's targets of one term, in their order."""

    term: Term
    targets: Sequence[TermlyTarget]

    @property
    def judged(self) -> int:
        """How many of them have been judged."""
        return sum(target.judged is not None for target in self.targets)


def plans_of(access: Access, *, file: PupilFile) -> QuerySet[Plan]:
    """Return a pupil's plans as far as the file is seen, the latest first, with their outcomes."""
    return (
        Plan.objects.filter(
            pupil__in=Pupil.objects.visible_to(access),
            pupil=file.pupil,
            starts_on__lte=file.seen_until or dt.date.max,
        )
        .prefetch_related("outcomes")
        .order_by("-starts_on", "-id")
    )


def outcomes_of(access: Access, *, file: PupilFile) -> QuerySet[Outcome]:
    """Return the outcomes of these plans, those of the latest plan first."""
    return (
        Outcome.objects.filter(
            plan__pupil__in=Pupil.objects.visible_to(access),
            plan__pupil=file.pupil,
            plan__starts_on__lte=file.seen_until or dt.date.max,
        )
        .select_related("plan")
        .order_by("-plan__starts_on", "-plan", "id")
    )


def targets_of(access: Access, *, file: PupilFile) -> QuerySet[TermlyTarget]:
    """Return a pupil's termly targets of all terms, as far as the file is seen."""
    return (
        TermlyTarget.objects.visible_to(access)
        .filter(pupil=file.pupil, term__starts_on__lte=file.seen_until or dt.date.max)
        .select_related("outcome", "term", "judged_by")
        .order_by("-term__starts_on", "position")
    )


def targets_by_term(access: Access, *, file: PupilFile) -> list[TermTargets]:
    """Return a pupil's targets by term, the latest term first."""
    by_term: dict[Term, list[TermlyTarget]] = defaultdict(list)
    for target in targets_of(access, file=file):
        by_term[target.term].append(target)
    return [TermTargets(term, targets) for term, targets in by_term.items()]


def terms_to_plan(file: PupilFile) -> list[Term]:
    """Return the terms that a target may be written for: not over, or with an open window.

    And begun by the last day on which the person sees the pupil: what they write they also read.
    """
    today, held = file.today, windows()
    school = file.placement.school_id if file.placement else None
    terms = Term.objects.filter(starts_on__lte=file.seen_until or dt.date.max)
    return [
        term
        for term in terms.order_by("starts_on")
        if term.ends_on >= today
        or ((window := held.of(term.pk, school)) is not None and window.is_open(today))
    ]

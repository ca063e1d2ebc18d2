"""What other figures would do to the numbers of the running term, tried and put back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from assessment.measures import Indicator
from assessment.models import Stream
from assessment.selectors.progress import progress_counts, strands_due
from assessment.services.streams.approval import Expected, set_expectations
from parrcs.core.access import Access
from pupils.selectors.cohorts import Cohort, cohort
from schools.models import School, Term
from schools.selectors.calendar import current_term


@dataclass(frozen=True)
class Reached:
    """How many judgements are as expected or better, of those that have a baseline."""

    n: int
    of: int

    @property
    def percent(self) -> int | None:
        """The share, as a whole number of per cent; None of nothing."""
        return (200 * self.n + self.of) // (2 * self.of) if self.of else None


@dataclass(frozen=True)
class SchoolMoved:
    """A school: its pupils on the routes of the stream, and what they reached by which figures."""

    school: str
    pupils: int
    before: Reached
    after: Reached


@dataclass(frozen=True)
class FiguresEffect:
    """What figures set from a term on would do, by school and in all.

    `term` is the running one; `counts` are the terms so far in which the figures would count.
    """

    since: Term
    term: Term
    counts: Sequence[Term]
    schools: Sequence[SchoolMoved]
    total: SchoolMoved


class _PutBackError(Exception):
    """Ends the attempt: nothing of it is to stay."""


def figures_effect(
    *, by: Access, stream: Stream, term: Term, expected: Mapping[int, Expected]
) -> FiguresEffect:
    """Return what `set_expectations` would do, and change nothing. Raises `ApprovalRefused`.

    It is done and taken back, so that what is shown is what comes.
    """
    running = _running() or term
    everyone = cohort(by, term=running)
    pupils, before = _pupils(everyone, stream), _reached(everyone, stream)
    after = before
    try:
        with transaction.atomic():
            set_expectations(by=by, stream=stream, term=term, expected=expected)
            # Who is judged in it no more loses the number, who begins gains one.
            pupils |= _pupils(everyone, stream)
            after = _reached(everyone, stream)
            raise _PutBackError  # noqa: TRY301  # the way to roll a savepoint back
    except _PutBackError:
        pass
    names = dict(School.objects.filter(pk__in=pupils).values_list("pk", "name"))
    schools = [
        SchoolMoved(names[each], pupils[each], _sum(before, each), _sum(after, each))
        for each in sorted(pupils, key=lambda each: names[each])
    ]
    counts = Term.objects.filter(
        starts_on__gte=term.starts_on, starts_on__lte=running.starts_on
    ).order_by("starts_on")
    return FiguresEffect(
        term,
        running,
        list(counts),
        schools,
        SchoolMoved("All schools", pupils.total(), _sum(before), _sum(after)),
    )


def _running() -> Term | None:
    """Return the term that teachers record in, else the latest that has begun."""
    today = timezone.localdate()
    term = current_term(today).term
    if term is not None and term.starts_on <= today:
        return term
    return Term.objects.filter(starts_on__lte=today).order_by("-starts_on").first()


type _Counts = Mapping[tuple[int, bool], int]


def _pupils(everyone: Cohort, stream: Stream) -> Counter[int]:
    """Count, by school, the pupils on roll who are judged in a stream."""
    routes = [
        route
        for route, strands in strands_due(everyone.term).items()
        if any(each.stream_id == stream.pk for each in strands)
    ]
    rows = everyone.placements.filter(route__in=routes).values_list("school")
    return Counter(dict(rows.annotate(number=Count("pk"))))


def _reached(everyone: Cohort, stream: Stream) -> _Counts:
    """Count the judgements in a stream with a baseline, by school and by what they came to."""
    strands = set(stream.strands.values_list("pk", flat=True))
    found = Counter[tuple[int, bool]]()
    for each in progress_counts(everyone, by=("school",)):
        if each.strand_id in strands and each.indicator is not None:
            enough = each.indicator >= Indicator.EXPECTED
            (school,) = each.part
            found[school, enough] += each.judgements
    return found


def _sum(counts: _Counts, school: int | None = None) -> Reached:
    held = {of: n for of, n in counts.items() if school in (None, of[0])}
    return Reached(sum(n for (_, enough), n in held.items() if enough), sum(held.values()))

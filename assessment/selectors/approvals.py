"""What approving a version of a stream would do, by school, and what keeps it approved."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.formats import date_format

from assessment.models import Baseline, Judgement, Stream
from assessment.selectors.progress import strands_due
from assessment.selectors.streams import is_closed
from parrcs.core.access import Access
from pupils.selectors.cohorts import cohort
from schools.models import Term


@dataclass(frozen=True)
class SchoolEffect:
    """A school: its pupils who would be judged in a version, and how many judgements that is.

    `more` is what its teachers would judge beyond what is due without; less than nothing where a
    version is replaced by a smaller one.
    """

    school: str
    pupils: int
    due: int
    more: int


@dataclass(frozen=True)
class ApprovalEffect:
    """What a version brings in its first term, by school and in all."""

    term: Term
    schools: Sequence[SchoolEffect]
    total: SchoolEffect


def approval_effect(
    access: Access, *, stream: Stream, term: Term, routes: Collection[int]
) -> ApprovalEffect:
    """Return what is due if a version comes into use with a term, for pupils on some routes.

    Counted are the pupils on roll on the term's census day, by the placements known today.
    """
    strands = stream.strands.count()
    now = strands_due(term)
    pupils: dict[str, int] = defaultdict(int)
    more: dict[str, int] = defaultdict(int)
    for school, route, count in (
        cohort(access, term=term)
        .placements.values_list("school__name", "route")
        .annotate(count=Count("pk"))
        .order_by("school__name")
    ):
        judged = route in routes
        # The version in use before ends, whatever routes it had.
        gone = sum(each.stream_code == stream.code for each in now.get(route, ()))
        pupils[school] += count * judged
        more[school] += count * (strands * judged - gone)
    schools = [
        SchoolEffect(school, pupils[school], pupils[school] * strands, more[school])
        for school in pupils
        if pupils[school] or more[school]
    ]
    total = sum(pupils.values())
    return ApprovalEffect(
        term, schools, SchoolEffect("All schools", total, total * strands, sum(more.values()))
    )


def what_holds(stream: Stream, *, today: dt.date) -> str:
    """Say why the approval of a version can no longer be taken back; nothing, if it can."""
    since, until = stream.approved_from, stream.approved_until
    if since is None:
        return ""
    if (
        Judgement.objects.filter(strand__stream=stream).exists()
        or Baseline.objects.filter(strand__stream=stream, carried_from__isnull=True).exists()
    ):
        return f"Judgements or baselines have been made in {stream} already."
    later = Stream.objects.filter(code=stream.code, approved_from__gt=since).first()
    if later is not None:
        return f"{later} goes on after it. Take back its approval first."
    terms = Term.objects.filter(census_on__gte=since, census_on__lte=until or dt.date.max)
    for term in terms.prefetch_related("windows").order_by("starts_on"):
        if is_closed(term, today):
            day = date_format(since, "j F Y")
            return (
                f"{stream} is in use since {day}, and {term} was counted with it and is closed,"
                " so it stays as it is. Take it out of use instead."
            )
    return ""

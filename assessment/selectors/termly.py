"""What was judged last before a term: that against which its own gain is read."""

import datetime as dt
from decimal import Decimal

from assessment.models import Judgement, Point
from assessment.selectors.progress import strands_due
from assessment.selectors.versions import ancestors
from pupils.selectors.cohorts import Cohort


def last_judged(cohort: Cohort) -> dict[tuple[int, int], Decimal]:
    """Return the value last judged before the cohort's term, by pupil and strand due in it.

    What was judged in an earlier version of a stream is read in the points of the later one; a
    point that became none of these says nothing.
    """
    due = {each.strand_id for strands in strands_due(cohort.term).values() for each in strands}
    lines = ancestors(due)
    wanted = due | {each.strand_id for line in lines.values() for each in line}
    rows = (
        Judgement.objects.filter(
            pupil__in=cohort.placements.values("pupil"),
            strand__in=wanted,
            term__starts_on__lt=cohort.term.starts_on,
        )
        .order_by("pupil", "strand", "-term__starts_on")
        .distinct("pupil", "strand")
        .values_list("pupil", "strand", "term__starts_on", "point")
    )
    latest: dict[tuple[int, int], tuple[dt.date, int | None]] = {}
    at: dict[int, list[tuple[int, dict[int, int] | None]]] = {each: [(each, None)] for each in due}
    for strand, line in lines.items():
        for each in line:
            at.setdefault(each.strand_id, []).append((strand, each.points))
    for pupil, strand, day, point in rows:
        for now, points in at.get(strand, ()):
            held = latest.get((pupil, now))
            if held is None or held[0] < day:
                latest[pupil, now] = day, point if points is None else points.get(point)
    values = dict(Point.objects.order_by().values_list("id", "value"))
    return {of: values[point] for of, (_, point) in latest.items() if point is not None}

"""What has been decided since the draft of a report was made, so that it says something else.

The history keeps what was superseded, with the moment. What only came to be (a route that is
judged as well, a first baseline) leaves no state behind; it shows in the numbers alone.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Q

from assessment.models import Baseline, Expectation, Judgement, Stream
from parrcs.core.access import Access
from pupils.selectors.cohorts import Cohort, cohort
from pupils.selectors.lenses import Lens
from reporting.models import Report
from schools.models import School, Term


def decided_since(access: Access, *, draft: Report, school: School | None, term: Term) -> list[str]:
    """Say in words what has changed since a draft was made: one line for each kind.

    Only what counts in the term: figures set for a later one change nothing in the draft.
    """
    everyone = cohort(access, term=term)
    if school:
        everyone = everyone.within(Lens.REGISTERED, school_id=school.pk, arb_id=None)
    return [
        *_saved(everyone, draft),
        *_in_use(draft, term),
        *_expected(everyone, draft),
        *_baselines(everyone, draft),
    ]


def _saved(everyone: Cohort, draft: Report) -> Iterator[str]:
    saved = Judgement.objects.filter(
        term=everyone.term,
        judged_at__gt=draft.made_at,
        pupil__in=everyone.placements.values("pupil"),
    ).count()
    if saved:
        yield f"{_counted(saved, 'judgement')} saved since then {_is(saved)} not in it."


def _in_use(draft: Report, term: Term) -> Iterator[str]:
    """Name the streams that came into use in the term since, or went out of it."""
    day = term.census_on
    then = {each.pgh_obj_id: each for each in _superseded("Stream", draft)}
    for stream in Stream.objects.filter(pk__in=then):
        now = stream.is_in_use(day)
        if now != _holds(then[stream.pk].approved_from, then[stream.pk].approved_until, day):
            words = "is in use now" if now else "is not in use any more"
            yield f"{stream} {words} in {term}: it {'was not' if now else 'was'} then."


def _expected(everyone: Cohort, draft: Report) -> Iterator[str]:
    """Name the streams in which other figures hold by now in this term, or one before it."""
    days = list(
        Term.objects.filter(census_on__lte=everyone.term.census_on)
        .order_by("census_on")
        .values_list("census_on", flat=True)
    )
    routes = set(everyone.placements.values_list("route", flat=True))
    then: dict[tuple[int, int, dt.date], tuple[Any, Any]] = {}
    for each in _superseded("Expectation", draft):
        for day in days:
            if each.route_id in routes and _holds(each.starts_on, each.ends_on, day):
                figures = (each.points_a_term, each.better)
                then.setdefault((each.stream_id, each.route_id, day), figures)
    if not then:
        return
    streams = {stream for stream, _, _ in then}
    now = {
        (each.stream_id, each.route_id, day): (each.points_a_term, each.better)
        for each in Expectation.objects.filter(stream__in=streams)
        for day in days
        if _holds(each.starts_on, each.ends_on, day)
    }
    changed = {of[0] for of, was in then.items() if now.get(of) != was}
    for stream in Stream.objects.filter(pk__in=changed).order_by("name", "version"):
        yield f"What is expected in {stream} has changed since then."


def _baselines(everyone: Cohort, draft: Report) -> Iterator[str]:
    """Count the baselines that another one has replaced, or that were corrected."""
    day = everyone.term.census_on
    then: dict[tuple[int, int], tuple[int, dt.date]] = {}
    pupils = Q(pupil__in=everyone.placements.values("pupil"))
    for each in _superseded("Baseline", draft, pupils):
        if each.judged_on <= day and (each.replaced_on is None or each.replaced_on > day):
            then.setdefault((each.pupil_id, each.strand_id), (each.point_id, each.judged_on))
    if not then:
        return
    now = {
        (each.pupil_id, each.strand_id): (each.point_id, each.judged_on)
        for each in Baseline.objects.filter(
            Q(replaced_on__isnull=True) | Q(replaced_on__gt=day),
            pupil__in={pupil for pupil, _ in then},
            judged_on__lte=day,
        )
    }
    changed = sum(now.get(of) != was for of, was in then.items())
    if changed:
        yield f"{_counted(changed, 'baseline')} {'has' if changed == 1 else 'have'} changed since."


def _superseded(model: str, draft: Report, narrow: Q | None = None) -> list[Any]:
    """Return the states that rows had until after a draft was made, the first of them first.

    Of one row, the first is what held when the draft was made.
    """
    app = Stream._meta.app_label
    events = apps.get_model(app, f"{model}Event").objects.filter(
        narrow or Q(), pgh_created_at__gt=draft.made_at
    )
    first: dict[int, Any] = {}
    for each in events.order_by("pgh_id"):
        first.setdefault(each.pgh_obj_id, each)
    return list(first.values())


def _holds(since: dt.date | None, until: dt.date | None, day: dt.date) -> bool:
    return since is not None and since <= day and (until is None or until >= day)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"

"""How far pupils have come: what was due in a term, what was judged, and what it means.

Every number of pupils' progress, on a page or in a report, comes from here. PostgreSQL joins
each judgement with its baseline and its placement; `assessment.measures` does the sums.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    DateField,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
)

from assessment.measures import Indicator, Rate, expected_gain, indicator
from assessment.models import Expectation, Judgement
from pupils.selectors.cohorts import Cohort, on_census, placed
from schools.models import Term


class DueStrand(NamedTuple):
    """A strand in which pupils on a route are judged in a term, and what is expected there.

    `rates` are what terms should bring, in order of time; the last holds in the term.
    """

    strand_id: int
    name: str
    stream_id: int
    stream: str
    core_area_id: int | None
    stream_code: str
    better: Decimal
    rates: tuple[Rate, ...]

    @property
    def points_a_term(self) -> Decimal:
        """What the term itself should bring."""
        return self.rates[-1].points_a_term


class Progress(NamedTuple):
    """Where one pupil stands in one strand at the end of a term.

    `gain`, `expected` and `indicator` are None where the pupil has no baseline in the strand.
    """

    pupil_id: int
    strand_id: int
    core_area_id: int | None
    value: Decimal
    gain: Decimal | None
    expected: Decimal | None
    indicator: Indicator | None


# Lookups from a placement, by which a cohort is parted to be counted.
type Parted = Sequence[str]
PLACE: Parted = ("school", "arb")


class ProgressCount(NamedTuple):
    """The judgements of one part of a cohort, route and strand that came to the same indicator.

    `part` has the values by which the cohort was parted, in their order; `pupils` are their ids.
    """

    part: tuple[Any, ...]
    route_id: int
    strand_id: int
    indicator: Indicator | None
    gain: Decimal | None
    pupils: list[int]

    @property
    def judgements(self) -> int:
        """How many there are: a pupil has one in a strand."""
        return len(self.pupils)


def strands_due(term: Term) -> dict[int, list[DueStrand]]:
    """Return the strands due in a term, by id of the route: those of its streams in force."""
    rows = (
        Expectation.objects.filter(
            approved_on("stream__", term.census_on),
            starts_on__lte=term.census_on,
            stream__strands__isnull=False,
        )
        .order_by(
            "stream__strands__core_area__position",
            "stream__code",
            "stream__strands__position",
            "starts_on",
        )
        .values_list(
            "route",
            "stream__strands",
            "stream__strands__name",
            "stream",
            "stream__name",
            "stream__strands__core_area",
            "stream__code",
            "better",
            "points_a_term",
            "ends_on",
        )
    )
    rates: dict[tuple[int, int], list[Rate]] = defaultdict(list)
    due: dict[int, list[DueStrand]] = defaultdict(list)
    for row in rows:
        route, strand, name, stream, stream_name, area, code, better, points_a_term, ends_on = row
        held = rates[route, strand]
        held.append(Rate(points_a_term, ends_on))
        if ends_on is None or ends_on >= term.census_on:
            due[route].append(
                DueStrand(strand, name, stream, stream_name, area, code, better, tuple(held))
            )
    return dict(due)


def progress_of(cohort: Cohort) -> list[Progress]:
    """Return each judgement due and made in the cohort's term, with its gain and indicator."""
    due = _due(cohort.term)
    expected_since = _expected_since(due, cohort.term, _census_days())
    rows = _judged(cohort, due).values_list(  # type: ignore[misc]  # the plugin sees no aliases
        "pupil",
        "placed__route",
        "strand",
        "point__value",
        "base__point__value",
        "base__judged_on",
    )
    progress = []
    for pupil, route, strand, value, baseline, baseline_on in rows:
        if (route, strand) not in due:
            continue
        area = due[route, strand].core_area_id
        if baseline is None:
            progress.append(Progress(pupil, strand, area, value, None, None, None))
            continue
        expected, better = expected_since(route, strand, baseline_on)
        gain = value - baseline
        progress.append(
            Progress(pupil, strand, area, value, gain, expected, indicator(gain, expected, better))
        )
    return progress


def progress_counts(cohort: Cohort, *, by: Parted = PLACE) -> list[ProgressCount]:
    """Return the same as `progress_of`, counted by part, route, strand and gain.

    PostgreSQL counts the judgements that share everything their indicator depends on, so the
    number of rows grows with the number of parts, not of pupils. Of the day of a baseline that is
    the first census day on or after it.
    """
    due, census_days = _due(cohort.term), _census_days()
    expected_since = _expected_since(due, cohort.term, census_days)
    rows = (
        _judged(cohort, due)
        .values_list(
            *placed(by),
            "placed__route",
            "strand",
            F("point__value") - F("base__point__value"),
            _days_before(F("base__judged_on"), census_days),
        )
        .annotate(pupils=ArrayAgg("pupil"))
    )
    counts = []
    for *part, route, strand, gain, days_before, pupils in rows:
        if (route, strand) not in due:
            continue
        reached = None
        if gain is not None:
            reached = indicator(gain, *expected_since(route, strand, census_days[days_before]))
        counts.append(ProgressCount(tuple(part), route, strand, reached, gain, pupils))
    return counts


# What is due in a term, by ids of route and strand.
type _Due = dict[tuple[int, int], DueStrand]


def _due(term: Term) -> _Due:
    return {
        (route, strand.strand_id): strand
        for route, strands in strands_due(term).items()
        for strand in strands
    }


def _judged(cohort: Cohort, due: _Due) -> QuerySet[Judgement]:
    """Join the judgements of a cohort's term with placement and baseline.

    Of strands that are due on any route: whoever reads the rows leaves out those that are not due
    on the pupil's own, so that judged never exceeds due. To join three more tables for these few
    takes PostgreSQL longer to plan than to do. The baseline is the one in force on the census
    day, by which terms are counted too: a later one moves no earlier number.
    """
    term = cohort.term
    base = "pupil__baselines"
    return (
        Judgement.objects.filter(strand__in={strand for _, strand in due}, term=term)
        .annotate(
            placed=on_census(term),
            base=FilteredRelation(
                base,
                condition=Q(pupil__baselines__strand=F("strand"))
                & Q(pupil__baselines__judged_on__lte=term.census_on)
                & (
                    Q(pupil__baselines__replaced_on__isnull=True)
                    | Q(pupil__baselines__replaced_on__gt=term.census_on)
                ),
            ),
        )
        .filter(placed__in=cohort.placements)
        .order_by()
    )


def approved_on(stream: str, day: dt.date) -> Q:
    """Keep streams that were approved for use on a day; `stream` is the lookup that leads there."""
    return Q(**{f"{stream}approved_from__lte": day}) & (
        Q(**{f"{stream}approved_until__isnull": True}) | Q(**{f"{stream}approved_until__gte": day})
    )


def in_force_on(expectation: str, day: dt.date) -> Q:
    """Keep expectations that hold on a day; `expectation` is the lookup that leads there."""
    return Q(**{f"{expectation}starts_on__lte": day}) & (
        Q(**{f"{expectation}ends_on__isnull": True}) | Q(**{f"{expectation}ends_on__gte": day})
    )


def _census_days() -> list[dt.date]:
    return list(Term.objects.order_by("census_on").values_list("census_on", flat=True))


def _days_before(day: F, census_days: list[dt.date]) -> Func:
    """Count in PostgreSQL the census days before a day: `bisect_left` among them."""
    after = [each + dt.timedelta(days=1) for each in census_days]
    return Func(
        day,
        Value(after, output_field=ArrayField(DateField())),
        function="WIDTH_BUCKET",
        output_field=IntegerField(),
    )


def _expected_since(
    due: _Due, term: Term, census_days: list[dt.date]
) -> Callable[[int, int, dt.date], tuple[Decimal, Decimal]]:
    """Return what tells, by route, strand and day of the baseline, what is expected in a term.

    It tells the gain, and how many times that is better than expected.
    """

    @cache
    def expected_since(route: int, strand_id: int, baseline_on: dt.date) -> tuple[Decimal, Decimal]:
        strand = due[route, strand_id]
        expected = expected_gain(
            strand.rates,
            baseline_on=baseline_on,
            census_on=term.census_on,
            census_days=census_days,
        )
        return expected, strand.better

    return expected_since

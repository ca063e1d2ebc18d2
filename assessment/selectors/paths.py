"""The paths of pupils in strands: the baseline, and what was judged term by term since."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from assessment.measures import Indicator, Rate, expected_gain, indicator
from assessment.models import Baseline, Expectation, Judgement, Point
from assessment.selectors.versions import Ancestor
from parrcs.core.access import Access, Permission
from pupils.selectors.registers import visible_pupils
from schools.models import ClassGroup, Term
from schools.selectors.places import class_groups


class Cuts(NamedTuple):
    """What terms should bring in a stream on a route, and from how many times it is better.

    `rates` are in order of time; the last is that of the term the cuts are for.
    """

    rates: tuple[Rate, ...]
    better: Decimal

    @property
    def points_a_term(self) -> Decimal:
        """What the term itself should bring."""
        return self.rates[-1].points_a_term


class Reached(NamedTuple):
    """What a judgement means: the gain since the baseline, what was expected, the indicator."""

    gain: Decimal
    expected: Decimal | None
    indicator: Indicator | None


@dataclass(frozen=True)
class Start:
    """A baseline, with the days on which it holds."""

    point: Point
    judged_on: dt.date
    replaced_on: dt.date | None

    def holds(self, day: dt.date) -> bool:
        """Say whether gains are reckoned from it on that day."""
        return self.judged_on <= day and (self.replaced_on is None or self.replaced_on > day)


@dataclass(frozen=True)
class Step:
    """What was judged in a term; `version` is that of an earlier stream, else empty.

    A step of an earlier version is read in the points of the strand that goes on from it.
    """

    term: Term
    point: Point
    version: str = ""


@dataclass(frozen=True)
class Path:
    """One pupil in one strand: all baselines and all steps, in order of time."""

    starts: tuple[Start, ...] = ()
    steps: tuple[Step, ...] = ()

    def start(self, day: dt.date) -> Start | None:
        """Return the baseline that holds on a day."""
        return next((each for each in self.starts if each.holds(day)), None)

    def step(self, term: Term) -> Step | None:
        """Return what was judged in a term in this very version."""
        return next((s for s in self.steps if s.term.pk == term.pk and not s.version), None)

    def before(self, term: Term) -> Step | None:
        """Return the last judgement before a term."""
        earlier = (s for s in reversed(self.steps) if s.term.starts_on < term.starts_on)
        return next(earlier, None)

    def reached(
        self, term: Term, *, cuts: Cuts | None, census_days: Sequence[dt.date]
    ) -> Reached | None:
        """Say what the judgement of a term means; None without one, or without a baseline.

        It is measured from the baseline that holds on the census day, so that a later one moves
        no earlier number. Without cuts the strand was not due, and nothing was expected.
        """
        step, start = self.step(term), self.start(term.census_on)
        if step is None or start is None:
            return None
        gain = step.point.value - start.point.value
        return reached(gain, since=start.judged_on, term=term, cuts=cuts, census_days=census_days)


def reached(
    gain: Decimal,
    *,
    since: dt.date,
    term: Term,
    cuts: Cuts | None,
    census_days: Sequence[dt.date],
) -> Reached:
    """Say what a gain since a baseline means in a term; without cuts nothing was expected."""
    if cuts is None:
        return Reached(gain, None, None)
    expected = expected_gain(
        cuts.rates, baseline_on=since, census_on=term.census_on, census_days=census_days
    )
    return Reached(gain, expected, indicator(gain, expected, cuts.better))


def class_with_pupils(access: Access, *, class_group_id: int) -> ClassGroup:
    """Return a class whose pupils the person sees, with school, ARB and year, or 404.

    Who sees the class and not its pupils gets 403.
    """
    class_group = get_object_or_404(class_groups(access), pk=class_group_id)
    if not access.reach(Permission.SEE_PUPILS).covers(
        school_id=class_group.school_id,
        arb_id=class_group.arb_id,
        class_group_id=class_group.pk,
    ):
        raise PermissionDenied
    return class_group


type Paths = dict[tuple[int, int], Path]


def paths_of(
    access: Access,
    *,
    pupils: Collection[int],
    strands: Collection[int],
    terms: Sequence[Term],
    scales: Mapping[int, Sequence[Point]],
    lines: Mapping[int, Sequence[Ancestor]] | None = None,
) -> Paths:
    """Return the paths of pupils in strands over some terms, by the ids of pupil and strand.

    `terms` are in order of time, `scales` hold the points of the strands' streams, and `lines`
    are the strands of earlier versions to read as well. A pair of which nothing is known has no
    path. Two queries, however many pupils.
    """
    points = {point.pk: point for scale in scales.values() for point in scale}
    order = {term.pk: term for term in terms}
    read_as: dict[int, list[tuple[int, str, dict[int, int]]]] = {
        strand: [(strand, "", {})] for strand in strands
    }
    for strand, line in (lines or {}).items():
        for each in line:
            read_as.setdefault(each.strand_id, []).append((strand, each.version, each.points))
    steps: dict[tuple[int, int], dict[int, Step]] = defaultdict(dict)
    for pupil, made_in, term, point in (
        Judgement.objects.visible_to(access)
        .filter(pupil__in=pupils, strand__in=read_as, term__in=order)
        .values_list("pupil", "strand", "term", "point")
    ):
        for strand, version, became in read_as[made_in]:
            found = steps[pupil, strand]
            # Of two judgements of one term, the one made in this version says more.
            if not version or term not in found:
                now = points.get(became.get(point, point))
                if now is not None:
                    found[term] = Step(order[term], now, version)
    starts: dict[tuple[int, int], list[Start]] = defaultdict(list)
    for pupil, strand, point, judged_on, replaced_on in (
        Baseline.objects.filter(
            pupil__in=visible_pupils(access).filter(pk__in=pupils), strand__in=strands
        )
        .order_by("judged_on")
        .values_list("pupil", "strand", "point", "judged_on", "replaced_on")
    ):
        starts[pupil, strand].append(Start(points[point], judged_on, replaced_on))
    return {
        key: Path(
            tuple(starts.get(key, ())),
            tuple(steps[key][term] for term in order if term in steps[key]) if key in steps else (),
        )
        for key in {*starts, *steps}
    }


def expectations_of(routes: Collection[int]) -> list[Expectation]:
    """Return all that is expected on some routes, in order of time."""
    return list(
        Expectation.objects.filter(route__in=routes).select_related("stream").order_by("starts_on")
    )


def rates_of(
    expectations: Iterable[Expectation], *, stream_id: int, route_id: int | None
) -> tuple[Rate, ...]:
    """Return what terms should bring in a stream on a route, those to come included."""
    return tuple(
        Rate(each.points_a_term, each.ends_on)
        for each in expectations
        if (each.stream_id, each.route_id) == (stream_id, route_id)
    )


def cuts_on(
    expectations: Iterable[Expectation], *, stream_id: int, route_id: int | None, day: dt.date
) -> Cuts | None:
    """Return what is expected in a stream on a route on a day; None where it is not judged.

    `expectations` are in order of time.
    """
    until = [
        each
        for each in expectations
        if (each.stream_id, each.route_id) == (stream_id, route_id) and each.starts_on <= day
    ]
    if not until:
        return None
    last = until[-1]
    if not _between(last.starts_on, last.ends_on, day) or not _between(
        last.stream.approved_from, last.stream.approved_until, day
    ):
        return None
    return Cuts(tuple(Rate(each.points_a_term, each.ends_on) for each in until), last.better)


def _between(first: dt.date | None, last: dt.date | None, day: dt.date) -> bool:
    return first is not None and first <= day and (last is None or last >= day)

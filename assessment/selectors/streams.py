"""The assessment streams of the trust: which are in use, what each says, how versions go on."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.apps import apps
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format

from assessment.measures import exact
from assessment.models import CoreArea, Expectation, Point, PointMapping, Strand, Stream
from parrcs.core.access import Access
from pupils.models import Route
from schools.models import Term, User

# What views call a version of a stream: they do not know the models.
type Version = Stream


@dataclass(frozen=True)
class StreamLine:
    """A version of a stream in the list of them."""

    stream: Stream
    strands: int
    points: int
    routes: Sequence[str]
    state: str


@dataclass(frozen=True)
class StreamList:
    """All versions: those in use, those approved for later, those that wait, those that were."""

    in_use: Sequence[StreamLine]
    to_come: Sequence[StreamLine]
    waiting: Sequence[StreamLine]
    past: Sequence[StreamLine]


@dataclass(frozen=True)
class Figures:
    """What is expected on a route in a stretch of time."""

    points_a_term: str
    better: str
    from_points: str
    since: str
    until: str


@dataclass(frozen=True)
class RouteFigures:
    """What is expected on a route: now, and what was before or comes later."""

    route: str
    stretches: Sequence[Figures]


@dataclass(frozen=True)
class StrandChange:
    """What became of a strand from one version to the next; either side may be missing."""

    before: str
    now: str
    word: str


@dataclass(frozen=True)
class PointChange:
    """Which point of the new version a point of the one before becomes."""

    before: Point
    now: Point


@dataclass(frozen=True)
class VersionChange:
    """How one version of a stream goes on as another."""

    before: Stream
    now: Stream
    strands: Sequence[StrandChange]
    points: Sequence[PointChange]
    points_moved: int


@dataclass(frozen=True)
class StreamPage:
    """All that the page of a version shows."""

    stream: Stream
    state: str
    loaded: str
    approved: str
    points: Sequence[Point]
    values_differ: bool
    areas: Sequence[tuple[str, Sequence[Strand]]]
    routes: Sequence[RouteFigures]
    versions: Sequence[tuple[Stream, str]]
    change: VersionChange | None
    next_change: VersionChange | None

    @property
    def is_waiting(self) -> bool:
        """Whether it was never in use."""
        return self.stream.approved_from is None

    @property
    def has_begun(self) -> bool:
        """Whether its first day of use is here."""
        since = self.stream.approved_from
        return since is not None and since <= timezone.localdate()

    @property
    def ends_for_good(self) -> bool:
        """Whether its last day is set and no other version takes its place."""
        until = self.stream.approved_until
        return until is not None and not any(
            each.approved_from and each.approved_from > until for each, _ in self.versions
        )

    @property
    def is_past(self) -> bool:
        """Whether it is no longer in use."""
        return _is_past(self.stream, timezone.localdate())


def all_streams(access: Access) -> QuerySet[Stream]:
    """Return all versions of all streams: whoever works in the trust may know them."""
    return Stream.objects.filter(trust=access.trust_id)


def stream_list(access: Access, *, today: dt.date) -> StreamList:
    """Return all versions by what they are to the trust today."""
    by_stream: dict[int, list[str]] = defaultdict(list)
    for stream, route in Expectation.objects.order_by("route__position").values_list(
        "stream", "route__name"
    ):
        if route not in by_stream[stream]:
            by_stream[stream].append(route)
    names = dict(Route.objects.values_list("code", "name"))
    lines = [
        StreamLine(
            each,
            each.strand_count,
            each.point_count,
            by_stream.get(each.pk)
            or [name for code, name in names.items() if code in each.proposed["expected"]],
            _state(each, today),
        )
        for each in all_streams(access)
        .select_related("loaded_by", "replaces")
        .annotate(strand_count=_count(Strand), point_count=_count(Point))
        .order_by("name", "version")
    ]
    return StreamList(
        in_use=[each for each in lines if each.stream.is_in_use(today)],
        to_come=[
            each
            for each in lines
            if each.stream.approved_from and each.stream.approved_from > today
        ],
        waiting=[each for each in lines if not each.stream.approved_from],
        past=[each for each in lines if _is_past(each.stream, today)],
    )


def stream_page(access: Access, *, stream: Stream, today: dt.date) -> StreamPage:
    """Return what a version says, who it is for, and how it goes on from and into others."""
    versions = list(
        all_streams(access)
        .filter(code=stream.code)
        .select_related("replaces", "loaded_by")
        .order_by("approved_from", "pk")
    )
    stream = next(each for each in versions if each.pk == stream.pk)
    points = list(stream.points.order_by("value"))
    strands = list(stream.strands.select_related("core_area").order_by("position"))
    after = [each for each in versions if each.replaces_id == stream.pk and each.approved_from]
    return StreamPage(
        stream=stream,
        state=_state(stream, today),
        loaded=_loaded(stream),
        approved=_approved(stream),
        points=points,
        values_differ=any(each.code != exact(each.value) for each in points),
        areas=[(area, list(each)) for area, each in groupby(strands, lambda s: s.area)],
        routes=_figures(stream),
        versions=[(each, _state(each, today)) for each in versions],
        change=_change(stream.replaces, stream) if stream.replaces else None,
        next_change=_change(stream, after[-1]) if after else None,
    )


def is_closed(term: Term, day: dt.date) -> bool:
    """Say whether a term is over and no window of it open any more: its numbers have been read."""
    return term.ends_on < day and all(each.closes_on < day for each in term.windows.all())


def open_terms(access: Access, *, today: dt.date) -> list[Term]:
    """Return the terms for which something can still be decided, in order."""
    terms = Term.objects.filter(trust=access.trust_id).prefetch_related("windows")
    return [each for each in terms.order_by("starts_on") if not is_closed(each, today)]


def next_term_of(terms: Sequence[Term], *, today: dt.date) -> int | None:
    """Return the id of the first of some terms that has not begun; else of the last."""
    return next(
        (each.pk for each in terms if each.starts_on > today), terms[-1].pk if terms else None
    )


def routes_of_trust(access: Access) -> list[Route]:
    """Return the routes that the trust names, in order."""
    return list(Route.objects.filter(trust=access.trust_id))


def core_areas_of_trust(access: Access) -> list[CoreArea]:
    """Return the areas that the trust reports on for all, in order."""
    return list(CoreArea.objects.filter(trust=access.trust_id))


def figures_now(stream: Stream, *, day: dt.date) -> dict[int, tuple[Decimal, Decimal]]:
    """Return points a term and `better` by id of the route, as they hold on a day or last did."""
    found = {}
    for each in Expectation.objects.filter(stream=stream).order_by("starts_on"):
        if each.starts_on <= day or each.route_id not in found:
            found[each.route_id] = (each.points_a_term, each.better, each.ends_on)
    return {
        route: (points, better)
        for route, (points, better, ends_on) in found.items()
        if ends_on is None or ends_on >= day
    }


def _count(model: type[Strand] | type[Point]) -> Coalesce:
    counted = (
        model._default_manager.filter(stream=OuterRef("pk"))
        .order_by()
        .values("stream")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(Subquery(counted), 0)


def _is_past(stream: Stream, today: dt.date) -> bool:
    return stream.approved_until is not None and stream.approved_until < today


def _state(stream: Stream, today: dt.date) -> str:
    since, until = stream.approved_from, stream.approved_until
    if since is None:
        return "waits for approval"
    if until is not None and until < today:
        return f"in use from {_day(since)} to {_day(until)}"
    if since > today:
        return f"in use from {_day(since)} on"
    return f"in use since {_day(since)}" + (f", until {_day(until)}" if until else "")


def _loaded(stream: Stream) -> str:
    day = _day(timezone.localtime(stream.loaded_at).date())
    return f"Loaded on {day}" + (f" by {stream.loaded_by.name}" if stream.loaded_by else "")


def _approved(stream: Stream) -> str:
    """Say who approved it and when, from its history; a command leaves no name."""
    if stream.approved_from is None:
        return ""
    event = (
        apps.get_model("assessment", "StreamEvent")
        .objects.filter(pgh_obj_id=stream.pk, approved_from__isnull=True)
        .order_by("-pgh_id")
        .first()
    )
    if event is None:
        return ""
    person = User.objects.filter(pk=(event.pgh_context or {}).get("person", 0)).first()
    day = _day(timezone.localtime(event.pgh_created_at).date())
    return f"Approved on {day}" + (f" by {person.name}" if person else "")


def _figures(stream: Stream) -> list[RouteFigures]:
    if stream.approved_from is None:
        better = Decimal(stream.proposed["better"])
        return [
            RouteFigures(
                route.name,
                [_stretch(Decimal(stream.proposed["expected"][route.code]), better, None, None)],
            )
            for route in Route.objects.all()
            if route.code in stream.proposed["expected"]
        ]
    by_route: dict[str, list[Figures]] = defaultdict(list)
    for each in (
        Expectation.objects.filter(stream=stream)
        .select_related("route")
        .order_by("route__position", "starts_on")
    ):
        by_route[each.route.name].append(
            _stretch(each.points_a_term, each.better, each.starts_on, each.ends_on)
        )
    return [RouteFigures(route, stretches) for route, stretches in by_route.items()]


def _stretch(
    points: Decimal, better: Decimal, since: dt.date | None, until: dt.date | None
) -> Figures:
    return Figures(
        exact(points),
        exact(better),
        exact(points * better),
        _day(since) if since else "",
        _day(until) if until else "",
    )


def _change(before: Stream, now: Stream) -> VersionChange:
    old = list(before.strands.order_by("position"))
    new = list(now.strands.order_by("position").prefetch_related("predecessors__before"))
    changes: list[StrandChange] = []
    gone_on = set()
    for strand in new:
        source = next((each.before for each in strand.predecessors.all()), None)
        if source is None:
            changes.append(StrandChange("", strand.name, "begins"))
            continue
        word = "goes on" if source.name == strand.name else "goes on, renamed"
        if source.pk in gone_on:
            word = "goes on as this too"
        gone_on.add(source.pk)
        changes.append(StrandChange(source.name, strand.name, word))
    changes += [StrandChange(each.name, "", "ends") for each in old if each.pk not in gone_on]
    points = [
        PointChange(each.before, each.after)
        for each in PointMapping.objects.filter(before__stream=before, after__stream=now)
        .select_related("before", "after")
        .order_by("before__value")
    ]
    moved = sum(
        (each.before.code, each.before.label) != (each.now.code, each.now.label) for each in points
    )
    return VersionChange(before, now, changes, points, moved)


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")

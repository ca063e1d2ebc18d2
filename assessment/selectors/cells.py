"""What the cells of the entry grid show: what is judged now, before, and at the baseline."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from assessment.measures import Indicator, exact, expected_gain, indicator, signed, terms_since
from assessment.models import Baseline, Expectation, Judgement, Point
from assessment.selectors.progress import DueStrand, in_force_on
from assessment.selectors.versions import ancestors
from parrcs.core.access import Access
from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from pupils.selectors.registers import Registered
from schools.models import Term

# The scale of termly targets stands beside those of the streams, whose keys are their ids.
TARGET_SCALE = 0

INDICATOR_WORDS = {
    Indicator.NONE: "no progress",
    Indicator.SOME: "some progress",
    Indicator.EXPECTED: "expected progress",
    Indicator.BETTER: "better than expected",
}


@dataclass(frozen=True)
class ScalePoint:
    """One point that may be chosen, in the words of its scale."""

    id: int
    code: str
    label: str
    value: Decimal


@dataclass(frozen=True)
class Scale:
    """The points of a stream, or of termly targets, from the lowest to the highest."""

    name: str
    points: tuple[ScalePoint, ...]

    def code(self, point_id: int | None) -> str:
        """Return the code of a point, or nothing for none."""
        return next((each.code for each in self.points if each.id == point_id), "")

    def value(self, point_id: int) -> Decimal:
        """Return what gains are reckoned in."""
        return next(each.value for each in self.points if each.id == point_id)


class Cuts(NamedTuple):
    """What a term should bring in a stream on a route, and from how many times it is better."""

    points_a_term: Decimal
    better: Decimal


@dataclass
class Cell:
    """One pupil in one strand, or one of a pupil's termly targets, in a term.

    All figures are words already, so that the browser does no sums. `start` is the point
    that keys count from: the last one judged, else the baseline.
    """

    strand: int | None = None
    target: int | None = None
    scale: int = TARGET_SCALE
    # What is judged; version None: nothing yet.
    point: int | None = None
    code: str = ""
    version: int | None = None
    by: str = ""
    at: str = ""
    gain: str = ""
    step: str = ""
    indicator: str = ""
    word: str = ""
    # What was there before, and what is expected.
    expected: str = ""
    rate: str = ""
    baseline: str = ""
    baseline_on: str = ""
    last: int | None = None
    last_code: str = ""
    last_term: str = ""
    start: int | None = None
    path: list[tuple[str, str, str]] = field(default_factory=list)
    # What a termly target says.
    walt: str = ""
    wilf: str = ""
    starting_point: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what the browser needs to know, without the empty parts."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None, [])}


@dataclass(frozen=True)
class _Entry:
    point_id: int
    version: int
    by: str
    at: dt.datetime | None


type _Entries = dict[tuple[int, int], list[tuple[Term, _Entry]]]


@dataclass(frozen=True)
class Row:
    """One pupil of the grid with what is due for them: strands by id, targets by position."""

    placement: Registered
    strands: dict[int, Cell]
    targets: dict[int, Cell]

    @property
    def cells(self) -> Iterable[Cell]:
        """All cells that are due."""
        return (*self.strands.values(), *self.targets.values())


def scales(stream_ids: Iterable[int]) -> dict[int, Scale]:
    """Return the scales of some streams by id, and that of termly targets."""
    names: dict[int, str] = {}
    points: dict[int, list[ScalePoint]] = defaultdict(list)
    for point in (
        Point.objects.filter(stream__in=stream_ids)
        .select_related("stream")
        .order_by("stream", "value")
    ):
        names[point.stream_id] = str(point.stream)
        points[point.stream_id].append(ScalePoint(point.pk, point.code, point.label, point.value))
    found = {stream: Scale(names[stream], tuple(points[stream])) for stream in points}
    found[TARGET_SCALE] = Scale(
        "Termly targets",
        tuple(
            ScalePoint(each.value, str(each.label), "", Decimal(each.value))
            for each in TargetOutcome
        ),
    )
    return found


def rows_of(
    access: Access,
    *,
    term: Term,
    terms: Sequence[Term],
    placements: Sequence[Registered],
    due: dict[int, list[DueStrand]],
    scales: dict[int, Scale],
) -> list[Row]:
    """Return a row for each placement, with a cell for all that is due by its judged route.

    `terms` are all terms of the trust in order of time.
    """
    pupils = [placement.pupil_id for placement in placements]
    routes = {placement.judged_route for placement in placements}
    strands = {each.strand_id for route in routes for each in due.get(route, ())}
    judged = _judged(access, pupils, strands, terms, term)
    baselines = _baselines(pupils, strands, term)
    cuts = {
        (stream, route): Cuts(rate, better)
        for stream, route, rate, better in Expectation.objects.filter(
            in_force_on("", term.census_on), route__in=routes, stream__in=scales
        ).values_list("stream", "route", "points_a_term", "better")
    }
    targets, earlier_targets = _targets(access, pupils, terms, term)
    census_days = sorted(each.census_on for each in terms)
    rows = []
    for placement in placements:
        cells: dict[int, Cell] = {}
        for strand in due.get(placement.judged_route, ()):
            key = (placement.pupil_id, strand.strand_id)
            cells[strand.strand_id] = _strand_cell(
                strand,
                scales[strand.stream_id],
                term,
                judged.get(key, []),
                baselines.get(key),
                cuts[strand.stream_id, placement.judged_route],
                census_days,
            )
        rows.append(
            Row(
                placement,
                cells,
                {
                    target.position: _target_cell(
                        target,
                        scales[TARGET_SCALE],
                        earlier_targets.get((target.pupil_id, target.position), []),
                    )
                    for target in targets.get(placement.pupil_id, ())
                },
            )
        )
    return rows


def _judged(
    access: Access,
    pupils: list[int],
    strands: set[int],
    terms: Sequence[Term],
    term: Term,
) -> _Entries:
    """Return all judgements up to a term in order of time, by pupil and strand.

    Those made in the version before count as made in the strand that goes on from there.
    """
    until = {each.pk: each for each in terms if each.starts_on <= term.starts_on}
    read_as: dict[int, list[tuple[int, dict[int, int] | None]]] = {
        strand: [(strand, None)] for strand in strands
    }
    for strand, line in ancestors(strands).items():
        for each in line:
            read_as.setdefault(each.strand_id, []).append((strand, each.points))
    found: _Entries = defaultdict(list)
    for pupil, made_in, when, point, version, by, at in (
        Judgement.objects.visible_to(access)
        .filter(pupil__in=pupils, strand__in=read_as, term__in=until)
        .order_by("term__starts_on")
        .values_list("pupil", "strand", "term", "point", "version", "judged_by__name", "judged_at")
    ):
        for strand, became in read_as[made_in]:
            if became is None or when != term.pk:
                point_now = point if became is None else became[point]
                found[pupil, strand].append((until[when], _Entry(point_now, version, by or "", at)))
    return found


def _baselines(
    pupils: list[int], strands: set[int], term: Term
) -> dict[tuple[int, int], tuple[int, dt.date]]:
    """Return the baselines in force at the end of a term, by pupil and strand."""
    return {
        (pupil, strand): (point, judged_on)
        for pupil, strand, point, judged_on in Baseline.objects.filter(
            Q(replaced_on__isnull=True) | Q(replaced_on__gt=term.ends_on),
            pupil__in=pupils,
            strand__in=strands,
            judged_on__lte=term.ends_on,
        ).values_list("pupil", "strand", "point", "judged_on")
    }


def _targets(
    access: Access, pupils: list[int], terms: Sequence[Term], term: Term
) -> tuple[dict[int, list[TermlyTarget]], dict[tuple[int, int], list[TermlyTarget]]]:
    """Return this term's targets by pupil, and the judged ones before by pupil and position."""
    now: dict[int, list[TermlyTarget]] = defaultdict(list)
    before: dict[tuple[int, int], list[TermlyTarget]] = defaultdict(list)
    until = [each.pk for each in terms if each.starts_on <= term.starts_on]
    for target in (
        TermlyTarget.objects.visible_to(access)
        .filter(pupil__in=pupils, term__in=until)
        .select_related("judged_by", "term")
        .order_by("term__starts_on", "position")
    ):
        if target.term_id == term.pk:
            now[target.pupil_id].append(target)
        elif target.judged:
            before[target.pupil_id, target.position].append(target)
    return now, before


def _strand_cell(
    strand: DueStrand,
    scale: Scale,
    term: Term,
    judged: list[tuple[Term, _Entry]],
    baseline: tuple[int, dt.date] | None,
    cuts: Cuts,
    census_days: Sequence[dt.date],
) -> Cell:
    cell = Cell(strand=strand.strand_id, scale=strand.stream_id, rate=exact(cuts.points_a_term))
    expected = None
    if baseline:
        point, judged_on = baseline
        expected = expected_gain(
            cuts.points_a_term, terms_since(judged_on, term.census_on, census_days)
        )
        cell.expected = exact(expected)
        cell.baseline, cell.baseline_on = scale.code(point), _day(judged_on)
        cell.start = point
    before = None
    for when, entry in judged:
        value = scale.value(entry.point_id)
        step = "" if before is None else signed(value - before)
        before = value
        if when.pk != term.pk:
            cell.last, cell.last_term = entry.point_id, str(when)
            cell.last_code = scale.code(entry.point_id)
            cell.start = entry.point_id
            cell.path.insert(0, (str(when), cell.last_code, step))
            continue
        cell.point, cell.code = entry.point_id, scale.code(entry.point_id)
        cell.version, cell.by, cell.at, cell.step = (
            entry.version,
            entry.by,
            when_said(entry.at),
            step,
        )
        if baseline and expected is not None:
            gain = value - scale.value(baseline[0])
            cell.gain = signed(gain)
            _tint(cell, indicator(gain, expected, cuts.better))
    return cell


def _target_cell(target: TermlyTarget, scale: Scale, before: list[TermlyTarget]) -> Cell:
    cell = Cell(
        target=target.pk,
        walt=target.walt,
        wilf=target.wilf,
        starting_point=target.starting_point,
        path=[(str(each.term), scale.code(each.judged), "") for each in reversed(before)],
    )
    if before:
        cell.last, cell.last_term = before[-1].judged, str(before[-1].term)
        cell.last_code = scale.code(cell.last)
    if target.judged:
        cell.point, cell.code = target.judged, scale.code(target.judged)
        cell.version = target.version
        cell.by = target.judged_by.name if target.judged_by else ""
        cell.at = when_said(target.judged_at)
        # The four outcomes have the four colours; their own words stand in the cell.
        cell.indicator = Indicator(target.judged).name.lower()
    return cell


def _tint(cell: Cell, reached: Indicator) -> None:
    cell.indicator, cell.word = reached.name.lower(), INDICATOR_WORDS[reached]


def when_said(moment: dt.datetime | None) -> str:
    """Say when something was saved: the time of a save of today, else the day."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return f"at {local:%H:%M}"
    return f"on {_day(local.date())}"


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")

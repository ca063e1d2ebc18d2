"""What the cells of the entry grid show: what is judged now, before, and at the baseline."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format

from assessment.measures import Indicator, exact, expected_gain, indicator, signed
from assessment.models import Point
from assessment.selectors.aims import aims_of
from assessment.selectors.entries import (
    Entry,
    baselines_in_force,
    entries_of,
    targets_until,
)
from assessment.selectors.progress import DueStrand
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


class ScalePoint(NamedTuple):
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

    @cached_property
    def by_id(self) -> dict[int, ScalePoint]:
        """The points by their ids."""
        return {each.id: each for each in self.points}

    def code(self, point_id: int | None) -> str:
        """Return the code of a point, or nothing for none."""
        return "" if point_id is None else self.by_id[point_id].code

    def value(self, point_id: int) -> Decimal:
        """Return what gains are reckoned in."""
        return self.by_id[point_id].value


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
    # What it was judged as, where that was in an earlier version of the stream.
    last_as: str = ""
    # To be reached by the end of the year.
    aim: int | None = None
    aim_code: str = ""
    start: int | None = None
    path: list[tuple[str, str, str]] = field(default_factory=list)
    # What a termly target says.
    walt: str = ""
    wilf: str = ""
    starting_point: str = ""
    comment: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what the browser needs to know, without the empty parts."""
        values = ((name, getattr(self, name)) for name in _PARTS)
        return {name: value for name, value in values if value not in _EMPTY}


_PARTS = tuple(each.name for each in fields(Cell))
_EMPTY: tuple[object, ...] = ("", None, [])


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
    for stream, name, version, point, code, label, value in (
        Point.objects.filter(stream__in=stream_ids)
        .order_by("stream", "value")
        .values_list("stream", "stream__name", "stream__version", "id", "code", "label", "value")
    ):
        names[stream] = f"{name} {version}"
        points[stream].append(ScalePoint(point, code, label, value))
    found = {stream: Scale(names[stream], tuple(points[stream])) for stream in points}
    found[TARGET_SCALE] = _target_scale()
    return found


def _target_scale() -> Scale:
    return Scale(
        "Termly targets",
        tuple(
            ScalePoint(each.value, str(each.label), "", Decimal(each.value))
            for each in TargetOutcome
        ),
    )


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
    seen = _seen_in_strands(access, pupils=pupils, strands=strands, term=term, terms=terms)
    targets, earlier_targets = targets_until(access, pupils=pupils, until=term, terms=terms)
    return [
        Row(
            placement,
            {
                strand.strand_id: _strand_cell(
                    strand,
                    scales[strand.stream_id],
                    term,
                    seen.of(placement.pupil_id, strand.strand_id),
                )
                for strand in due.get(placement.judged_route, ())
            },
            {
                target.position: _target_cell(
                    target,
                    scales[TARGET_SCALE],
                    earlier_targets.get((target.pupil_id, target.position), []),
                )
                for target in targets.get(placement.pupil_id, ())
            },
        )
        for placement in placements
    ]


def strand_cell(
    access: Access,
    *,
    term: Term,
    terms: Sequence[Term],
    pupil_id: int,
    strand: DueStrand,
) -> Cell:
    """Return one pupil's cell in a strand that is due, as it stands now."""
    seen = _seen_in_strands(
        access, pupils=[pupil_id], strands={strand.strand_id}, term=term, terms=terms
    )
    scale = scales([strand.stream_id])[strand.stream_id]
    return _strand_cell(strand, scale, term, seen.of(pupil_id, strand.strand_id))


def target_cell(
    access: Access, *, term: Term, terms: Sequence[Term], pupil_id: int, target_id: int
) -> Cell | None:
    """Return one of a pupil's termly targets as it stands now; None if it is not due."""
    now, before = targets_until(access, pupils=[pupil_id], until=term, terms=terms)
    target = next((each for each in now[pupil_id] if each.pk == target_id), None)
    if target is None:
        return None
    return _target_cell(target, _target_scale(), before.get((pupil_id, target.position), []))


@dataclass(frozen=True)
class _Seen:
    """All that is known of one pupil in one strand."""

    judged: Sequence[Entry]
    baseline: tuple[int, dt.date] | None
    aim: tuple[int, str] | None
    census_days: Sequence[dt.date]


@dataclass(frozen=True)
class _SeenInStrands:
    judged: Mapping[tuple[int, int], Sequence[Entry]]
    baselines: Mapping[tuple[int, int], tuple[int, dt.date]]
    aims: Mapping[tuple[int, int], tuple[int, str]]
    census_days: Sequence[dt.date]

    def of(self, pupil_id: int, strand_id: int) -> _Seen:
        key = (pupil_id, strand_id)
        return _Seen(
            self.judged.get(key, ()),
            self.baselines.get(key),
            self.aims.get(key),
            self.census_days,
        )


def _seen_in_strands(
    access: Access,
    *,
    pupils: Sequence[int],
    strands: set[int],
    term: Term,
    terms: Sequence[Term],
) -> _SeenInStrands:
    """Ask for all pupils and strands at once; the queries do not depend on how many there are."""
    lines = ancestors(strands)
    return _SeenInStrands(
        entries_of(access, pupils=pupils, lines=lines, strands=strands, until=term, terms=terms),
        baselines_in_force(pupils=pupils, strands=strands, term=term),
        aims_of(access, pupils=pupils, strands=strands, year=term.year_id, lines=lines),
        sorted(each.census_on for each in terms),
    )


def _strand_cell(strand: DueStrand, scale: Scale, term: Term, seen: _Seen) -> Cell:
    cell = Cell(strand=strand.strand_id, scale=strand.stream_id, rate=exact(strand.points_a_term))
    expected = None
    if seen.baseline:
        point, judged_on = seen.baseline
        # Of a day after the census, it has no term behind it yet, and nothing is measured.
        if judged_on <= term.census_on:
            expected = expected_gain(
                strand.rates,
                baseline_on=judged_on,
                census_on=term.census_on,
                census_days=seen.census_days,
            )
            cell.expected = exact(expected)
        cell.baseline, cell.baseline_on = scale.code(point), _day(judged_on)
        cell.start = point
    if seen.aim:
        cell.aim, cell.aim_code = seen.aim
    before = None
    for entry in seen.judged:
        value = scale.value(entry.point_id)
        step = "" if before is None else signed(value - before)
        before = value
        if entry.term_id != term.pk:
            cell.last, cell.last_term = entry.point_id, entry.said
            cell.last_code, cell.last_as = scale.code(entry.point_id), entry.read_from
            cell.start = entry.point_id
            cell.path.insert(0, (entry.said, cell.last_code, step))
            continue
        cell.point, cell.code = entry.point_id, scale.code(entry.point_id)
        cell.version, cell.by, cell.step = entry.version, entry.by, step
        cell.at = when_said(entry.at)
        if seen.baseline and expected is not None:
            gain = value - scale.value(seen.baseline[0])
            cell.gain = signed(gain)
            _tint(cell, indicator(gain, expected, strand.better))
    return cell


def _target_cell(target: TermlyTarget, scale: Scale, before: list[TermlyTarget]) -> Cell:
    cell = Cell(
        target=target.pk,
        walt=target.walt,
        wilf=target.wilf,
        starting_point=target.starting_point,
        comment=target.comment,
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


@lru_cache(maxsize=512)
def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")

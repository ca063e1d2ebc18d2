"""Trackers as tables that leave as files."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from assessment.models import Point
from parrcs.core.sheets import HOLDS, Row, Sheet
from reporting.selectors.trackers import ClassTracker, Total, TrackedCell
from reporting.selectors.trackers_early import Counted, EarlyTracker
from reporting.selectors.trackers_pupil import PupilTracker


def class_sheets(tracker: ClassTracker) -> tuple[Sheet, Sheet]:
    """Return the tracker of a class: every figure of each strand, and the path beside it."""
    group, per_strand = tracker.class_group, _CLASS_FIGURES
    about = _about(
        "Class tracker",
        [
            ("School", group.school.name),
            *([("ARB (area resource base)", group.arb.name)] if group.arb else []),
            ("Class", group.name),
            ("Term", str(tracker.term or "")),
            ("Stream", str(tracker.stream or "")),
        ],
    )
    totals = tracker.totals
    wide = Sheet(
        "Tracker",
        about,
        [
            "Pupil",
            "Route",
            *(f"{s.name}: {figure}" for s in tracker.strands for figure in per_strand),
        ],
        [
            [
                placement.pupil.marked_name,
                placement.judged_route_name,
                *(value for cell in cells for value in _figures(cell)),
            ]
            for placement, cells in tracker.rows
        ],
        [
            [
                label,
                "",
                *(v for total in totals for v in _under(per_strand, "this term", of(total))),
            ]
            for label, of in _TOTALS
        ],
    )
    path = Sheet(
        "Path",
        about,
        ["Pupil", "Strand", "When", "Point", "Value", "Judged in version"],
        [
            row
            for placement, cells in tracker.rows
            for strand, cell in zip(tracker.strands, cells, strict=True)
            for row in _path(placement.pupil.marked_name, strand.name, cell, tracker)
        ],
    )
    return wide, path


def pupil_sheets(tracker: PupilTracker) -> tuple[Sheet, Sheet]:
    """Return the tracker of a pupil: a line for each judgement, and one for each baseline."""
    file = tracker.file
    place = file.placement
    about = _about(
        "Pupil tracker",
        [
            ("Pupil", file.pupil.marked_name),
            ("School", place.school.name if place else ""),
            ("Class", place.class_group.name if place and place.class_group else ""),
            ("Term", str(tracker.term or "")),
        ],
    )
    judged = Sheet(
        "Judgements",
        about,
        ["Stream", "Version", "Strand", "Term", *_PUPIL_FIGURES],
        [
            [
                each.stream.name,
                each.stream.version,
                strand.strand.name,
                str(term),
                *_figures(cell, without_last=True),
            ]
            for each in tracker.streams
            for strand in each.strands
            for term, cell in zip(each.terms, strand.cells, strict=True)
            if cell
        ],
        held=4,
    )
    baselines = Sheet(
        "Baselines",
        about,
        ["Stream", "Version", "Strand", "Point", "Judged on", "Replaced on"],
        [
            [
                each.stream.name,
                each.stream.version,
                strand.strand.name,
                _point(start.point),
                start.judged_on,
                start.replaced_on or "",
            ]
            for each in tracker.streams
            for strand in each.strands
            for start in strand.starts
        ],
        held=3,
    )
    return judged, baselines


def early_sheets(tracker: EarlyTracker) -> tuple[Sheet, ...]:
    """Return the early-years tracker: a summary, and a sheet for the baseline and each term."""
    about = _about(
        "Early-years tracker",
        [
            ("Class or school", tracker.place.name if tracker.place else ""),
            ("Term", str(tracker.term or "")),
        ],
    )
    summary = Sheet(
        "Summary",
        about,
        [
            "Pupil",
            *(f"{moment.name}: at expected" for moment in tracker.moments),
            *(
                f"{what}: {figure}"
                for what in ("All goals", "Prime areas", "Specific areas", "Good level")
                for figure in ("at expected", "judged", "goals")
            ),
            "Good level of development",
        ],
        [
            [
                row.placement.pupil.marked_name,
                *(_counted(each)[0] for each in row.at_moments),
                *_counted(row.counted()),
                *_counted(row.prime),
                *_counted(row.specific),
                *_counted(row.for_good_level),
                row.good_level_words,
            ]
            for row in tracker.rows
        ],
    )
    moments = [
        Sheet(
            moment.name,
            [*about, ("State at", moment.name)],
            ["Pupil", *(f"{goal.area}: {goal.name}" for goal in tracker.goals)],
            [
                [row.placement.pupil.marked_name, *(cell.word(moment.key) for cell in row.cells)]
                for row in tracker.rows
            ],
            [
                [label, *(_counted(each)[n] for each in _columns(tracker, moment.key))]
                for n, label in enumerate(("At expected", "Judged", "Pupils"))
            ],
        )
        for moment in tracker.moments
    ]
    return summary, *moments


def _about(what: str, lines: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [(what, ""), *lines, ("Made on", timezone.localdate()), (HOLDS, "")]


_GAINS = ("gain since baseline", "expected since baseline")
_PUPIL_FIGURES = ("baseline", "point", *_GAINS, "progress", "aim", "to the aim")
_CLASS_FIGURES = (
    "baseline",
    # The last one there is, of whichever term.
    "last judgement before",
    "this term",
    *_GAINS,
    "progress",
    "aim",
    "to the aim",
)


def _share(n: int) -> Callable[[Total], Any]:
    return lambda total: "too few" if total.share is None else total.share[n]


_TOTALS: tuple[tuple[str, Callable[[Total], Any]], ...] = (
    ("Judged", lambda total: total.judged),
    ("Due", lambda total: total.due),
    ("At or above expected", lambda total: total.at_or_above),
    ("Of those with a baseline", lambda total: total.compared),
    ("At or above expected, %", _share(0)),
    ("95 % interval from, %", _share(1)),
    ("95 % interval to, %", _share(2)),
    ("Aims reached", lambda total: total.aims_reached),
    ("Aims set", lambda total: total.aims),
)


def _under(figures: Sequence[str], column: str, value: Any) -> list[Any]:
    """Put a value under one of the columns of a strand."""
    return [value if each == column else "" for each in figures]


def _figures(cell: TrackedCell, *, without_last: bool = False) -> list[Any]:
    reached = cell.reached
    last = [] if without_last else [_point(cell.last.point) if cell.last else ""]
    return [
        _point(cell.start.point) if cell.start else "",
        *last,
        _point(cell.now.point) if cell.now else "",
        reached.gain if reached else "",
        reached.expected if reached and reached.expected is not None else "",
        cell.word,
        _point(cell.aim) if cell.aim else "",
        "" if cell.to_go is None else cell.to_go,
    ]


def _path(pupil: str, strand: str, cell: TrackedCell, tracker: ClassTracker) -> Iterable[Row]:
    version = tracker.stream.version if tracker.stream else ""
    if cell.start:
        point = cell.start.point
        yield [pupil, strand, cell.start.judged_on, _point(point), point.value, version]
    for step in cell.path:
        used = step.version or version
        yield [pupil, strand, str(step.term), _point(step.point), step.point.value, used]


def _counted(counted: Counted) -> list[int | str]:
    """Return how many are at expected, judged and there at all; where none is judged, say so."""
    reached = counted.at_expected if counted.judged else "none judged"
    return [reached, counted.judged, counted.due]


def _columns(tracker: EarlyTracker, moment: int) -> list[Counted]:
    """Return the counts of a moment, goal by goal."""
    return [
        counted
        for table in tracker.tables
        for of, counts in table.counts
        if of.key == moment
        for counted in counts
    ]


def _point(point: Point) -> Decimal | str:
    """Return a point by its code: as a number where the code is its very value."""
    try:
        return point.value if Decimal(point.code) == point.value else point.code
    except InvalidOperation:
        return point.code

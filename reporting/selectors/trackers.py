"""The tracker of a class: pupils down, the strands of a stream across, with what they aim at."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assessment.measures import Indicator, signed, wilson
from assessment.models import Point, Stream
from assessment.selectors.aims import aims_of
from assessment.selectors.baselines import scales_of
from assessment.selectors.cells import INDICATOR_WORDS
from assessment.selectors.paths import (
    Path,
    Reached,
    Start,
    Step,
    cuts_on,
    expectations_of,
    paths_of,
)
from assessment.selectors.progress import DueStrand, strands_due
from assessment.selectors.versions import ancestors
from parrcs.core.access import Access
from pupils.selectors.registers import Registered, registers
from reporting.selectors.comparing.tallies import TOO_FEW
from reporting.selectors.comparing.words import percent, percent_of
from schools.models import ClassGroup, Term
from schools.selectors.calendar import current_term


class Show(StrEnum):
    """What leads in each cell."""

    GAIN = "gain"
    POINT = "point"
    PATH = "path"


@dataclass(frozen=True)
class TrackedCell:
    """One pupil in one strand at the end of a term."""

    start: Start | None
    last: Step | None
    now: Step | None
    reached: Reached | None
    aim: Point | None
    path: Sequence[Step]

    @property
    def mark(self) -> str:
        """The word by which the mark of the indicator is known; empty without one."""
        found = self.reached.indicator if self.reached else None
        return found.name.lower() if found else ""

    @property
    def word(self) -> str:
        """The indicator in words."""
        found = self.reached.indicator if self.reached else None
        return INDICATOR_WORDS[found] if found else ""

    @property
    def gain(self) -> str:
        """The gain with its sign."""
        return signed(self.reached.gain) if self.reached else ""

    @property
    def expected(self) -> str:
        """The expected gain with its sign."""
        held = self.reached.expected if self.reached else None
        return "" if held is None else signed(held)

    @property
    def to_go(self) -> Decimal | None:
        """How far it is to the aim; 0 once it is reached, None without an aim or a judgement."""
        if self.aim is None or self.now is None:
            return None
        return max(Decimal(0), self.aim.value - self.now.point.value)


@dataclass(frozen=True)
class Total:
    """What was counted of a strand, or of all of them: every number with its denominator."""

    due: int
    judged: int
    compared: int
    at_or_above: int
    aims: int
    aims_reached: int
    pupils_compared: int

    @property
    def no_baseline(self) -> int:
        """How many are judged and have nothing to compare with."""
        return self.judged - self.compared

    @property
    def share(self) -> tuple[int, int, int] | None:
        """The share at or above expected with its 95 % interval; None when too few to say."""
        interval = wilson(self.at_or_above, self.compared)
        if interval is None or self.pupils_compared < TOO_FEW:
            return None
        return (
            percent_of(self.at_or_above, self.compared),
            percent(interval.low),
            percent(interval.high),
        )


def total_of(rows: Sequence[Sequence[TrackedCell]]) -> Total:
    """Count the cells of some pupils, row by row."""
    cells = [cell for row in rows for cell in row]
    indicators = [c.reached.indicator for c in cells if c.reached and c.reached.indicator]
    return Total(
        due=len(cells),
        judged=sum(cell.now is not None for cell in cells),
        compared=len(indicators),
        at_or_above=sum(each >= Indicator.EXPECTED for each in indicators),
        aims=sum(cell.aim is not None for cell in cells),
        aims_reached=sum(cell.to_go == 0 for cell in cells),
        pupils_compared=sum(any(cell.mark for cell in row) for row in rows),
    )


@dataclass(frozen=True)
class Block:
    """Some strands of a tracker beside each other: on a screen all, on paper as many as fit."""

    strands: Sequence[DueStrand]
    rows: Sequence[tuple[Registered, Sequence[TrackedCell]]]
    totals: Sequence[Total]


@dataclass(frozen=True)
class ClassTracker:
    """A class in a stream and a term; no stream: nothing is due for its pupils.

    `others` counts the pupils of the class who are not judged in this stream.
    """

    class_group: ClassGroup
    term: Term | None
    terms: Sequence[Term]
    stream: Stream | None
    streams: Sequence[tuple[int, str]]
    show: Show
    strands: Sequence[DueStrand]
    rows: Sequence[tuple[Registered, Sequence[TrackedCell]]]
    others: int
    note: str

    @property
    def totals(self) -> list[Total]:
        """The count of each strand."""
        return [total_of([[cells[n]] for _, cells in self.rows]) for n in range(len(self.strands))]

    @property
    def total(self) -> Total:
        """All strands together."""
        return total_of([cells for _, cells in self.rows])

    def blocks(self, width: int) -> list[Block]:
        """Return the tracker in blocks of so many strands."""
        totals = self.totals
        return [
            Block(
                self.strands[at : at + width],
                [(placement, cells[at : at + width]) for placement, cells in self.rows],
                totals[at : at + width],
            )
            for at in range(0, len(self.strands), width)
        ]

    @property
    def whole(self) -> Block:
        """All strands beside each other."""
        return Block(self.strands, self.rows, self.totals)

    @property
    def behind(self) -> list[Registered]:
        """The pupils below expected in two strands or more, those with most of them first."""
        below = [
            (
                sum(c.mark in {"none", "some"} for c in cells),
                placement,
            )
            for placement, cells in self.rows
        ]
        return [each for n, each in sorted(below, key=lambda b: -b[0]) if n > 1]

    @property
    def more_behind(self) -> int:
        """How many of them are left when four are named."""
        return len(self.behind) - 4

    @property
    def mapped(self) -> bool:
        """Whether anything shown was judged in an earlier version of the stream."""
        return any(step.version for _, cells in self.rows for cell in cells for step in cell.path)

    @property
    def query(self) -> str:
        """The choices, for an address."""
        term, stream = self.term.pk if self.term else "", self.stream.pk if self.stream else ""
        return f"term={term}&stream={stream}&show={self.show.value}"


def class_tracker(
    access: Access,
    *,
    class_group: ClassGroup,
    term: str,
    stream: str,
    show: str,
    today: dt.date,
) -> ClassTracker:
    """Return the tracker of a class, with the choices by name; those that do not exist are told.

    The queries do not depend on how many pupils there are. `class_group` comes with its year.
    """
    all_terms = list(Term.objects.order_by("starts_on"))
    offered = [
        each
        for each in all_terms
        if each.year_id == class_group.year_id
        and each.starts_on <= max(today, _first(all_terms, class_group))
    ]
    now = current_term(today, school_id=class_group.school_id).term
    chosen_term, notes = chosen_of(offered, asked=term, now=now)
    shown = Show(show) if show in Show else Show.GAIN
    if show and show not in Show:
        notes.append("Cells lead with the gain, the point or the path. The gain is shown.")
    if chosen_term is None:
        return ClassTracker(class_group, None, (), None, (), shown, (), (), 0, " ".join(notes))
    placements = list(
        registers(access, term=chosen_term)
        .filter(class_group=class_group)
        .select_related("pupil", "arb")
        .order_by("pupil__last_name", "pupil__first_name", "pupil")
    )
    due = strands_due(chosen_term)
    streams = _streams(placements, due)
    stream_id = next((pk for pk, _ in streams if str(pk) == stream), None)
    if stream_id is None and streams:
        stream_id = streams[0][0]
        if stream:
            notes.append("Nothing is due in that stream here. Another one is shown.")
    judged = [
        each
        for each in placements
        if any(s.stream_id == stream_id for s in due.get(each.judged_route, ()))
    ]
    strands = list(
        {
            s.strand_id: s
            for each in judged
            for s in due[each.judged_route]
            if s.stream_id == stream_id
        }.values()
    )
    return ClassTracker(
        class_group=class_group,
        term=chosen_term,
        terms=list(reversed(offered)),
        stream=Stream.objects.filter(pk=stream_id or 0).first(),
        streams=streams,
        show=shown,
        strands=strands,
        rows=_rows(access, judged, strands, all_terms, chosen_term),
        others=len(placements) - len(judged),
        note=" ".join(notes),
    )


def _first(terms: Sequence[Term], class_group: ClassGroup) -> dt.date:
    """Return when the class's first term begins: a class to come is shown by it."""
    return next((t.starts_on for t in terms if t.year_id == class_group.year_id), dt.date.min)


def chosen_of(
    offered: Sequence[Term], *, asked: str, now: Term | None
) -> tuple[Term | None, list[str]]:
    """Return the term asked for, else the present one or the last offered, and what to tell."""
    found = next((each for each in offered if str(each.pk) == asked), None)
    if found is not None or not offered:
        return found, []
    default = now if now is not None and now in offered else offered[-1]
    return default, [f"There is no such term here. {default} is shown."] if asked else []


def _streams(
    placements: Sequence[Registered], due: dict[int, list[DueStrand]]
) -> list[tuple[int, str]]:
    """Return the streams in which pupils of the class are judged, that of most pupils first."""
    pupils: dict[tuple[int, str], int] = {}
    for placement in placements:
        for stream in {(s.stream_id, s.stream) for s in due.get(placement.judged_route, ())}:
            pupils[stream] = pupils.get(stream, 0) + 1
    return sorted(pupils, key=lambda stream: (-pupils[stream], stream[1]))


def _rows(
    access: Access,
    placements: Sequence[Registered],
    strands: Sequence[DueStrand],
    terms: Sequence[Term],
    term: Term,
) -> list[tuple[Registered, list[TrackedCell]]]:
    if not strands:
        return []
    stream_id = strands[0].stream_id
    pupils, ids = [p.pupil_id for p in placements], [s.strand_id for s in strands]
    until = [each for each in terms if each.starts_on <= term.starts_on]
    census_days = [each.census_on for each in terms]
    lines, scales = ancestors(ids), scales_of([stream_id])
    points = {point.pk: point for point in scales.get(stream_id, ())}
    paths = paths_of(access, pupils=pupils, strands=ids, terms=until, scales=scales, lines=lines)
    aims = aims_of(access, pupils=pupils, strands=ids, year=term.year_id, lines=lines)
    expected = expectations_of({each.judged_route for each in placements})
    rows = []
    for placement in placements:
        cuts = cuts_on(
            expected, stream_id=stream_id, route_id=placement.judged_route, day=term.census_on
        )
        cells = []
        for strand in ids:
            key = (placement.pupil_id, strand)
            path = paths.get(key, Path())
            aim, _ = aims.get(key, (0, ""))
            cells.append(
                TrackedCell(
                    start=path.start(term.census_on),
                    last=path.before(term),
                    now=path.step(term),
                    reached=path.reached(term, cuts=cuts, census_days=census_days),
                    aim=points.get(aim),
                    path=path.steps,
                )
            )
        rows.append((placement, cells))
    return rows

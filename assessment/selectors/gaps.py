"""What may have been lost from sight in a pupil's strands: gaps to look at, not findings."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from django.utils.formats import date_format

from assessment.measures import TERMS_UNCHANGED, exact, open_steps, unchanged_for
from assessment.models import Point, Strand
from assessment.selectors.notes import small_steps
from assessment.selectors.pupil import Positions, StrandLine, TermValue
from assessment.selectors.versions import Ancestor, ancestors
from parrcs.core.access import Access
from pupils.selectors.pupils import PupilFile

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Gap:
    """A strand, and in words what is worth a look in it."""

    strand: Strand
    words: str


@dataclass(frozen=True)
class Gaps:
    """A pupil's gaps in the strands due now, by kind."""

    never: Sequence[Strand]
    not_this_year: Sequence[Gap]
    open_steps: Sequence[Gap]
    unchanged: Sequence[Gap]

    @property
    def count(self) -> int:
        """How many there are."""
        return (
            len(self.never) + len(self.not_this_year) + len(self.open_steps) + len(self.unchanged)
        )


class _Scales:
    """The points of the pupil's streams."""

    def __init__(self, streams: Iterable[int]) -> None:
        points = list(Point.objects.filter(stream__in=set(streams)).order_by("value"))
        self.by_id = {point.pk: point for point in points}
        self._at = {(point.stream_id, point.value): point for point in points}

    def at(self, stream_id: int, value: Decimal) -> Point | None:
        return self._at.get((stream_id, value))

    def after(self, stream_id: int, value: Decimal) -> Point | None:
        above = (p for p in self.by_id.values() if p.stream_id == stream_id and p.value > value)
        return next(above, None)


type _Steps = Mapping[int, Sequence[tuple[Decimal, bool, dt.date]]]


@dataclass(frozen=True)
class _Strand:
    """A strand that is due, with the strands of earlier versions that it goes on from."""

    line: StrandLine
    before: Sequence[tuple[Ancestor, StrandLine]]
    scales: _Scales

    @property
    def judged(self) -> list[tuple[TermValue, Decimal | None]]:
        """Each judgement in order of time, with its value on the present scale if it has one."""
        by_term: dict[int, tuple[TermValue, Decimal | None]] = {}
        for ancestor, line in reversed(self.before):
            for value in line.history:
                now = self.scales.by_id.get(ancestor.points.get(value.point_id, 0))
                by_term[value.term.pk] = (value, now.value if now else None)
        by_term |= {value.term.pk: (value, value.value) for value in self.line.history}
        return sorted(by_term.values(), key=lambda each: each[0].term.starts_on)

    def steps(self, known: _Steps) -> list[tuple[Decimal, bool, dt.date]]:
        """Return the small steps on the present scale; what it does not know is left out."""
        found = list(known.get(self.line.strand.pk, ()))
        for ancestor, line in self.before:
            for value, secured, day in known.get(line.strand.pk, ()):
                was = self.scales.at(line.strand.stream_id, value)
                now = self.scales.by_id.get(ancestor.points.get(was.pk, 0)) if was else None
                if now:
                    found.append((now.value, secured, day))
        return found

    def named(self, value: Decimal) -> str:
        """Say a value by the code of its point."""
        point = self.scales.at(self.line.strand.stream_id, value)
        return point.code if point else exact(value)


def gaps_of(access: Access, *, file: PupilFile, positions: Positions) -> Gaps:
    """Return the strands and steps of a pupil that may have been lost from sight.

    What was judged in an earlier version of a stream counts in the strand that goes on from it.
    Where holding on is the aim, or the scale ends, nothing is missed by standing still.
    """
    lines = {line.strand.pk: line for line in positions.lines}
    before = ancestors([line.strand.pk for line in positions.due])
    steps = small_steps(access, pupil_ids=[file.pupil.pk]).get(file.pupil.pk, {})
    scales = _Scales(each.stream.pk for each in positions.streams)
    never: list[Strand] = []
    not_this_year, left_open, unchanged = [], [], []
    for line in positions.due:
        older = [
            (a, lines[a.strand_id]) for a in before.get(line.strand.pk, ()) if a.strand_id in lines
        ]
        strand = _Strand(line, older, scales)
        judged = strand.judged
        if not judged:
            never.append(line.strand)
        elif positions.term and judged[-1][0].term.year_id != positions.term.year_id:
            last = judged[-1][0]
            not_this_year.append(Gap(line.strand, f"last {last.code} in {last.term}"))
        left_open += _left_open(strand, strand.steps(steps), judged[-1][1] if judged else None)
        unchanged += _unchanged(strand, [value for _, value in judged])
    return Gaps(never, not_this_year, left_open, unchanged)


def _left_open(
    strand: _Strand, steps: Sequence[tuple[Decimal, bool, dt.date]], judged: Decimal | None
) -> list[Gap]:
    return [
        Gap(
            strand.line.strand,
            f"{strand.named(step.value)} was worked on ({date_format(step.since, 'j F Y')}) and"
            f" is not secured, while {strand.named(step.later)} is reached",
        )
        for step in open_steps(steps, judged)
    ]


def _unchanged(strand: _Strand, values: Sequence[Decimal | None]) -> list[Gap]:
    terms = unchanged_for(values)
    if terms < TERMS_UNCHANGED or values[-1] is None or strand.line.points_a_term == 0:
        return []
    step = strand.scales.after(strand.line.strand.stream_id, values[-1])
    if step is None:
        return []
    words = f"{strand.named(values[-1])} for {_number(terms)} terms; next step {step.code}"
    if step.label and step.label != step.code:
        words += f", {step.label}"
    rate = strand.line.points_a_term
    if rate is not None and rate * terms < step.value - values[-1]:
        needed = ceil((step.value - values[-1]) / rate)
        words += f". On this route a step is expected to take about {_number(needed)} terms"
    return [Gap(strand.line.strand, words)]


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)

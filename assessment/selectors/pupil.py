"""Where one pupil stands: a line for each strand, with its baseline and the path since."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from assessment.measures import Indicator, signed
from assessment.models import Baseline, Expectation, Judgement, Strand, Stream
from assessment.selectors.aims import aims_of
from assessment.selectors.baselines import (
    baselines_of,
    due_strands,
    in_force,
    last_day,
    term_now,
)
from assessment.selectors.paths import cuts_on, expectations_of, reached
from parrcs.core.access import Access
from pupils.models import Placement
from pupils.selectors.pupils import PupilFile
from pupils.selectors.registers import judged_route
from schools.models import Term

TERMS_SHOWN = 6


class Judged(NamedTuple):
    """The point that was judged."""

    point_id: int
    code: str
    label: str
    value: Decimal


@dataclass(frozen=True)
class TermValue:
    """What was judged in a term, and how far it is from the baseline that held then.

    `expected` and `indicator` are None where the strand was not due on the pupil's route, and
    with `gain` where there was no baseline.
    """

    term: Term
    point_id: int
    code: str
    label: str
    value: Decimal
    gain: Decimal | None
    expected: Decimal | None
    indicator: Indicator | None

    @property
    def mark(self) -> str:
        """The word of the indicator, by which its mark is known too."""
        return self.indicator.name.lower() if self.indicator else ""

    @property
    def gain_words(self) -> str:
        """The gain with its sign."""
        return "" if self.gain is None else signed(self.gain)

    @property
    def expected_words(self) -> str:
        """The expected gain with its sign."""
        return "" if self.expected is None else signed(self.expected)


@dataclass(frozen=True)
class StrandLine:
    """A strand with the baseline in force, and what was judged since the pupil came.

    `values` has one value or none for each term of its stream that is shown, `now` is that of
    the present term, `history` all there are; `points_a_term` is what is expected where the
    strand is due now, and `aim` the code of the point to reach by the end of the year.
    """

    strand: Strand
    due: bool
    baseline: Baseline | None
    values: Sequence[TermValue | None]
    now: TermValue | None
    history: Sequence[TermValue]
    points_a_term: Decimal | None
    aim: str

    @property
    def latest(self) -> TermValue | None:
        """The last value judged."""
        return next(iter(self.history[-1:]), None)

    @cached_property
    def drawn(self) -> Sequence[tuple[str, str]]:
        """The path from the baseline as points of a drawing 100 wide and 30 high; one is none."""
        values = [value.value for value in self.history]
        if self.baseline:
            values.insert(0, self.baseline.point.value)
        if len(values) < 2:
            return ()
        low, high = min(values), max(values)
        # A step must not look like a leap where there was but one.
        room = max(high - low, Decimal(3))
        return [
            (
                f"{4 + 92 * number / (len(values) - 1):.1f}",
                f"{26 - 22 * float((value - low) / room):.1f}",
            )
            for number, value in enumerate(values)
        ]


@dataclass(frozen=True)
class StreamLines:
    """A version of a stream with the pupil's lines in it, and the terms that it is shown for.

    `replaced_by` is the version after it, if the pupil has lines in that as well.
    """

    stream: Stream
    terms: Sequence[Term]
    lines: Sequence[StrandLine]
    replaced_by: Stream | None = None

    @property
    def has_aims(self) -> bool:
        """Whether anything is aimed at in it."""
        return any(line.aim for line in self.lines)


@dataclass(frozen=True)
class Positions:
    """All that is known of a pupil's progress; no term: none has begun.

    `terms` are the last ones begun, `calendar` are all.
    """

    term: Term | None
    terms: Sequence[Term]
    streams: Sequence[StreamLines]
    calendar: Sequence[Term]

    @property
    def lines(self) -> list[StrandLine]:
        """Every line of every version."""
        return [line for each in self.streams for line in each.lines]

    @property
    def due(self) -> list[StrandLine]:
        """The strands due now."""
        return [line for line in self.lines if line.due]

    @property
    def judged(self) -> list[TermValue]:
        """What is judged this term of what is due."""
        return [line.now for line in self.due if line.now]

    @property
    def compared(self) -> int:
        """How many of this term's judgements have an indicator."""
        return sum(value.indicator is not None for value in self.judged)

    @property
    def on_track(self) -> int:
        """How many of them are as expected or better."""
        return sum((value.indicator or 0) >= Indicator.EXPECTED for value in self.judged)

    @property
    def off_track(self) -> int:
        """How many are below what is expected, where these are more than the others; else 0."""
        below = self.compared - self.on_track
        return below if below > self.on_track else 0


def positions(access: Access, *, file: PupilFile) -> Positions:
    """Return where a pupil stands in the strands due now and in those judged before.

    The sums are those of `assessment.selectors.progress`, for one pupil and many terms: the
    baseline that held on the census day, and the route by which the pupil is judged in it.
    A pupil who came after the census is in nobody's cohort, but has a route here all the same.
    """
    calendar = list(Term.objects.select_related("year").order_by("starts_on"))
    now = term_now(file)
    begun = {t.pk: t for t in calendar if now and t.starts_on <= now.starts_on}
    judged = list(
        Judgement.objects.visible_to(access)
        .filter(pupil=file.pupil, term__in=begun)
        .order_by("term__starts_on", "strand__position")
        .values_list("strand", "term", "point", "point__code", "point__label", "point__value")
    )
    baselines: dict[int, list[Baseline]] = defaultdict(list)
    for baseline in baselines_of(access, file=file):
        baselines[baseline.strand_id].append(baseline)
    expectations = expectations_of({each.route_id for each in file.placements})
    census_days = sorted(term.census_on for term in calendar)
    due = list(due_strands(file, term=now))
    strands = {strand.pk: strand for strand in due}
    # Each read once, not with each of some hundred judgements.
    lacking = {strand for strand, *_ in judged} - strands.keys()
    others = Strand.objects.select_related("stream").in_bulk(lacking)
    history: dict[int, list[TermValue]] = defaultdict(list)
    for strand_id, term_id, point, code, label, value in judged:
        if strand_id in others:
            strands.setdefault(strand_id, others[strand_id])
        history[strand_id].append(
            _value(
                Judged(point, code, label, value),
                strands[strand_id],
                begun[term_id],
                file.placements,
                baselines.get(strand_id, ()),
                expectations,
                census_days,
            )
        )
    shown = _shown(file, begun.values(), history)
    for line in baselines.values():
        # Baselines are carried into a version before it comes into use: not yet to be seen.
        begins = line[0].strand.stream.approved_from
        if begins and begins <= file.today:
            strands.setdefault(line[0].strand_id, line[0].strand)
    aims = (
        aims_of(access, pupils=[file.pupil], strands=strands, year=now.year_id)
        if now and strands
        else {}
    )
    route = judged_route(file.placements, now) if now else None
    if route is None and file.placement:
        route = file.placement.route_id
    due_ids = {strand.pk for strand in due}
    until = last_day(file)
    by_stream: dict[Stream, list[StrandLine]] = defaultdict(list)
    for strand in strands.values():
        cuts = (
            cuts_on(expectations, stream_id=strand.stream_id, route_id=route, day=now.census_on)
            if now and strand.pk in due_ids
            else None
        )
        by_stream[strand.stream].append(
            StrandLine(
                strand,
                strand.pk in due_ids,
                next((b for b in baselines.get(strand.pk, ()) if in_force(b, until)), None),
                (),
                next((v for v in history[strand.pk] if v.term == now), None),
                history[strand.pk],
                cuts.points_a_term if cuts else None,
                aims.get((file.pupil.pk, strand.pk), (0, ""))[1],
            )
        )
    return Positions(now, shown, _in_order(by_stream, shown), calendar)


def _shown(
    file: PupilFile, begun: Iterable[Term], history: Mapping[int, Sequence[TermValue]]
) -> list[Term]:
    """Return the last terms begun, without those before the pupil came."""
    judged = {value.term.pk for line in history.values() for value in line}
    came = min((each.starts_on for each in file.placements), default=file.today)
    return [term for term in begun if term.ends_on >= came or term.pk in judged][-TERMS_SHOWN:]


def _in_order(
    by_stream: Mapping[Stream, list[StrandLine]], shown: Sequence[Term]
) -> list[StreamLines]:
    """Put each version after the one that replaced it, with the terms that concern it."""
    versions: dict[str, list[Stream]] = defaultdict(list)
    for stream in by_stream:
        versions[stream.code].append(stream)
    found = []
    for line in versions.values():
        line.sort(key=lambda stream: stream.approved_from or dt.date.min, reverse=True)
        for number, stream in enumerate(line):
            lines = by_stream[stream]
            judged = {value.term.pk for each in lines for value in each.history}
            terms = [
                term
                for term in shown
                if term.pk in judged
                or _holds(stream.approved_from, stream.approved_until, term.census_on)
            ]
            found.append(
                StreamLines(
                    stream,
                    terms,
                    [replace(each, values=_of_terms(each.history, terms)) for each in lines],
                    line[number - 1] if number else None,
                )
            )
    return found


def _of_terms(history: Sequence[TermValue], terms: Sequence[Term]) -> list[TermValue | None]:
    values = {value.term.pk: value for value in history}
    return [values.get(term.pk) for term in terms]


def _value(
    point: Judged,
    strand: Strand,
    term: Term,
    placements: Sequence[Placement],
    baselines: Sequence[Baseline],
    expectations: Sequence[Expectation],
    census_days: Sequence[dt.date],
) -> TermValue:
    base = next((each for each in baselines if in_force(each, term.census_on)), None)
    gain = point.value - base.point.value if base else None
    expected = word = None
    if base and gain is not None:
        cuts = cuts_on(
            expectations,
            stream_id=strand.stream_id,
            route_id=judged_route(placements, term),
            day=term.census_on,
        )
        _, expected, word = reached(
            gain, since=base.judged_on, term=term, cuts=cuts, census_days=census_days
        )
    return TermValue(term, *point, gain, expected, word)


def _holds(first: dt.date | None, last: dt.date | None, day: dt.date) -> bool:
    return first is not None and first <= day and (last is None or last >= day)

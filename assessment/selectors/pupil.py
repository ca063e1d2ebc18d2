"""Where one pupil stands: a line for each strand, with its baseline and the terms since."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assessment.measures import Indicator, expected_gain, indicator, signed, terms_since
from assessment.models import Baseline, Expectation, Judgement, Strand, Stream
from assessment.selectors.baselines import (
    baselines_of,
    due_strands,
    in_force,
    last_day,
    term_now,
)
from parrcs.core.access import Access
from pupils.models import Placement
from pupils.selectors.pupils import PupilFile
from pupils.selectors.registers import judged_route
from schools.models import Term

TERMS_SHOWN = 6


@dataclass(frozen=True)
class TermValue:
    """What was judged in a term, and how far it is from the baseline that held then.

    `expected` and `indicator` are None where the strand was not due on the pupil's route, and
    with `gain` where there was no baseline.
    """

    term: Term
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
    """A strand, the baseline in force, and one value or none for each term shown."""

    strand: Strand
    due: bool
    baseline: Baseline | None
    values: Sequence[TermValue | None]

    @property
    def latest(self) -> TermValue | None:
        """The last value judged in the terms shown."""
        return next((value for value in reversed(self.values) if value), None)


@dataclass(frozen=True)
class StreamLines:
    """A version of a stream with the pupil's lines in it."""

    stream: Stream
    lines: Sequence[StrandLine]


@dataclass(frozen=True)
class Positions:
    """All that is known of a pupil's progress; no term: none has begun."""

    term: Term | None
    terms: Sequence[Term]
    streams: Sequence[StreamLines]

    @property
    def due(self) -> list[StrandLine]:
        """The strands due now."""
        return [line for each in self.streams for line in each.lines if line.due]

    @property
    def judged(self) -> list[TermValue]:
        """What is judged this term of what is due."""
        return [line.values[-1] for line in self.due if line.values and line.values[-1]]

    @property
    def compared(self) -> int:
        """How many of this term's judgements have an indicator."""
        return sum(value.indicator is not None for value in self.judged)

    @property
    def on_track(self) -> int:
        """How many of them are as expected or better."""
        return sum((value.indicator or 0) >= Indicator.EXPECTED for value in self.judged)


def positions(access: Access, *, file: PupilFile) -> Positions:
    """Return where a pupil stands in the strands due now and in those judged before.

    The sums are those of `assessment.selectors.progress`, for one pupil and many terms: the
    baseline that held at the end of the term, and the route by which the pupil is judged in it.
    A pupil who came after the census is in nobody's cohort, but has a route here all the same.
    """
    pupil = file.pupil
    terms = list(Term.objects.select_related("year").order_by("starts_on"))
    now = term_now(file)
    shown = [term for term in terms if now and term.starts_on <= now.starts_on][-TERMS_SHOWN:]
    judgements = list(
        Judgement.objects.visible_to(access)
        .filter(pupil=pupil, term__in=shown)
        .select_related("point", "strand__stream")
    )
    baselines: dict[int, list[Baseline]] = defaultdict(list)
    for baseline in baselines_of(access, file=file):
        baselines[baseline.strand_id].append(baseline)
    expectations = list(
        Expectation.objects.filter(route__in={each.route_id for each in file.placements})
    )
    census_days = sorted(term.census_on for term in terms)
    values = {
        (judgement.strand_id, judgement.term_id): _value(
            judgement,
            next(term for term in shown if term.pk == judgement.term_id),
            file.placements,
            baselines.get(judgement.strand_id, ()),
            expectations,
            census_days,
        )
        for judgement in judgements
    }
    due = list(due_strands(file, term=now))
    strands = {strand.pk: strand for strand in due}
    for judgement in judgements:
        strands.setdefault(judgement.strand_id, judgement.strand)
    for each in baselines.values():
        strands.setdefault(each[0].strand_id, each[0].strand)
    due_ids = {strand.pk for strand in due}
    until = last_day(file)
    lines: dict[Stream, list[StrandLine]] = defaultdict(list)
    for strand in strands.values():
        lines[strand.stream].append(
            StrandLine(
                strand,
                strand.pk in due_ids,
                next((b for b in baselines.get(strand.pk, ()) if in_force(b, until)), None),
                [values.get((strand.pk, term.pk)) for term in shown],
            )
        )
    return Positions(now, shown, [StreamLines(stream, each) for stream, each in lines.items()])


def _value(
    judgement: Judgement,
    term: Term,
    placements: Sequence[Placement],
    baselines: Sequence[Baseline],
    expectations: Sequence[Expectation],
    census_days: Sequence[dt.date],
) -> TermValue:
    point, stream = judgement.point, judgement.strand.stream
    base = next((each for each in baselines if in_force(each, term.ends_on)), None)
    gain = point.value - base.point.value if base else None
    route = judged_route(placements, term)
    due = next(
        (
            each
            for each in expectations
            if (each.stream_id, each.route_id) == (stream.pk, route)
            and _holds(each.starts_on, each.ends_on, term.census_on)
            and _holds(stream.approved_from, stream.approved_until, term.census_on)
        ),
        None,
    )
    expected = reached = None
    if base and gain is not None and due is not None:
        terms = terms_since(base.judged_on, term.census_on, census_days)
        expected = expected_gain(due.points_a_term, terms)
        reached = indicator(gain, expected, due.better)
    return TermValue(term, point.code, point.label, point.value, gain, expected, reached)


def _holds(first: dt.date | None, last: dt.date | None, day: dt.date) -> bool:
    return first is not None and first <= day and (last is None or last >= day)

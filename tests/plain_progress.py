"""Progress once more, in plain Python from the raw rows; it shares no code with the application."""

from dataclasses import dataclass
from fractions import Fraction

from assessment.models import Baseline, Expectation, Judgement, Point, Strand, Stream
from pupils.models import Placement, Pupil
from schools.models import Term


@dataclass
class Due:
    """One strand of one pupil that was due in a term, and what came of it."""

    pupil: int
    school: int
    arb: int | None
    route: int
    need: str
    pp: bool
    strand: int
    area: int | None
    stream: int
    judged: bool = False
    value: Fraction | None = None
    gain: Fraction | None = None
    expected: Fraction | None = None
    reached: int | None = None


def on_roll(term):
    """Each pupil's row of where they were on the census date."""
    return [
        row
        for row in Placement.objects.values()
        if row["starts_on"] <= term.census_on
        and (row["ends_on"] is None or row["ends_on"] >= term.census_on)
    ]


def plain_progress(term):
    """All that was due in a term, pupil by pupil and strand by strand."""
    pupils = {row["id"]: row for row in Pupil.objects.values()}
    streams = {row["id"]: row for row in Stream.objects.values()}
    strands = list(Strand.objects.values())
    expectations = list(Expectation.objects.values())
    raw = Raw(term)
    found = []
    for at in on_roll(term):
        for strand in strands:
            stream = streams[strand["stream_id"]]
            if not _holds(stream["approved_from"], stream["approved_until"], term.census_on):
                continue
            for expectation in expectations:
                if (expectation["stream_id"], expectation["route_id"]) == (
                    stream["id"],
                    at["route_id"],
                ) and _holds(expectation["starts_on"], expectation["ends_on"], term.census_on):
                    due = _due(at, pupils[at["pupil_id"]], strand)
                    raw.judge(due, rates_of(expectations, expectation), expectation["better"])
                    found.append(due)
    return found


def rates_of(expectations, wanted):
    """All rows of the same stream and route that had begun when this one began."""
    return [
        row
        for row in expectations
        if row["stream_id"] == wanted["stream_id"]
        and row["route_id"] == wanted["route_id"]
        and row["starts_on"] <= wanted["starts_on"]
    ]


def rate_on(rates, day):
    """The points of the row that holds on a day, or of the one that was the next to hold."""
    rows = [r for r in rates if _holds(r["starts_on"], r["ends_on"], day)]
    rows = rows or [min((r for r in rates if r["starts_on"] > day), key=lambda r: r["starts_on"])]
    return Fraction(rows[0]["points_a_term"])


def _holds(first, last, day):
    return first is not None and first <= day and (last is None or last >= day)


def _due(at, pupil, strand):
    return Due(
        pupil=pupil["id"],
        school=at["school_id"],
        arb=at["arb_id"],
        route=at["route_id"],
        need=pupil["primary_need"],
        pp=pupil["pupil_premium"],
        strand=strand["id"],
        area=strand["core_area_id"],
        stream=strand["stream_id"],
    )


class Raw:
    """The rows of judgements and baselines, as they are."""

    def __init__(self, term):
        self.term = term
        self.values = {row["id"]: Fraction(row["value"]) for row in Point.objects.values()}
        self.judgements = [r for r in Judgement.objects.values() if r["term_id"] == term.pk]
        self.baselines = list(Baseline.objects.values())
        self.census_days = [row["census_on"] for row in Term.objects.values()]

    def judge(self, due, rates, better):
        """Fill in what was judged, and what it means."""
        for row in self.judgements:
            if (row["pupil_id"], row["strand_id"]) == (due.pupil, due.strand):
                due.judged = True
                due.value = self.values[row["point_id"]]
        for base in self.baselines if due.judged else ():
            if (base["pupil_id"], base["strand_id"]) != (due.pupil, due.strand):
                continue
            if base["judged_on"] > self.term.census_on:
                continue
            if base["replaced_on"] and base["replaced_on"] <= self.term.census_on:
                continue
            terms = [d for d in self.census_days if base["judged_on"] <= d <= self.term.census_on]
            due.gain = due.value - self.values[base["point_id"]]
            due.expected = sum((rate_on(rates, day) for day in terms), Fraction(0))
            due.reached = _reached(due.gain, due.expected, Fraction(better))


def _reached(gain, expected, better):
    if expected == 0:
        return 3 if gain >= 0 else 1
    return (
        1 + (gain > 0) + (gain > 0 and gain >= expected) + (gain > 0 and gain >= better * expected)
    )

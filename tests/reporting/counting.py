"""Pupils, judgements and targets counted a second time, in plain Python, from raw rows.

It shares no code with any report: no sum, no selector, no query but `.values()` of whole
tables. It is slow and naive on purpose.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db.models import Model

from assessment import models as assessment
from pupils import models as pupils
from schools import models as schools
from tests.reporting.by_the_book import met_of, moved, share_of

Row = dict[str, Any]
Keep = Callable[[Row], bool]


_kept: dict[type[Model], list[Row]] | None = None


@contextmanager
def rows_kept() -> Iterator[None]:
    """Read each table once, for several reckonings of rows that stay as they are."""
    global _kept  # noqa: PLW0603  # tests of one process come one after the other
    _kept = {}
    try:
        yield
    finally:
        _kept = None


def rows(model: type[Model]) -> list[Row]:
    """Return every row of a table, as it stands."""
    if _kept is None:
        return list(model._default_manager.values())
    if model not in _kept:
        _kept[model] = list(model._default_manager.values())
    return _kept[model]


def holds(first: dt.date | None, last: dt.date | None, term: Row) -> bool:
    """Say whether something that is dated holds on a term's census day."""
    day = term["census_on"]
    return first is not None and first <= day and (last is None or last >= day)


class Counting:
    """All rows of the trust that is open, and what they come to in one school and term."""

    def __init__(self, school_id: int | None, term_id: int) -> None:
        self.school_id = school_id
        self.term = {row["id"]: row for row in rows(schools.Term)}
        self.stream = {row["id"]: row for row in rows(assessment.Stream)}
        self.strand = {row["id"]: row for row in rows(assessment.Strand)}
        self.point = {row["id"]: row["value"] for row in rows(assessment.Point)}
        self.pupil = {row["id"]: row for row in rows(pupils.Pupil)}
        self.expectations = rows(assessment.Expectation)
        self.placements = rows(pupils.Placement)
        self.judged = {
            (each["pupil_id"], each["strand_id"], each["term_id"]): each
            for each in rows(assessment.Judgement)
        }
        self.starts: dict[tuple[int, int], list[Row]] = {}
        for each in rows(assessment.Baseline):
            self.starts.setdefault((each["pupil_id"], each["strand_id"]), []).append(each)
        self.targets = rows(pupils.TermlyTarget)
        self.outcome = {row["id"]: row for row in rows(pupils.Outcome)}
        self.this = self.term[term_id]
        earlier = [
            each for each in self.term.values() if each["starts_on"] < self.this["starts_on"]
        ]
        self.last = max(earlier, key=lambda each: each["starts_on"]) if earlier else None
        self.pairs_this = self.pairs(self.this)
        self.pairs_last = self.pairs(self.last) if self.last else None

    def roll(self, term: Row) -> list[Row]:
        """Return who is registered at the school on the census date."""
        day = term["census_on"]
        return [
            {**self.pupil[place["pupil_id"]], "place": place}
            for place in self.placements
            if place["school_id"] == self.school_id
            and place["starts_on"] <= day
            and (place["ends_on"] is None or place["ends_on"] >= day)
        ]

    def pairs(self, term: Row) -> list[Row]:
        """Return each pupil and strand that is due, with what came of it."""
        found = []
        for pupil in self.roll(term):
            for expectation in self.expectations:
                stream = self.stream[expectation["stream_id"]]
                if expectation["route_id"] != pupil["place"]["route_id"]:
                    continue
                if not holds(stream["approved_from"], stream["approved_until"], term):
                    continue
                if not holds(expectation["starts_on"], expectation["ends_on"], term):
                    continue
                found += [
                    {
                        "pupil": pupil,
                        "strand": strand,
                        "stream": stream,
                        **self.reached(term, pupil, strand, expectation),
                    }
                    for strand in self.strand.values()
                    if strand["stream_id"] == stream["id"]
                ]
        return found

    def reached(self, term: Row, pupil: Row, strand: Row, expectation: Row) -> Row:
        """Say whether the pair is judged, and which of the four indicators it came to."""
        made = self.judged.get((pupil["id"], strand["id"], term["id"]))
        if not made:
            return {"judged": False, "word": None}
        base = [
            each
            for each in self.starts.get((pupil["id"], strand["id"]), ())
            if each["judged_on"] <= term["census_on"]
            and (each["replaced_on"] is None or each["replaced_on"] > term["census_on"])
        ]
        if not base:
            return {"judged": True, "word": None}
        assert len(base) == 1
        gain = self.point[made["point_id"]] - self.point[base[0]["point_id"]]
        hoped = sum(
            self.rate(expectation, each["census_on"])
            for each in self.term.values()
            if base[0]["judged_on"] <= each["census_on"] <= term["census_on"]
        )
        if hoped == 0:
            word = "expected" if gain >= 0 else "none"
        elif gain <= 0:
            word = "none"
        elif gain < hoped:
            word = "some"
        else:
            word = "better" if gain >= expectation["better"] * hoped else "expected"
        return {"judged": True, "word": word}

    def rate(self, expectation: Row, day: dt.date) -> Decimal:
        """The points that a term brought on its census day, or those that came next."""
        rows = [
            each
            for each in self.expectations
            if (each["stream_id"], each["route_id"])
            == (expectation["stream_id"], expectation["route_id"])
            and (each["ends_on"] is None or each["ends_on"] >= day)
        ]
        points: Decimal = min(rows, key=lambda each: each["starts_on"])["points_a_term"]
        return points

    def counts(self, pairs: Iterable[Row], pupils_counted: int) -> Row:
        """Count some pairs as a row of a table does."""
        pairs = list(pairs)
        judged = [each for each in pairs if each["judged"]]
        words = [each["word"] for each in judged]
        good = words.count("expected") + words.count("better")
        return {
            "pupils": pupils_counted,
            "due": len(pairs),
            "judged": len(judged),
            "no_baseline": words.count(None),
            "compared": len({each["pupil"]["id"] for each in judged if each["word"]}),
            **{word: words.count(word) for word in ("none", "some", "expected", "better")},
            "share": {
                **share_of(good, len(words) - words.count(None)),
                "behind": len({each["pupil"]["id"] for each in judged if each["word"]}),
            },
        }

    def area(self, keep: Keep) -> Row:
        """Reckon this term beside last for the strands that count."""
        mine = [each for each in self.pairs_this if keep(each)]
        row = self.counts(mine, len({each["pupil"]["id"] for each in mine}))
        last = None
        if self.pairs_last is not None:
            last = self.counts((each for each in self.pairs_last if keep(each)), 0)["share"]
        return {**row, "last": last, "change": moved(row["share"], last)}

    def group(self, keep: Keep) -> Row:
        """Reckon the core areas of the pupils that count."""
        members = [pupil for pupil in self.roll(self.this) if keep(pupil)]
        return self.counts(
            (
                each
                for each in self.pairs_this
                if each["strand"]["core_area_id"] is not None and keep(each["pupil"])
            ),
            len(members),
        )

    def targets_of(self, term: Row, area: str | None, keep: Keep) -> list[Row]:
        """Return the termly targets of the pupils that count."""
        ids = {pupil["id"] for pupil in self.roll(term) if keep(pupil)}
        return [
            each
            for each in self.targets
            if each["term_id"] == term["id"]
            and not (each["retired_on"] and each["judged"] is None)
            and each["pupil_id"] in ids
            and area in (None, self.outcome[each["outcome_id"]]["area"])
        ]

    def met(self, targets: list[Row]) -> Row:
        """Reckon how many were met of those judged, and how many pupils stand behind them."""
        pupils_behind = {each["pupil_id"] for each in targets if each["judged"] is not None}
        return {**met_of([each["judged"] for each in targets]), "behind": len(pupils_behind)}

    def target_row(self, area: str | None) -> Row:
        """Reckon the termly targets in an area of need, or in all."""
        targets = self.targets_of(self.this, area, lambda _pupil: True)
        this, met = [each["judged"] for each in targets], self.met(targets)
        last = None
        if self.last:
            last = self.met(self.targets_of(self.last, area, lambda _pupil: True))
        return {
            "set": len(this),
            "judged": len(this) - this.count(None),
            "not_judged": this.count(None),
            "not_yet": this.count(1),
            "partly": this.count(2),
            "met": this.count(3),
            "exceeded": this.count(4),
            "share": met,
            "last": last,
            "change": moved(met, last),
        }

    def place(self, keep: Keep) -> Row:
        """Reckon a place within the school, with its termly targets."""
        targets = self.targets_of(self.this, None, keep)
        return {
            **self.group(keep),
            "targets": self.met(targets),
            "targets_not_judged": [each["judged"] for each in targets].count(None),
        }


def same(of: Callable[[Row], object], value: object) -> Keep:
    """Keep what is the same in this respect."""
    return lambda row: of(row) == value


def core_of(pair: Row) -> object:
    return pair["strand"]["core_area_id"]


def codes_of(pair: Row) -> object:
    """Tell strands outside the core areas apart, whatever version of their stream they are of."""
    if pair["strand"]["core_area_id"] is not None:
        return None
    return pair["stream"]["code"], pair["strand"]["code"]


def route_of(pupil: Row) -> object:
    return pupil["place"]["route_id"]


def arb_of(pupil: Row) -> object:
    return pupil["place"]["arb_id"]

"""The head teacher report reckoned a second time, in plain Python, from raw rows.

It shares no code with the report: no sum, no selector, no query but `.values()` of whole
tables. It is slow and naive on purpose.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Model

from assessment import models as assessment
from pupils import models as pupils
from schools import models as schools
from tests.reporting.by_the_book import age_on, half_up, met_of, moved, share_of

Row = dict[str, Any]
Keep = Callable[[Row], bool]

NEEDS = {
    "SPLD": "Specific learning difficulty",
    "MLD": "Moderate learning difficulty",
    "SLD": "Severe learning difficulty",
    "PMLD": "Profound and multiple learning difficulty",
    "SEMH": "Social, emotional and mental health",
    "SLCN": "Speech, language and communication needs",
    "ASD": "Autistic spectrum disorder",
}
AREAS = {
    "communication": "Communication and interaction",
    "cognition": "Cognition and learning",
    "semh": "Social, emotional and mental health",
    "sensory": "Sensory and physical",
}


def rows(model: type[Model]) -> list[Row]:
    """Return every row of a table, as it stands."""
    return list(model._default_manager.values())


def holds(first: dt.date | None, last: dt.date | None, term: Row) -> bool:
    """Say whether something that is dated holds on a term's census day."""
    day = term["census_on"]
    return first is not None and first <= day and (last is None or last >= day)


class Reckoning:
    """All rows of the trust that is open, and the numbers of one school's report for a term."""

    def __init__(self, school_id: int, term_id: int) -> None:
        self.school_id = school_id
        self.term = {row["id"]: row for row in rows(schools.Term)}
        self.stream = {row["id"]: row for row in rows(assessment.Stream)}
        self.strand = {row["id"]: row for row in rows(assessment.Strand)}
        self.point = {row["id"]: row["value"] for row in rows(assessment.Point)}
        self.pupil = {row["id"]: row for row in rows(pupils.Pupil)}
        self.expectations = rows(assessment.Expectation)
        self.placements = rows(pupils.Placement)
        self.judgements = rows(assessment.Judgement)
        self.baselines = rows(assessment.Baseline)
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
        made = [
            each
            for each in self.judgements
            if (each["pupil_id"], each["strand_id"], each["term_id"])
            == (pupil["id"], strand["id"], term["id"])
        ]
        if not made:
            return {"judged": False, "word": None}
        base = [
            each
            for each in self.baselines
            if (each["pupil_id"], each["strand_id"]) == (pupil["id"], strand["id"])
            and each["judged_on"] <= term["census_on"]
            and (each["replaced_on"] is None or each["replaced_on"] > term["census_on"])
        ]
        if not base:
            return {"judged": True, "word": None}
        assert len(base) == 1
        gain = self.point[made[0]["point_id"]] - self.point[base[0]["point_id"]]
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
        row: Row = {
            "pupils": pupils_counted,
            "due": len(pairs),
            "judged": len(judged),
            "no_baseline": words.count(None),
            "compared": len({each["pupil"]["id"] for each in judged if each["word"]}),
            **{word: words.count(word) for word in ("none", "some", "expected", "better")},
            "share": share_of(good, len(words) - words.count(None)),
        }
        before, bands = 0, []
        for word in ("none", "some", "expected", "better"):
            if row[word]:
                bands.append({"indicator": word, "n": row[word], "before": before})
            before += row[word]
        row["bands"] = bands
        return row

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

    def targets_of(self, term: Row, area: str | None, keep: Keep) -> list[int | None]:
        """Return what the termly targets of the pupils that count were judged."""
        ids = {pupil["id"] for pupil in self.roll(term) if keep(pupil)}
        return [
            each["judged"]
            for each in self.targets
            if each["term_id"] == term["id"]
            and not (each["retired_on"] and each["judged"] is None)
            and each["pupil_id"] in ids
            and area in (None, self.outcome[each["outcome_id"]]["area"])
        ]

    def target_row(self, area: str | None) -> Row:
        """Reckon the termly targets in an area of need, or in all."""
        this = self.targets_of(self.this, area, lambda _pupil: True)
        met = met_of(this)
        last = None
        if self.last:
            last = met_of(self.targets_of(self.last, area, lambda _pupil: True))
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
        judged = self.targets_of(self.this, None, keep)
        return {
            **self.group(keep),
            "targets": met_of(judged),
            "targets_not_judged": judged.count(None),
        }

    def report(self) -> Row:
        """Reckon the whole report: its tables by the name of each row."""
        roll = self.roll(self.this)
        start = {row["id"]: row["starts_on"] for row in rows(schools.AcademicYear)}
        year_starts = start[self.this["year_id"]]
        years = {-1: "Nursery", 0: "Reception"}
        years |= {age: f"Year {age}" for age in range(1, 15)}

        def year(pupil: Row) -> str:
            return years[max(-1, age_on(pupil["born_on"], year_starts) - 4)]

        routes = {row["id"]: row["name"] for row in rows(pupils.Route)}
        hosts = {row["id"]: row["name"] for row in rows(schools.School)}
        arbs = {
            row["id"]: f"{row['name']} at {hosts[row['host_id']]}"
            for row in rows(schools.ARB)
            if row["school_id"] == self.school_id
        }
        by: dict[str, Callable[[Row], str]] = {
            "Sex": lambda p: {"F": "Female", "M": "Male"}[p["sex"]],
            "Pupil premium": lambda p: (
                "Pupil premium" if p["pupil_premium"] else "Not pupil premium"
            ),
            "Looked-after children": lambda p: (
                "Looked after" if p["looked_after"] else "Not looked after"
            ),
            "First language": lambda p: (
                "English as an additional language" if p["eal"] else "English as first language"
            ),
            "Primary need": lambda p: NEEDS[p["primary_need"]],
            "Year group": year,
        }

        def tell(names: Iterable[str]) -> Row:
            names = list(names)
            return {
                name: {
                    "pupils": names.count(name),
                    "percent": half_up(Fraction(100 * names.count(name), len(roll))),
                }
                for name in names
            }

        def flag(name: str, key: str) -> Row:
            found = sum(pupil[key] for pupil in roll)
            return {
                name: {
                    "pupils": found,
                    "percent": half_up(Fraction(100 * found, len(roll))) if roll else 0,
                }
            }

        core_areas = {row["id"]: row["name"] for row in rows(assessment.CoreArea)}
        others = {
            (each["stream"]["code"], each["strand"]["code"]): (
                f"{each['stream']['name']}: {each['strand']['name']}"
            )
            for each in (*(self.pairs_last or ()), *self.pairs_this)
            if each["strand"]["core_area_id"] is None
        }
        return {
            "on_roll": len(roll),
            "roll": {
                "Year group": tell(map(year, roll)),
                "Primary need": tell(NEEDS[pupil["primary_need"]] for pupil in roll),
                "Route": tell(routes[pupil["place"]["route_id"]] for pupil in roll),
                "Groups": {
                    **tell(map(by["Sex"], roll)),
                    **flag("Pupil premium", "pupil_premium"),
                    **flag("Looked after", "looked_after"),
                    **flag("English as an additional language", "eal"),
                    **{
                        name: {
                            "pupils": sum(p["place"]["arb_id"] == arb for p in roll),
                            "percent": half_up(
                                Fraction(
                                    100 * sum(p["place"]["arb_id"] == arb for p in roll),
                                    len(roll) or 1,
                                )
                            ),
                        }
                        for arb, name in arbs.items()
                    },
                },
            },
            "coverage": self.counts(self.pairs_this, len(roll)),
            "core": shown(
                {name: self.area(same(core_of, key)) for key, name in core_areas.items()}
            ),
            "core_total": self.area(lambda each: each["strand"]["core_area_id"] is not None),
            "other": shown({name: self.area(same(codes_of, key)) for key, name in others.items()}),
            "routes": {
                routes[key]: self.group(same(route_of, key))
                for key in {pupil["place"]["route_id"] for pupil in roll}
            },
            "groups": {
                title: {name: self.group(same(of, name)) for name in {of(pupil) for pupil in roll}}
                for title, of in by.items()
            },
            "targets": {
                name: row
                for area, name in AREAS.items()
                if (row := self.target_row(area))["set"] or (row["last"] or {"of": 0})["of"]
            },
            "targets_total": self.target_row(None),
            "places": {
                "registered": self.place(lambda _p: True),
                "outside": self.place(same(arb_of, None)),
                **{name: self.place(same(arb_of, arb)) for arb, name in arbs.items()},
            },
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


def shown(areas: Row) -> Row:
    """Keep the rows that have something in either term."""
    return {
        name: row
        for name, row in areas.items()
        if row["due"] or (row["last"] and row["last"]["of"])
    }

"""Trusts thought up by chance, as the rows that reports are made from: no database is needed."""

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from assessment.measures import Indicator
from assessment.selectors.progress import DueStrand, Progress
from pupils.choices import AreaOfNeed, PrimaryNeed, Sex
from reporting.selectors.report_rows import (
    ArbRow,
    PupilOnRoll,
    ReportRows,
    SchoolRow,
    StrandRow,
    TargetRow,
    TermRows,
)
from schools.choices import SchoolKind
from tests.reporting.imagined_further import Further

ROUTES = {1: "Pre-formal", 2: "Semi-formal", 3: "Formal"}
AREAS = {1: "Communication", 2: "Reading", 3: "Number", 4: "Personal development"}
NAMES = ("Beacon School", "Cliff School", "Dune School", "Ebb School")
# The first is told of only as the term before the second.
TERMS = ("Summer 2026", "Autumn 2026", "Spring 2027")
CENSUSES = (dt.date(2026, 5, 21), dt.date(2026, 10, 1), dt.date(2027, 1, 21))
YEARS = (dt.date(2025, 9, 1), dt.date(2026, 9, 1), dt.date(2026, 9, 1))


class Made(NamedTuple):
    """What a pupil's teacher has judged in a strand."""

    strand_id: int
    indicator: Indicator | None


class Trust:
    """A trust of a few schools, most of them small, with what befell its pupils in three terms."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311  # made-up lives, not secrets
        chance = self._chance
        self.schools = [
            SchoolRow(number, name, SchoolKind.SPECIAL)
            for number, name in enumerate(NAMES[: chance.randint(2, 4)], start=1)
        ]
        self.arbs = [
            ArbRow(10 * school.school_id + n, school.school_id, f"ARB {n}", f"Host {school.name}")
            for school in self.schools
            for n in range(chance.choice((0, 0, 1, 2)))
        ]
        areas = dict(list(AREAS.items())[: chance.randint(2, 4)])
        self.areas = areas
        self.strands: dict[int, StrandRow] = {}
        for area in (*areas, None):
            for _ in range(chance.randint(1, 2)):
                number = len(self.strands) + 1
                self.strands[number] = StrandRow("st", f"s{number}", f"S{number}", "Stream", area)
        self.due = {route: list(self._due(route)) for route in ROUTES}
        self._judged, self._based = chance.uniform(0.6, 1), chance.choice((1, 1, chance.random()))
        self._common = {
            Sex.FEMALE: chance.uniform(0.1, 0.6),
            "pp": chance.uniform(0.02, 0.6),
            "cla": chance.uniform(0, 0.2),
            "eal": chance.uniform(0, 0.3),
        }
        self._needs = chance.sample(list(PrimaryNeed), chance.randint(2, 5))
        self._years = chance.randint(2, 6)
        self._good = {each.school_id: self._weights() for each in self.schools}
        self._next = 0
        self.pupils: list[list[PupilOnRoll]] = [
            [
                self._pupil(each.school_id)
                for each in self.schools
                for _ in range(chance.choice((0, 3, 8, 12, 16, 22, 30, 45, 60)))
            ]
        ]
        while len(self.pupils) < len(TERMS):
            self.pupils.append(list(self._term_later(self.pupils[-1])))
        self.made = [self._all_made(each) for each in self.pupils]
        self.targets = [self._all_targets(each) for each in self.pupils]
        self.further = Further(chance, self.pupils, areas)

    def _due(self, route: int) -> Iterator[DueStrand]:
        for number, strand in self.strands.items():
            if self._chance.random() < (0.9 if route == 1 else 0.7):
                yield DueStrand(
                    *(number, strand.name, 1, strand.stream, strand.core_area_id),
                    *(strand.stream_code, Decimal("1.5"), ()),
                )

    def _weights(self) -> list[float]:
        good = self._chance.choice((0.03, 0.5, 0.7, 0.85, 0.97))
        return [(1 - good) * 0.4, (1 - good) * 0.6, good * 0.7, good * 0.3]

    def _pupil(self, school_id: int) -> PupilOnRoll:
        chance = self._chance
        self._next += 1
        arbs = [each.arb_id for each in self.arbs if each.school_id == school_id]
        return PupilOnRoll(
            pupil_id=self._next,
            school_id=school_id,
            route_id=chance.choices(list(ROUTES), (1, 3, 6))[0],
            class_group_id=None,
            arb_id=chance.choice([*arbs, None, None, None]) if arbs else None,
            born_on=dt.date(2018 - chance.randrange(self._years), 1, 5),
            sex=Sex.FEMALE if chance.random() < self._common[Sex.FEMALE] else Sex.MALE,
            primary_need=chance.choices(self._needs, range(1, len(self._needs) + 1))[0],
            pupil_premium=chance.random() < self._common["pp"],
            looked_after=chance.random() < self._common["cla"],
            eal=chance.random() < self._common["eal"],
        )

    def _term_later(self, before: list[PupilOnRoll]) -> Iterator[PupilOnRoll]:
        chance = self._chance
        for each in before:
            fate = chance.random()
            if fate < 0.90:
                yield each
            elif fate < 0.94:
                yield self._pupil(each.school_id)
            elif fate < 0.96:
                moved = self._pupil(chance.choice(self.schools).school_id)
                yield moved._replace(pupil_id=each.pupil_id)

    def _all_made(self, pupils: list[PupilOnRoll]) -> dict[int, list[Made]]:
        return {
            each.pupil_id: [
                Made(due.strand_id, self._indicator(each.school_id))
                for due in self.due[each.route_id]
                if self._chance.random() < self._judged
            ]
            for each in pupils
        }

    def _indicator(self, school_id: int) -> Indicator | None:
        if self._chance.random() > self._based:
            return None
        return self._chance.choices(list(Indicator), self._good[school_id])[0]

    def _all_targets(self, pupils: list[PupilOnRoll]) -> list[TargetRow]:
        chance = self._chance
        return [
            TargetRow(each.pupil_id, chance.choice(AreaOfNeed.values[:3]), self._met(), 0, False)
            for each in pupils
            for _ in range(chance.choice((0, 1, 1, 2)))
        ]

    def _met(self) -> int | None:
        return self._chance.choice((None, 1, 2, 3, 3, 4, 4))

    def correct(self) -> None:
        """Change what is known of some pupils, as a school does that finds an error."""
        chance = self._chance
        for term, pupils in enumerate(self.pupils):
            for place, each in enumerate(pupils):
                if chance.random() < 0.05:
                    pupils[place] = each._replace(pupil_premium=not each.pupil_premium)
                if chance.random() < 0.05:
                    self.made[term][each.pupil_id] = self._all_made([each])[each.pupil_id]
            gone = chance.randrange(20)
            if gone < len(pupils) and chance.random() < 0.3:
                pupils.pop(gone)

    def rows(self, term: int, school: SchoolRow | None) -> ReportRows:
        """Return what the report of a school, or of the trust, for a term is made from."""
        schools = [school] if school else self.schools
        ids = {each.school_id for each in schools}
        return ReportRows(
            place=f"school-{school.school_id}" if school else "trust",
            trust="Harbour Trust",
            colour="",
            name=school.name if school else "Harbour Trust",
            schools=schools,
            this=self._term_rows(term, ids),
            last=self._term_rows(term - 1, ids),
            core_areas=self.areas,
            strands=self.strands,
            routes=ROUTES,
            arbs=[each for each in self.arbs if each.school_id in ids],
            streams=[],
            further=self.further.rows(term, ids, of_trust=school is None),
        )

    def _term_rows(self, term: int, schools: set[int]) -> TermRows:
        pupils = [each for each in self.pupils[term] if each.school_id in schools]
        ids = {each.pupil_id for each in pupils}
        due = {route: {each.strand_id for each in due} for route, due in self.due.items()}
        return TermRows(
            term_id=term,
            name=TERMS[term],
            census_on=CENSUSES[term],
            year_starts_on=YEARS[term],
            pupils=pupils,
            due=self.due,
            progress=[
                Progress(
                    pupil_id=each.pupil_id,
                    strand_id=made.strand_id,
                    core_area_id=self.strands[made.strand_id].core_area_id,
                    value=Decimal(1),
                    gain=None,
                    expected=None,
                    indicator=made.indicator,
                )
                for each in pupils
                for made in self.made[term][each.pupil_id]
                if made.strand_id in due[each.route_id]
            ],
            targets=[each for each in self.targets[term] if each.pupil_id in ids],
        )

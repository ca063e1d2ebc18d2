"""The further life of an imagined trust: attendance, counts, provision, achievements, duties."""

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence

from pupils.choices import ProvisionKind, WiderProgress
from pupils.measures import Sessions
from reporting.choices import Counted
from reporting.selectors.benchmarks import National, attendance_benchmark
from reporting.selectors.report_more import FurtherRows, SessionsRow, Span
from reporting.selectors.report_pupils import AchievementRow, OwedRow, ProvisionRow, ReviewRow
from reporting.selectors.report_rows import PupilOnRoll

# By the id of their term.
SPANS = (
    Span(0, dt.date(2026, 4, 20), dt.date(2026, 7, 20)),
    Span(1, dt.date(2026, 9, 1), dt.date(2026, 12, 18)),
    Span(2, dt.date(2027, 1, 5), dt.date(2027, 3, 26)),
)
DAY = dt.timedelta(days=1)


class Further:
    """What was recorded of the pupils of each term beside progress and targets."""

    def __init__(
        self, chance: random.Random, pupils: Sequence[Sequence[PupilOnRoll]], areas: Mapping
    ) -> None:
        self._chance, self._areas = chance, list(areas)
        self._absent = chance.uniform(0, 0.4)
        self._given = chance.uniform(0, 0.4)
        self.sessions = [row for t, each in enumerate(pupils) for row in self._sessions(t, each)]
        self.provisions = [self._of_some(each, self._provision) for each in pupils]
        self.achievements = [self._of_some(each, self._achievement) for each in pupils]
        self.counts = self._counts({each.school_id for term in pupils for each in term})
        self.owed = [row for t, each in enumerate(pupils) for row in self._owed(t, each)]
        self.reviews = [
            [self._review(SPANS[t], one) for one in each if chance.random() < 0.3]
            for t, each in enumerate(pupils)
        ]

    def _sessions(self, term: int, pupils: Sequence[PupilOnRoll]) -> list[SessionsRow]:
        chance = self._chance
        found = []
        for each in pupils:
            possible = chance.choice((0, 20, 100, 120, 120, 120))
            missed = chance.random() < self._absent and chance.randint(0, possible)
            missed = missed or min(possible, chance.choice((0, 0, 1, 2, 4)))
            with_leave = chance.randint(0, missed)
            late = min(possible - missed, chance.choice((0, 0, 0, 1, 3)))
            sums = Sessions(possible, possible - missed, with_leave, missed - with_leave, late)
            found.append(SessionsRow(each.pupil_id, each.school_id, SPANS[term].starts_on, sums))
        return found

    def _of_some[Row](
        self, pupils: Sequence[PupilOnRoll], made: Callable[[PupilOnRoll], Row]
    ) -> list[tuple[int, Row]]:
        found = []
        for each in pupils:
            while self._chance.random() < self._given:
                found.append((each.school_id, made(each)))
        return found

    def _provision(self, pupil: PupilOnRoll) -> ProvisionRow:
        kind = self._chance.choice(ProvisionKind.values[:3])
        return ProvisionRow(
            pupil.pupil_id, kind, self._chance.choice((None, *WiderProgress.values[1:]))
        )

    def _achievement(self, pupil: PupilOnRoll) -> AchievementRow:
        area = self._chance.choice((None, *self._areas))
        wider = "" if area else self._chance.choice(ProvisionKind.values[:2])
        return AchievementRow(pupil.pupil_id, area, wider)

    def _counts(self, schools: set[int]) -> dict[tuple[int, int, str], int]:
        chance = self._chance
        return {
            (school, span.term_id, what): chance.choice((0, 0, 1, 2, 5, 6, 9, 30))
            for school in sorted(schools)
            for span in SPANS
            for what in Counted.values
            if chance.random() < 0.8
        }

    def _owed(self, term: int, pupils: Sequence[PupilOnRoll]) -> list[OwedRow]:
        chance, span = self._chance, SPANS[term]
        peps = [
            self._duty(each.school_id, "peps", term, span) for each in pupils if each.looked_after
        ]
        schools = sorted({each.school_id for each in pupils})
        papers = [
            self._duty(school, kind, None, span)
            for school in schools
            for kind in ("premiums", "assessments")
            for _ in range(chance.choice((0, 1, 2, 4)))
        ]
        return peps + papers

    def _duty(self, school: int, kind: str, term: int | None, span: Span) -> OwedRow:
        done = self._chance.random() < 0.8
        day = span.ends_on - 10 * DAY
        return OwedRow(school, kind, "", term, day, day if done else None, not done, None)

    def _review(self, span: Span, pupil: PupilOnRoll) -> ReviewRow:
        day = span.starts_on + 10 * DAY
        done = self._chance.choice((None, day, day, day, day + DAY))
        return ReviewRow(pupil.school_id, day, done, done is None)

    def rows(self, term: int, schools: set[int], *, of_trust: bool) -> FurtherRows:
        """Return what the report of these schools for a term is made from."""
        benchmark = attendance_benchmark()
        national = National(benchmark.phases["special"], benchmark, of_kind=True)
        terms = () if of_trust else (term, term - 1)

        def here[Row](rows: Sequence[tuple[int, Row]]) -> list[Row]:
            return [each for school, each in rows if school in schools]

        return FurtherRows(
            this=SPANS[term],
            last=SPANS[term - 1],
            year=[each for each in SPANS[1:] if each.term_id <= term],
            halves=[],
            sessions=[each for each in self.sessions if each.school_id in schools],
            nationals=dict.fromkeys(schools, national),
            counts=self.counts,
            steps=[],
            comments={},
            owed=[each for each in self.owed if each.school_id in schools],
            reviews=[each for each in self.reviews[term] if each.school_id in schools],
            achievements={each: here(self.achievements[each]) for each in terms},
            provisions={each: here(self.provisions[each]) for each in terms},
            outcomes=[],
            before={},
        )

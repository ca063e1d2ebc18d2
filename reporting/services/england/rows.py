"""The lines of the large tables, in the order in which rows come into being.

Term by term, and within a term class by class over all trusts, as people record them: so the rows
of one trust lie as scattered on disk as they would in life.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from pupils.choices import PlanKind, TargetOutcome
from reporting.services.demo.calendar import Calendar
from reporting.services.england.copying import NULL
from reporting.services.england.places import Room
from schools.measures import halves

type Lines = Iterator[list[str]]

PUPIL = (
    "trust_id, id, upn, first_name, last_name, born_on, sex, primary_need,"
    " pupil_premium, looked_after, eal, protected, photo_consent_by"
)
PLACEMENT = "trust_id, pupil_id, school_id, arb_id, class_group_id, route_id, starts_on, ends_on"
PLAN = "trust_id, id, pupil_id, kind, starts_on"
OUTCOME = "trust_id, id, plan_id, area, text"
BASELINE = "trust_id, pupil_id, strand_id, point_id, judged_on, judged_by_id"
TARGET = (
    "trust_id, id, outcome_id, pupil_id, term_id, carried_from_id, walt, wilf, starting_point,"
    " next_step, judged, judged_by_id, judged_at, position, retired_because, comment, version"
)
ATTENDANCE = (
    "trust_id, pupil_id, starts_on, ends_on, possible, attended, authorised, unauthorised, late"
)
JUDGEMENT = "trust_id, pupil_id, strand_id, term_id, point_id, judged_by_id, judged_at, version"

STRANDS = 12
SATURDAY = 5
KINDS = dict(zip(PlanKind, (95, 2, 2, 1), strict=True))
# How targets were judged, of a hundred: about 70 are met.
JUDGED = dict(zip(TargetOutcome, (9, 21, 59, 11), strict=True))
UNAUTHORISED = 0.22
# How much of a class is judged while the window is open, and of how many in a hundred classes.
IN_SO_FAR = {1.0: 70, 0.5: 20, 0.0: 10}


@dataclass(frozen=True)
class Ids:
    """The first id of each table whose rows others point at; of pupil n it is the first and n."""

    pupil: int
    plan: int
    outcome: int
    target: int


class England:
    """All classes of all trusts, and the lines that they make in each table."""

    def __init__(self, rooms: list[Room], calendar: Calendar, *, terms: int, seed: int) -> None:
        self.rooms = rooms
        self.calendar = calendar
        self.terms = range(calendar.current - terms + 1, calendar.current + 1)
        self._seed = seed
        rng = self._dice("windows")
        for room in rooms:
            (share,) = rng.choices(list(IN_SO_FAR), list(IN_SO_FAR.values()))
            room.judged = round(share * len(room.children))
            room.moments = [self._moment(term, rng) for term in self.terms]

    @property
    def pupils(self) -> int:
        """How many there are."""
        return sum(len(room.children) for room in self.rooms)

    @property
    def judged_now(self) -> int:
        """How many pupils are judged in the current term."""
        return sum(room.judged for room in self.rooms)

    @property
    def years(self) -> range:
        """The school years in which pupils have a placement."""
        return range(self.terms[0] // 3, len(self.calendar.years))

    @property
    def half_terms(self) -> list[tuple[dt.date, dt.date]]:
        """The half terms of this school year so far."""
        on, current = self.calendar.on, self.calendar.current
        return [
            (first, min(last, on))
            for term in self.calendar.terms[current - current % 3 : current + 1]
            for first, last in halves(
                term.starts_on, term.ends_on, term.break_starts_on, term.break_ends_on
            )
            if _sessions(first, min(last, on))
        ]

    def pupil_lines(self, ids: Ids) -> Lines:
        """Give each pupil an id, in no order of trusts, and yield the lines."""
        number = ids.pupil
        for room in self._shuffled("pupils"):
            lines = []
            for child in room.children:
                child.id = number
                number += 1
                lines.append(f"{room.trust.id}\t{child.id}\t{child.details}\tf\t\n")
            yield lines

    def placement_lines(self) -> Lines:
        """Yield one placement a school year; the last has no end."""
        for year in self.years:
            starts_on = self.calendar.years[year].starts_on
            ends_on = str(self.calendar.years[year].ends_on)
            if year == self.years[-1]:
                ends_on = NULL
            for room in self._shuffled(f"placements {year}"):
                place = f"{room.school_id}\t{room.arb_id or NULL}\t{room.groups[year]}"
                yield [
                    f"{room.trust.id}\t{child.id}\t{place}\t{room.trust.routes[child.route]}"
                    f"\t{starts_on}\t{ends_on}\n"
                    for child in room.children
                ]

    def plan_lines(self, ids: Ids) -> Lines:
        """Yield a plan for each pupil, of some time before the first term."""
        rng = self._dice("plans")
        latest = self.calendar.years[0].starts_on
        for room in self._shuffled("pupils"):
            kinds = rng.choices(list(KINDS), list(KINDS.values()), k=len(room.children))
            yield [
                f"{room.trust.id}\t{child.id - ids.pupil + ids.plan}\t{child.id}\t{kind}"
                f"\t{latest - dt.timedelta(days=rng.randint(15, 600))}\n"
                for child, kind in zip(room.children, kinds, strict=True)
            ]

    def outcome_lines(self, ids: Ids) -> Lines:
        """Yield the outcome of each plan."""
        for room in self._shuffled("pupils"):
            yield [
                f"{room.trust.id}\t{child.id - ids.pupil + ids.outcome}"
                f"\t{child.id - ids.pupil + ids.plan}\t{child.outcome}\n"
                for child in room.children
            ]

    def baseline_lines(self) -> Lines:
        """Yield the starting points: each class within a week, of a day that counts every term."""
        rng = self._dice("baselines")
        days = self._baseline_days()
        for room in self._shuffled("baselines"):
            begun = rng.randrange(max(1, len(days) - 4))
            lines = []
            for child in room.children:
                day = rng.choice(days[begun : begun + 5])
                lines += [
                    f"{room.trust.id}\t{child.id}\t{strand.id}\t{strand.points[start]}"
                    f"\t{day}\t{room.teacher_id}\n"
                    for strand, start in zip(room.trust.strands, child.starts, strict=True)
                ]
            yield lines

    def target_lines(self, ids: Ids) -> Lines:
        """Yield a target a pupil a term, each going on from the one before."""
        rng = self._dice("targets")
        number = ids.target
        ways, weights = list(JUDGED), list(JUDGED.values())
        for n, term in enumerate(self.terms):
            for room in self._shuffled(f"targets {n}"):
                term_id = room.trust.calendar.terms[term].pk
                done = f"{room.teacher_id}\t{room.moments[n]}"
                open_ = f"{NULL}\t{NULL}\t{NULL}"
                outcomes = rng.choices(ways, weights, k=len(room.children))
                lines = []
                judged = self._judged(room, term)
                for place, (child, outcome) in enumerate(zip(room.children, outcomes, strict=True)):
                    is_judged = place < judged
                    lines.append(
                        f"{room.trust.id}\t{number}\t{child.id - ids.pupil + ids.outcome}"
                        f"\t{child.id}\t{term_id}\t{child.target_id or NULL}"
                        f"\t{child.steps[child.step]}"
                        f"\t{f'{outcome:d}\t{done}' if is_judged else open_}\t1\t\t\t0\n"
                    )
                    child.target_id = number
                    number += 1
                    if is_judged and outcome >= TargetOutcome.MET:
                        child.step = min(child.step + 1, len(child.steps) - 1)
                yield lines

    def attendance_lines(self) -> Lines:
        """Yield the sessions of each half term of this school year."""
        rng = self._dice("attendance")
        for first, last in self.half_terms:
            possible = _sessions(first, last)
            for room in self._shuffled(f"attendance {first}"):
                lines = []
                for child in room.children:
                    rate = min(1.0, max(0.2, rng.gauss(child.attends, 0.03)))
                    attended = round(possible * rate)
                    missed = possible - attended
                    unauthorised = round(missed * min(1.0, rng.expovariate(1 / UNAUTHORISED)))
                    late = min(attended, round(rng.expovariate(1 / 1.5)))
                    lines.append(
                        f"{room.trust.id}\t{child.id}\t{first}\t{last}\t{possible}\t{attended}"
                        f"\t{missed - unauthorised}\t{unauthorised}\t{late}\n"
                    )
                yield lines

    def judgement_lines(self) -> Lines:
        """Yield what was judged: all of it in past terms, what is in so far in this one."""
        for n, term in enumerate(self.terms):
            for room in self._shuffled(f"judgements {n}"):
                term_id = room.trust.calendar.terms[term].pk
                tail = f"{room.teacher_id}\t{room.moments[n]}\t0\n"
                strands = [(f"{s.id}\t{term_id}\t", s.points) for s in room.trust.strands]
                lines = []
                for child in room.children[: self._judged(room, term)]:
                    head = f"{room.trust.id}\t{child.id}\t"
                    lines += [
                        f"{head}{strand}{points[path[n]]}\t{tail}"
                        for (strand, points), path in zip(strands, child.paths, strict=True)
                    ]
                yield lines

    def _judged(self, room: Room, term: int) -> int:
        return room.judged if term == self.calendar.current else len(room.children)

    def _dice(self, of: str) -> random.Random:
        return random.Random(f"{self._seed} england {of}")  # noqa: S311 - a story, no secret

    def _shuffled(self, of: str) -> list[Room]:
        rooms = list(self.rooms)
        self._dice(f"order of {of}").shuffle(rooms)
        return rooms

    def _moment(self, term: int, rng: random.Random) -> str:
        """Return when a class was judged: on a school day of the window, before today's."""
        opens_on, until = self.calendar.windows[term].opens_on, self.calendar.judged_by(term)
        days = _school_days(opens_on, until - dt.timedelta(days=1)) or [opens_on]
        minute = dt.timedelta(minutes=rng.randrange(9 * 60))
        return f"{dt.datetime.combine(rng.choice(days), dt.time(8), dt.UTC) + minute}"

    def _baseline_days(self) -> list[dt.date]:
        """Return the school days after which the first term's census is the next."""
        terms, first = self.calendar.terms, self.terms[0]
        begins = self.calendar.years[self.years[0]].starts_on
        if first % 3:
            begins = terms[first - 1].census_on + dt.timedelta(days=1)
        return _school_days(begins, terms[first].census_on)


def _school_days(first: dt.date, last: dt.date) -> list[dt.date]:
    days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < SATURDAY]


def _sessions(first: dt.date, last: dt.date) -> int:
    return 2 * len(_school_days(first, last))

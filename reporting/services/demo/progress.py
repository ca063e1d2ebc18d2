"""What the demo's pupils were judged to be at: baselines, and judgements term by term."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

from assessment.measures import terms_since
from assessment.services.streams.files import StreamFile
from reporting.services.demo.calendar import Calendar
from reporting.services.demo.material import accounts
from reporting.services.demo.roll import Child, Roll, Room, Unit

# Where pupils start on the developmental scale, lowest and highest, by route.
STARTS = {"pre-formal": (2, 7), "semi-formal": (6, 15), "formal": (11, 19)}
REBASELINED = 2
HALF_WAY = 0.62
SATURDAY = 5


@dataclass(frozen=True)
class StrandKey:
    """A strand, by the codes of its stream and its own."""

    stream: str
    code: str


@dataclass(eq=False)
class Base:
    """A baseline in all strands of a child."""

    values: dict[StrandKey, int]
    judged_on: dt.date
    room: Room
    replaced_on: dt.date | None = None

    def in_force(self, day: dt.date) -> bool:
        """Say whether gains are reckoned from this baseline on a day."""
        return self.judged_on <= day and (self.replaced_on is None or day < self.replaced_on)


@dataclass(frozen=True)
class Judged:
    """One judgement; `room` is the class whose teacher made it."""

    child: Child
    strand: StrandKey
    term: int
    value: int
    room: Room
    judged_at: dt.datetime


@dataclass(eq=False)
class Learner:
    """A child as a learner: baselines, and where each strand stood last."""

    child: Child
    strands: dict[StrandKey, float]
    bases: list[Base]
    talent: float
    strand_talent: dict[StrandKey, float]
    values: dict[StrandKey, int] = field(default_factory=dict)

    def base(self, day: dt.date) -> Base | None:
        """Return the baseline in force on a day."""
        return next((base for base in self.bases if base.in_force(day)), None)


class Progress:
    """Lets every child learn, term by term, and every teacher judge it.

    In each school and ARB a set share of the pupils judged is at or above expected, those of
    most talent; so the demo tells the same story whatever the seed.
    """

    def __init__(
        self,
        roll: Roll,
        calendar: Calendar,
        streams: Iterable[StreamFile],
        rng: random.Random,
    ) -> None:
        self.judged: list[Judged] = []
        self.finished: set[Child] = set()  # whom their teacher has judged this term
        self._roll = roll
        self._calendar = calendar
        self._rng = rng
        self._census_days = [term.census_on for term in calendar.terms]
        self._streams = {stream.code: stream for stream in streams}
        self.learners = {child: self._learner(child) for child in roll.children}
        self.done_this_term = self._done_this_term()
        again = self._to_rebaseline()
        for term in range(calendar.current + 1):
            if term == self._new_start:
                for learner in again:
                    self._rebaseline(learner, term)
            self._judge(term)

    @property
    def _new_start(self) -> int:
        """The spring of last year: always past."""
        return 4

    def _learner(self, child: Child) -> Learner:
        strands = {
            StrandKey(stream.code, strand.code): float(stream.expected[child.route])
            for stream in self._streams.values()
            if child.route in stream.expected
            for strand in stream.strands
        }
        lowest, highest = STARTS[child.route]
        start = self._rng.randint(lowest, highest)
        values = {}
        for key in strands:
            if key.stream == "developmental":
                values[key] = max(1, start + self._rng.randint(-2, 2))
            else:
                values[key] = self._rng.choices((1, 2, 3, 4), (10, 45, 35, 10))[0]
        return Learner(
            child=child,
            strands=strands,
            bases=[Base(values, self._first_judged(child), child.stays[0].room)],
            talent=self._rng.gauss(0, 1),
            strand_talent={key: self._rng.gauss(0, 0.8) for key in strands},
            values=dict(values),
        )

    def _first_judged(self, child: Child) -> dt.date:
        """Return the day of a first baseline: some weeks after joining, within that term."""
        joined = child.joined_on
        latest = min(
            self._calendar.on,
            next(t.ends_on for t in self._calendar.terms if joined <= t.ends_on),
        )
        day = joined + dt.timedelta(days=self._rng.randint(13, 24))
        return max(joined, _school_day(min(day, latest)))

    def _to_rebaseline(self) -> list[Learner]:
        """Choose the pupils whose first baseline proved wrong: here from first to last."""
        day = self._calendar.on
        stayed = [
            learner
            for learner in self.learners.values()
            if learner.bases[0].judged_on < self._census_days[0]
            and learner.child.on(day) is not None
        ]
        return self._rng.sample(stayed, min(REBASELINED, len(stayed)))

    def _rebaseline(self, learner: Learner, term: int) -> None:
        day = _school_day(self._calendar.terms[term].starts_on + dt.timedelta(days=9))
        stay = learner.child.on(day)
        if stay is None:
            return
        learner.bases[-1].replaced_on = day
        learner.bases.append(Base(dict(learner.values), day, stay.room))

    def _done_this_term(self) -> dict[Room, float]:
        """Say how much of each class is judged this term: all, some or nothing.

        About two thirds in each school. The ARB that shines has finished, and the class of the
        demo's teacher is half-way, so that there is something to do.
        """
        shown = {
            (role.school, role.class_name)
            for person in accounts()
            for role in person.roles
            if role.class_name
        }
        done = {}
        for unit in self._roll.units:
            rooms = unit.rooms[len(self._calendar.years) - 1]
            middles = [(n + 0.5) / len(rooms) for n in range(len(rooms))]
            shares = [1.0 if m < 0.56 else HALF_WAY if m < 0.8 else 0 for m in middles]
            self._rng.shuffle(shares)
            for room, share in zip(rooms, shares, strict=True):
                done[room] = share
                if unit.entry.share.get("communication") == 100:
                    done[room] = 1
                if (unit.school.name, room.group.name) in shown:
                    done[room] = HALF_WAY
        return done

    def _judge(self, term: int) -> None:
        census = self._calendar.terms[term].census_on
        by_unit: dict[Unit, list[tuple[Learner, Room]]] = defaultdict(list)
        for child, stay in self._roll.on_roll(self._calendar.judged_by(term)):
            counted = child.on(census) or stay
            learner = self.learners[child]
            if self._terms(learner, term) is not None:
                by_unit[counted.room.unit].append((learner, stay.room))
        for unit in self._roll.units:
            cells = self._cells(by_unit[unit], term)
            by_strand: dict[StrandKey, list[Learner]] = defaultdict(list)
            for learner, _, key in cells:
                by_strand[key].append(learner)
            for key, learners in by_strand.items():
                self._learn(learners, key, unit, term)
            self.judged += [
                Judged(
                    learner.child,
                    key,
                    term,
                    learner.values[key],
                    room,
                    self.moment(room, term),
                )
                for learner, room, key in cells
            ]

    def _cells(
        self, rows: list[tuple[Learner, Room]], term: int
    ) -> list[tuple[Learner, Room, StrandKey]]:
        """Return what is judged: not those who were absent, nor the gaps that always remain."""
        gaps = self._rng.uniform(0.005, 0.035)
        cells = []
        for learner, room, strands in self._come_to(rows, term):
            absent = self._rng.random() < 0.012 and len(rows) >= 25
            for key in strands:
                gap = self._rng.random() < gaps
                if not absent and not gap:
                    cells.append((learner, room, key))
        return cells

    def _come_to(
        self, rows: list[tuple[Learner, Room]], term: int
    ) -> list[tuple[Learner, Room, list[StrandKey]]]:
        """Return the strands that the teachers have come to, pupil by pupil.

        This term a teacher has gone down the class by name, and stopped at someone.
        """
        if term < self._calendar.current:
            return [(learner, room, list(learner.strands)) for learner, room in rows]
        by_room: dict[Room, list[Learner]] = defaultdict(list)
        for learner, room in rows:
            by_room[room].append(learner)
        come_to = []
        for room, learners in by_room.items():
            learners.sort(key=lambda learner: _by_name(learner.child))
            share = self.done_this_term[room]
            stopped_at = round(len(learners) * share)
            for n, learner in enumerate(learners[: stopped_at + 1 if share else 0]):
                strands = list(learner.strands)
                if n < stopped_at:
                    self.finished.add(learner.child)
                come_to.append((learner, room, strands[: None if n < stopped_at else 2]))
        return come_to

    def _terms(self, learner: Learner, term: int) -> int | None:
        """Count the terms since the baseline; None where nothing can be judged yet."""
        held = self._calendar.terms[term]
        base = learner.base(held.census_on)
        if base is None or base.judged_on > self._calendar.judged_by(term):
            return None
        return terms_since(base.judged_on, held.census_on, self._census_days) or None

    def _learn(self, learners: list[Learner], key: StrandKey, unit: Unit, term: int) -> None:
        """Let those of most talent reach what is expected, and the others less."""
        share = unit.entry.share.get(key.code, unit.entry.share["all"])
        if key.stream != "developmental":
            share = 88
        ranked = sorted(
            learners,
            key=lambda x: x.talent + x.strand_talent[key] + self._rng.gauss(0, 0.35),
            reverse=True,
        )
        reach = round(len(ranked) * (share + self._rng.uniform(-1.5, 1.5)) / 100)
        for rank, learner in enumerate(ranked):
            self._grow(learner, key, term, rank / len(ranked), at=rank < reach)

    def _grow(self, learner: Learner, key: StrandKey, term: int, rank: float, *, at: bool) -> None:
        base = learner.base(self._calendar.terms[term].census_on)
        terms = self._terms(learner, term)
        if base is None or terms is None:
            return
        stream = self._streams[key.stream]
        expected = learner.strands[key] * terms
        before = learner.values[key] - base.values[key]
        if expected == 0:
            further = rank < 0.3 and self._rng.random() < 0.12
            gain = max(0, before) + further if at else -1
        else:
            needed, better = ceil(expected), ceil(float(stream.better) * expected)
            if at:
                gain = better if rank < 0.2 else needed
                if rank >= 0.2 and self._rng.random() < 0.3:
                    gain = min(needed + 1, max(needed, better - 1))
                gain = max(gain, before)
            else:
                gain = int(expected * (1 - rank) / 0.4 + self._rng.random())
                gain = min(max(gain, before), needed - 1)
        top = int(stream.scale[-1].value)
        learner.values[key] = min(top, max(1, base.values[key] + int(gain)))

    def moment(self, room: Room, term: int) -> dt.datetime:
        """Return when a class was judged: on a school day of the window, before the demo's day."""
        opens_on = self._calendar.windows[term].opens_on
        held = self._calendar.terms[term]
        last = min(self._calendar.judged_by(term), held.ends_on)
        days = [opens_on + dt.timedelta(days=n) for n in range((last - opens_on).days)]
        days = [day for day in days if day.weekday() < SATURDAY] or [last]
        day = days[room.number * 5 % len(days)]
        minute = 0 if day == self._calendar.on else self._rng.randrange(9 * 60)
        return dt.datetime.combine(day, dt.time(8), dt.UTC) + dt.timedelta(minutes=minute)


def _by_name(child: Child) -> tuple[str, str]:
    return child.pupil.last_name, child.pupil.first_name


def _school_day(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=max(0, day.weekday() - 4))

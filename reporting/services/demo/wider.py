"""What the demo's pupils are given beside the core areas, their tests, and their attendance."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import log

from assessment.models import CoreArea, TestScore
from pupils.choices import WiderProgress
from pupils.models import AttendanceTotal, Provision, ProvisionReview
from reporting.services.demo.calendar import Calendar
from reporting.services.demo.material import ProvisionEntry, provision_entries
from reporting.services.demo.people import Staff
from reporting.services.demo.progress import Judged, Progress
from reporting.services.demo.roll import Child, Roll, Stay
from schools.measures import halves
from schools.models import User

BATCH = 5000
PROVIDED = 0.4  # the share of pupils with a provision; a quarter of them have two
TESTED = 0.5  # of those on the formal route
YEARS_OF_ATTENDANCE = 2
# Special schools in England, 2025/26: 86.8 per cent attended, 36.1 per cent persistently absent.
MISSED, SPREAD = 0.065, 0.95
TESTS = {"reading": ("Reading test", 40), "number": ("Arithmetic test", 40)}


@dataclass(frozen=True)
class Test:
    """A test that a child took, for the core area of that code."""

    child: Child
    area: str
    name: str
    taken_on: dt.date
    score: Decimal
    out_of: Decimal
    by: User


class Wider:
    """Thinks up provision with its reviews, test scores, and sessions attended."""

    def __init__(
        self, roll: Roll, calendar: Calendar, progress: Progress, staff: Staff, rng: random.Random
    ) -> None:
        self.provisions: list[Provision] = []
        self.reviews: list[ProvisionReview] = []
        self.tests: list[Test] = []
        self.attendance: list[AttendanceTotal] = []
        self._calendar = calendar
        self._progress = progress
        self._staff = staff
        self._rng = rng
        judged: dict[Child, list[Judged]] = {}
        for each in progress.judged:
            if each.strand.code in TESTS and each.strand.stream == "developmental":
                judged.setdefault(each.child, []).append(each)
        for child, stay in roll.on_roll(calendar.on):
            self._provide(child, stay)
            if child.route == "formal" and rng.random() < TESTED:
                self._test(judged.get(child, []))
        stretches = list(self._half_terms())
        for child in roll.children:
            self._attend(child, stretches)

    def _provide(self, child: Child, stay: Stay) -> None:
        rng = self._rng
        if rng.random() >= PROVIDED:
            return
        fitting = [entry for entry in provision_entries() if child.route in entry.routes]
        for entry in rng.sample(fitting, rng.choice((1, 1, 1, 2))):
            first = max(0, self._calendar.current - rng.randint(0, 3))
            starts_on = self._calendar.terms[first].starts_on + dt.timedelta(
                days=rng.randint(5, 25)
            )
            starts_on = max(child.joined_on, min(starts_on, self._calendar.on))
            provision = Provision(
                pupil=child.pupil,
                kind=entry.kind,
                aim=rng.choice(entry.aims),
                how_often=rng.choice(entry.often),
                starts_on=starts_on,
                ends_on=self._ended(starts_on),
            )
            self.provisions.append(provision)
            self._review(child, stay, provision, entry)

    def _ended(self, starts_on: dt.date) -> dt.date | None:
        """Let some that began before this term end with the term before."""
        before = self._calendar.terms[self._calendar.current - 1].ends_on
        return before if starts_on < before and self._rng.random() < 0.25 else None

    def _review(
        self, child: Child, stay: Stay, provision: Provision, entry: ProvisionEntry
    ) -> None:
        current = self._calendar.current
        for term in range(current + 1):
            held = self._calendar.terms[term]
            ended = provision.ends_on and provision.ends_on < held.starts_on
            if ended or provision.starts_on > min(held.ends_on, self._calendar.on):
                continue
            if term == current and child not in self._progress.finished:
                continue
            room = (child.on(self._calendar.judged_by(term)) or stay).room
            progress = self._rng.choices(list(WiderProgress), (7, 28, 48, 17))[0]
            self.reviews.append(
                ProvisionReview(
                    provision=provision,
                    term=held,
                    progress=progress,
                    comment=self._rng.choice(entry.comments[progress - 1]),
                    reviewed_by=self._staff.teacher(room),
                )
            )

    def _test(self, judged: list[Judged]) -> None:
        """Test about what was judged; now and then the test says something else."""
        for each in judged:
            term = self._calendar.terms[each.term]
            if each.term < self._calendar.current - 1:
                continue
            name, most = TESTS[each.strand.code]
            apart = self._rng.gauss(0, 2) + (8 if self._rng.random() < 0.08 else 0)
            score = min(most, max(0, round(each.value + apart)))
            day = term.starts_on + dt.timedelta(days=self._rng.randint(10, 40))
            self.tests.append(
                Test(
                    each.child,
                    each.strand.code,
                    name,
                    min(day, self._calendar.on),
                    Decimal(score),
                    Decimal(most),
                    self._staff.teacher(each.room),
                )
            )

    def _half_terms(self) -> Iterator[tuple[dt.date, dt.date]]:
        """Return the half terms so far."""
        on = self._calendar.on
        first = self._calendar.current - self._calendar.current % 3 - 3 * (YEARS_OF_ATTENDANCE - 1)
        for term in self._calendar.terms[max(0, first) : self._calendar.current + 1]:
            for starts_on, ends_on in halves(
                term.starts_on, term.ends_on, term.break_starts_on, term.break_ends_on
            ):
                if starts_on < on:
                    yield starts_on, min(ends_on, on)

    def _attend(self, child: Child, stretches: list[tuple[dt.date, dt.date]]) -> None:
        # Most miss little and a few miss much.
        rate = 1 - min(0.8, self._rng.lognormvariate(log(MISSED), SPREAD))
        for first, last in self._stays(child, stretches):
            possible = 2 * _weekdays(first, last)
            if not possible:
                continue
            attended = round(possible * min(1.0, max(0.2, self._rng.gauss(rate, 0.03))))
            missed = possible - attended
            unauthorised = sum(self._rng.random() < 0.22 for _ in range(missed))
            self.attendance.append(
                AttendanceTotal(
                    pupil=child.pupil,
                    starts_on=first,
                    ends_on=last,
                    possible=possible,
                    attended=attended,
                    authorised=missed - unauthorised,
                    unauthorised=unauthorised,
                    late=min(attended, round(self._rng.expovariate(1 / 1.5))),
                )
            )

    @staticmethod
    def _stays(
        child: Child, stretches: list[tuple[dt.date, dt.date]]
    ) -> Iterator[tuple[dt.date, dt.date]]:
        """Return the days of each half term in each place where the child was."""
        for starts_on, ends_on in stretches:
            for stay in child.stays:
                first = max(starts_on, stay.starts_on)
                last = min(ends_on, stay.ends_on or dt.date.max)
                if first <= last:
                    yield first, last


def save_wider(wider: Wider) -> None:
    """Save it all; the pupils, terms and people of it are saved already."""
    Provision.objects.bulk_create(wider.provisions)
    ProvisionReview.objects.bulk_create(wider.reviews)
    AttendanceTotal.objects.bulk_create(wider.attendance, batch_size=BATCH)
    areas = {area.code: area.pk for area in CoreArea.objects.all()}
    TestScore.objects.bulk_create(
        TestScore(
            pupil_id=each.child.pupil.pk,
            core_area_id=areas[each.area],
            test=each.name,
            taken_on=each.taken_on,
            score=each.score,
            out_of=each.out_of,
            entered_by_id=each.by.pk,
        )
        for each in wider.tests
    )


def _weekdays(first: dt.date, last: dt.date) -> int:
    return sum((first + dt.timedelta(days=n)).weekday() < 5 for n in range((last - first).days + 1))

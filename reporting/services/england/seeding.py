"""Puts England into the database: all of it in one transaction, or nothing."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from assessment.models import Baseline, Judgement
from pupils.models import AttendanceTotal, Outcome, Placement, Plan, Pupil, TermlyTarget
from reporting.services.demo.people import PASSWORD
from reporting.services.demo.seeding import AlreadySeededError
from reporting.services.england import rows
from reporting.services.england.bare_tables import TakenOff, put_back, take_off
from reporting.services.england.copying import copy, reserve
from reporting.services.england.places import UID, Room, save_places
from reporting.services.england.sizes import ENGLAND, Sizes
from reporting.services.england.telling import Counted, Say, Steps
from schools.models import Trust

LARGE = (
    Pupil,
    Placement,
    Plan,
    Outcome,
    Baseline,
    TermlyTarget,
    AttendanceTotal,
    Judgement,
)
STEPS = (
    "Trusts with schools, classes and people",
    "Pupils, placements and plans",
    "Baselines",
    "Termly targets",
    "Attendance",
    "Judgements",
    "Keys and indexes",
    "Statistics",
)


@dataclass(frozen=True)
class Made:
    """What was made, by its name, and how many seconds each step took."""

    rows: dict[str, int]
    took: dict[str, float]


def seed_england(*, seed: int, on: dt.date, say: Say, sizes: Sizes = ENGLAND) -> Made:
    """Make England as it is on a day. The same seed and day make the same rows.

    Needs the owner's connection. Raises `AlreadySeededError`.
    """
    steps = Steps(STEPS, say)
    with _as_owner(), transaction.atomic():
        if Trust.objects.filter(uid__startswith=UID).exists():
            raise AlreadySeededError
        with steps.step(STEPS[0]):
            rooms = _save_places(seed=seed, on=on, sizes=sizes, say=say)
            england = rows.England(rooms, rooms[0].trust.calendar, terms=sizes.terms, seed=seed)
        taken = take_off(LARGE)
        made = _fill(england, steps)
        with steps.step(STEPS[6]):
            _put_back(taken, say)
    with steps.step(STEPS[7]):
        _gather_statistics()
    made = {"trusts": sizes.trusts, "classes": len(rooms) * len(england.calendar.years), **made}
    return Made(made, steps.took)


@contextmanager
def _as_owner() -> Iterator[None]:
    """Let the default connection be the owner's, who alone may alter tables.

    So the small tables, filled through models and services, are in the transaction of the large.
    """
    application = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections["owner"]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = application


def _save_places(*, seed: int, on: dt.date, sizes: Sizes, say: Say) -> list[Room]:
    password = make_password(PASSWORD)  # once: it is slow by design
    rooms: list[Room] = []
    for number in range(sizes.trusts):
        rooms += save_places(number, seed=seed, on=on, sizes=sizes, password=password)
        if (number + 1) % 10 == 0:
            say(f"Trusts: {number + 1} of {sizes.trusts}")
    return rooms


def _fill(england: rows.England, steps: Steps) -> dict[str, int]:
    """Fill the large tables, and return how many rows each has got."""
    pupils, terms = england.pupils, len(england.terms)
    made: dict[str, int] = {}

    def counted(name: str, total: int) -> Counted:
        made[name.lower()] = total
        return Counted(name, total, steps.say)

    ids = rows.Ids(
        pupil=reserve(Pupil, pupils),
        plan=reserve(Plan, pupils),
        outcome=reserve(Outcome, pupils),
        target=reserve(TermlyTarget, pupils * terms),
    )
    with steps.step(STEPS[1]):
        copy(Pupil, rows.PUPIL, england.pupil_lines(ids), counted("Pupils", pupils))
        placements = counted("Placements", pupils * len(england.years))
        copy(Placement, rows.PLACEMENT, england.placement_lines(), placements)
        copy(Plan, rows.PLAN, england.plan_lines(ids), counted("Plans", pupils))
        copy(Outcome, rows.OUTCOME, england.outcome_lines(ids), counted("Outcomes", pupils))
    with steps.step(STEPS[2]):
        baselines = counted("Baselines", pupils * rows.STRANDS)
        copy(Baseline, rows.BASELINE, england.baseline_lines(), baselines)
    with steps.step(STEPS[3]):
        targets = counted("Termly targets", pupils * terms)
        copy(TermlyTarget, rows.TARGET, england.target_lines(ids), targets)
    with steps.step(STEPS[4]):
        attendance = counted("Half terms of attendance", pupils * len(england.half_terms))
        copy(AttendanceTotal, rows.ATTENDANCE, england.attendance_lines(), attendance)
    with steps.step(STEPS[5]):
        judged = (pupils * (terms - 1) + england.judged_now) * rows.STRANDS
        judgements = counted("Judgements", judged)
        copy(Judgement, rows.JUDGEMENT, england.judgement_lines(), judgements)
    return made


def _put_back(taken: TakenOff, say: Say) -> None:
    done = Counted("Keys and indexes", len(taken.back), say)
    put_back(taken, each=done.add)


def _gather_statistics() -> None:
    """Do at once what PostgreSQL does by itself in the hour after: look at all rows.

    Without it plans take full tables for empty ones, and whoever reads first pays for it.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"VACUUM {', '.join(model._meta.db_table for model in LARGE)}")
        cursor.execute("ANALYZE")

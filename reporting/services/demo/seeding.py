"""Puts the demo into the database: two trusts, of whom nobody is real."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.models import Model

from assessment.models import Baseline, Judgement, Stream
from assessment.services.streams.files import read_stream, shipped_streams
from assessment.services.streams.versions import IN_USE_AT_ONCE, load_shipped_streams
from parrcs.core.tenancy import in_trust
from pupils.models import Outcome, Placement, Plan, Pupil, Route, TermlyTarget
from reporting.services.demo.agreements import save_agreements
from reporting.services.demo.aims import save_aims
from reporting.services.demo.calendar import Calendar, make_calendar
from reporting.services.demo.celebrating import save_celebrating
from reporting.services.demo.compliance import save_compliance
from reporting.services.demo.early import EarlyYears, save_early_years
from reporting.services.demo.material import TrustEntry, trusts
from reporting.services.demo.moves import move_one, save_moves
from reporting.services.demo.notes import Notes, save_notes
from reporting.services.demo.notices import save_notices
from reporting.services.demo.people import Staff, proved
from reporting.services.demo.plans import Plans
from reporting.services.demo.progress import Progress
from reporting.services.demo.reviews import save_reviews
from reporting.services.demo.roll import Roll, Unit
from reporting.services.demo.targets import go_on, in_order_of_time
from reporting.services.demo.wider import Wider, save_wider
from reporting.services.demo.windows import save_windows
from reporting.services.demo.writing import save_writing
from schools.choices import SchoolKind
from schools.models import (
    ARB,
    AcademicYear,
    ClassGroup,
    Membership,
    School,
    Term,
    Trust,
    User,
    Window,
)

LA_CODE = "999"  # no local authority has it
BATCH = 5000


class AlreadySeededError(Exception):
    """The demo is there already."""


@dataclass(frozen=True)
class Imagined:
    """One trust as it was thought up: nothing of it is saved yet."""

    calendar: Calendar
    hosts: list[School]
    units: list[Unit]
    roll: Roll
    progress: Progress
    staff: Staff
    plans: Plans
    wider: Wider
    early: EarlyYears
    notes: Notes


@transaction.atomic
def seed_demo(*, seed: int, on: dt.date, entries: Sequence[TrustEntry] | None = None) -> None:
    """Make the demo's trusts as they are on a day: all of it, or nothing.

    The same seed and day make the same rows. `entries` may be other trusts than those of the
    files, which tests use.
    """
    entries = trusts().trusts if entries is None else entries
    if Trust.objects.filter(uid__in=[entry.uid for entry in entries]).exists():
        raise AlreadySeededError
    known: list[User] = []
    for entry in entries:
        imagined = imagine(entry, known, seed=seed, on=on)
        trust = Trust.objects.create(uid=entry.uid, name=entry.name)
        with in_trust(trust.pk):
            _save(imagined)
            _plan_for_full_tables()
            save_aims(trust, on=on, rng=random.Random(seed))  # noqa: S311 - a story, no secret
            save_celebrating(on=on, rng=random.Random(seed))  # noqa: S311 - a story, no secret
            save_windows(on=on, rng=random.Random(seed))  # noqa: S311 - a story, no secret
            save_agreements(on=on, rng=random.Random(seed))  # noqa: S311 - a story, no secret
            save_reviews(on=on, rng=random.Random(seed))  # noqa: S311 - a story, no secret
            save_compliance(on=on, rng=random.Random(seed))  # noqa: S311 - a story, no secret
            save_moves(on=on, rng=random.Random(seed))  # noqa: S311 - a story, no secret
            save_notices(on=on, rng=random.Random(seed))  # noqa: S311 - a story, no secret
            save_writing(on=on, rng=random.Random(seed))  # noqa: S311 - a story, no secret
        known += imagined.staff.users


def imagine(entry: TrustEntry, known: list[User], *, seed: int, on: dt.date) -> Imagined:
    """Think up one trust, from its description and a seed alone: no database is needed.

    `known` are the accounts made for the trusts before it.
    """

    def dice(of: str) -> random.Random:
        # One stream of chance for each part, so that a change in one leaves the others.
        return random.Random(f"{seed} {entry.uid} {of}")  # noqa: S311 - a story, no secret

    streams = [
        stream for stream in map(read_stream, shipped_streams()) if stream.code in IN_USE_AT_ONCE
    ]
    calendar = make_calendar(on)
    hosts, units = _places(entry)
    roll = Roll(units, calendar, dice("roll"), LA_CODE)
    progress = Progress(roll, calendar, streams, dice("progress"))
    staff = Staff(entry, units, known, dice("people"))
    plans = Plans(roll, calendar, progress, staff, dice("plans"))
    go_on(plans, calendar, dice("targets"))
    wider = Wider(roll, calendar, progress, staff, dice("wider"))
    early = EarlyYears(roll, calendar, progress, staff, dice("early years"))
    notes = Notes(roll, calendar, progress, staff, plans, dice("notes"))
    move_one(roll, calendar)
    return Imagined(calendar, hosts, units, roll, progress, staff, plans, wider, early, notes)


def _places(entry: TrustEntry) -> tuple[list[School], list[Unit]]:
    opened_on = dt.date(2014, 9, 1)
    hosts = {
        host.name: School(
            urn=host.urn,
            name=host.name,
            kind=SchoolKind.MAINSTREAM,
            la_code=LA_CODE,
            establishment_number=host.number,
            phase=host.phase,
            of_trust=False,
        )
        for host in entry.hosts
    }
    schools = {
        school.name: Unit(
            school,
            School(
                urn=school.urn,
                name=school.name,
                kind=SchoolKind.SPECIAL,
                la_code=LA_CODE,
                establishment_number=school.number,
                phase="Not applicable",
                opened_on=opened_on,
            ),
            None,
        )
        for school in entry.schools
    }
    arbs = [
        Unit(
            arb,
            schools[arb.school].school,
            ARB(
                school=schools[arb.school].school,
                host=hosts[arb.host],
                name=arb.name,
                opened_on=arb.opened,
            ),
        )
        for arb in entry.arbs
    ]
    return list(hosts.values()), [*schools.values(), *arbs]


def _plan_for_full_tables() -> None:
    """Keep PostgreSQL from taking tables that were filled in this transaction for empty.

    They have no statistics before it ends; one row by one, some joins would take minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")


def _save(imagined: Imagined) -> None:
    calendar, roll = imagined.calendar, imagined.roll
    load_shipped_streams(approved_from=calendar.years[0].starts_on)
    _insert(School, imagined.hosts)
    _insert(School, [unit.school for unit in imagined.units if unit.arb is None])
    _insert(ARB, [unit.arb for unit in imagined.units if unit.arb is not None])
    _insert(AcademicYear, calendar.years)
    _insert(Term, calendar.terms)
    _insert(Window, calendar.windows)
    rooms = [room for unit in imagined.units for year in unit.rooms for room in unit.rooms[year]]
    _insert(ClassGroup, [room.group for room in rooms])
    _insert(User, imagined.staff.users)
    _insert(EmailAddress, proved(imagined.staff.users))
    _insert(Membership, imagined.staff.memberships)
    _insert(Pupil, [child.pupil for child in roll.children])
    routes = {route.code: route.pk for route in Route.objects.all()}
    _insert(
        Placement,
        [
            Placement(
                pupil_id=child.pupil.pk,
                school_id=stay.room.unit.school.pk,
                arb_id=stay.room.unit.arb.pk if stay.room.unit.arb else None,
                class_group_id=stay.room.group.pk,
                route_id=routes[child.route],
                starts_on=stay.starts_on,
                ends_on=stay.ends_on,
            )
            for child in roll.children
            for stay in child.stays
        ],
    )
    _save_progress(imagined)
    _insert(Plan, imagined.plans.plans)
    _insert(Outcome, imagined.plans.outcomes)
    for targets in in_order_of_time(imagined.plans.targets):
        _insert(TermlyTarget, targets)
    save_wider(imagined.wider)
    save_early_years(imagined.early)
    save_notes(imagined.notes)


def _save_progress(imagined: Imagined) -> None:
    strands, points = {}, {}
    for stream in Stream.objects.prefetch_related("strands", "points"):
        for strand in stream.strands.all():
            strands[stream.code, strand.code] = strand.pk
        for point in stream.points.all():
            points[stream.code, int(point.value)] = point.pk
    staff, progress = imagined.staff, imagined.progress
    _insert(
        Baseline,
        [
            Baseline(
                pupil_id=child.pupil.pk,
                strand_id=strands[key.stream, key.code],
                point_id=points[key.stream, value],
                judged_on=base.judged_on,
                replaced_on=base.replaced_on,
                judged_by_id=staff.teacher(base.room).pk,
            )
            for child, learner in progress.learners.items()
            for base in learner.bases
            for key, value in base.values.items()
        ],
    )
    _insert(
        Judgement,
        [
            Judgement(
                pupil_id=each.child.pupil.pk,
                strand_id=strands[each.strand.stream, each.strand.code],
                term_id=imagined.calendar.terms[each.term].pk,
                point_id=points[each.strand.stream, each.value],
                judged_by_id=staff.teacher(each.room).pk,
                judged_at=each.judged_at,
            )
            for each in progress.judged
        ],
    )


def _insert[M: Model](model: type[M], rows: Sequence[M]) -> None:
    model._default_manager.bulk_create(rows, batch_size=BATCH)

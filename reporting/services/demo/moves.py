"""The demo's signed class lists, a pupil who moved in mid-term, and classes of the next year."""

import datetime as dt
import random

from parrcs.core.access import Role
from pupils.choices import PrimaryNeed
from pupils.models import ClassListCheck, ClassListLine, Placement
from reporting.services.demo.calendar import Calendar
from reporting.services.demo.roll import Roll, Stay
from schools.models import AcademicYear, ClassGroup, Membership, School, Term
from schools.selectors.calendar import current_term

MOVER_FROM = "Moorland School"
NEXT_CLASSES_OF = "Beacon School"
REMARKS = (
    "Started with us on the Monday, not at the beginning of the month.",
    "Comes to us on Mondays only; the rest of the week is in the class next door.",
    "The primary need was changed at the annual review in June.",
)
MISSING = "A boy who started with us last week is not on it yet."
DAY = dt.timedelta(days=1)


def move_one(roll: Roll, calendar: Calendar) -> None:
    """Let a pupil of another school come to an ARB after the term's census, if it is over."""
    on, term = calendar.on, calendar.terms[calendar.current]
    year, day = len(calendar.years) - 1, on - 6 * DAY
    rooms = [room for unit in roll.units if unit.arb for room in unit.rooms.get(year, ())]
    if not rooms or not term.census_on < day <= term.ends_on:
        return
    for child in sorted(roll.children, key=lambda c: (c.pupil.last_name, c.pupil.first_name)):
        held = child.on(on)
        if (
            held is not None
            and held.ends_on is None
            and held.starts_on < day
            and held.room.unit.arb is None
            and held.room.unit.school.name == MOVER_FROM
            and child.pupil.primary_need != PrimaryNeed.PMLD
        ):
            held.ends_on = day - DAY
            child.stays.append(Stay(rooms[0], day))
            return


def save_moves(*, on: dt.date, rng: random.Random) -> None:
    """Sign most lists of the year, and set up next year's classes of a school.

    Needs `in_trust`.
    """
    term = current_term(on).term
    if term is None:
        return
    _signed(term, on, rng)
    _next_year(term)


def _signed(term: Term, on: dt.date, rng: random.Random) -> None:
    """Let every teacher but one in six have signed by the census day, some with a remark."""
    first = Term.objects.filter(year=term.year_id).order_by("starts_on").first()
    if first is None or on <= first.starts_on + 3 * DAY:
        return
    teachers = {
        each.class_group_id: each.person_id
        for each in Membership.objects.live().filter(role=Role.TEACHER, class_group__isnull=False)
    }
    heads = {
        each.school_id: each.person_id for each in Membership.objects.live().filter(role=Role.HEAD)
    }
    for number, group in enumerate(
        ClassGroup.objects.filter(year=term.year_id).order_by("school__name", "name")
    ):
        if group.pk not in teachers or number % 6 == 5:
            continue
        day = min(first.starts_on + rng.randint(4, 20) * DAY, on)
        at = dt.datetime.combine(day, dt.time(15, rng.randint(0, 59)), dt.UTC)
        check = ClassListCheck.objects.create(
            class_group=group, signed_by_id=teachers[group.pk], signed_at=at
        )
        lines = [
            ClassListLine(
                list_check=check,
                pupil_id=row.pupil_id,
                route_id=row.route_id,
                primary_need=row.pupil.primary_need,
                starts_on=row.starts_on,
            )
            for row in Placement.objects.on(day)
            .filter(class_group=group)
            .select_related("pupil")
            .order_by("pupil__last_name", "pupil__first_name")
        ]
        if number % 4 == 1 and lines:
            said = rng.choice(lines)
            said.remark = REMARKS[number // 4 % len(REMARKS)]
            if number % 8 == 1 and group.school_id in heads:
                said.settled_by_id, said.settled_at = heads[group.school_id], at + 2 * DAY
        if number % 8 == 3:
            lines.append(ClassListLine(list_check=check, remark=MISSING))
        ClassListLine.objects.bulk_create(lines)


def _next_year(term: Term) -> None:
    """Set up the classes of one school for the year to come, to move pupils into."""
    year = AcademicYear.objects.get(pk=term.year_id)
    school = School.objects.filter(name=NEXT_CLASSES_OF).first()
    if school is None:
        return
    start = year.ends_on + DAY
    following = AcademicYear.objects.create(
        name=f"{start.year}/{(start.year + 1) % 100:02}",
        starts_on=start,
        ends_on=dt.date(start.year + 1, 8, 31),
    )
    ClassGroup.objects.bulk_create(
        ClassGroup(school=school, year=following, name=name)
        for name in ClassGroup.objects.filter(school=school, arb=None, year=year).values_list(
            "name", flat=True
        )
    )

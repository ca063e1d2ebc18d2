"""The demo's early-years class: six children, from the nursery year on, by the learning goals."""

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from allauth.account.models import EmailAddress

from assessment.models import Baseline, Judgement, Strand, Stream
from assessment.services.streams.approval import Expected, put_in_use
from pupils.choices import AreaOfNeed, PlanKind, PrimaryNeed, Sex
from pupils.measures import upn_check_letter
from pupils.models import Outcome, Placement, Plan, Pupil, Route
from reporting.selectors.trackers_early import EARLY_YEARS
from reporting.services.demo.calendar import Calendar
from reporting.services.demo.material import Namer, trusts
from reporting.services.demo.people import Staff, proved
from reporting.services.demo.progress import Progress
from reporting.services.demo.roll import Roll, Room, Unit
from schools.choices import RoleChoice
from schools.models import ClassGroup, Membership, User

# The school that has the class, and how many children are in it.
SCHOOL, CHILDREN = "Beacon School", 6
# Who teaches it, for the list of accounts: role, e-mail, what they see.
EARLY_ACCOUNT = (
    "teacher",
    "early-years@harbour.example",
    "Wagtail class, and the early-years tracker",
)
# They joined in the summer of last year, when they were in nursery.
FIRST_TERM = 5
NEEDS = (PrimaryNeed.ASD, PrimaryNeed.SLCN, PrimaryNeed.SLD, PrimaryNeed.DS)
OUTCOMES = (
    (AreaOfNeed.COMMUNICATION, "Asks for what is wanted with a word, a sign or a picture."),
    (AreaOfNeed.SEMH, "Joins a small group for an activity that an adult leads."),
)


@dataclass(eq=False)
class Child:
    """A child of the class, and how readily goals are reached."""

    pupil: Pupil
    plan: Plan
    outcomes: list[Outcome]
    talent: float


class EarlyYears:
    """Thinks up the class; without the school there is none."""

    def __init__(
        self,
        roll: Roll,
        calendar: Calendar,
        progress: Progress,
        staff: Staff,
        rng: random.Random,
    ) -> None:
        self.rooms: list[Room] = []
        self.children: list[Child] = []
        self.teacher: User | None = None
        self.membership: Membership | None = None
        self.calendar, self.progress, self.rng = calendar, progress, rng
        unit = next((u for u in roll.units if u.arb is None and u.school.name == SCHOOL), None)
        if unit is None:
            return
        used = {
            room.group.name
            for each in roll.units
            if each.school is unit.school
            for rooms in each.rooms.values()
            for room in rooms
        }
        name = next(n for n in reversed(trusts().themes[unit.entry.theme]) if n not in used)
        for year in range(1, len(calendar.years)):
            group = ClassGroup(school=unit.school, year=calendar.years[year], name=name)
            self.rooms.append(Room(unit, year, len(unit.rooms[year]), group))
        self._people(unit, roll, staff)

    def _people(self, unit: Unit, roll: Roll, staff: Staff) -> None:
        taken = {(c.pupil.first_name, c.pupil.last_name) for c in roll.children}
        namer = Namer(self.rng)
        self.teacher = User(
            email=f"early-years@{staff.users[0].email.rpartition('@')[2]}",
            name="Nancy Rowntree",
            password=staff.users[0].password,
        )
        self.membership = Membership(
            person=self.teacher, role=RoleChoice.TEACHER, class_group=self.rooms[-1].group
        )
        born = dt.date(self.calendar.years[-1].starts_on.year - 5, 9, 1)
        for serial in count(901):
            if len(self.children) == CHILDREN:
                break
            sex = Sex.MALE if self.rng.random() < 0.69 else Sex.FEMALE
            first, last, _ = namer.name(sex)
            if (first, last) in taken:
                continue
            school = unit.school
            place = f"{school.la_code}{school.establishment_number}{(born.year + 5) % 100:02}"
            pupil = Pupil(
                upn=upn_check_letter(f"{place}{serial}") + f"{place}{serial}",
                first_name=first,
                last_name=last,
                born_on=born + dt.timedelta(days=self.rng.randrange(365)),
                sex=sex,
                primary_need=self.rng.choice(NEEDS),
                pupil_premium=self.rng.random() < 0.4,
            )
            starts_on = self.calendar.terms[FIRST_TERM].starts_on
            plan = Plan(pupil=pupil, kind=PlanKind.EHCP, starts_on=starts_on)
            outcomes = [Outcome(plan=plan, area=area, text=text) for area, text in OUTCOMES]
            talent = 0.9 - 0.15 * len(self.children)
            self.children.append(Child(pupil, plan, outcomes, talent))


def save_early_years(early: EarlyYears) -> None:
    """Save the class with its placements, baselines and judgements. Needs `in_trust`."""
    if not early.rooms or early.teacher is None or early.membership is None:
        return
    terms, route = early.calendar.terms, Route.objects.get(code=EARLY_YEARS)
    stream = Stream.objects.filter(code=EARLY_YEARS).latest("pk")
    points, better = stream.proposed["expected"][route.code], stream.proposed["better"]
    expected = {route.pk: Expected(Decimal(points), Decimal(better))}
    put_in_use(stream=stream, starts_on=early.calendar.years[1].starts_on, expected=expected)
    groups = ClassGroup.objects.bulk_create([room.group for room in early.rooms])
    early.teacher.save()
    EmailAddress.objects.bulk_create(proved([early.teacher]))
    early.membership.save()
    Pupil.objects.bulk_create(child.pupil for child in early.children)
    Plan.objects.bulk_create(child.plan for child in early.children)
    Outcome.objects.bulk_create(o for child in early.children for o in child.outcomes)
    moved_up = early.calendar.years[-1].starts_on
    stays = (
        (groups[0], terms[FIRST_TERM].starts_on, moved_up - dt.timedelta(days=1)),
        (groups[-1], moved_up, None),
    )
    Placement.objects.bulk_create(
        Placement(
            pupil=child.pupil,
            school=group.school,
            class_group=group,
            route=route,
            starts_on=first,
            ends_on=last,
        )
        for child in early.children
        for group, first, last in stays
    )
    _judge(early, stream)


def _judge(early: EarlyYears, stream: Stream) -> None:
    """Let each child reach goals, prime ones first; what was reached is held on to."""
    rng, terms, current = early.rng, early.calendar.terms, early.calendar.current
    emerging, reached = stream.points.order_by("value")
    strands = list(Strand.objects.filter(stream=stream).order_by("position"))
    first_day = terms[FIRST_TERM].starts_on + dt.timedelta(days=14)
    baselines, judgements = [], []
    for number, child in enumerate(early.children):
        for place, strand in enumerate(strands):
            ease = child.talent * (1.1 if place < 7 else 0.8)
            point = reached if rng.random() < ease / 3 else emerging
            baselines.append(
                Baseline(
                    pupil=child.pupil,
                    strand=strand,
                    point=point,
                    judged_on=first_day,
                    judged_by=early.teacher,
                )
            )
            for term in range(FIRST_TERM, current + 1):
                # This term the teacher has come to the first four children only.
                if term == current and number >= 4:
                    continue
                if rng.random() < ease:
                    point = reached
                judgements.append(
                    Judgement(
                        pupil=child.pupil,
                        strand=strand,
                        term=terms[term],
                        point=point,
                        judged_by=early.teacher,
                        judged_at=early.progress.moment(early.rooms[-1], term),
                    )
                )
    Baseline.objects.bulk_create(baselines)
    Judgement.objects.bulk_create(judgements)

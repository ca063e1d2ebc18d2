"""The demo's import, a leaver whose record is due to be erased, and a request for a record.

A head has sent a list of new starters, of whom two are not right yet.
"""

import csv
import datetime as dt
from contextlib import suppress
from io import StringIO

import pghistory
from django.utils import timezone

from assessment.models import Note
from exchange.choices import AskedBy, ImportKind
from exchange.measures import years_before
from exchange.models import AccessRequest, Import
from exchange.selectors.transfers import LEAVERS, groups_to_send
from exchange.services.imports import send_file
from exchange.services.runs import go_on
from exchange.services.transfers import TransferRefused, make_transfer
from parrcs.core.access import Access, Permission, Role
from parrcs.core.tenancy import in_trust
from pupils.choices import AreaOfNeed, PlanKind, PrimaryNeed, Sex
from pupils.measures import upn_check_letter
from pupils.models import Outcome, Placement, Plan, Pupil
from pupils.selectors.places import places_to_fill
from schools.models import User
from schools.selectors.people import workplaces

HEAD = "head@harbour.example"
NAME = "New starters.csv"
# A secondary school of the same invented LA.
NEXT_SCHOOL = "9994444"
_HEADINGS = "UPN,Legal Surname,Preferred Forename,DOB,Gender,SEN Need,PP,Reg Group,Pathway,"
_NEW = (
    ("Adeyemi", "Tobi", "12/05/2018", "M", "Autism", "Y"),
    ("Brennan", "Niamh", "03/11/2017", "F", "SLCN", "N"),
    ("Chowdhury", "Aisha", "21/02/2018", "F", "SLD", "N"),
    ("Dale", "Finley", "30/02/2018", "M", "MLD", "Y"),
    ("Evans", "Carys", "09/08/2017", "F", "Dyspraxia", "N"),
)


def seed_imports() -> None:
    """Send and check the list, unless it was sent before or the demo is not there."""
    person = User.objects.filter(email=HEAD).first()
    if person is None:
        return
    with in_trust(None, person_id=person.pk):
        access = next(place.access for place in workplaces(person.pk))
    with pghistory.context(person=person.pk), in_trust(access.trust_id, person_id=person.pk):
        if Import.objects.exists():
            return
        places = places_to_fill(access)
        school_id = next(g.school_id for g in access.grants if g.role is Role.HEAD and g.school_id)
        school = next(each for each in places.schools if each.pk == school_id)
        run = send_file(
            by=access, kind=ImportKind.PUPILS, name=NAME, content=_list(school_id), school=school
        )
    go_on(trust_id=access.trust_id, import_id=run.pk)
    with pghistory.context(person=person.pk), in_trust(access.trust_id, person_id=person.pk):
        _send_leavers_on(access)


def _send_leavers_on(access: Access) -> None:
    """Make a transfer file of last year's leavers, so that the list of files has a line."""
    groups = (each for held in groups_to_send(access).values() for each in held)
    leavers = next((each for each in groups if each.key.startswith(LEAVERS)), None)
    since = timezone.localdate() - dt.timedelta(days=365)
    # A demo in which nobody has left has no such file.
    with suppress(TransferRefused):
        if leavers is not None:
            make_transfer(by=access, group=leavers, since=since, to=NEXT_SCHOOL, protected_too=True)


def seed_keeping() -> None:
    """Let somebody have left long ago, and a parent ask for a record; once."""
    person = User.objects.filter(email=HEAD).first()
    if person is None:
        return
    with in_trust(None, person_id=person.pk):
        access = next(place.access for place in workplaces(person.pk))
    with pghistory.context(person=person.pk), in_trust(access.trust_id, person_id=person.pk):
        if AccessRequest.objects.exists():
            return
        today = timezone.localdate()
        here = (
            Placement.objects.on(today)
            .filter(school__in=access.reach(Permission.COPY_RECORD).school_ids, arb=None)
            .select_related("pupil", "school", "route")
            .order_by("pk")[1]
        )
        AccessRequest.objects.create(
            pupil=here.pupil,
            asked_by=AskedBy.PARENT,
            received_on=today - dt.timedelta(days=12),
            entered_by=person,
        )
        _long_gone(here, person, today)


def _long_gone(here: Placement, person: User, today: dt.date) -> None:
    """Make a pupil who left six years ago and has turned 25, whom a note on another names."""
    born_on = years_before(today, 25) - dt.timedelta(days=40)
    left_on = dt.date(today.year - 6, 7, 20)
    rest = f"9994001{left_on:%y}950"
    gone = Pupil.objects.create(
        upn=upn_check_letter(rest) + rest,
        first_name="Rowan",
        last_name="Ashby",
        born_on=born_on,
        sex=Sex.MALE,
        primary_need=PrimaryNeed.MLD,
    )
    came_on = dt.date(left_on.year - 7, 9, 3)
    Placement.objects.create(
        pupil=gone, school=here.school, route=here.route, starts_on=came_on, ends_on=left_on
    )
    plan = Plan.objects.create(pupil=gone, kind=PlanKind.EHCP, starts_on=came_on, ends_on=left_on)
    Outcome.objects.create(
        plan=plan, area=AreaOfNeed.COGNITION, text="Reads the timetable of a bus."
    )
    for subject, words in (
        (gone, "Read the timetable at the stop without help."),
        (here.pupil, f"Read the bus timetable with {gone}, as a buddy."),
    ):
        Note.objects.create(
            pupil=subject, seen_on=left_on - dt.timedelta(days=30), text=words, written_by=person
        )


def _list(school_id: int) -> bytes:
    """Return the new starters, and one who is here already and whose surname has changed."""
    now = timezone.localdate()
    here = (
        Placement.objects.on(now)
        .filter(school=school_id, arb=None, class_group__isnull=False)
        .select_related("pupil", "class_group", "route")
        .order_by("pk")[0]
    )
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([*_HEADINGS.split(",")[:-1], "Admission Date", "Home language"])
    where = (here.class_group.name, here.route.name, f"{now:%d/%m/%Y}")
    year = f"{now:%y}"
    for number, (*said, premium) in enumerate(_NEW, start=901):
        rest = f"9994001{year}{number}"
        writer.writerow([upn_check_letter(rest) + rest, *said, premium, *where, "English"])
    pupil: Pupil = here.pupil
    known = (f"{pupil.born_on:%d/%m/%Y}", pupil.sex, pupil.primary_need, "", "", "", "", "English")
    writer.writerow([pupil.upn, f"{pupil.last_name}-Marsh", pupil.first_name, *known])
    return text.getvalue().encode()

"""The demo's import: a head has sent a list of new starters, of whom two are not right yet."""

import csv
from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pghistory
from django.utils import timezone

from exchange.choices import ImportKind
from exchange.models import Import
from exchange.selectors.transfers import LEAVERS, groups_to_send
from exchange.services.imports import send_file
from exchange.services.runs import go_on
from exchange.services.transfers import TransferRefused, make_transfer
from parrcs.core.access import Access, Role
from parrcs.core.tenancy import in_trust
from pupils.measures import upn_check_letter
from pupils.models import Placement, Pupil
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
    since = timezone.localdate() - timedelta(days=365)
    # A demo in which nobody has left has no such file.
    with suppress(TransferRefused):
        if leavers is not None:
            make_transfer(by=access, group=leavers, since=since, to=NEXT_SCHOOL, protected_too=True)


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

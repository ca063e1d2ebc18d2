"""What pages of reports ask of the database: as much for many pupils and schools as for few."""

from collections.abc import Callable, Sequence

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parrcs.core.access import Role
from reporting.choices import ReportKind, ReportStatus
from reporting.measures.small_numbers import Figures
from reporting.models import ReportBatch, ReportRun
from reporting.reports.hiding import Hidden
from schools.models import School
from tests.full_school import add_schools, fill_schools, widen
from tests.reporting.conftest import stored
from tests.world import World

type SignIn = Callable[[Role], Client]

FEW, MANY = 6, 40
# As a draft keeps it, with nothing in it.
NOTHING = {"title": "Report", "sections": []}
HIDDEN = Hidden(Figures({}), frozenset()).as_json()


@pytest.fixture
def wide(world: World) -> World:
    """A trust of two schools, of few pupils and of many."""
    # There are no statistics before the transaction ends: row by row, some joins take minutes.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
    widen(world)
    fill_schools(world, [world.school], pupils=FEW)
    fill_schools(world, [world.other_school], pupils=MANY, seed=2)
    return world


def asked(client: Client, addresses: Sequence[str]) -> dict[str, int]:
    """Return how many queries each page takes."""
    found = {}
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200, address
        found[address] = len(queries)
    return found


def test_a_large_school_asks_as_much_as_a_small_one(wide: World, sign_in: SignIn) -> None:
    lead = sign_in(Role.TRUST_LEAD)
    schools = (wide.school, wide.other_school)
    for school in schools:
        stored(wide, school=school, snapshot=NOTHING)
        stored(wide, ReportStatus.PUBLISHED, school=school, snapshot=NOTHING)
    term = wide.term.pk
    of_schools = [
        [
            reverse("ht_report", args=(each.pk, term)),
            reverse("write_report", args=(each.pk, term)),
            reverse("next_steps", args=(each.pk, term)),
            reverse("term_counts", args=(each.pk, term)),
            reverse("ht_report_chart", args=(each.pk, term, "core")),
            reverse("school_year", args=(each.pk,)),
        ]
        for each in schools
    ]
    asked(lead, of_schools[0][:1])  # what is asked once
    small, large = (list(asked(lead, each).values()) for each in of_schools)
    assert small == large
    assert max(small) <= 75


def test_many_schools_ask_as_much_as_two(wide: World, sign_in: SignIn) -> None:
    lead, term = sign_in(Role.TRUST_LEAD), wide.term.pk
    _published(wide, [wide.school, wide.other_school])
    stored(
        wide,
        kind=ReportKind.TRUSTEE,
        school=None,
        snapshot=NOTHING,
        figures={"whole": NOTHING},
    )
    batch = ReportBatch.objects.create(term=wide.term, asked_by=wide.people[Role.TRUST_LEAD])
    _asked_for(wide, batch, [wide.school, wide.other_school])
    addresses = [
        reverse("trust_report", args=(term,)),
        reverse("trust_write_report", args=(term,)),
        reverse("trust_report_chart", args=(term, "funnel")),
        reverse("reports"),
        reverse("reading_room"),
        reverse("report_batch", args=(batch.pk,)),
    ]
    trustee = sign_in(Role.TRUSTEE)
    asked(lead, addresses[:1])  # what is asked once
    few = asked(lead, addresses)
    few_read = asked(trustee, addresses[4:5])
    more = add_schools(wide, 4)
    fill_schools(wide, more, pupils=12, seed=3)
    _published(wide, more)
    _asked_for(wide, batch, more)
    assert asked(lead, addresses) == few
    assert asked(trustee, addresses[4:5]) == few_read
    assert max(few.values()) <= 75


def _published(world: World, schools: Sequence[School]) -> None:
    for school in schools:
        for kind in (ReportKind.HT, ReportKind.LGB):
            stored(
                world,
                ReportStatus.PUBLISHED,
                school=school,
                kind=kind,
                snapshot=NOTHING,
                figures=HIDDEN,
            )


def _asked_for(world: World, batch: ReportBatch, schools: Sequence[School]) -> None:
    for school in schools:
        ReportRun.objects.create(
            school=school, term=world.term, asked_by=batch.asked_by, batch=batch, purpose="draft"
        )

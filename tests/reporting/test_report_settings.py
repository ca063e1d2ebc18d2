"""A trust chooses how its reports look and what they hide; governors find what is out for them."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from reporting.choices import ReportKind, ReportStatus
from reporting.models import ReportSettings
from tests.reporting.conftest import stored
from tests.world import World

type SignIn = Callable[[Role], Client]

CHOICES = {"colour": "#123456", "largest_small": "7", "fewest_of": "10"}


def test_the_trust_lead_sets_colour_and_hiding_and_changes_them(
    world: World, sign_in: SignIn
) -> None:
    lead = sign_in(Role.TRUST_LEAD)
    address = reverse("report_settings")
    assert 'value="#14555a"' in lead.get(address).content.decode()
    assert lead.post(address, CHOICES).status_code == 302
    held = ReportSettings.objects.get()
    assert (held.colour, held.largest_small, held.fewest_of) == ("#123456", 7, 10)
    assert lead.post(address, {**CHOICES, "largest_small": "6"}).status_code == 302
    assert ReportSettings.objects.get().largest_small == 6


def test_what_cannot_be_read_or_hides_too_little_is_refused(world: World, sign_in: SignIn) -> None:
    lead = sign_in(Role.TRUST_LEAD)
    address = reverse("report_settings")
    for wrong, words in (
        ({"colour": "#ffff00"}, "Choose a darker colour"),
        ({"colour": "red; }"}, "Choose a colour"),
        ({"largest_small": "3"}, "Select a valid choice"),
        ({"fewest_of": "2"}, "Select a valid choice"),
    ):
        page = lead.post(address, {**CHOICES, **wrong})
        assert page.status_code == 200
        assert words in page.content.decode()
    assert not ReportSettings.objects.exists()
    for role in (Role.HEAD, Role.ASSESSMENT_LEAD, Role.GOVERNOR):
        assert sign_in(role).post(address, CHOICES).status_code == 403


def test_the_reading_room_has_what_is_out_for_whom(world: World, sign_in: SignIn) -> None:
    out: dict[str, Any] = {"status": ReportStatus.PUBLISHED, "version": 2}
    stored(world, ReportStatus.SUPERSEDED, kind=ReportKind.LGB, version=1)
    mine = stored(world, kind=ReportKind.LGB, **out)
    head = stored(world, kind=ReportKind.HT, **out)
    others = stored(world, kind=ReportKind.LGB, school=world.other_school, **out)
    trust = stored(world, kind=ReportKind.TRUSTEE, school=None, **out)
    draft = stored(world, kind=ReportKind.LGB)
    room = reverse("reading_room")
    for role, seen in (
        (Role.GOVERNOR, {mine.pk}),
        (Role.TRUSTEE, {mine.pk, others.pk, trust.pk}),
    ):
        reader = sign_in(role)
        page = reader.get(room).content.decode()
        for report in (mine, head, others, trust, draft):
            address = reverse("report", args=(report.pk,))
            assert (f'"{address}"' in page) == (report.pk in seen), (role, report)
            assert reader.get(address).status_code == (200 if report.pk in seen else 404)
        assert "superseded" in page
        assert reader.get(reverse("reports")).headers["Location"] == room


def test_a_reading_room_with_nothing_in_it_says_so(world: World, sign_in: SignIn) -> None:
    page = sign_in(Role.GOVERNOR).get(reverse("reading_room")).content.decode()
    assert "Nothing has been published for you yet" in page

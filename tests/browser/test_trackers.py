"""The assessment lead sets the aims of a class and reads its trackers, at every width."""

import datetime as dt

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessment.models import Aim, Point, Strand
from assessment.services.streams.files import FIXTURES
from assessment.services.streams.versions import load_stream
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, go_to, scrolls_sideways
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.pupils import PlacementFactory, PupilFactory, RouteFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture
def nursery(curlew):
    """The class as an autumn finds it, with two children on the early years route besides."""
    with in_trust(curlew.trust.pk):
        route = RouteFactory(code="early-years", name="Early years", position=9)
        stream = load_stream(
            file=FIXTURES / "streams" / "early-years.yaml", approved_from=dt.date(2024, 9, 1)
        )
        points = list(Point.objects.filter(stream=stream).order_by("value"))
        for _ in range(2):
            child = PupilFactory()
            PlacementFactory(
                pupil=child, school=curlew.school, class_group=curlew.class_group, route=route
            )
            for number, goal in enumerate(Strand.objects.filter(stream=stream)):
                BaselineFactory(pupil=child, strand=goal, point=points[0])
                JudgementFactory(
                    pupil=child, strand=goal, term=curlew.term, point=points[number % 2]
                )
        reading = Strand.objects.get(stream=curlew.developmental, code="reading")
        point = Point.objects.get(stream=curlew.developmental, value=13)
        for pupil in curlew.pupils[:2]:
            JudgementFactory(pupil=pupil, strand=reading, term=curlew.term, point=point)
    return curlew


def test_the_lead_sets_aims_and_reads_the_trackers(nursery, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.ASSESSMENT_LEAD)
    page.goto(reverse("classes"))
    page.get_by_role("link", name="Aims of Curlew").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Curlew: aims for 2026/27")
    pupil = nursery.pupils[1]
    field = page.get_by_label(f"Aim of {pupil} in Reading")
    field.fill("eleven")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("eleven is not a point of Developmental")
    page.get_by_role("link", name="eleven is not").click()
    expect(field).to_be_focused()
    field.fill("13")
    page.get_by_role("button", name="set what is empty as suggested").click()
    expect(page.locator(".message")).to_contain_text("aims saved.")
    expect(field).to_have_value("13")
    expect(page.get_by_role("button", name="set what is empty")).to_have_count(0)
    with in_trust(nursery.trust.pk):
        aim = Aim.objects.get(
            pupil=pupil, strand__code="reading", strand__stream__code="developmental"
        )
        assert (aim.point.code, aim.set_by) == ("13", nursery.people[Role.ASSESSMENT_LEAD])

    page.get_by_role("link", name="Tracker", exact=True).click()
    row = page.get_by_role("row", name=str(pupil))
    expect(row.get_by_role("cell").nth(1)).to_contain_text("aim 13, reached")
    page.get_by_role("link", name="Path").click()
    expect(page.get_by_role("link", name="Path")).to_have_attribute("aria-current", "true")
    expect(row.get_by_role("cell").nth(1)).to_contain_text("9 › 10 › 11 › 13")  # noqa: RUF001
    page.go_back()
    expect(row.get_by_role("cell").nth(1)).to_contain_text("+5")
    for kind in ("PDF", "XLSX"):
        address = page.get_by_role("link", name=kind, exact=True).evaluate("link => link.href")
        assert page.request.get(address).ok
    row.get_by_role("link", name=str(pupil)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{pupil}: tracker")
    go_to(page, "Early years")
    expect(page.get_by_role("heading", level=1)).to_have_text("Early years, Autumn 2026")
    expect(page.locator(".stands")).to_contain_text("16 of 34 at expected")


def test_everyone_can_read_them_at_every_width(nursery, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TRUST_LEAD)
    with in_trust(nursery.trust.pk):
        developmental, early = nursery.developmental.pk, Strand.objects.latest("pk").stream_id
    full, empty = nursery.class_group.pk, nursery.arb_class.pk
    tracker = reverse("class_tracker", args=[full])
    addresses = [
        f"{tracker}?stream={developmental}&show=path",
        f"{tracker}?stream={early}&show=point&term=none",
        reverse("class_tracker", args=[empty]),
        reverse("class_aims", args=[full]),
        reverse("pupil_tracker", args=[nursery.pupils[0].pk]),
        reverse("early_years"),
        f"{reverse('early_years')}?term={nursery.terms[0].pk}",
    ]
    for size in (OFFICE, TABLET, PHONE):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="dark" if size is TABLET else "light")
        for address in addresses:
            page.goto(address)
            assert axe_violations(page) == [], address
            assert not scrolls_sideways(page), address

"""The trust lead brings a stream into use in a browser, and mends a file that was refused."""

import pytest
import yaml
from django.urls import reverse
from playwright.sync_api import Page, expect

from assessment.models import Stream
from assessment.services.streams.files import FIXTURES
from assessment.services.streams.versions import load_core_areas, load_routes, load_shipped_streams
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools.choices import Season
from tests.assessment.streams.conftest import SEPTEMBER
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, go_to, scrolls_sideways
from tests.factories.schools import TermFactory, WindowFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


def looks_right(page: Page) -> None:
    """Everyone can read it at every width, and nothing but a table scrolls sideways."""
    for size in (OFFICE, TABLET, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert axe_violations(page) == []
        assert not scrolls_sideways(page)
    page.set_viewport_size(OFFICE)  # type: ignore[arg-type]


@pytest.fixture
def harbour(harbour):
    with in_trust(harbour.trust.pk):
        Stream.objects.filter(pk=harbour.engagement.pk).update(
            code="old", approved_until=SEPTEMBER.replace(year=2025)
        )
        load_routes(file=FIXTURES / "routes.yaml")
        load_core_areas(file=FIXTURES / "core_areas.yaml")
        WindowFactory(term=TermFactory(year=harbour.term.year, season=Season.SPRING))
    return harbour


def approves_what_is_shown(page):
    """Look at what it does to each school, go back for another look, and approve."""
    shown = page.get_by_role("heading", name="Approve Developmental 2.0 from Spring 2027 on")
    expect(shown).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Change term or figures").click()
    expect(page.get_by_label("Points a term, Formal")).to_have_value("2")
    page.get_by_role("button", name="See what it does").click()
    page.get_by_role("button", name="Approve", exact=True).click()


def test_a_stream_of_ones_own_comes_into_use(harbour, open_page, sign_in_page, tmp_path):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TRUST_LEAD)
    go_to(page, "Streams")
    expect(page.get_by_role("heading", level=1)).to_have_text("Streams")
    expect(page.get_by_role("region", name="Waiting for approval")).to_contain_text("Add one")
    looks_right(page)

    # Started from one that is there, with two slips in it.
    page.get_by_role("link", name="Developmental").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="YAML file").click()
    content = yaml.safe_load(download.value.path().read_text())
    replaces = {
        "version": "1.0",
        "strands": {"decoding": "reading"},
        "points": {str(n): str((n + 1) // 2) for n in range(1, 21)},
    }
    content |= {
        "version": "2.0",
        "description": "Half as many points.",
        "for_whom": "All.",
        "scale": content["scale"][:10],
        "expected": {"formal": 1, "semi-formal": 0.5},
    }
    content["strands"][1] = {"code": "decoding", "name": "Decoding", "core_area": "reading"}
    file = tmp_path / "developmental.yaml"
    file.write_text(yaml.safe_dump(content | {"better": 0.5, "replaces": replaces | {"colour": 1}}))
    page.get_by_role("link", name="Streams").last.click()
    page.get_by_role("link", name="Add a stream").click()
    looks_right(page)
    page.get_by_label("File of the stream").set_input_files(file)
    page.get_by_role("button", name="Check and add").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("region", name="What to mend in the file")).to_contain_text(
        "better\nThis has to be 1 or more", use_inner_text=True
    )
    expect(page.locator(".problems dt")).to_have_count(2)
    looks_right(page)
    file.write_text(yaml.safe_dump(content | {"replaces": replaces}))
    page.get_by_label("File of the stream").set_input_files(file)
    page.get_by_role("button", name="Check and add").click()
    expect(page.get_by_role("status")).to_contain_text("Developmental 2.0 waits for approval.")
    page.get_by_text("Which point becomes which: 19 of 20 change").click()
    looks_right(page)

    # Approved from the spring, by keyboard; one figure is forgotten at first.
    page.get_by_role("link", name="Approve").click()
    page.get_by_label("From", exact=True).select_option("Spring 2027")
    page.get_by_label("Points a term, Formal").fill("")
    page.get_by_label("Points a term, Formal").press("Enter")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Points a term, Formal")).to_be_focused()
    looks_right(page)
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    approves_what_is_shown(page)
    expect(page.get_by_role("status")).to_contain_text("approved from Spring 2027 on")
    expect(page.get_by_role("region", name="What is expected").last).to_contain_text("2")
    page.get_by_role("link", name="Version 1.0").click()
    expect(page.get_by_role("heading", name="How it goes on as 2.0")).to_be_visible()
    page.get_by_role("link", name="Change what is expected").click()
    looks_right(page)
    page.goto(reverse("streams"))
    expect(page.get_by_role("region", name="Past").first).to_contain_text("Engagement")
    looks_right(page)


def test_what_waits_is_removed_and_what_is_used_ends(harbour, open_page, sign_in_page):
    with in_trust(harbour.trust.pk):
        Stream.objects.filter(code="developmental").update(code="ladder")
        load_shipped_streams(approved_from=SEPTEMBER, approve=())
    page = open_page(OFFICE, color_scheme="dark")
    sign_in_page(page, Role.TRUST_LEAD)
    page.goto(reverse("streams"))
    expect(page.locator(".stands")).to_contain_text("6 wait for your approval")
    page.get_by_role("region", name="Waiting for approval").get_by_role(
        "link", name="Early years"
    ).first.click()
    expect(page.get_by_role("heading", name="Literacy")).to_be_visible()
    looks_right(page)
    page.get_by_role("link", name="Remove").click()
    looks_right(page)
    page.get_by_role("button", name="Remove Early years 1.0").click()
    expect(page.locator(".stands")).to_contain_text("5 wait for your approval")
    page.get_by_role("region", name="In use").first.get_by_role("link").first.click()
    page.get_by_role("link", name="Take out of use").click()
    looks_right(page)
    page.get_by_label("Last term of use").select_option("Spring 2027")
    page.get_by_role("button", name="Take it out of use").click()
    expect(page.get_by_role("status")).to_contain_text("in use until the end of Spring 2027")

"""In the demo trust the page's own words lead to the school behind and to the ARB that shines."""

import datetime as dt
import re
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Locator, Page, expect

from parrcs.core.access import Role
from reporting.services.demo import PASSWORD, accounts
from tests.browser.conftest import OFFICE, OpenPage, axe_violations, go_to

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
MOST_CLICKS = 4
LEAD = next(
    each.email for each in accounts() if {r.role for r in each.roles} == {Role.TRUST_LEAD.value}
)


class Clicks:
    """A person's clicks, counted."""

    def __init__(self) -> None:
        self.number = 0

    def on(self, what: Locator) -> None:
        """Click on something, once it is there."""
        self.number += 1
        what.click()


@pytest.fixture
def lead(transactional_db: None, open_page: OpenPage) -> Page:
    """The trust lead of the demo, signed in."""
    call_command("seed_demo", on=dt.date(2026, 11, 20), stdout=StringIO())
    page = open_page(OFFICE)
    page.goto("/")
    page.fill("input[name=login]", LEAD)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/account/" not in url)
    return page


def first_to_look(page: Page) -> Locator:
    return page.get_by_role("region", name="Where to look first")


def test_the_lead_finds_who_is_behind_who_shines_and_whom_it_is_about(lead: Page) -> None:
    behind = Clicks()
    go_to(lead, "Compare")
    behind.number += 1
    line = first_to_look(lead).get_by_role("link", name=re.compile("is behind"))
    expect(line).to_have_text(re.compile("^Moorland School is behind"))
    behind.on(line)
    expect(lead.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^Moorland School: \d+ below expected$")
    )
    assert axe_violations(lead) == []
    # And from there to its classes, by the way back.
    behind.on(lead.get_by_role("navigation", name="Way back").get_by_role("link", name="Moorland"))
    expect(lead.get_by_role("heading", level=1)).to_have_text("Moorland School, class by class")
    behind.on(lead.locator("tr", has_text="Below").first.get_by_role("link").first)
    expect(lead.get_by_role("heading", level=1)).to_have_text(re.compile("pupil by pupil$"))
    assert behind.number <= MOST_CLICKS

    shines = Clicks()
    go_to(lead, "Compare")
    shines.number += 1
    line = first_to_look(lead).get_by_role("link", name=re.compile("shines"))
    expect(line).to_have_text(re.compile("^Tide ARB shines in communication"))
    shines.on(line)
    expect(lead.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^Tide ARB: \d+ at or above expected$")
    )
    assert shines.number <= MOST_CLICKS

    # Who needs help is told where help is looked for as well.
    go_to(lead, "Compare")
    lead.get_by_role("link", name="Learning from each other").click()
    expect(lead.get_by_role("main")).to_contain_text("Moorland School")

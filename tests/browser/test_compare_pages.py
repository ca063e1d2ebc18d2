"""The trust lead reads the comparison by strand, over time and of gains in a browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.reporting.conftest import add_life

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture
def lively(harbour):
    with in_trust(harbour.trust.pk):
        add_life(harbour, pupils=40, seed=1)
    return harbour


@pytest.mark.parametrize("size", [OFFICE, TABLET, PHONE], ids=["1280", "820", "390"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it_at_every_width(lively, open_page, sign_in_page, size, scheme):
    page = open_page(size, color_scheme=scheme)
    sign_in_page(page, Role.TRUST_LEAD)
    for name in ("compare_strands", "compare_terms", "compare_gains"):
        for more in ("", "&strand=all&lens=taught", "&need=VI"):
            page.goto(f"{reverse(name)}?term={lively.term.pk}{more}")
            if more != "&need=VI":
                picture = page.locator("section.sheet img")
                expect(picture).not_to_have_js_property("naturalWidth", 0)
            assert axe_violations(page) == [], (name, more)
            assert not scrolls_sideways(page), (name, more)


def test_the_lead_goes_from_page_to_page_and_keeps_the_choices(lively, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TRUST_LEAD)
    page.goto(f"{reverse('compare')}?term={lively.term.pk}&strand=all")
    pages = page.get_by_role("navigation", name="Compare by")
    pages.get_by_role("link", name="Strands").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Autumn 2026 by strand")
    expect(page.locator("#compare-strand")).to_have_value("all")
    pages.get_by_role("link", name="Over time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Over time, up to Autumn 2026")
    pages.get_by_role("link", name="Gains").click()

    # A school stands beside the trust: numbers, heading and file follow without a new page.
    rows = page.locator("table.gains tbody tr")
    before = rows.count()
    page.locator("#gains-unit").select_option(lively.school.name)
    expect(rows).to_have_count(2 * before)
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        f"{lively.school.name} beside the trust"
    )
    expect(page.get_by_role("link", name="CSV")).to_have_attribute(
        "href", f"list.csv?term={lively.term.pk}&strand=all&unit=school-{lively.school.pk}"
    )
    rows.first.locator('[data-of="none"] a').click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("no progress")

"""The trust lead compares schools in a browser: chooses, opens a number, and comes back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from assessment.models import Baseline, Judgement, Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Pupil
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.factories.pupils import PlacementFactory, PupilFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture
def judged(harbour):
    """Both schools and the ARB with pupils judged in reading; half of them have PP."""
    with in_trust(harbour.trust.pk):
        strand = Strand.objects.get(stream=harbour.developmental, code="reading")
        points = list(Point.objects.filter(stream=harbour.developmental))
        for class_group in (harbour.class_group, harbour.other_class, harbour.arb_class):
            for number in range(8):
                pupil = PupilFactory(pupil_premium=number % 2 == 0)
                PlacementFactory(
                    pupil=pupil,
                    school=class_group.school,
                    arb=class_group.arb,
                    class_group=class_group,
                    route=harbour.routes["semi-formal"],
                )
                Baseline.objects.create(
                    pupil=pupil, strand=strand, point=points[0], judged_on=dt.date(2025, 9, 15)
                )
                Judgement.objects.create(
                    pupil=pupil,
                    strand=strand,
                    term=harbour.term,
                    point=points[number],
                    judged_at=timezone.now(),
                )
        Pupil.objects.filter(placements__school=harbour.other_school).update(primary_need="SLD")
    return harbour


def test_the_lead_chooses_opens_a_number_and_comes_back(judged, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TRUST_LEAD)
    page.goto(f"{reverse('compare')}?term={judged.term.pk}&strand=area.reading")
    expect(page.get_by_role("heading", level=1)).to_have_text("Autumn 2026 compared")
    total = page.locator('tr[data-unit="all"] [data-of="judged"]')
    expect(total).to_contain_text("24 of 31")
    funnel = page.get_by_role("img", name="Funnel:")
    expect(funnel).to_have_js_property("complete", value=True)
    assert funnel.evaluate("image => image.naturalWidth") > 0

    # A choice swaps the numbers in place; the address, the total and the file follow it.
    page.get_by_text("Groups of pupils", exact=True).click()
    page.get_by_label("Pupil premium (PP)").focus()
    page.keyboard.press("ArrowDown")
    expect(total).to_contain_text("12 of 12")
    expect(page.get_by_label("Pupil premium (PP)")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="judgements in")).to_contain_text(
        "12 of 12 judgements in (100 %)"
    )
    assert "pp=yes" in page.url
    expect(page.get_by_role("link", name="CSV")).to_have_attribute(
        "href", f"list.csv?term={judged.term.pk}&strand=area.reading&pp=yes"
    )
    page.get_by_label("Count pupils").select_option("As taught")
    arb = page.locator(f'tr[data-unit="arb-{judged.arb.pk}"]')
    expect(arb).not_to_contain_text("of which")

    # The pupils behind a number, and Back: the choices are still there.
    arb.locator('[data-of="judged"] a').click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{judged.arb.name}: 4 judged")
    expect(page.locator("table tbody tr")).to_have_count(4)
    page.go_back()
    expect(page.get_by_label("Count pupils")).to_have_value("taught")
    expect(page.get_by_label("Pupil premium (PP)")).to_have_value("yes")
    expect(total).to_contain_text("12 of 12")

    # Back once more undoes the last choice, fetched anew: nothing is kept in the browser.
    page.go_back()
    expect(page.get_by_label("Count pupils")).to_have_value("registered")
    expect(arb).to_contain_text("of which")
    assert page.evaluate("sessionStorage.getItem('htmx-history-cache')") is None

    page.get_by_role("link", name="Clear the choices").click()
    expect(page.get_by_label("Strand")).to_have_value("core")


@pytest.mark.parametrize("size", [OFFICE, TABLET, PHONE], ids=["1280", "820", "390"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it_at_every_width(judged, open_page, sign_in_page, size, scheme):
    page = open_page(size, color_scheme=scheme)
    sign_in_page(page, Role.TRUST_LEAD)
    for path in (
        f"{reverse('compare')}?term={judged.term.pk}",
        f"{reverse('compare')}?term={judged.term.pk}&route=nonsense&lens=taught&strand=all",
        f"{reverse('compare')}?term={judged.term.pk}&need=VI",
        f"{reverse('compare_pupils')}?term={judged.term.pk}&unit=all&number=judged",
        f"{reverse('compare_pupils')}?term={judged.term.pk}&unit=all&number=targets-met",
        f"{reverse('compare_sizes')}?term={judged.term.pk}",
        f"{reverse('compare_groups')}?term={judged.term.pk}&strand=area.reading",
        f"{reverse('compare_learning')}?term={judged.term.pk}",
        f"{reverse('compare_inside')}?term={judged.term.pk}&unit=school-{judged.school.pk}",
        f"{reverse('compare_inside')}?term={judged.term.pk}&unit=class-{judged.class_group.pk}",
        f"{reverse('compare_kept')}?page=compare&said=pp%3Dyes",
        reverse("compare_kept"),
    ):
        page.goto(path)
        expect(page.locator(".bar .often [aria-current]")).to_be_in_viewport(ratio=0.99)
        assert axe_violations(page) == []
        assert not scrolls_sideways(page)


def test_a_view_is_sorted_kept_shared_and_found_again(judged, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TRUST_LEAD)
    page.goto(f"{reverse('compare')}?term={judged.term.pk}&strand=area.reading")
    page.get_by_role("columnheader", name="At or above expected").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="At or above expected")).to_have_attribute(
        "aria-sort", "ascending"
    )
    # A choice keeps the order, and the view that is then kept has both.
    page.get_by_label("Count pupils").select_option("As taught")
    page.wait_for_url("**lens=taught**")
    page.get_by_role("link", name="Keep this view").click()
    page.get_by_label("Name").fill("Reading as taught")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("“Reading as taught” is kept.")).to_be_visible()
    page.get_by_role("button", name="Share Reading as taught").click()
    expect(page.get_by_text("Yours, shared")).to_be_visible()
    page.get_by_role("link", name="Reading as taught").click()
    expect(page.get_by_label("Count pupils")).to_have_value("taught")
    expect(page.get_by_label("Strand")).to_have_value("area.reading")
    expect(page.get_by_role("columnheader", name="At or above expected")).to_have_attribute(
        "aria-sort", "ascending"
    )


def test_without_javascript_the_choices_are_sent_with_a_button(judged, open_page, sign_in_page):
    page = open_page(OFFICE, java_script_enabled=False)
    sign_in_page(page, Role.TRUST_LEAD)
    page.goto(f"{reverse('compare')}?term={judged.term.pk}")
    page.get_by_text("Groups of pupils", exact=True).click()
    page.get_by_label("Primary need").select_option("Severe learning difficulty")
    page.get_by_role("button", name="Show").click()
    assert "need=SLD" in page.url
    expect(page.locator('tr[data-unit="all"]')).to_contain_text("10 pupils")

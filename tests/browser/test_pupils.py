"""A pupil is found and planned for in a real browser, at every size it is used in."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from assessment.models import Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement, TermlyTarget
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.pupils import OutcomeFactory, PlacementFactory, PlanFactory, PupilFactory
from tests.factories.schools import ARBFactory, ClassGroupFactory
from tests.world import World, give_target

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture
def elif_sahin(harbour: World):
    """A pupil of Curlew with an outcome, judgements and a target of the term before."""
    with in_trust(harbour.trust.pk):
        pupil = PupilFactory(first_name="Elif", last_name="Şahin", upn="B801200005001")
        PlacementFactory(
            pupil=pupil,
            school=harbour.school,
            class_group=harbour.class_group,
            route=harbour.routes["semi-formal"],
        )
        scale = {int(p.value): p for p in Point.objects.filter(stream=harbour.developmental)}
        for strand in Strand.objects.filter(stream=harbour.developmental):
            BaselineFactory(pupil=pupil, strand=strand, point=scale[5])
            for value, term in zip((5, 6, 9, 10), harbour.terms, strict=True):
                JudgementFactory(pupil=pupil, strand=strand, term=term, point=scale[value])
        OutcomeFactory(plan=PlanFactory(pupil=pupil), text="Makes choices known.")
        give_target(pupil, harbour.terms[2])
    return pupil


def test_a_teacher_finds_a_pupil_and_adds_a_target_on_a_tablet(
    harbour, elif_sahin, open_page, sign_in_page
):
    page: Page = open_page(TABLET, touch=True)
    sign_in_page(page, Role.TEACHER)
    page.goto(reverse("pupils"))
    expect(page.locator("#count")).to_have_text("4 pupils")
    # The list follows what is typed, without the button.
    page.get_by_label("Name or UPN").press_sequentially("sahin")
    expect(page.locator("#count")).to_have_text("1 pupil found")
    assert "sahin" not in page.url
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", re.compile("q=sahin"))
    page.get_by_role("link", name="Şahin, Elif").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Elif Şahin")
    page.get_by_role("link", name="Write the first target").tap()
    # Something is missing: it is said, the way to it is a tap, and what was typed is there.
    page.get_by_label("What I'm looking for (WILF)").fill("points to one of two things")
    page.get_by_role("button", name="Save").tap()
    page.get_by_role("link", name=re.compile("Write what the pupil is learning")).tap()
    field = page.get_by_label("We are learning to (WALT)")
    expect(field).to_be_focused()
    expect(page.get_by_label("What I'm looking for (WILF)")).to_have_value(
        "points to one of two things"
    )
    field.fill("choose between two things")
    page.get_by_role("button", name="Save").tap()
    expect(page.get_by_role("status")).to_have_text(
        re.compile(r"Target 1 for Autumn 2026 is saved\.")
    )
    expect(page.get_by_role("main")).to_contain_text("choose between two things")
    with in_trust(harbour.trust.pk):
        target = TermlyTarget.objects.get(pupil=elif_sahin, term=harbour.term)
        assert (target.walt, target.position) == ("choose between two things", 1)


def test_going_back_after_a_search_finds_the_list_and_no_name(
    harbour, elif_sahin, open_page, sign_in_page
):
    page: Page = open_page()
    sign_in_page(page, Role.TEACHER)
    page.goto(reverse("pupils"))
    page.get_by_label("Name or UPN").fill("sahin")
    expect(page.locator("#count")).to_have_text("1 pupil found")
    page.get_by_role("link", name="Şahin, Elif").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Elif Şahin")
    page.go_back()
    expect(page.locator("#count")).to_have_text("4 pupils")
    expect(page.get_by_label("Name or UPN")).to_have_value("")
    # No name stays behind in the browser.
    kept = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert "Şahin" not in kept


def test_a_choice_of_class_stands_in_the_address_and_the_name_does_not(
    harbour, elif_sahin, open_page, sign_in_page
):
    page: Page = open_page()
    sign_in_page(page, Role.HEAD)
    page.goto(reverse("pupils"))
    page.get_by_label("Name or UPN").fill("sahin")
    expect(page.locator("#count")).to_have_text("1 pupil found")
    page.get_by_label("Class").select_option(label="Tern")
    expect(page.locator("#count")).to_have_text("0 pupils found")
    assert page.url.endswith(f"?group={harbour.arb_class.pk}")
    page.go_back()
    expect(page.locator("#count")).to_have_text("6 pupils")
    assert page.url.endswith(reverse("pupils"))


def test_the_list_works_without_javascript(harbour, elif_sahin, open_page, sign_in_page):
    page: Page = open_page(java_script_enabled=False)
    sign_in_page(page, Role.TEACHER)
    page.goto(reverse("pupils"))
    page.get_by_label("Name or UPN").fill("sahin")
    page.get_by_role("button", name="Search").click()
    assert page.locator("#count").text_content() == "1 pupil found"


def test_placing_a_pupil_offers_what_belongs_to_each_choice(
    harbour, elif_sahin, open_page, sign_in_page
):
    page: Page = open_page()
    sign_in_page(page, Role.TRUST_LEAD)
    page.goto(reverse("pupil_place", args=[elif_sahin.pk]))
    classes = page.get_by_label(re.compile("^Class"))
    page.get_by_label(re.compile("Area resource base")).select_option(label="Harbour Tide ARB")
    expect(classes.locator("option")).to_have_text(["No class yet", "Tern"])
    classes.select_option(label="Tern")
    page.get_by_label("From").fill("2026-11-23")
    page.get_by_label("From").blur()
    # The choice that still holds stays chosen after the day is set.
    expect(classes.locator("option:checked")).to_have_text("Tern")
    page.get_by_role("button", name="See what it changes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What this changes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("is placed in Tern from 23 November 2026")
    with in_trust(harbour.trust.pk):
        assert Placement.objects.get(pupil=elif_sahin, ends_on=None).arb == harbour.arb


@pytest.fixture
def lantern(harbour: World):
    """An ARB that the list has before the other, with a class of this year and one of last."""
    with in_trust(harbour.trust.pk):
        arb = ARBFactory(school=harbour.school, host=harbour.host, name="Harbour Lantern ARB")
        last_year, this_year = harbour.terms[0].year, harbour.terms[3].year
        for name, year in (("Wren", this_year), ("Plover", this_year), ("Old Plover", last_year)):
            ClassGroupFactory(school=harbour.school, arb=arb, year=year, name=name)
    return arb


@pytest.mark.parametrize("form", ["pupil_add", "pupil_place"])
def test_a_place_that_was_chosen_stays_chosen(
    harbour, elif_sahin, lantern, open_page, sign_in_page, form
):
    page: Page = open_page()
    sign_in_page(page, Role.TRUST_LEAD)
    page.goto(reverse(form, args=[elif_sahin.pk] if form == "pupil_place" else []))
    page.get_by_label("Registered school").select_option(label="Harbour Beacon School")
    arbs = page.get_by_label(re.compile("Area resource base"))
    classes = page.get_by_label(re.compile("^Class"))
    offered = classes.locator("option")
    # By keyboard: the first letters of the name, and the key stays on the same control.
    arbs.focus()
    page.keyboard.type("Harbour L")
    expect(offered).to_have_text(["No class yet", "Plover", "Wren", "Old Plover"])
    expect(arbs).to_have_value(str(lantern.pk))
    expect(arbs).to_be_focused()
    expect(classes).to_have_value("")
    # The day is typed digit by digit; its year leaves the classes of the year.
    day = page.get_by_label("From")
    day.focus()
    page.keyboard.type("11232026")
    expect(day).to_have_value("2026-11-23")
    expect(offered).to_have_text(["No class yet", "Plover", "Wren"])
    expect(arbs).to_have_value(str(lantern.pk))
    expect(classes).to_have_value("")
    expect(day).to_be_focused()
    classes.focus()
    page.keyboard.press("P")
    expect(classes.locator("option:checked")).to_have_text("Plover")
    # It is kept while the year is typed again, slowly: 0002, 0020, 0202, 2026.
    day.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    with page.expect_response(re.compile("starts_on=2026-11-23")):
        page.keyboard.type("2026", delay=400)
    expect(classes.locator("option:checked")).to_have_text("Plover")
    # Another place takes the class away, and no other comes in its stead.
    arbs.select_option(label="None, in the school itself")
    expect(offered).to_have_text(["No class yet", "Curlew"])
    expect(arbs).to_have_value("")
    expect(classes).to_have_value("")


def test_a_class_chosen_before_the_reply_stays_chosen(
    harbour, elif_sahin, lantern, open_page, sign_in_page
):
    page: Page = open_page()
    sign_in_page(page, Role.TRUST_LEAD)
    page.goto(reverse("pupil_place", args=[elif_sahin.pk]))
    classes = page.get_by_label(re.compile("^Class"))
    held: list[Route] = []
    page.route("**/pupils/places/**", lambda route: held.append(route))  # noqa: PLW0108  # a method cannot be marked
    with page.expect_request("**/pupils/places/**"):
        page.get_by_label(re.compile("Area resource base")).select_option(
            label="Harbour Lantern ARB"
        )
    classes.focus()
    classes.select_option(label="Wren")
    held.pop().continue_()
    expect(classes.locator("option", has_text="Curlew")).to_have_count(0)
    expect(classes.locator("option:checked")).to_have_text("Wren")
    expect(classes).to_be_focused()


@pytest.mark.parametrize("size", [OFFICE, TABLET, PHONE], ids=["office", "tablet", "phone"])
def test_every_page_is_accessible_and_never_wider_than_the_screen(
    harbour, elif_sahin, open_page, sign_in_page, size
):
    with in_trust(harbour.trust.pk):
        give_target(elif_sahin, harbour.term)
        target = TermlyTarget.objects.filter(pupil=elif_sahin).latest("id")
        plan = target.outcome.plan
    page: Page = open_page(size)
    sign_in_page(page, Role.HEAD)
    pupil = [elif_sahin.pk]
    for url in (
        reverse("pupils"),
        reverse("pupils") + "?q=nobody",
        reverse("pupil", args=pupil),
        reverse("pupil", args=[harbour.arb_pupils[0].pk]),
        reverse("pupil_add"),
        reverse("pupil_change", args=pupil),
        reverse("pupil_place", args=pupil),
        reverse("pupil_leave", args=pupil),
        reverse("pupil_baseline", args=pupil),
        reverse("plan_add", args=pupil),
        reverse("outcome_add", args=[*pupil, plan.pk]),
        reverse("target_add", args=pupil),
        reverse("target_add", args=[harbour.arb_pupils[0].pk]),
        reverse("target_change", args=[*pupil, target.pk]),
    ):
        page.goto(url)
        assert axe_violations(page) == [], url
        assert not scrolls_sideways(page), url
    # And a form that says what is wrong.
    page.goto(reverse("pupil_add"))
    page.get_by_role("button", name="Add").click()
    page.wait_for_selector(".errors")
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)

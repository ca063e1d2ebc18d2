"""A teacher goes on from last term's targets in a real browser, at every size it is used in."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.factories.pupils import OutcomeFactory, PlanFactory, TermlyTargetFactory
from tests.world import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture
def summer(harbour: World) -> list[TermlyTarget]:
    """Two targets of the term before, met and partly met, and one of this term.

    Another pupil had that one before, so it is in the bank.
    """
    with in_trust(harbour.trust.pk):
        of_another = OutcomeFactory(plan=PlanFactory(pupil=harbour.other_pupils[0]))
        TermlyTargetFactory(outcome=of_another, term=harbour.terms[1], walt="wave goodbye")
        outcome = OutcomeFactory(plan=PlanFactory(pupil=harbour.pupils[0]))
        return [
            TermlyTargetFactory(outcome=outcome, term=term, position=n, judged=judged, **texts)
            for term, n, judged, texts in (
                (harbour.terms[2], 1, TargetOutcome.MET, {"next_step": "ask with two words"}),
                (harbour.terms[2], 2, TargetOutcome.PARTLY, {"comment": "With one adult."}),
                (harbour.term, 1, None, {"walt": "wave goodbye"}),
            )
        ]


def editor(world: World) -> str:
    return reverse("targets", args=[world.pupils[0].pk])


def words_are_replaced_only_when_a_person_says_so(page: Page) -> None:
    walt = page.locator("#id_walt")
    expect(walt).to_be_focused()
    walt.fill("wave to the driver")
    page.get_by_role("button", name=re.compile("^Use these words.*wave goodbye")).click()
    expect(page.locator(".bank [role=alert]")).to_have_text("The form has words already.")
    expect(walt).to_have_value("wave to the driver")
    page.get_by_role("button", name=re.compile("^Replace them.*wave goodbye")).click()
    expect(walt).to_have_value("wave goodbye")
    expect(page.locator(".bank [role=alert]")).to_have_count(0)


def test_a_teacher_goes_on_from_last_term_without_leaving_the_page(
    harbour, summer, open_page, sign_in_page
):
    page: Page = open_page()
    sign_in_page(page, Role.TEACHER)
    page.goto(editor(harbour))
    said = page.locator(".messages .message")
    page.get_by_role("link", name=re.compile("^Go on from it")).click()
    walt, wilf = page.get_by_label(re.compile("^We are learning")), page.locator("#id_wilf")
    expect(walt).to_be_focused()
    expect(walt).to_have_value("ask with two words")
    # What is too long is said, and not cut off; what could be better is said too.
    wilf.fill("asks")
    expect(page.locator("#hints")).to_contain_text("When, or for how long?")
    wilf.fill("x" * 299 + "\n\N{GRINNING FACE}")
    expect(page.locator("#id_wilf ~ .count").first).to_have_text("1 too many of 300 characters")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".errors")).to_be_focused()
    wilf.fill("x" * 298 + "\n\N{GRINNING FACE}")
    page.get_by_role("button", name="Save").click()
    expect(said).to_contain_text("goes on as target 2 for Autumn 2026")
    expect(said).to_be_focused()
    # A wording of the bank goes into the form that is open.
    page.get_by_role("link", name=re.compile("^Add a target")).click()
    page.locator(".bank summary").click()
    page.get_by_label("Words to look for").fill("waving")
    page.get_by_role("button", name=re.compile("^Use these words.*wave goodbye")).click()
    expect(walt).to_have_value("wave goodbye")
    words_are_replaced_only_when_a_person_says_so(page)
    # Back closes the form, as it was opened by going on.
    page.go_back()
    expect(page.locator("#writing")).to_have_count(0)
    page.evaluate("window.stays = true")
    # Judged with a comment, in place.
    page.get_by_role("link", name="Judge target 1").click()
    page.get_by_label("Partly").check()
    page.get_by_label(re.compile("^How it went")).fill("Mornings only.")
    page.get_by_role("button", name="Save").click()
    expect(said).to_have_text("Target 1 for Autumn 2026 is saved.")
    expect(page.locator(".stands")).to_contain_text("1 of 2 targets judged")
    # The network goes: it is said, and what was typed stays.
    page.get_by_role("link", name="Change target 1").click()
    walt.fill("wave goodbye at the gate")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    expect(said).to_contain_text("There is no connection, so nothing was saved.")
    expect(walt).to_have_value("wave goodbye at the gate")
    page.context.set_offline(False)
    page.get_by_role("button", name="Save").click()
    expect(said).to_have_text("Target 1 for Autumn 2026 is saved.")
    assert page.evaluate("window.stays")
    # No name stays behind in the browser's own history.
    kept = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert harbour.pupils[0].last_name not in kept
    with in_trust(harbour.trust.pk):
        first, second = TermlyTarget.objects.filter(term=harbour.term).order_by("position")
        assert (first.walt, first.judged) == ("wave goodbye at the gate", TargetOutcome.PARTLY)
        assert first.comment == "Mornings only."
        assert (second.carried_from, len(second.wilf)) == (summer[0], 300)


def test_the_same_is_done_without_javascript(harbour, summer, open_page, sign_in_page):
    page: Page = open_page(TABLET, java_script_enabled=False)
    sign_in_page(page, Role.TEACHER)
    page.goto(editor(harbour))
    page.get_by_role("link", name="Carry forward 1 unmet").click()
    page.get_by_role("button", name="Carry forward").click()
    expect(page.get_by_role("status").first).to_have_text("1 target is carried into Autumn 2026.")
    page.get_by_text("More for target 2").click()
    page.get_by_role("link", name="Split").first.click()
    page.get_by_role("button", name="One more part").click()
    for n in (1, 2, 3):
        page.locator(f"#id_walt_{n}").fill(f"part {n}")
        page.locator(f"#id_wilf_{n}").fill(f"does part {n} twice a day")
    page.get_by_role("button", name="Save 3 targets").click()
    expect(page.get_by_role("status").first).to_contain_text("goes on as 3 targets")
    page.goto(reverse("target_bank", args=[harbour.pupils[0].pk]) + "?q=wave")
    page.get_by_role("button", name=re.compile("^Use these words")).click()
    expect(page.locator("#id_walt")).to_have_value("wave goodbye")
    with in_trust(harbour.trust.pk):
        target = TermlyTarget.objects.get(term=harbour.term, position=2)
        assert target.retired_because == "Split into targets 3, 4 and 5."


@pytest.mark.parametrize("size", [OFFICE, TABLET, PHONE], ids=["office", "tablet", "phone"])
def test_every_page_of_targets_is_accessible_and_never_wider_than_the_screen(
    harbour, summer, open_page, sign_in_page, size
):
    page: Page = open_page(size)
    sign_in_page(page, Role.TEACHER)
    pupil, target = [harbour.pupils[0].pk], [harbour.pupils[0].pk, summer[2].pk]
    before = [harbour.pupils[0].pk, summer[1].pk]
    for url in (
        editor(harbour),
        editor(harbour) + f"?term={harbour.terms[2].pk}",
        reverse("targets", args=[harbour.pupils[1].pk]),  # nothing there yet
        reverse("target_change", args=target),
        reverse("target_judge", args=target),
        reverse("target_split", args=target),
        reverse("target_retire", args=target),
        reverse("target_comment", args=target),
        reverse("target_carry", args=before),
        reverse("targets_carry", args=pupil),
        reverse("target_history", args=before),
        reverse("target_bank", args=pupil) + "?q=card",
        reverse("target_bank", args=pupil) + "?q=nothing",
    ):
        page.goto(url)
        assert axe_violations(page) == [], url
        assert not scrolls_sideways(page), url
    # What lies behind a press, and a form that says what is wrong.
    page.goto(editor(harbour))
    page.locator(".more-steps summary").first.click()
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)
    page.goto(reverse("target_add", args=pupil))
    page.locator(".bank summary").click()
    page.get_by_label("Words to look for").fill("card")
    page.wait_for_selector("#bank-found li")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector(".errors")
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)

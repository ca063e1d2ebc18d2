"""A class's judgements, entered as teachers do it: in a browser, with all that goes wrong there."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessment.models import Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.browser.grid_page import (
    COMMUNICATION,
    EXPLORATION,
    PERSISTENCE,
    READING,
    TARGET,
    WRITING,
    cell,
    open_grid,
    status,
    stored,
    type_keys,
)
from tests.factories.assessment import JudgementFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


def test_a_whole_class_by_keyboard_and_one_more_by_tapping(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    page.goto(reverse("classes"))
    expect(page.get_by_text("0 of 12 judged")).to_be_visible()
    page.get_by_role("link", name="Record Curlew").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-grid=ready]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content
    for _ in range(20):
        if page.evaluate("document.activeElement.matches('.grid td')"):
            break
        page.keyboard.press("Tab")

    # One key a cell, column by column; 0 to 9 count from 11, and - is one back.
    type_keys(page, "120" + "345" + "-1.")
    # Engagement has five points, so the key is the point; then the target: 3 is Met.
    type_keys(page, "34" + "3")
    expect(status(page)).to_have_text("All judged. All saved.")
    expect(page.locator("[data-part=judged]")).to_have_text("12 of 12")
    expect(page.locator("[data-part=left]")).to_have_text("all judged")
    expect(cell(page, 0, COMMUNICATION)).to_have_text(re.compile(r"^12\+4, better.*Saved$"))

    tablet = open_page(TABLET, touch=True)
    sign_in_page(tablet, Role.TEACHER)
    open_grid(tablet, curlew)
    cell(tablet, 2, WRITING).tap()
    tablet.locator(".pick", has_text="16").tap()
    expect(cell(tablet, 2, WRITING)).to_have_text(re.compile("^16.*Saved$"))
    # All is judged already: the next tap must not fall on the head of the next column.
    expect(tablet.locator("td.now")).to_have_count(1)
    expect(tablet.locator(".strip h2")).to_have_text(f"{curlew.pupils[2]} · Writing")

    tablet.reload()
    tablet.wait_for_selector("html[data-grid=ready]")
    shown = [
        [each.split("\n")[0] for each in row.locator("td b").all_inner_texts()]
        for row in tablet.locator(".grid tbody tr").all()
    ]
    assert shown == [
        ["12", "14", "10", "3", "4", "Met"],
        ["13", "15", "12"],
        ["11", "16", "16"],
    ]
    assert stored(curlew) == {
        (0, "communication"): "12", (1, "communication"): "13", (2, "communication"): "11",
        (0, "reading"): "14", (1, "reading"): "15", (2, "reading"): "16",
        (0, "writing"): "10", (1, "writing"): "12", (2, "writing"): "16",
        (0, "exploration"): "3", (0, "persistence"): "4",
    }  # fmt: skip
    with in_trust(curlew.trust.pk):
        assert TermlyTarget.objects.get(term=curlew.term).judged == TargetOutcome.MET


def test_moving_and_the_full_list(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)

    def here() -> str:
        return page.locator(".strip h2").inner_text().split("· ")[1]

    cell(page, 1, READING).click()
    for key, column in (
        ("ArrowRight", "Writing"), ("ArrowRight", "Writing"), ("Home", "Communication"),
        ("End", "Writing"), ("Control+End", "Writing"), ("Control+Home", "Communication"),
        ("End", "Target 1"), ("ArrowDown", "Target 1"), ("ArrowLeft", "Persistence"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert here() == column, key
    cell(page, 0, READING).click()
    page.keyboard.press("Enter")
    expect(page.locator(".strip h2")).to_have_text(f"{curlew.pupils[1]} · Reading")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".strip h2")).to_have_text(f"{curlew.pupils[0]} · Reading")

    # The strip knows all about the cell.
    strip = page.locator(".strip")
    for words in (
        "Developmental 1.0 · Pre-formal route", "8 on 15 September 2025", "11 in Summer 2026",
        "2 by now, 0.5 a term",
    ):  # fmt: skip
        expect(strip).to_contain_text(words)
    expect(strip.get_by_role("row", name="Spring 2026 10 +1")).to_be_visible()
    expect(strip.get_by_role("button", name="0 11 same")).to_be_visible()

    # The list begins at the last point; typing finds a code; Escape changes nothing.
    page.keyboard.press("Space")
    expect(page.get_by_role("option", selected=True)).to_have_text("11Point 11")
    page.keyboard.press("Escape")
    expect(cell(page, 0, READING)).to_be_focused()
    page.keyboard.press("F2")
    type_keys(page, "20")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(cell(page, 1, READING)).to_be_focused()
    expect(cell(page, 0, READING)).to_contain_text("19")
    expect(status(page)).to_have_text("All saved.")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Delete")
    expect(cell(page, 0, READING)).to_have_text(re.compile("last 11.*Saved"))
    assert stored(curlew) == {}
    # A key that can pick nothing says why.
    cell(page, 0, EXPLORATION).click()
    page.keyboard.press("9")
    expect(status(page)).to_contain_text("9 picks nothing here: 1, 2, 3, 4 or 5 does.")


def test_a_pick_goes_on_to_what_is_left_and_a_replaced_value_can_be_had_back(
    curlew, open_page, sign_in_page
):
    with in_trust(curlew.trust.pk):
        points = {int(p.value): p for p in Point.objects.filter(stream=curlew.developmental)}
        strands = {s.code: s for s in Strand.objects.filter(stream=curlew.developmental)}
        for row, code in (
            (0, "communication"), (1, "communication"), (2, "communication"),
            (1, "reading"), (0, "writing"),
        ):  # fmt: skip
            JudgementFactory(
                pupil=curlew.pupils[row],
                strand=strands[code],
                term=curlew.term,
                point=points[12],
            )
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    first, second, _ = curlew.pupils
    strip, live = page.locator(".strip h2"), page.locator("p.unseen[role=status]")
    expect(strip).to_have_text(f"{first} · Reading")
    page.locator("td.now").focus()
    type_keys(page, "2")
    expect(cell(page, 2, READING)).to_be_focused()
    expect(live).to_have_text(f"Saved: {first}, Reading 13")
    # From the foot of the column past what is judged at the head of the next.
    type_keys(page, "2")
    expect(cell(page, 1, WRITING)).to_be_focused()
    expect(status(page)).to_have_text("All saved.")

    cell(page, 1, READING).click()
    type_keys(page, "4")
    expect(cell(page, 1, WRITING)).to_be_focused()
    changed = f"Reading of {second}: 12 changed to 15"
    expect(status(page)).to_contain_text(changed)
    expect(cell(page, 1, READING)).to_have_text(re.compile("^15.*Saved$"))
    assert stored(curlew)[1, "reading"] == "15"
    page.keyboard.press("ArrowDown")
    expect(status(page)).to_contain_text(changed)
    undo = status(page).get_by_role("button", name="Undo")
    assert undo.bounding_box()["height"] >= 44
    assert axe_violations(page) == []
    undo.focus()
    page.keyboard.press("Enter")
    expect(cell(page, 1, READING)).to_be_focused()
    expect(cell(page, 1, READING)).to_have_text(re.compile("^12.*Saved$"))
    expect(status(page)).to_have_text(f"Reading of {second}: 12 again. All saved.")
    expect(undo).to_have_count(0)
    assert stored(curlew)[1, "reading"] == "12"
    # Nothing left after the last one, though something is before it.
    cell(page, 0, TARGET).click()
    type_keys(page, "3")
    expect(cell(page, 0, TARGET)).to_be_focused()
    expect(status(page)).to_contain_text("None left from here on; 4 not judged further back.")
    cell(page, 1, WRITING).click()
    type_keys(page, "1134")
    expect(cell(page, 0, PERSISTENCE)).to_be_focused()
    expect(status(page)).to_have_text("All judged. All saved.")
    # Screen readers hear of one save a second, and of the latest.
    expect(live).to_have_text(f"Saved: {first}, Persistence 4")


@pytest.mark.parametrize("size", [OFFICE, TABLET, PHONE], ids=lambda size: str(size["width"]))
def test_everyone_can_use_the_pages(curlew, open_page, sign_in_page, size):
    page = open_page(size)
    sign_in_page(page, Role.TEACHER)
    page.goto(reverse("classes"))
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)
    open_grid(page, curlew)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "123")
    expect(status(page)).to_have_text("All saved.")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe_violations(page) == []
    page.keyboard.press("Space")
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)

"""A class's judgements, entered as teachers do it: in a browser, with all that goes wrong there."""

import re
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Route, expect

from assessment.models import Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.choices import TargetOutcome
from pupils.models import SavedOperation, TermlyTarget
from schools.models import Window
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.browser.grid_page import (
    COMMUNICATION,
    EXPLORATION,
    PERSISTENCE,
    READING,
    TARGET,
    WRITING,
    cell,
    grid_of,
    open_grid,
    status,
    stored,
    type_keys,
)
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.schools import MembershipFactory
from tests.world import World, give_target, make_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture
def curlew(harbour: World) -> World:
    """The class as an autumn finds it: three terms of judgements, the last at 11, and a target."""
    with in_trust(harbour.trust.pk):
        points = {int(p.value): p for p in Point.objects.filter(stream=harbour.developmental)}
        for strand in Strand.objects.filter(stream=harbour.developmental):
            for pupil in harbour.pupils:
                BaselineFactory(pupil=pupil, strand=strand, point=points[8])
                for number, term in enumerate(harbour.terms[:3]):
                    JudgementFactory(
                        pupil=pupil, strand=strand, term=term, point=points[9 + number]
                    )
        give_target(harbour.pupils[0], harbour.term)
    return harbour


def test_a_whole_class_by_keyboard_and_one_more_by_tapping(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    page.goto(reverse("classes"))
    expect(page.get_by_text("0 of 12 judged")).to_be_visible()
    page.get_by_role("link", name="Record Curlew").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-grid=ready]")
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
        return page.locator(".strip h2").inner_text().split(" · ")[1]

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
    expect(status(page)).to_contain_text("This scale has the points 1 to 5.")


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


def test_a_conflict_with_oneself_says_so(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    other = page.context.new_page()
    open_grid(other, curlew)
    cell(other, 0, READING).click()
    type_keys(other, "3")
    expect(status(other)).to_have_text("All saved.")
    cell(page, 0, READING).click()
    type_keys(page, "2")
    expect(status(page)).to_have_text("You saved there on another page: choose which stands.")
    expect(page.get_by_role("dialog")).to_contain_text("You saved 14")


def test_two_people_choose_differently(curlew, open_page, sign_in_page):
    teacher, head = open_page(OFFICE), open_page(OFFICE)
    sign_in_page(teacher, Role.TEACHER)
    sign_in_page(head, Role.HEAD)
    open_grid(teacher, curlew)
    open_grid(head, curlew)
    cell(head, 0, READING).click()
    type_keys(head, "33")
    expect(status(head)).to_have_text("All saved.")

    cell(teacher, 0, READING).click()
    type_keys(teacher, "2")
    dialog = teacher.get_by_role("dialog")
    expect(dialog).to_contain_text(
        re.compile(
            r"You chose 13\. Harbour head saved 14 at \d\d:\d\d while you had this page open\."
        )
    )
    expect(cell(teacher, 0, READING)).to_contain_text("conflict")
    expect(status(teacher)).to_have_text("Someone else saved there too: choose which stands.")
    assert axe_violations(teacher) == []
    # A digit meant for the next cell decides nothing, nor does Enter.
    type_keys(teacher, "5")
    teacher.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    assert stored(curlew)[0, "reading"] == "14"
    dialog.get_by_role("button", name="Save 13").click()
    expect(cell(teacher, 0, READING)).to_have_text(re.compile("^13.*Saved$"))
    assert stored(curlew)[0, "reading"] == "13"

    cell(teacher, 1, READING).click()
    type_keys(teacher, "2")
    expect(dialog).to_contain_text("Harbour head saved 14")
    teacher.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(cell(teacher, 1, READING)).to_have_text(re.compile("^14"))
    expect(cell(teacher, 2, READING)).to_be_focused()
    assert stored(curlew)[1, "reading"] == "14"


def test_the_server_is_killed_in_the_middle(curlew, open_page, sign_in_page, server):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1111")
    server.kill()
    type_keys(page, "22222")
    expect(status(page)).to_have_text(re.compile(r"^\d not saved yet; trying again\.$"))
    said_saved = {
        (row, column)
        for row in range(3)
        for column in range(3)
        if "Saved" in cell(page, row, column).inner_text()
    }
    in_database = stored(curlew)
    columns = ("communication", "reading", "writing")
    assert said_saved <= {(row, columns.index(strand)) for row, strand in in_database}
    for row, column in {(row, column) for row in range(3) for column in range(3)} - said_saved:
        expect(cell(page, row, column)).to_contain_text("not saved yet")

    server.restart()
    expect(status(page)).to_have_text("All saved.", timeout=20_000)
    wanted = ["12", "12", "12", "12", "13", "13", "13", "13", "13"]
    assert stored(curlew) == {
        (number % 3, columns[number // 3]): code for number, code in enumerate(wanted)
    }
    with in_trust(curlew.trust.pk):
        assert SavedOperation.objects.count() == len(wanted)


def test_an_answer_that_gets_lost_is_asked_for_again(curlew, open_page, sign_in_page):
    """The save is written, its answer is not heard, and the teacher has thought again by then."""
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(str(route.fetch().status))
        route.abort()

    page.route("**/judgements/", lose, times=1)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(cell(page, 0, COMMUNICATION)).to_contain_text("not saved yet")
    assert lost == ["200"]
    assert stored(curlew) == {(0, "communication"): "12"}
    page.keyboard.press("ArrowUp")
    type_keys(page, "3")
    expect(status(page)).to_have_text("All saved.")
    expect(cell(page, 0, COMMUNICATION)).to_have_text(re.compile("^14.*Saved$"))
    assert stored(curlew) == {(0, "communication"): "14"}
    with in_trust(curlew.trust.pk):
        assert SavedOperation.objects.count() == 2


def test_leaving_with_something_unsaved_warns(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    asked: list[str] = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    cell(page, 0, COMMUNICATION).click()
    page.context.set_offline(True)
    type_keys(page, "1")
    expect(status(page)).to_have_text("1 not saved yet; trying again.")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Pupils", exact=True).click(no_wait_after=True)
    assert asked == ["beforeunload"]
    assert page.url.endswith(grid_of(curlew))
    page.context.set_offline(False)
    expect(status(page)).to_have_text("All saved.")
    assert stored(curlew) == {(0, "communication"): "12"}
    page.get_by_role("link", name="Record", exact=True).first.click()
    page.wait_for_url(f"**{reverse('classes')}")
    assert asked == ["beforeunload"]


def test_signed_out_in_the_middle(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    page.context.clear_cookies(name="sessionid")
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(status(page)).to_contain_text("You are signed out. 1 choice is kept on this page.")
    page.context.clear_cookies()
    type_keys(page, "2")
    expect(status(page)).to_contain_text(
        "This page is out of date. 2 choices are kept on this page."
    )
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in in another tab").click()
    sign_in_page(opened.value, Role.TEACHER)
    expect(status(page)).to_have_text("All saved.")
    assert stored(curlew) == {(0, "communication"): "12", (1, "communication"): "13"}


def test_someone_else_signs_in_at_the_same_browser(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    page.context.clear_cookies()
    sign_in_page(page.context.new_page(), Role.HEAD)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(status(page)).to_contain_text("Harbour head is signed in now.")
    assert stored(curlew) == {}


def test_another_trust_is_opened_in_the_middle(curlew, open_page, sign_in_page):
    """The choice is kept, and saved once the trust of the page is open again."""
    moorland = make_world("Moorland")
    with in_trust(moorland.trust.pk):
        MembershipFactory(person=curlew.people[Role.TEACHER], role=Role.TRUST_ADMIN)
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    other = page.context.new_page()
    other.goto(reverse("trusts"))
    other.get_by_role("button", name=f"Change to {moorland.trust.name}").click()
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(status(page)).to_contain_text(
        "Another trust is open in this browser now. Change back to Harbour Partnership to save."
    )
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Change trust in another tab").click()
    opened.value.get_by_role("button", name="Change to Harbour Partnership").click()
    expect(status(page)).to_have_text("All saved.")
    assert stored(curlew) == {(0, "communication"): "12"}


def test_a_window_that_closes_meanwhile_and_a_term_that_is_closed(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    with in_trust(curlew.trust.pk):
        Window.objects.update(opens_on=date(2000, 1, 1), closes_on=date(2000, 1, 31))
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(status(page)).to_contain_text(
        f"{curlew.pupils[0]} · Communication was not saved."
        " The window for Autumn 2026 closed on 31 January 2000."
    )
    expect(cell(page, 0, COMMUNICATION)).to_contain_text("refused")
    expect(status(page)).not_to_contain_text("All saved.")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="Record", exact=True).first.click(no_wait_after=True)
    assert asked.value.type == "beforeunload"
    # Going back to what stands, here nothing, ends the refusal.
    cell(page, 0, COMMUNICATION).click()
    page.keyboard.press("Delete")
    expect(cell(page, 0, COMMUNICATION)).not_to_contain_text("refused")
    open_grid(page, curlew)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(status(page)).to_have_text("This term can be read, not changed.")
    assert page.locator(".pick").count() == 0
    expect(page.locator(".strip")).not_to_contain_text(re.compile("null|undefined"))
    expect(page.locator("main")).not_to_contain_text("left")
    assert stored(curlew) == {}


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

"""What goes wrong while a class is entered: conflicts, a killed server, a session that ends."""

import re
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Route, expect

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import SavedOperation
from schools.models import Window
from tests.browser.conftest import OFFICE, axe_violations
from tests.browser.grid_page import (
    COMMUNICATION,
    READING,
    cell,
    open_grid,
    status,
    stored,
    type_keys,
)
from tests.factories.schools import MembershipFactory
from tests.world import make_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


# Whether what became of a save is seen whole, apart from the point and inside its cell.
FATE_FITS = """(td) => {
  const fate = td.querySelector(".fate");
  const parts = [fate, td, td.querySelector("b")];
  const [said, cell, point] = parts.map((it) => it.getBoundingClientRect());
  const apart = said.left >= point.right || said.top >= point.bottom - 2;
  return fate.scrollWidth <= fate.clientWidth && said.right <= cell.right - 4 && apart;
}"""


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
    assert cell(teacher, 0, READING).evaluate(FATE_FITS)
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
    expect(status(page)).to_have_text(re.compile(r"^\d not saved yet, waiting since \d\d:\d\d\. "))
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
        assert cell(page, row, column).evaluate(FATE_FITS)

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
        if not lost:
            lost.append(str(route.fetch().status))
        route.abort()

    page.route("**/judgements/", lose)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(cell(page, 0, COMMUNICATION)).to_contain_text("not saved yet")
    assert lost == ["200"]
    assert stored(curlew) == {(0, "communication"): "12"}
    page.keyboard.press("ArrowUp")
    type_keys(page, "3")
    page.unroute("**/judgements/")
    expect(status(page)).to_have_text("All saved.")
    expect(cell(page, 0, COMMUNICATION)).to_have_text(re.compile("^14.*Saved$"))
    assert stored(curlew) == {(0, "communication"): "14"}
    with in_trust(curlew.trust.pk):
        assert SavedOperation.objects.count() == 2


def test_leaving_with_something_unsaved_asks_nothing_as_it_is_kept(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    cell(page, 0, COMMUNICATION).click()
    page.context.set_offline(True)
    type_keys(page, "1")
    expect(status(page)).to_contain_text("1 not saved yet, waiting since")
    expect(status(page)).to_contain_text("It is kept on this device. Trying again.")
    page.route("**/judgements/", lambda route: route.abort())
    page.context.set_offline(False)
    page.get_by_role("link", name="Record", exact=True).first.click()
    page.wait_for_url(f"**{reverse('classes')}")
    assert asked == []
    page.unroute("**/judgements/")
    open_grid(page, curlew)
    expect(status(page)).to_have_text("All saved.")
    assert stored(curlew) == {(0, "communication"): "12"}


def test_signed_out_in_the_middle(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    page.context.clear_cookies(name="sessionid")
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(status(page)).to_contain_text("You are signed out. 1 choice is kept on this device.")
    page.context.clear_cookies()
    type_keys(page, "2")
    expect(status(page)).to_contain_text(
        "This page is out of date. 2 choices are kept on this device."
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
    # The answer comes when a hint stands there: what is refused is told without it.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/judgements/", hold)
    with page.expect_request("**/judgements/"):
        type_keys(page, "1")
    page.keyboard.press("9")
    expect(status(page)).to_contain_text("9 picks nothing here")
    held[0].continue_()
    page.unroute("**/judgements/")
    expect(status(page)).to_contain_text(
        f"{curlew.pupils[0]} · Communication was not saved."
        " The window for Autumn 2026 closed on 31 January 2000."
    )
    expect(status(page)).not_to_contain_text("picks nothing")
    # Also what Discard would lose, in full.
    expect(cell(page, 0, COMMUNICATION).locator(".fate")).to_have_text("12 refused")
    assert cell(page, 0, COMMUNICATION).evaluate(FATE_FITS)
    expect(status(page)).not_to_contain_text("All saved.")
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
    expect(page.locator("main .head")).not_to_contain_text("left")
    assert stored(curlew) == {}

"""Many cells in one step, and back; only what is left; and all that the sheet of a cell knows."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from assessment.models import Note
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools.models import Window
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.browser.grid_page import (
    COMMUNICATION,
    EXPLORATION,
    READING,
    WRITING,
    cell,
    grid_of,
    open_grid,
    status,
    stored,
    type_keys,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


def test_fill_down_and_undo_leave_alone_what_is_someone_elses(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    first, second, third = curlew.pupils
    dialog = page.get_by_role("dialog")
    cell(page, 0, COMMUNICATION).click()
    page.keyboard.press("f")
    expect(status(page)).to_contain_text("This cell is not judged yet")
    type_keys(page, "2")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("f")
    expect(dialog).to_contain_text("Fill down 13 in Communication")
    expect(dialog).to_contain_text(f"2 cells below {first} are not judged yet.")
    expect(dialog.get_by_role("listitem")).to_have_text(
        [f"{second}: 13, last 11", f"{third}: 13, last 11"]
    )
    assert axe_violations(page) == []
    # Seen and not wanted: nothing has happened.
    page.keyboard.press("Escape")
    expect(cell(page, 0, COMMUNICATION)).to_be_focused()
    expect(status(page)).to_have_text("All saved.")
    assert stored(curlew) == {(0, "communication"): "13"}
    page.keyboard.press("f")
    dialog.get_by_role("button", name="Judge 2 cells").click()
    expect(status(page)).to_contain_text("2 cells judged in one step")
    expect(status(page)).to_contain_text("All saved.")
    assert stored(curlew) == {(row, "communication"): "13" for row in range(3)}
    # What is judged already is named as left alone.
    cell(page, 1, READING).click()
    type_keys(page, "4")
    cell(page, 0, READING).click()
    type_keys(page, "2")
    cell(page, 0, READING).click()
    page.keyboard.press("f")
    expect(dialog.get_by_role("listitem")).to_have_text([f"{third}: 13, last 11"])
    expect(dialog).to_contain_text(f"Judged already, and left as they are: {second}: 15.")
    page.keyboard.press("Escape")
    for _ in range(2):
        page.keyboard.press("z")
    expect(status(page)).to_contain_text("All saved.")
    assert stored(curlew) == {(row, "communication"): "13" for row in range(3)}

    # Someone else changes one of the two; what is theirs is not undone with the step.
    head = open_page(OFFICE)
    sign_in_page(head, Role.HEAD)
    open_grid(head, curlew)
    cell(head, 1, COMMUNICATION).click()
    type_keys(head, "5")
    expect(cell(head, 1, COMMUNICATION)).to_have_text(re.compile("^16.*Saved$"))
    page.keyboard.press("Control+z")
    expect(dialog).to_contain_text("You took the judgement back. Harbour head saved 16")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(cell(page, 1, COMMUNICATION)).to_have_text(re.compile("^16"))
    expect(status(page)).to_contain_text("All saved.")
    assert stored(curlew) == {(0, "communication"): "13", (1, "communication"): "16"}


def test_copy_forward_and_back_to_the_first_pick(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    first, dialog = curlew.pupils[0], page.get_by_role("dialog")
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "2")
    # The points last judged: for a column, or for all columns shown, only where nothing is judged.
    cell(page, 0, READING).click()
    page.keyboard.press("c")
    expect(dialog.get_by_role("button", name="Copy Reading: 3 cells")).to_be_visible()
    dialog.get_by_role("button", name="Copy all columns shown: 8 cells").click()
    expect(status(page)).to_contain_text("All saved.")
    live = page.locator("p.unseen[role=status]")
    # Told once its turn has come; the next key may be told before it.
    expect(live).to_have_text("8 saved")
    strands = ("communication", "reading", "writing")
    copied = {(row, strand): "11" for row in range(3) for strand in strands}
    assert stored(curlew) == copied | {(0, "communication"): "13"}
    page.keyboard.press("c")
    expect(status(page)).to_contain_text("Nothing to copy")

    # Steps are undone the last one first, down to the first pick.
    undo = page.locator(".tools").get_by_role("button", name="Undo")
    undo.click()
    expect(status(page)).to_have_text("8 cells as before. All saved.")
    expect(live).to_have_text("8 undone")
    assert stored(curlew) == {(0, "communication"): "13"}
    undo.click()
    expect(status(page)).to_have_text(f"Communication of {first}: not judged again. All saved.")
    expect(undo).to_be_disabled()
    assert stored(curlew) == {}
    page.locator("td.now").focus()
    page.keyboard.press("z")
    expect(status(page)).to_contain_text("There is nothing to undo.")


def test_only_what_is_left_and_never_under_ones_finger(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    shown, heads = page.locator("[data-part=shown]"), page.locator(".grid thead tr:last-child th")
    rows = page.locator(".grid tbody tr:visible")
    button = page.get_by_role("button", name="Still to judge")
    button.click()
    assert page.url.endswith("?left=1")
    page.locator("td.now").focus()
    # The column one is in stays until one has gone on to the next.
    type_keys(page, "11")
    expect(page.get_by_role("columnheader", name="Communication")).to_be_visible()
    type_keys(page, "1")
    expect(cell(page, 0, READING)).to_be_focused()
    expect(page.get_by_role("columnheader", name="Communication")).to_be_hidden()
    expect(shown).to_have_text("Shown: 3 of 3 pupils, 5 of 6 columns.")
    type_keys(page, "111" + "11")
    expect(rows).to_have_count(3)
    type_keys(page, "1")
    expect(cell(page, 0, EXPLORATION)).to_be_focused()
    expect(rows).to_have_count(1)
    expect(shown).to_have_text("Shown: 1 of 3 pupils, 3 of 6 columns.")
    expect(page.locator("[data-part=judged]")).to_have_text("9 of 12")
    expect(page.locator(".grid table")).to_have_attribute("aria-rowcount", "5")
    assert axe_violations(page) == []
    # What is undone is there again.
    page.keyboard.press("z")
    expect(cell(page, 2, WRITING)).to_be_focused()
    expect(rows).to_have_count(2)
    type_keys(page, "1")
    expect(status(page)).to_contain_text("All saved.")
    # The address knows it, and so do the ways to other parts.
    page.reload()
    page.wait_for_selector("html[data-grid=ready]")
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Engagement").click()
    page.wait_for_selector("html[data-grid=ready]")
    assert "stream=engagement" in page.url
    assert "left=1" in page.url
    expect(heads).to_have_text(["Pupil", "Exploration", "Persistence"])
    page.locator("td.now").focus()
    type_keys(page, "34")
    expect(page.locator("[data-part=judged]")).to_have_text("11 of 12")
    expect(status(page)).to_contain_text("All saved.")
    page.reload()
    page.wait_for_selector("html[data-grid=ready]")
    expect(page.get_by_role("heading", name="Nothing is left to judge here")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(1)
    expect(page.locator(".strip h2")).to_contain_text(str(curlew.pupils[0]))


def test_the_sheet_asks_for_notes_and_history_only_when_opened(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if r.headers.get("hx-request") else None)
    strip = page.locator(".strip")
    cell(page, 0, READING).click()
    type_keys(page, "32")
    for key in ("ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(status(page)).to_have_text("All saved.")
    assert asked == []
    cell(page, 0, READING).click()
    page.keyboard.press("h")
    expect(strip.locator(".history > li").first).to_contain_text("Autumn 2026")
    expect(strip.locator(".history > li").first).to_contain_text("by Harbour teacher")
    expect(strip.locator(".history > li")).to_have_count(4)
    assert len(asked) == 1
    assert axe_violations(page) == []

    cell(page, 0, READING).click()
    page.keyboard.press("n")
    strip.get_by_text("Write a note").click()
    words = strip.locator("textarea").first
    words.fill("Reads the names of three friends on their pegs")
    assert axe_violations(page) == []
    assert len(asked) == 2
    # A save elsewhere, and a look at another cell: what was typed is kept, and said to be.
    cell(page, 2, READING).click()
    type_keys(page, "1")
    said = f"A note on {curlew.pupils[0]} · Reading is not saved yet."
    expect(status(page)).to_contain_text(said)
    expect(strip.locator("textarea")).to_have_count(0)
    status(page).get_by_role("button", name="Go back to it").click()
    expect(words).to_have_value("Reads the names of three friends on their pegs")
    expect(status(page)).not_to_contain_text("A note on")
    strip.locator("form").filter(has=page.locator("textarea")).get_by_role(
        "button", name="Save"
    ).first.click()
    expect(strip.locator(".notes")).to_contain_text("three friends")
    with in_trust(curlew.trust.pk):
        note = Note.objects.get()
        assert (note.pupil, note.strand.code) == (curlew.pupils[0], "reading")
    cell(page, 1, WRITING).click()
    expect(status(page)).not_to_contain_text("A note on")


@pytest.mark.parametrize("size", [OFFICE, TABLET, PHONE], ids=lambda size: str(size["width"]))
def test_everyone_can_use_each_part(curlew, open_page, sign_in_page, size):
    page = open_page(size, touch=size is not OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    cell(page, 0, COMMUNICATION).click()
    for part in (".tools .button:visible", ".pick", ".strip [data-does]", ".grid td[tabindex]"):
        for each in page.locator(part).all():
            assert each.bounding_box()["height"] >= 43.5, part
    page.keyboard.press("h")
    expect(page.locator(".history")).to_be_visible()
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)
    # As a page of its own, without script.
    page.goto(reverse_history(curlew))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reading")
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)
    with in_trust(curlew.trust.pk):
        Window.objects.all().delete()
    page.goto(f"{grid_of(curlew)}?targets=only")
    expect(page.get_by_role("link", name="Not judged")).to_have_count(0)
    expect(page.get_by_role("button", name="Not judged")).to_be_visible()
    expect(page.locator(".tools [data-does=undo]")).to_have_count(0)
    assert axe_violations(page) == []
    assert not scrolls_sideways(page)


def reverse_history(world) -> str:
    with in_trust(world.trust.pk):
        strand = world.developmental.strands.get(code="reading")
    ids = [world.class_group.pk, world.term.pk, world.pupils[0].pk, strand.pk]
    return reverse("strand_history", args=ids)

"""Beside the grid: what was typed stays until it was saved, and nothing there disturbs the grid."""

import pytest
from playwright.sync_api import Page, expect

from assessment.models import Note
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import TermlyTarget
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.browser.grid_page import COMMUNICATION, TARGET, cell, open_grid, status, type_keys
from tests.full_class import fill_class
from tests.world import World, give_target

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]

HEIGHTS = "[...document.querySelectorAll('.grid tbody tr')].map((row) => row.offsetHeight)"

# Each heading that goes on to a new line inside a word without a hyphen, or is cut off.
BROKEN = """() => [...document.querySelectorAll(".grid thead tr:last-child th")].filter((head) => {
  const [text] = head.childNodes;
  const range = document.createRange();
  const top = (at) => {
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    // The hyphen that is shown belongs to the letter after it, on the line before.
    return [...range.getClientRects()].at(-1).top;
  };
  const letters = [...text.data.matchAll(/[^\\s\\u00ad]/g)].map(({ index }) => index);
  const inside = letters.slice(1).filter((at, before) => letters[before] === at - 1);
  const cut = inside.some((at) => text.data[at - 1] !== "-" && Math.abs(top(at) - top(at - 1)) > 4);
  return cut || head.scrollWidth > head.clientWidth;
}).map((head) => head.innerText)"""


def listen(page: Page) -> list[str]:
    """Return a list that fills with what the browser complains of in its console."""
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    return errors


def test_a_draft_goes_only_when_that_very_form_was_saved(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    complaints = listen(page)
    cell(page, 1, COMMUNICATION).click()
    type_keys(page, "1")
    expect(status(page)).to_contain_text("All saved.")
    heights = page.evaluate(HEIGHTS)
    strip = page.locator(".strip")
    note, comment = strip.locator("textarea[name=text]"), strip.locator("textarea[name=comment]")
    drafts = strip.locator("form.draft")

    cell(page, 0, TARGET).click()
    expect(strip).not_to_contain_text("How it went")
    page.keyboard.press("n")
    strip.get_by_text("Write a note").click()
    assert page.evaluate(HEIGHTS) == heights, "the notes' style reaches into the grid"
    # A file that is refused: the note is not saved, and its words stay a draft.
    note.fill("Asked for the card at lunch")
    wrong = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"no pdf"}
    strip.get_by_label("Pictures and PDFs").set_input_files([wrong])  # type: ignore[list-item]
    strip.get_by_role("button", name="Save", exact=True).click()
    expect(strip.locator(".errors")).to_be_visible()
    expect(note).to_have_value("Asked for the card at lunch")
    expect(drafts).to_have_count(1)
    # Nor is it gone once the comment on the target is saved, which the sheet then shows.
    comment.fill("She asks each day now.")
    expect(drafts).to_have_count(2)
    strip.get_by_role("button", name="Save the comment").click()
    expect(strip.locator(".went")).to_have_text("How it went: She asks each day now.")
    expect(note).to_have_value("Asked for the card at lunch")
    expect(drafts).to_have_count(1)
    cell(page, 1, COMMUNICATION).click()
    said = f"A note on {curlew.pupils[0]} · Target 1 is not saved yet."
    expect(status(page)).to_contain_text(said)
    status(page).get_by_role("button", name="Go back to it").click()
    # The other way round: a comment begun stays while the note is saved.
    comment.fill("She asks without the card.")
    strip.get_by_label("Pictures and PDFs").set_input_files([])
    strip.get_by_role("button", name="Save", exact=True).click()
    expect(strip.locator("li.note")).to_contain_text("Asked for the card at lunch")
    expect(comment).to_have_value("She asks without the card.")
    expect(note).to_have_value("")
    expect(drafts).to_have_count(1)
    # Kept as it was, the comment can be saved still.
    strip.get_by_role("button", name="Save the comment").click()
    expect(strip.locator(".went")).to_have_text("How it went: She asks without the card.")
    expect(drafts).to_have_count(0)
    cell(page, 1, COMMUNICATION).click()
    expect(status(page)).not_to_contain_text("not saved yet")
    with in_trust(curlew.trust.pk):
        assert TermlyTarget.objects.get(term=curlew.term).comment == "She asks without the card."
        assert Note.objects.get().text == "Asked for the card at lunch"
    _the_comment_is_seen_at_once(page, curlew)
    assert complaints == []


def _the_comment_is_seen_at_once(page: Page, world: World) -> None:
    """On a page opened anew; on a phone under what is more, which says so."""
    went = page.locator(".strip .went")
    open_grid(page, world)
    cell(page, 0, TARGET).click()
    expect(went).to_be_visible()
    page.set_viewport_size(PHONE)
    open_grid(page, world)
    cell(page, 0, TARGET).click()
    page.locator(".strip").get_by_text("More, with a comment").click()
    expect(went).to_be_visible()
    assert axe_violations(page) == []


def test_headings_break_between_words_or_with_a_hyphen(curlew, open_page, sign_in_page):
    with in_trust(curlew.trust.pk):
        curlew.developmental.strands.filter(code="writing").update(
            name="Personal and social development"
        )
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    for is_large in (False, True):
        if is_large:
            fill_class(curlew, curlew.class_group)
        for size in (OFFICE, TABLET, PHONE):
            page.set_viewport_size(size)
            open_grid(page, curlew)
            assert page.evaluate(BROKEN) == [], size
            assert not scrolls_sideways(page)
    expect(page.get_by_role("columnheader", name="Communication", exact=True)).to_have_count(1)


def test_where_nothing_is_due_it_says_so_and_nothing_can_be_pressed(
    curlew, open_page, sign_in_page
):
    with in_trust(curlew.trust.pk):
        give_target(curlew.pupils[0], curlew.term, 2)
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    off = cell(page, 1, TARGET)
    expect(off).to_have_text("no target")
    expect(cell(page, 1, TARGET - 1)).to_have_text("not due")
    before = page.locator(".strip h2").inner_text()
    off.click()
    expect(page.locator(".strip h2")).to_have_text(before)
    assert off.evaluate("(it) => [getComputedStyle(it).cursor, it.tabIndex]") == ["default", -1]
    assert axe_violations(page) == []

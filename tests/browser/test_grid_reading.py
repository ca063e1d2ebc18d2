"""Reading beside the grid: whose cell it is comes first, and what a key opens is in sight."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from assessment.models import Point
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.browser.grid_page import EXPLORATION, READING, TARGET, cell, open_grid, status, type_keys

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]

LOW: ViewportSize = {"width": 1280, "height": 560}

# Waits, five seconds at most, until something of the sheet can be seen inside it.
SEEN = """(selector) => new Promise((seen, gone) => {
  const until = Date.now() + 5000;
  const look = () => {
    const strip = document.querySelector(".strip").getBoundingClientRect();
    const it = document.querySelector(selector).getBoundingClientRect();
    if (it.top >= strip.top && it.top + 20 <= Math.min(strip.bottom, window.innerHeight)) seen();
    else if (Date.now() > until) gone(new Error(`${selector} is not in sight`));
    else requestAnimationFrame(look);
  };
  look();
})"""


def _is_seen(page: Page, selector: str) -> None:
    page.evaluate(SEEN, selector)


@pytest.mark.parametrize("size", [LOW, TABLET, PHONE], ids=lambda size: str(size["width"]))
def test_the_sheet_begins_with_the_cell_and_keys_go_there_and_back(
    curlew, open_page, sign_in_page, size
):
    page = open_page(size)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    strip = page.locator(".strip")
    cell(page, 0, READING).click()
    page.keyboard.press("h")
    expect(strip.locator(".history > li")).to_have_count(3)
    _is_seen(page, ".strip .history > li")
    expect(strip.locator("summary", has_text="Who and when")).to_be_focused()
    # From there to the notes, to the history again, and back to the cell.
    page.keyboard.press("n")
    expect(strip.get_by_text("Nothing noted yet")).to_be_visible()
    _is_seen(page, ".strip .notebook h2")
    page.keyboard.press("h")
    _is_seen(page, ".strip .history > li")
    page.keyboard.press("n")
    # What is typed in a field is typed there.
    strip.get_by_text("Write a note").click()
    strip.locator("textarea").first.press_sequentially("hn")
    expect(strip.locator("textarea").first).to_have_value("hn")
    page.keyboard.press("Escape")
    expect(cell(page, 0, READING)).to_be_focused()
    # Another cell: its pupil's name stands at the top, however far one had scrolled.
    strip.evaluate("it => { it.scrollTop = it.scrollHeight; }")
    assert strip.evaluate("it => it.scrollTop") > 0
    page.keyboard.press("ArrowDown")
    expect(strip.locator("h2").first).to_have_text(re.compile(str(curlew.pupils[1])))
    _is_seen(page, ".strip h2")


def test_a_judged_target_leads_to_its_comment(curlew, open_page, sign_in_page):
    page = open_page(LOW)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    strip, at_target = page.locator(".strip"), cell(page, 0, TARGET)
    at_target.click()
    title = strip.locator(".lazy").nth(1).locator("summary .title")
    expect(title).to_have_text("Comment, notes and files")
    expect(strip.get_by_role("button", name="Write how it went")).to_have_count(0)
    type_keys(page, "3")
    expect(status(page)).to_contain_text("All")
    at_target.click()
    strip.get_by_role("button", name="Write how it went").click()
    strip.locator("textarea[name=comment]").fill("She asks each day now.")
    _is_seen(page, ".target-comment")
    strip.get_by_role("button", name="Save the comment").click()
    expect(strip.locator(".went")).to_have_text("How it went: She asks each day now.")
    expect(strip.get_by_role("button", name="Change the comment")).to_be_visible()
    cell(page, 0, READING).click()
    expect(title).to_have_text("Notes and files")


def test_few_points_say_what_they_mean_and_a_finger_sees_no_keys(curlew, open_page, sign_in_page):
    labels = ["Not seen yet", "Fleeting: now and then", "Growing", "Steady", "Carries over"]
    with in_trust(curlew.trust.pk):
        for value, label in enumerate(labels, 1):
            Point.objects.filter(stream=curlew.engagement, value=value).update(label=label)
    for size in (OFFICE, TABLET, PHONE):
        page = open_page(size, touch=size is not OFFICE)
        sign_in_page(page, Role.TEACHER)
        open_grid(page, curlew)
        cell(page, 0, EXPLORATION).click()
        picks = page.locator(".pick")
        expect(picks.locator(".word")).to_have_text(
            ["Not seen yet", "Fleeting", "Growing", "Steady", "Carries over"]
        )
        keys = page.locator(".strip kbd:visible, .tools kbd:visible")
        assert (keys.count() > 0) == (size is OFFICE)
        assert axe_violations(page) == []
        assert not scrolls_sideways(page)
        # Many points would need a page of words.
        cell(page, 0, READING).click()
        expect(picks.locator(".word")).to_have_count(0)

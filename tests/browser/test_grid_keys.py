"""Keys do what the sheet offers and nothing else; what is typed as one number judges one pupil."""

import re

import pytest
from playwright.sync_api import expect

from assessment.models import Baseline, Judgement
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from tests.browser.conftest import OFFICE
from tests.browser.grid_page import (
    COMMUNICATION,
    EXPLORATION,
    READING,
    WRITING,
    cell,
    open_grid,
    status,
    stored,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


def test_keys_pick_what_the_sheet_offers_and_nothing_else(curlew, open_page, sign_in_page):
    _, second, third = curlew.pupils
    with in_trust(curlew.trust.pk):
        for kept in (Judgement, Baseline):
            kept.objects.filter(pupil=third, strand__code="reading").delete()
        Judgement.objects.filter(pupil=second, strand__code="reading").delete()
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    picks, live = page.locator(".pick"), page.locator("p.unseen[role=status]")

    cell(page, 0, READING).click()
    expect(picks).to_have_text(
        ["-10", "011same.", "112", "213", "314", "415", "516"], use_inner_text=False
    )
    for key in "6789":
        page.keyboard.press(key)
        words = f"{key} picks nothing here: -, 0, 1, 2, 3, 4 or 5 does."
        expect(status(page)).to_contain_text(words)
        expect(live).to_contain_text(words)
    expect(cell(page, 0, READING)).to_be_focused()
    # From the baseline where nothing was judged, which is not called the same.
    cell(page, 1, READING).click()
    expect(picks.nth(1)).to_have_text("08baseline")
    page.keyboard.press(".")
    expect(status(page)).to_contain_text("Nothing was judged here before.")
    # Without either no digit means anything, least of all a point from the foot of the scale.
    cell(page, 2, READING).click()
    expect(picks).to_have_count(0)
    expect(page.locator(".picks")).to_contain_text("There is no last point and no baseline")
    for key in "-0123456789":
        page.keyboard.press(key)
        expect(status(page)).to_contain_text("There is no last point and no baseline")
    assert stored(curlew) == {}
    # Any point there is, by typing it.
    for key in (" ", "1", "7", "Enter"):
        page.keyboard.press(key)
    expect(status(page)).to_have_text("All saved.")
    assert stored(curlew) == {(2, "reading"): "17"}
    cell(page, 0, EXPLORATION).click()
    for key in "-06789":
        page.keyboard.press(key)
        expect(status(page)).to_contain_text(f"{key} picks nothing here: 1, 2, 3, 4 or 5 does.")
    assert stored(curlew) == {(2, "reading"): "17"}


def test_two_digits_never_judge_two_pupils_unasked(curlew, open_page, sign_in_page):
    first, *_ = curlew.pupils
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    cell(page, 0, COMMUNICATION).click()
    for key in "17":
        page.keyboard.press(key)
    expect(status(page)).to_contain_text("7 picks nothing here")
    expect(status(page)).to_contain_text(
        f"17 is one point, but each key judges one pupil. 1 judged {first} 12, which Z takes back."
    )
    page.keyboard.press("z")
    expect(cell(page, 0, COMMUNICATION)).to_be_focused()
    # Two that are offered both: the second waits for a word, and for each that is not it.
    top = page.locator(".grid").bounding_box()
    for key in "121":
        page.keyboard.press(key)
        expect(cell(page, 1, COMMUNICATION)).to_be_focused()
    expect(status(page)).to_contain_text("1 is not taken. 11 is one point")
    page.keyboard.press("2")
    expect(status(page)).to_contain_text("2 is not taken. 12 is one point")
    assert page.evaluate(
        "document.querySelector('p.unseen[role=status]').textContent.includes('not taken')"
    )
    expect(cell(page, 1, COMMUNICATION)).to_have_text(re.compile("not judged"))
    # However much is said, the grid stays where it is and the legend as wide as it was.
    assert page.locator(".grid").bounding_box() == top
    page.keyboard.press("2")
    # Who has said so once knows, and is not asked again; a key held down is no number of presses.
    page.keyboard.press("1")
    expect(status(page)).to_have_text("All saved.")
    judged = {(row, "communication"): code for row, code in enumerate(("12", "13", "12"))}
    assert stored(curlew) == judged
    page.keyboard.down("1")
    for _ in range(5):
        page.keyboard.down("1")
    page.keyboard.up("1")
    expect(status(page)).to_contain_text("a key that is held down does not go on")
    expect(status(page)).to_contain_text("All saved.")
    assert stored(curlew) == judged | {(0, "reading"): "12"}

    # On a fresh page, holding the first key answers no question that comes after it.
    open_grid(page, curlew)
    cell(page, 1, READING).click()
    page.keyboard.down("1")
    for _ in range(3):
        page.keyboard.down("1")
    page.keyboard.up("1")
    for key in "12":
        page.keyboard.press(key)
        expect(status(page)).to_contain_text(f"{key} is not taken.")
    expect(status(page)).to_contain_text("All saved.")
    assert stored(curlew) == judged | {(0, "reading"): "12", (1, "reading"): "12"}

    # Going to a cell oneself begins anew, also for one who was never asked.
    open_grid(page, curlew)
    cell(page, 1, WRITING).click()
    page.keyboard.press("1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("1")
    expect(status(page)).not_to_contain_text("not taken")
    expect(status(page)).to_contain_text("All saved.")

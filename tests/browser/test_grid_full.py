"""A class of 30 in 12 strands, entered from the sign-in page to the last judgement by keyboard."""

import random

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Request, expect

from assessment.models import Judgement
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement
from schools.models import User
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.browser.grid_page import ASKED, cell, open_grid, status
from tests.factories.schools import PASSWORD
from tests.full_class import PUPILS, STRANDS, fill_class
from tests.world import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]

MOST_KEYS, MOST_PAGES = 400, 5

# The cell in focus: its place, the last point in it, and whether that can be seen: inside the
# window, and not under the heads, the names or the sheet at the foot. On a small screen the sheet
# grows with the frame after.
FOCUSED = """async (sheet) => {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  if (sheet) await frame().then(frame);
  const box = document.activeElement, last = box.querySelector(".last");
  const shown = (last ?? box).getBoundingClientRect();
  const top = document.elementFromPoint(shown.x + shown.width / 2, shown.y + shown.height / 2);
  const { sectionRowIndex } = box.parentElement;
  return [sectionRowIndex, box.cellIndex - 1, last?.textContent, box.contains(top)];
}"""


@pytest.fixture
def class_of_30(harbour: World) -> World:
    with in_trust(harbour.trust.pk):
        Placement.objects.filter(pupil__in=harbour.pupils).delete()
    harbour.pupils = fill_class(harbour, harbour.class_group)
    return harbour


def codes(world: World, term: int) -> dict[tuple[int, str], int]:
    """Return the points judged in a term, by row of the grid and name of the strand."""
    rows = {pupil.pk: row for row, pupil in enumerate(world.pupils)}
    with in_trust(world.trust.pk):
        return {
            (rows[pupil], strand): int(code)
            for pupil, strand, code in Judgement.objects.filter(term=world.terms[term]).values_list(
                "pupil", "strand__name", "point__code"
            )
        }


class Keyboard:
    """A person's keys, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str) -> None:
        self.presses += 1
        self.page.keyboard.press(key)

    def skip(self) -> None:
        """Take the first link of what comes next: past the bar, and past the head of the grid."""
        self.press("Tab")
        self.press("Enter")

    def tab_to(self, selector: str) -> None:
        for _ in range(40):
            if self.page.evaluate("(it) => document.activeElement.matches(it)", selector):
                return
            self.press("Tab")
        pytest.fail(f"no way to {selector} by Tab")


def test_360_judgements_in_400_keys_and_5_pages(class_of_30, open_page):
    person: User = class_of_30.people[Role.TEACHER]
    person.set_password(PASSWORD)
    person.save()
    page = open_page(OFFICE)
    pages: list[str] = []

    def count(request: Request) -> None:
        if request.is_navigation_request():
            pages.append(request.url)

    page.on("request", count)
    page.goto(reverse("account_login"))
    page.fill("input[name=login]", person.email)
    page.fill("input[name=password]", PASSWORD)
    keyboard = Keyboard(page)
    keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('classes')}")
    keyboard.skip()
    keyboard.tab_to("main a.button.main")
    keyboard.press("Enter")
    page.wait_for_selector("html[data-grid=ready]")
    keyboard.skip()
    keyboard.skip()
    assert page.evaluate("document.activeElement.matches('.grid td.now')")

    dice = random.Random(30 * 12)  # noqa: S311  # points, not secrets
    before = codes(class_of_30, term=2)
    names = page.locator(".grid thead tr:last-child th").evaluate_all(
        "(heads) => heads.slice(1).map((head) => head.ariaLabel)"
    )
    wanted: dict[tuple[int, str], int] = {}
    while len(wanted) < PUPILS * STRANDS:
        row, column, last, in_view = page.evaluate(FOCUSED, False)
        place = row, names[column]
        assert in_view, f"the last point of {place} cannot be seen"
        assert last == f"last {before[place]}"
        assert place not in wanted, "a key fell on what was judged already"
        # Keys offer up to five points on; who has come further is found by typing the point.
        steps = 7 if len(wanted) in (40, 100, 200) else dice.randrange(6)
        wanted[place] = before[place] + steps
        if steps > 5:
            for key in (" ", *str(wanted[place]), "Enter"):
                keyboard.press(key)
            continue
        keyboard.press(str(steps))
        if page.evaluate(ASKED):
            keyboard.press(str(steps))
    assert keyboard.presses <= MOST_KEYS
    expect(status(page)).to_have_text("All judged. All saved.", timeout=150_000)
    expect(page.locator("[data-part=judged]")).to_have_text("360 of 360")
    assert len(pages) <= MOST_PAGES, pages
    assert codes(class_of_30, term=3) == wanted
    assert len(wanted) == PUPILS * STRANDS
    # The point before stays in view beside the one that was chosen.
    shown = page.evaluate(
        "[...document.querySelectorAll('.grid tbody tr')].map((row) =>"
        " [...row.querySelectorAll('td')].map((box) =>"
        " [box.querySelector('b').textContent, box.querySelector('.last').textContent]))"
    )
    assert {
        (row, names[column]): (int(code), last)
        for row, cells in enumerate(shown)
        for column, (code, last) in enumerate(cells)
    } == {place: (point, f"last {before[place]}") for place, point in wanted.items()}


def test_the_large_grid_on_every_screen(class_of_30, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    for size in (OFFICE, TABLET, PHONE):
        page.set_viewport_size(size)
        open_grid(page, class_of_30)
        assert axe_violations(page) == []
        assert not scrolls_sideways(page)
        cell(page, 0, 0).click()
        # Down past the foot of the window, across, and back up: always in sight.
        for key in ("ArrowDown",) * 14 + ("ArrowRight",) * 11 + ("ArrowUp",) * 12 + ("Home", "End"):
            page.keyboard.press(key)
            *place, _, in_view = page.evaluate(FOCUSED, size is not OFFICE)
            assert in_view, f"{place} cannot be seen at {size['width']}"
    # On the office's screen all strands stand side by side.
    page.set_viewport_size(OFFICE)
    grid = "document.querySelector('.grid')"
    assert page.evaluate(f"{grid}.scrollWidth <= {grid}.clientWidth")

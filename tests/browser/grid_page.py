"""The page of the entry grid, as the journeys handle it."""

from django.urls import reverse
from playwright.sync_api import Locator, Page

from assessment.models import Judgement, Point
from parrcs.core.tenancy import in_trust
from pupils.models import Pupil
from tests.factories.assessment import BaselineFactory
from tests.world import World

COMMUNICATION, READING, WRITING, EXPLORATION, PERSISTENCE, TARGET = range(6)

ASKED = "document.querySelector('p.status')?.textContent.includes('once more') ?? false"


def grid_of(world: World, term: int = 3) -> str:
    return reverse("grid", args=[world.class_group.pk, world.terms[term].pk])


def open_grid(page: Page, world: World, term: int = 3) -> None:
    page.goto(grid_of(world, term))
    page.wait_for_selector("html[data-grid=ready]")


def cell(page: Page, row: int, column: int) -> Locator:
    return page.locator(".grid tbody tr").nth(row).locator("td").nth(column)


def type_keys(page: Page, keys: str) -> None:
    """Press one key after the other; a digit that the page asks about first is meant."""
    for key in keys:
        page.keyboard.press(key)
        if page.evaluate(ASKED):
            page.keyboard.press(key)


def status(page: Page) -> Locator:
    return page.locator("p.status")


def baselines_at(value: int, pupil: Pupil, world: World) -> None:
    """Give a pupil a baseline in each developmental strand, for keys to count from."""
    point = Point.objects.get(stream=world.developmental, value=value)
    for strand in world.developmental.strands.all():
        BaselineFactory(pupil=pupil, strand=strand, point=point)


def stored(world: World) -> dict[tuple[int, str], str]:
    """Return this term's judgements in the database: by row of the grid and strand."""
    rows = {pupil.pk: row for row, pupil in enumerate(world.pupils)}
    with in_trust(world.trust.pk):
        return {
            (rows[pupil], strand): code
            for pupil, strand, code in Judgement.objects.filter(term=world.term).values_list(
                "pupil", "strand__code", "point__code"
            )
        }

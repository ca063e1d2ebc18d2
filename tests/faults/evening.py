"""People who enter judgements while faults are laid for them, from a fixed seed."""

import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from assessment.models import Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import SavedOperation
from schools.models import ClassGroup
from tests.faults import FAULTS, fault_file
from tests.world import World

STRANDS = ("communication", "reading", "writing")
# Every pupil begins at this point; keys count from there.
BASELINE = 4
# How many of all choices meet which of the faults; the rest meets none.
SHARES = (0.013, 0.013, 0.04, 0.009)
DRIVER = Path(__file__).with_name("driver.js")


@dataclass
class Teller:
    """Somebody with a grid open, who types and is disturbed."""

    role: Role
    page: Page
    rows: list[int]  # the pupils, in the order of the grid
    own: list[tuple[int, int]]
    shared: list[tuple[int, int]] = field(default_factory=list)


class Evening:
    """The people at work, the faults laid for them, and a count of what happened to them."""

    def __init__(self, world: World, faults: Path, *, seed: int, until: float) -> None:
        self.world, self.faults, self.until = world, faults, until
        self.random = random.Random(seed)  # noqa: S311  # a fixed seed, nothing secret
        # How conflicts are decided while one waits, which happens as often as it happens.
        self.moods = random.Random(seed)  # noqa: S311
        self.count: Counter[str] = Counter()
        with in_trust(world.trust.pk):
            points = {
                int(each.value): each.pk
                for each in Point.objects.filter(stream=world.developmental)
            }
            self.points = {
                "-" if steps < 0 else str(steps): points[BASELINE + steps] for steps in range(-1, 6)
            }
            self.strands = [Strand.objects.get(code=code).pk for code in STRANDS]

    def open(self, page: Page, url: str, role: Role, class_group: ClassGroup) -> list[int]:
        """Open somebody's grid, and return the pupils in its rows."""
        page.add_init_script(path=DRIVER)
        self._sign_in(page, url, role)
        page.goto(reverse("grid", args=[class_group.pk, self.world.term.pk]))
        page.wait_for_selector("html[data-outbox=ready]")
        rows = "JSON.parse(document.getElementById('grid-data').textContent).rows"
        pupils: list[int] = page.evaluate(f"{rows}.map(({{ pupil }}) => pupil)")
        return pupils

    def work(self, teller: Teller, choices: int) -> None:
        """Make some choices on somebody's page, as fast as keys can be pressed."""
        steps = [self._step(teller) for _ in range(choices)]
        self._heard(teller, teller.page.evaluate("(steps) => driver.play(steps)", steps))
        if self.random.random() < 0.1:
            self._double_click(teller.page)

    def rest(self, teller: Teller, *, below: int = 1) -> None:
        """Wait until fewer cells than that are under way, deciding what comes up."""
        while True:
            said = teller.page.evaluate("(mine) => driver.decide(mine)", self.moods.random() < 0.5)
            if said["pending"] < below:
                return
            self._heard(teller, said)
            assert time.monotonic() < self.until, said["status"]
            teller.page.evaluate("(below) => driver.stirs(below)", below)

    def saves(self) -> int:
        """Count what the server has saved."""
        with in_trust(self.world.trust.pk):
            return SavedOperation.objects.count()

    def _step(self, teller: Teller) -> list[Any]:
        """Choose somewhere, with a fault now and then."""
        draw = self.random
        shared = teller.shared and draw.random() < 0.12
        row, column = draw.choice(teller.shared if shared else teller.own)
        key = "Delete" if draw.random() < 0.04 else draw.choice([*self.points])
        choice = {
            "person": self.world.people[teller.role].pk,
            "pupil": teller.rows[row],
            "strand": self.strands[column],
            "point": self.points.get(key, "none"),
        }
        fault = draw.choices(["", *FAULTS], [0.925, *SHARES])[0]
        if fault and key != "Delete":
            fault_file(self.faults, choice, fault).touch()
        twice = f"{choice['pupil']} {choice['strand']} {choice['point']}"
        return [row, column, key, draw.random() < 0.5, twice if draw.random() < 0.06 else ""]

    def _heard(self, teller: Teller, said: dict[str, Any]) -> None:
        """Sign somebody in again who is told to, and look at the page again."""
        assert said["refused"] == 0, said["status"]
        if re.search("signed out|out of date", said["status"]):
            self._sign_in(teller.page, teller.page.url, teller.role)
            teller.page.evaluate("driver.back()")
            self.count["signed in again"] += 1

    def _sign_in(self, page: Page, url: str, role: Role) -> None:
        client = Client()
        client.force_login(self.world.people[role])
        value = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": value, "url": url}])

    def _double_click(self, page: Page) -> None:
        """Pick with a real mouse, twice in the same place."""
        page.evaluate("driver.decide(true)")
        pick = page.locator(".pick").nth(self.random.randrange(3))
        box = pick.bounding_box() if pick.count() else None
        # A conflict may come up over it at any moment, and takes the clicks.
        if box:
            page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            self.count["double clicks"] += 1

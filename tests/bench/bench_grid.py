"""What the entry grid costs: a class of 30 pupils in 12 strands, as a page, a save, a key press.

Times differ from machine to machine, so each stands beside another that was measured in the
same run: the same statements without the application around them, or an empty frame.
"""

import re
from statistics import median, quantiles
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Page, expect

from assessment.models import Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement
from tests.bench.bench_trusts import analyse, fastest, tell
from tests.browser.conftest import (  # noqa: F401  # fixtures
    OFFICE,
    _running_server,
    browser,
    harbour,
    open_page,
    server,
    sign_in_page,
)
from tests.browser.grid_page import open_grid, status
from tests.full_class import PUPILS, STRANDS, fill_class
from tests.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

KEYS = 60
SAVES = 10
FRAME = 1000 / 60
A_SAVE = 300

# From a key to the end of the frame that shows what it did, and to the end of what it had run.
TIMES = """
window.times = {shown: [], run: []};
window.addEventListener("keydown", (event) => {
  const begun = performance.now();
  requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => window.times.shown.push(performance.now() - begun);
    after.port2.postMessage(null);
  });
  const ran = () => window.times.run.push(performance.now() - begun);
  window.addEventListener("keydown", ran, {once: true});
}, true);
"""
# The times, once each of so many keys has been shown.
SHOWN = """(keys) => new Promise((shown) => {
  const look = () => {
    if (window.times.shown.length === keys) shown(window.times);
    else requestAnimationFrame(look);
  };
  look();
})"""


def reads(sql: list[str]) -> int:
    return sum(" FROM " in each or each.startswith(("INSERT", "UPDATE")) for each in sql)


def bare(sql: list[str]) -> float:
    """Return how long the same statements take through psycopg alone; nothing is kept."""
    settings = connection.settings_dict
    name, host = settings["NAME"], settings["OPTIONS"]["host"]
    with psycopg.connect(
        dbname=name, user=settings["USER"], host=host, prepare_threshold=None
    ) as alone:

        def run() -> None:
            for each in sql:
                alone.execute(each)
            alone.rollback()

        return fastest(run)


def statements(run: CaptureQueriesContext) -> list[str]:
    """Return what was asked of the database, without the ends of its transactions."""
    asked = [query["sql"] for query in run.captured_queries]
    return [each for each in asked if each not in {"BEGIN", "COMMIT"}]


def signed_in(world: World) -> Client:
    client = Client()
    client.force_login(world.people[Role.HEAD])
    return client


def test_the_page_beside_its_own_statements():
    world = make_world("Harbour")
    fill_class(world, world.class_group, pupils=PUPILS)
    analyse()
    client = signed_in(world)
    url = reverse("grid", args=[world.class_group.pk, world.term.pk])
    with CaptureQueriesContext(connection) as asked:
        response = client.get(url)
    sql = statements(asked)
    print(  # noqa: T201
        f"\nThe grid of {PUPILS} pupils in {STRANDS} strands: {reads(sql)} queries,"
        f" {len(response.content) / 1024:.0f} KiB"
    )
    assert reads(sql) <= 15
    page = fastest(lambda: client.get(url), times=7)
    tell("Its page / the same statements bare", page, bare(sql), most=40)


def test_a_save_beside_its_own_statements():
    world = make_world("Harbour")
    pupils = fill_class(world, world.class_group, pupils=PUPILS)
    analyse()
    client = signed_in(world)
    url = reverse("judge", args=[world.class_group.pk, world.term.pk])
    with in_trust(world.trust.pk):
        strand = Strand.objects.get(code="reading")
        points = list(Point.objects.filter(stream=strand.stream_id).order_by("value"))
    version: int | None = None

    def save() -> None:
        nonlocal version
        choice = {
            "person": world.people[Role.HEAD].pk,
            "trust": world.trust.pk,
            "pupil": pupils[0].pk,
            "strand": strand.pk,
            "target": None,
            "point": points[(version or 0) % len(points)].pk,
            "base_version": version,
            "operation_id": uuid4().hex,
        }
        response = client.post(url, choice, content_type="application/json")
        assert response.status_code == 200, response.content
        version = response.json()["version"]

    save()
    with CaptureQueriesContext(connection) as asked:
        save()
    # Done anew: the statement of a save that was done already would be refused.
    sql = [re.sub("[0-9a-f-]{32,36}", uuid4().hex, each) for each in statements(asked)]
    print(f"\nA save: {reads(sql)} queries, {len(sql)} statements")  # noqa: T201
    whole = fastest(save)
    tell("A save / the same statements bare", whole, bare(sql), most=40)


def times_of(page: Page, keys: str) -> dict[str, float]:
    page.evaluate(TIMES)
    for key in keys:
        page.keyboard.press(key)
    times = page.evaluate(SHOWN, len(keys))
    # The quicker ones: the others were disturbed.
    return {name: quantiles(values, n=4)[0] for name, values in times.items()}


def test_a_key_press_and_a_save_in_the_browser(harbour, open_page, sign_in_page):  # noqa: F811
    with in_trust(harbour.trust.pk):
        # Who was never judged has no point that keys could count from.
        Placement.objects.filter(pupil__in=harbour.pupils).delete()
    fill_class(harbour, harbour.class_group)
    page = open_page(OFFICE)
    page.goto(reverse("account_login"))
    empty = times_of(page, "1" * KEYS)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, harbour)
    page.locator("td.now").focus()
    # No two of them are a point of the scale, which the page would ask about.
    busy = times_of(page, "345" * (KEYS // 3))
    print(f"\nA key press runs for {busy['run']:.1f} ms; a frame has {FRAME:.1f} ms")  # noqa: T201
    tell(
        "A key press until its frame is shown / on an empty page", busy["shown"], empty["shown"], 4
    )
    assert busy["run"] < FRAME
    expect(status(page)).to_have_text("All saved.", timeout=60_000)

    page.evaluate("performance.clearResourceTimings()")
    for _ in range(SAVES):
        page.keyboard.press("3")
        expect(status(page)).to_have_text("All saved.")
    took = page.evaluate(
        "performance.getEntriesByType('resource').filter(({name}) => name.endsWith('/judgements/'))"
        ".map(({duration}) => duration)"
    )
    tell("A save on loopback / what it may take", median(took), A_SAVE, most=1)

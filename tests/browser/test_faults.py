"""A thousand saves while everything goes wrong: what says "Saved" is there once, as it was said."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from assessment.models import Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Pupil
from schools.models import ClassGroup
from tests.browser.conftest import Server
from tests.factories.assessment import BaselineFactory
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.faults import FAULTS
from tests.faults.evening import BASELINE, STRANDS, Evening, Teller
from tests.faults.reckoning import Reckoning
from tests.world import World

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]

SEED = 20261121
SAVES = 1000
LONGEST = 600  # seconds; a fraction of that where nothing else runs
PUPILS = 30

# Who judges which rows of which class: the last ones of the first class, two people at once.
DESKS = (
    (Role.TEACHER, "Curlew", range(13), range(26, PUPILS)),
    (Role.HEAD, "Curlew", range(13, 26), range(26, PUPILS)),
    (Role.ASSESSMENT_LEAD, "Tern", range(PUPILS), ()),
)

RECORDS = """async () => {
  const { records } = await import("/static/js/outbox/store.js");
  return (await records()).length;
}"""


@pytest.fixture
def faults(tmp_path) -> Path:
    folder = tmp_path / "faults"
    folder.mkdir()
    return folder


@pytest.fixture
def server(django_db_setup, faults) -> Iterator[Server]:
    """The faulty server instead of the usual one."""
    server = Server(("-m", "tests.faults.serve"), FAULTS=str(faults))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def classes(harbour: World) -> dict[str, ClassGroup]:
    """Two classes of thirty pupils each, with a baseline and nothing judged before."""
    held = {harbour.class_group: harbour.pupils, harbour.arb_class: harbour.arb_pupils}
    with in_trust(harbour.trust.pk):
        for class_group, pupils in held.items():
            for _ in range(PUPILS - len(pupils)):
                PlacementFactory(
                    pupil=PupilFactory(),
                    school=class_group.school,
                    arb=class_group.arb,
                    class_group=class_group,
                    route=harbour.routes["semi-formal"],
                )
        strands = Strand.objects.filter(stream=harbour.developmental, code__in=STRANDS)
        point = Point.objects.get(stream=harbour.developmental, value=BASELINE)
        for pupil in Pupil.objects.filter(placements__class_group__in=held).distinct():
            for strand in strands:
                BaselineFactory(pupil=pupil, strand=strand, point=point)
    return {each.name: each for each in held}


def cells(rows: Iterable[int]) -> list[tuple[int, int]]:
    return [(row, column) for row in rows for column in range(len(STRANDS))]


def test_a_thousand_saves_with_faults(harbour, classes, open_page, server, faults):
    began = time.monotonic()
    evening = Evening(harbour, faults, seed=SEED, until=began + LONGEST)
    tellers = []
    for role, name, own, shared in DESKS:
        page = open_page()
        rows = evening.open(page, server.url, role, classes[name])
        tellers.append(Teller(role, page, rows, cells(own), cells(shared)))

    killed = False
    while (saves := evening.saves()) < SAVES:
        for teller in tellers:
            evening.work(teller, choices=10)
        for teller in tellers:
            evening.rest(teller, below=12)
        if saves > SAVES / 2 and not killed:
            # Once the supervisor dies too, with all that it looks after.
            server.kill()
            server.restart()
            killed = True
    for teller in tellers:
        evening.rest(teller)
        assert teller.page.evaluate(RECORDS) == 0, "something waits for ever"
    took = time.monotonic() - began

    happened = Counter((faults / "happened").read_text().splitlines()) + evening.count
    with in_trust(harbour.trust.pk):
        reckoning = Reckoning(harbour)
        reckoning.every_save_is_there_once()
        reckoning.nothing_was_overwritten_unseen()
        for teller in tellers:
            log = teller.page.evaluate("driver.log()")
            happened["said Saved"] += reckoning.hold(teller, log)
            happened["double sends"] += log["doubled"]
            happened["conflicts decided"] += len(log["decided"])
    sys.stdout.write(f"\n{evening.saves()} saves in {took:.0f} s: {dict(happened)}\n")
    kinds = (*FAULTS, "double clicks", "double sends", "conflicts decided", "signed in again")
    assert not [kind for kind in kinds if not happened[kind]]

"""What the demo's pupils are given beside the core areas, their tests, and their attendance.

Thought up without a database, so that several days of a year can be looked at.
"""

import datetime as dt
from collections import Counter, defaultdict

import pytest

from pupils.measures import Attendance
from reporting.services.demo import material
from reporting.services.demo.seeding import imagine
from tests.reporting.demo.rows import DAY, SEED
from tests.reporting.demo.test_run import SMALL

SEPTEMBER, JULY = dt.date(2026, 9, 3), dt.date(2027, 7, 28)


@pytest.mark.parametrize("day", [DAY, SEPTEMBER, JULY])
def test_it_is_believable_on_any_day(day):
    imagined = imagine(SMALL[0], [], seed=SEED, on=day)
    wider, children = imagined.wider, {c.pupil.upn: c for c in imagined.roll.children}
    seen = set()
    for each in wider.attendance:
        assert each.possible == each.attended + each.authorised + each.unauthorised
        assert 0 < each.possible <= 100
        assert 0 <= each.late <= each.attended
        assert each.starts_on <= each.ends_on <= day
        assert each.starts_on >= children[each.pupil.upn].joined_on
        assert (each.pupil.upn, each.starts_on) not in seen
        seen.add((each.pupil.upn, each.starts_on))
    on_roll = {child.pupil.upn for child, _ in imagined.roll.on_roll(day)}
    assert on_roll <= {each.pupil.upn for each in wider.attendance}
    for given in wider.provisions:
        assert given.starts_on <= day
        assert given.ends_on is None or given.starts_on < given.ends_on <= day
    for review in wider.reviews:
        held, given = review.term, review.provision
        assert held.starts_on <= day
        assert given.starts_on <= held.ends_on
        assert given.ends_on is None or given.ends_on >= held.starts_on
    once = Counter((id(r.provision), id(r.term)) for r in wider.reviews)
    assert set(once.values()) <= {1}
    for test in wider.tests:
        assert test.child.route == "formal"
        assert 0 <= test.score <= test.out_of
        assert test.taken_on <= day
    tests = Counter((id(test.child), test.name, test.taken_on) for test in wider.tests)
    assert set(tests.values()) <= {1}


def test_the_whole_trust_is_near_the_figures_of_special_schools():
    imagined = imagine(material.trusts().trusts[0], [], seed=SEED, on=DAY)
    wider = imagined.wider
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for each in wider.attendance:
        sums[each.pupil.upn][0] += each.possible
        sums[each.pupil.upn][1] += each.attended
    every = [Attendance(*each) for each in sums.values()]
    attended = sum(e.attended for e in every) / sum(e.possible for e in every)
    absent = sum(e.persistently_absent for e in every) / len(every)
    assert 0.86 <= attended <= 0.91
    assert 0.25 <= absent <= 0.60
    on_roll = len(imagined.roll.on_roll(DAY))
    assert 0.3 * on_roll < len(wider.provisions) < 0.6 * on_roll
    assert {each.progress for each in wider.reviews} == {1, 2, 3, 4}
    assert len(wider.tests) > 100

"""Every figure that governors and trustees read equals a second reckoning from the raw rows.

In the data, on the page, in the workbook and in the PDF; in tables, sentences and charts. What is
hidden is a figure, and what is small is hidden.
"""

import datetime as dt
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from assessment.models import Judgement, Point
from parrcs.core.access import Role
from reporting.measures.small_numbers import Rules
from reporting.reports.document import Document
from reporting.reports.ht import ht_report
from reporting.reports.lgb import lgb_report
from reporting.reports.trustee import trust_document, trustee_report
from reporting.selectors.report_rows import trust_rows
from reporting.services.pictures import pictures
from tests.reporting.as_read import GOVERNORS, TRUSTEES
from tests.reporting.conftest import add_life
from tests.reporting.more_life import add_more_life
from tests.reporting.more_schools import add_schools
from tests.reporting.reckoning_more import WholeReckoning
from tests.reporting.reckoning_trust import TrustReckoning
from tests.reporting.test_ht_numbers import check_pdf
from tests.reporting.whole import check_as_read
from tests.world import World

SMALL = settings(
    max_examples=6,
    deadline=None,
    # Each try makes a trust: what fails is small enough as it is.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
RULES = Rules()


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day of the second half of autumn 2026, from which it is reckoned what is late."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2026, 11, 21))


@pytest.fixture
def wide(world: World) -> World:
    """A trust with more pupils, schools and ARBs, and a school that stands out."""
    add_life(world, pupils=90, seed=1)
    add_schools(world, seed=3)
    add_more_life(world, seed=7)
    (lowest,) = Point.objects.filter(stream=world.developmental).order_by("value")[:1]
    Judgement.objects.filter(
        term__in=world.terms[2:],
        strand__stream=world.developmental,
        pupil__placements__school__name__contains=":",
    ).update(point=lowest)
    return world


def for_governors(world: World, term: int, rules: Rules = RULES) -> Document:
    made = ht_report(world.access(Role.HEAD), school=world.school, term=world.terms[term])
    return lgb_report(made, rules=rules, earlier=[])[0]


def for_trustees(world: World, term: int, rules: Rules = RULES) -> Document:
    access = world.access(Role.TRUST_LEAD)
    rows = trust_rows(access, trust=world.trust, term=world.terms[term])
    return trustee_report(trust_document(rows), rules=rules, earlier=[])[0]


def check_both(world: World, term: int, rules: Rules = RULES) -> None:
    when = world.terms[term].pk
    of_school = WholeReckoning(world.school.pk, when)
    check_as_read(for_governors(world, term, rules), of_school, GOVERNORS, rules)
    check_as_read(for_trustees(world, term, rules), TrustReckoning(when), TRUSTEES, rules)


@pytest.mark.parametrize("term", [0, 3])
def test_every_figure_that_is_read(wide: World, term: int) -> None:
    check_both(wide, term)


@given(
    pupils=st.integers(0, 40),
    seed=st.integers(0, 9_999),
    term=st.integers(0, 3),
    rules=st.builds(Rules, st.integers(5, 7), st.integers(6, 10)),
)
@SMALL
@example(pupils=12, seed=188, term=2, rules=Rules(5, 9))
def test_every_figure_of_any_small_trust(
    world: World, pupils: int, seed: int, term: int, rules: Rules
) -> None:
    with transaction.atomic():
        add_life(world, pupils=pupils, seed=seed)
        add_schools(world, seed=seed)
        add_more_life(world, seed=seed)
        check_both(world, term, rules)
        transaction.set_rollback(True)


def test_the_rows_have_what_makes_it_hard(wide: World) -> None:
    """Several schools and ARBs, movers between them, and many figures that are shown."""
    numbers = TrustReckoning(wide.term.pk).numbers()
    names = list(numbers["schools", "schools"])
    assert sum(name.startswith("of which ") for name in names) == 2
    assert len(names) > 5
    assert any("primary" in name.lower() for name in numbers["attendance", "attendance"])
    assert "Harbour Gull School" not in names
    drawn = pictures(for_trustees(wide, 3))
    assert drawn.keys() == {"core", "groups", "funnel"}
    assert "is below the limits for its size" in drawn["funnel"].alt


@pytest.mark.parametrize("kind", ["lgb", "trustee"])
def test_every_figure_of_the_pdf_stands_in_its_table(
    wide: World, tmp_path: Path, kind: str
) -> None:
    report = (for_governors if kind == "lgb" else for_trustees)(wide, 3)
    check_pdf(report, tmp_path / "report.pdf")

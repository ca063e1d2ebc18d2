"""Within a core area the comparison counts pupils, also where the area has several strands."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.models import Judgement, Point, Strand
from parrcs.core.access import Role
from pupils.selectors.cohorts import cohort
from reporting.selectors.comparing.choices import Chosen, compare_choices
from reporting.selectors.comparing.tallies import Tallies
from tests.factories.assessment import BaselineFactory, CoreAreaFactory, StrandFactory


@pytest.fixture
def two_strands(world):
    """The core area of reading has a second strand; the three pupils of a class have both."""
    reading = Strand.objects.get(stream=world.developmental, code="reading")
    aloud = StrandFactory(
        stream=world.developmental, code="aloud", core_area=CoreAreaFactory(code="reading")
    )
    point = Point.objects.filter(stream=world.developmental).first()
    for pupil in world.pupils:
        for strand in (reading, aloud):
            BaselineFactory(pupil=pupil, strand=strand, point=point, judged_on=dt.date(2025, 9, 15))
            Judgement.objects.create(
                pupil=pupil,
                strand=strand,
                term=world.term,
                point=point,
                judged_at=timezone.now(),
            )
    return world


def tallied(world):
    choices = compare_choices(term=str(world.term.pk), today=world.term.ends_on)
    chosen = Chosen(term=world.term, strands=choices.counted(stream="", strand="core"))
    counted = cohort(world.access(Role.TRUST_LEAD), term=world.term)
    return Tallies(counted, chosen).within(lambda _: True)


def test_three_pupils_in_two_strands_are_three_pupils_and_too_few(two_strands):
    whole, areas = tallied(two_strands)
    reading = areas["area.reading"]
    assert (reading.compared, reading.pupils_compared) == (6, 3)
    assert reading.too_few
    assert reading.shown is None
    assert areas["area.writing"].pupils_compared == 0
    assert whole.pupils_compared == 3


def test_more_areas_take_no_more_queries(two_strands):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            tallied(two_strands)
        return len(caught)

    few = queries()
    for number in range(4):
        StrandFactory(
            stream=two_strands.developmental, core_area=CoreAreaFactory(code=f"area-{number}")
        )
    assert queries() == few

"""Gaps: what may have been lost from sight, and what is none."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.measures import OpenStep, open_steps, unchanged_for
from assessment.models import Expectation, Note, Point, Strand
from assessment.selectors.gaps import gaps_of
from assessment.selectors.pupil import positions
from parrcs.core.access import Role
from pupils.selectors.pupils import pupil_file
from tests.factories.assessment import JudgementFactory
from tests.pupils.conftest import today
from tests.pupils.pages import points, replace_developmental

__all__ = ["today"]  # the fixture: a Saturday in the autumn term of 2026

D = Decimal
DAY = dt.date(2026, 10, 3)


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ([], 0),
        ([12], 1),
        ([11, 12], 1),
        ([11, 12, 12, 12], 3),
        ([12, 12, 11, 12], 1),
        ([None, 12, 12], 2),
        ([12, None], 0),
    ],
)
def test_how_long_a_value_stands(values, count):
    assert unchanged_for([None if v is None else D(v) for v in values]) == count


@given(st.lists(st.none() | st.integers(1, 3).map(D)))
def test_how_long_a_value_stands_the_slow_way(values):
    count = 0
    for value in reversed(values):
        if value is None or value != values[-1]:
            break
        count += 1
    assert unchanged_for(values) == count


@pytest.mark.parametrize(
    ("steps", "judged", "found"),
    [
        # Worked on below one that is secured.
        ([(9, False, 3), (10, True, 4)], None, [(9, 10)]),
        # Worked on below the judged point, not at it or above.
        ([(9, False, 3), (12, False, 3), (13, False, 3)], 12, [(9, 12)]),
        # Secured later, or on the same day: no gap.
        ([(9, False, 3), (9, True, 5), (10, True, 4)], None, []),
        ([(9, True, 3), (9, False, 3), (10, True, 4)], None, []),
        # Secured once and worked on again since: a gap again.
        ([(9, True, 3), (9, False, 5), (10, True, 4)], None, [(9, 10)]),
        ([(9, False, 3)], None, []),
        ([], 12, []),
    ],
)
def test_a_step_left_open(steps, judged, found):
    noted = [(D(value), secured, dt.date(2026, 10, day)) for value, secured, day in steps]
    left = open_steps(noted, None if judged is None else D(judged))
    assert [(step.value, step.later) for step in left] == [(D(a), D(b)) for a, b in found]
    assert all(isinstance(step, OpenStep) for step in left)


def gaps(world, pupil):
    access = world.access(Role.TEACHER)
    file = pupil_file(access, pupil_id=pupil.pk)
    return gaps_of(access, file=file, positions=positions(access, file=file))


def judged(pupil, strand, terms, values):
    scale = points(strand.stream)
    for term, value in zip(terms, values, strict=True):
        if value:
            JudgementFactory(pupil=pupil, strand=strand, term=term, point=scale[value])


def strand_of(world, code):
    return Strand.objects.get(stream=world.developmental, code=code)


def said(found):
    return [(gap.strand.name, gap.words) for gap in found]


@pytest.fixture
def pupil(world):
    """The semi-formal pupil of Curlew."""
    return world.pupils[1]


def test_each_kind_of_gap_is_said_in_words_that_help(world, pupil):
    judged(pupil, strand_of(world, "reading"), world.terms, [11, 12, 12, 12])
    judged(pupil, strand_of(world, "writing"), world.terms, [4, 5, 6, None])
    found = gaps(world, pupil)
    assert [strand.name for strand in found.never] == ["Communication"]
    assert said(found.not_this_year) == [("Writing", "last 6 in Summer 2026")]
    assert said(found.unchanged) == [("Reading", "12 for three terms; next step 13, Point 13")]
    assert said(found.open_steps) == []
    assert found.count == 3


def test_small_steps_left_behind_are_a_gap(world, pupil):
    reading = strand_of(world, "reading")
    judged(pupil, reading, world.terms, [9, 10, 11, 12])
    for value, secured in ((10, False), (11, True), (13, False)):
        Note.objects.create(
            pupil=pupil,
            strand=reading,
            point=points(world.developmental)[value],
            secured=secured,
            seen_on=DAY,
            written_by=world.people[Role.TEACHER],
        )
    assert said(gaps(world, pupil).open_steps) == [
        ("Reading", "10 was worked on (3 October 2026) and is not secured, while 12 is reached")
    ]


def test_standing_still_is_no_gap_at_the_top_or_where_holding_on_is_the_aim(world, pupil):
    reading = strand_of(world, "reading")
    judged(pupil, reading, world.terms, [20, 20, 20, 20])
    assert said(gaps(world, pupil).unchanged) == []
    Point.objects.create(stream=world.developmental, code="21", label="", value=21)
    assert said(gaps(world, pupil).unchanged) == [("Reading", "20 for four terms; next step 21")]
    Expectation.objects.update(points_a_term=0)
    assert said(gaps(world, pupil).unchanged) == []


def test_where_a_step_takes_longer_than_it_stood_the_words_say_so(world):
    pupil = world.pupils[0]  # pre-formal: a quarter of a point a term in the engagement stream
    strand = Strand.objects.get(stream=world.engagement, code="persistence")
    judged(pupil, strand, world.terms[1:], [2, 2, 2])
    assert said(gaps(world, pupil).unchanged) == [
        (
            "Persistence",
            "2 for three terms; next step 3, Point 3."
            " On this route a step is expected to take about four terms",
        )
    ]


def test_what_an_earlier_version_holds_counts_in_the_one_that_goes_on_from_it(world, pupil):
    reading = strand_of(world, "reading")
    judged(pupil, reading, world.terms[:3], [11, 12, 11])
    judged(pupil, strand_of(world, "writing"), world.terms[:3], [4, 5, 6])
    Note.objects.create(
        pupil=pupil,
        strand=reading,
        point=points(world.developmental)[7],
        secured=False,
        seen_on=DAY,
        written_by=world.people[Role.TEACHER],
    )
    newer = replace_developmental(world)
    judged(pupil, Strand.objects.get(stream=newer, code="reading"), world.terms[3:], [6])
    found = gaps(world, pupil)
    # 11 and 12 are both 6 in the new version, 7 is 4.
    assert said(found.unchanged) == [("Reading", "6 for four terms; next step 7, Point 7")]
    assert said(found.open_steps) == [
        ("Reading", "4 was worked on (3 October 2026) and is not secured, while 6 is reached")
    ]
    assert [strand.name for strand in found.never] == ["Communication"]
    assert said(found.not_this_year) == [("Writing", "last 6 in Summer 2026")]

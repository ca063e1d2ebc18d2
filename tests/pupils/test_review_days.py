"""Days of annual reviews that cannot be, and papers of which nobody noted that they went out."""

import datetime as dt

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from pupils.models import AnnualReview, ReviewAdvice, ReviewStep
from tests.factories.pupils import PlanFactory
from tests.pupils.conftest import seen, words, wrong
from tests.pupils.test_reviews import done, meeting, review_of, url
from tests.world import World

DAY = dt.date


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.INCLUSION_LEAD)


def test_a_day_decades_off_is_refused_for_meeting_step_and_advice(world: World, lead):
    """The pupil was born on 14 March 2016, the plan by a slip begins before; today is 2026."""
    pupil = world.pupils[0]
    plan = PlanFactory(pupil=pupil, starts_on=DAY(1926, 9, 1))
    add = url("review_add", pupil, plan.pk)
    for day, told in (
        ("1927-12-08", f"{pupil.first_name} was born on 14 March 2016."),
        ("2016-03-13", f"{pupil.first_name} was born on 14 March 2016."),
        ("2028-11-22", "This is more than two years ahead. Check the year."),
        ("2062-12-08", "This is more than two years ahead. Check the year."),
    ):
        shown = lead.post(add, meeting(meets_on=day))
        assert wrong(shown) == ["id_meets_on"], day
        assert told in words(shown)
    assert not AnnualReview.objects.exists()
    assert lead.post(add, meeting(meets_on="2028-11-21")).status_code == 302
    review = AnnualReview.objects.get()
    change = url("review_change", pupil, review.pk)
    moved = meeting(meets_on="2028-11-22", **seen(lead.get(change)))
    assert wrong(lead.post(change, moved)) == ["id_meets_on"]
    for step in ("papers", "meeting"):
        marked = lead.post(url("review_step", pupil, review.pk, step), {"done_on": "1996-11-20"})
        assert wrong(marked) == ["id_done_on"]
    advice = {"source": "Therapist", "received_on": "1996-11-20", "words": "More signs."}
    assert wrong(lead.post(url("advice_add", pupil, review.pk), advice)) == ["id_received_on"]
    assert not ReviewStep.objects.exists()
    assert not ReviewAdvice.objects.exists()


def test_papers_never_noted_are_not_late_once_the_meeting_was_held(world: World, lead):
    """The meeting of 10 November was held; papers by 27 October, the report by 24 November."""
    one, two = world.pupils[:2]
    held = review_of(PlanFactory(pupil=one, starts_on=DAY(2025, 11, 20)), DAY(2026, 11, 10))
    done(held, world, meeting=DAY(2026, 11, 10))
    page = words(lead.get(url("review", one, held.pk)))
    assert "Papers sent due 27 October 2026 not noted" in page
    assert "Next: Report sent, due 24 November 2026." in page
    # Before the meeting they are late: they can still go out.
    to_come = review_of(PlanFactory(pupil=two, starts_on=DAY(2025, 12, 1)), DAY(2026, 11, 24))
    page = words(lead.get(url("review", two, to_come.pk)))
    assert "Papers sent due 10 November 2026 11 days late" in page
    every = words(lead.get(reverse("annual_reviews")))
    assert "1 step late, 1 due in the next four weeks." in every
    assert "10 November 2026 11 days late Papers sent" in every
    assert "27 October" not in every
    # What nobody noted was not done in time either: the meeting of three steps due by now.
    assert "1 of 3 steps of this school year done in time." in every
    listed = words(lead.get(url("pupil_reviews", one)))
    assert "Next: Report sent, due 24 November 2026." in listed


def test_nor_are_they_late_behind_a_report_that_is(world: World, lead):
    pupil = world.pupils[0]
    held = review_of(PlanFactory(pupil=pupil, starts_on=DAY(2025, 11, 1)), DAY(2026, 10, 20))
    done(held, world, meeting=DAY(2026, 10, 20))
    page = words(lead.get(reverse("annual_reviews")))
    # Report by 3 November, decision by 17 November.
    assert "3 November 2026 18 days late Report sent and 1 more late" in page

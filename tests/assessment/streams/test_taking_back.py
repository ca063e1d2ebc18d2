"""An approval is taken back while nothing rests on it, and leaves all as it was before."""

import datetime as dt

import pytest

from assessment.models import Baseline, Stream
from assessment.services.baselines import set_baseline
from assessment.services.streams.approval import (
    ApprovalRefused,
    approve_stream,
    remove_stream,
    take_back_approval,
    withdraw_stream,
)
from tests.assessment.streams.deciding import NEXT, ONE, TWO, lead, swimming, terms, used

__all__ = ["lead", "swimming", "terms", "used"]  # fixtures


@pytest.fixture
def far(terms):
    """The summer, moved so far ahead that it is to come whatever today is."""
    year, summer = terms[0].year, terms[2]
    year.ends_on = dt.date(9999, 8, 31)
    summer.starts_on, summer.census_on = dt.date(9999, 4, 13), dt.date(9999, 5, 20)
    summer.ends_on = dt.date(9999, 7, 21)
    summer.save()
    return summer


def test_the_approval_of_a_version_to_come_is_taken_back(world, lead, far, swimming, used):
    new = swimming(**NEXT)
    approve_stream(by=lead, stream=new, term=far, expected={world.routes["formal"].pk: TWO})
    assert Baseline.objects.filter(strand__stream=new).count() == 1
    own = set_baseline(
        by=lead,
        pupil=world.pupils[2],
        strand=used.strands.get(code="water"),
        point=used.points.get(code="c"),
        judged_on=dt.date(2025, 9, 15),
    )
    assert Baseline.objects.get(strand__stream=new).point.code == "y"
    take_back_approval(by=lead, stream=new)
    new.refresh_from_db()
    used.refresh_from_db()
    assert (new.approved_from, used.approved_until) == (None, None)
    assert not Baseline.objects.filter(strand__stream=new).exists()
    assert not new.expectations.exists()
    assert Baseline.objects.get(strand__stream=used) == own
    with pytest.raises(ApprovalRefused, match="Autumn 2025 was counted with it and is closed"):
        take_back_approval(by=lead, stream=world.developmental)
    remove_stream(by=lead, stream=new)


def test_a_version_that_was_to_end_ends_on_that_day_again(world, lead, terms, far, swimming, used):
    """It was withdrawn for later, then cut short by the new version, whose approval is undone."""
    withdraw_stream(by=lead, stream=used, last_term=far)
    new = swimming(**NEXT)
    approve_stream(by=lead, stream=new, term=far, expected={world.routes["formal"].pk: ONE})
    used.refresh_from_db()
    assert used.approved_until == far.starts_on - dt.timedelta(days=1)
    take_back_approval(by=lead, stream=new)
    used.refresh_from_db()
    assert used.approved_until == far.ends_on
    # Withdrawn to an earlier day while the other was approved: that stays.
    approve_stream(by=lead, stream=new, term=far, expected={world.routes["formal"].pk: ONE})
    withdraw_stream(by=lead, stream=used, last_term=terms[1])
    take_back_approval(by=lead, stream=new)
    used.refresh_from_db()
    assert used.approved_until == terms[1].ends_on


def test_a_version_that_ended_by_itself_is_not_opened_again(
    world, lead, terms, far, swimming, used
):
    """It ends on the very day before the new version begins, but not because of it."""
    withdraw_stream(by=lead, stream=used, last_term=terms[1])
    Stream.objects.filter(pk=used.pk).update(approved_until=far.starts_on - dt.timedelta(days=1))
    new = swimming(**NEXT)
    approve_stream(by=lead, stream=new, term=far, expected={world.routes["formal"].pk: ONE})
    take_back_approval(by=lead, stream=new)
    used.refresh_from_db()
    assert used.approved_until == far.starts_on - dt.timedelta(days=1)

"""A draft is not published unawares: what was decided after it was made is said beside it."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from assessment.models import Baseline, Judgement, Stream
from assessment.services.streams.approval import Expected, set_expectations, withdraw_stream
from parrcs.core.access import Role
from reporting.choices import ReportStatus
from reporting.models import Report
from reporting.reports.ht import ht_report
from schools.choices import Season
from tests.factories.assessment import BaselineFactory
from tests.factories.schools import TermFactory, WindowFactory
from tests.pupils.conftest import today, words
from tests.reporting.conftest import add_life, page_of, stored
from tests.world import World

__all__ = ["today"]  # a fixture

type SignIn = Callable[[Role], Client]


@pytest.fixture
def draft(world: World) -> Report:
    """A draft of an hour ago, called ready, that says what holds until then; it is autumn 2026."""
    add_life(world, pupils=20, seed=5)
    earlier = timezone.now() - dt.timedelta(hours=1)
    Judgement.objects.update(judged_at=earlier - dt.timedelta(hours=1))
    snapshot = {**ht_report(world.access(Role.HEAD), school=world.school, term=world.term)}
    return stored(world, ReportStatus.READY, snapshot=snapshot, made_at=earlier)


def told(world: World, sign_in: SignIn) -> tuple[str, str]:
    """The report's page and the one that asks before it is published."""
    head, page = sign_in(Role.HEAD), page_of(world)
    return words(head.get(page)), words(head.get(f"{page}publish/"))


def test_other_figures_for_the_term_are_said_before_a_draft_is_published(
    world: World, draft: Report, sign_in: SignIn
) -> None:
    lead, stream = world.access(Role.TRUST_LEAD), world.developmental
    for page in told(world, sign_in):
        assert "has changed since then" not in page
        assert "Numbers or words have changed" not in page
    others = {each.pk: Expected(Decimal(4), Decimal(2)) for each in world.routes.values()}
    spring = TermFactory(year=world.term.year, season=Season.SPRING)
    WindowFactory(term=spring)
    set_expectations(by=lead, stream=stream, term=spring, expected=others)
    # From the spring on: the draft of the autumn says what it would say now.
    for page in told(world, sign_in):
        assert "has changed since then" not in page
    set_expectations(by=lead, stream=stream, term=world.term, expected=others)
    for page in told(world, sign_in):
        assert f"What is expected in {stream} has changed since then." in page
        assert "Numbers or words have changed since the draft was made." in page
        assert "not in it" not in page
    assert "Make the draft again to publish those that hold now." in told(world, sign_in)[1]


def test_a_stream_out_of_use_and_other_baselines_are_said(
    world: World, draft: Report, sign_in: SignIn
) -> None:
    stream = world.developmental
    later = world.term.census_on + dt.timedelta(days=1)
    withdrawn = world.engagement.pk
    Stream.objects.filter(code="engagement").exclude(pk=withdrawn).update(
        approved_until=world.term.starts_on
    )
    at = Baseline.objects.filter(
        pupil=world.pupils[1], strand__stream=stream, judged_on__lt=world.term.starts_on
    )
    held = at.filter(replaced_on__isnull=True).first()
    assert held is not None
    held.replaced_on = world.term.starts_on
    held.save()
    BaselineFactory(
        pupil=held.pupil, strand=held.strand, point=held.point, judged_on=held.replaced_on
    )
    # One that takes its place after the census day moves no number of this term.
    after = at.filter(replaced_on__isnull=True).exclude(pk=held.pk).first()
    assert after is not None
    after.replaced_on = later
    after.save()
    for page in told(world, sign_in):
        assert "Engagement 2.0 is not in use any more in Autumn 2026: it was then." in page
        assert "1 baseline has changed since." in page


def test_a_route_that_is_judged_as_well_leaves_no_state_but_moves_the_numbers(
    world: World, draft: Report, sign_in: SignIn
) -> None:
    lead, stream = world.access(Role.TRUST_LEAD), world.engagement
    now = Stream.objects.get(code="engagement", approved_until__isnull=True)
    assert now != stream
    expected = {
        world.routes[code].pk: Expected(Decimal(0), Decimal("1.5"))
        for code in ("pre-formal", "formal")
    }
    set_expectations(by=lead, stream=now, term=world.term, expected=expected)
    for page in told(world, sign_in):
        assert "Numbers or words have changed since the draft was made" in page


def test_a_version_withdrawn_after_the_term_changes_nothing(
    world: World, draft: Report, sign_in: SignIn
) -> None:
    lead = world.access(Role.TRUST_LEAD)
    withdraw_stream(by=lead, stream=world.developmental, last_term=world.term)
    for page in told(world, sign_in):
        assert f"{world.developmental} is not in use" not in page

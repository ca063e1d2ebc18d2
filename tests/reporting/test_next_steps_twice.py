"""A next step that is sent twice stands once: pressed twice in a moment, or sent again later."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.choices import ReportKind
from reporting.models import NextStep
from reporting.services.next_steps import StepFacts, add_step, carry_over
from tests.waiting import somebody_waits, until
from tests.world import World, make_world

FACTS = StepFacts(what="Meet families", owner="Head", due_on=dt.date(2027, 3, 1), done_on=None)


@pytest.fixture
def harbour() -> World:
    """A trust whose rows are committed, so that other connections see them."""
    return make_world("Harbour")


def twice_at_once(world: World, work: Callable[[], Any]) -> None:
    """Do something, and the same on another connection before the first is committed."""

    def again() -> None:
        try:
            with in_trust(world.trust.pk):
                work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with in_trust(world.trust.pk):
            work()
            second = other.submit(again)
            until(lambda: second.done() or somebody_waits(), "the second, or its waiting")
        second.result()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("kind", [ReportKind.HT, ReportKind.TRUSTEE])
def test_a_press_that_came_twice_writes_once(harbour: World, kind: ReportKind) -> None:
    school, role = harbour.school, Role.HEAD
    if kind == ReportKind.TRUSTEE:
        school, role = None, Role.TRUST_LEAD
    place = {"school": school, "kind": kind}
    with in_trust(harbour.trust.pk):
        left = NextStep.objects.create(**place, **FACTS | {"what": "Left"}, term=harbour.terms[2])
        by = harbour.access(role)
    now: dict[str, Any] = {"by": by, **place, "term": harbour.term}
    twice_at_once(harbour, lambda: add_step(**now, facts=FACTS))
    twice_at_once(harbour, lambda: carry_over(**now, ids={left.pk}))
    with in_trust(harbour.trust.pk):
        here = NextStep.objects.filter(term=harbour.term).order_by("what")
        assert [each.what for each in here] == ["Left", "Meet families"]


def test_who_carries_over_twice_is_told_that_it_is_done(world: World, sign_in: Any) -> None:
    head = sign_in(Role.HEAD)
    left = NextStep.objects.create(school=world.school, term=world.terms[2], **FACTS)
    carry = reverse("next_steps_carry", args=(world.school.pk, world.term.pk))
    for words in ("1 step is carried over.", "carried over already"):
        answer = head.post(carry, {"steps": [str(left.pk)]}, follow=True)
        assert words in answer.content.decode()
    assert NextStep.objects.filter(term=world.term).count() == 1

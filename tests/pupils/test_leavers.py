"""Who sees a pupil who has left, and what of them."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessment.models import Point, Strand
from parrcs.core.access import Role
from pupils.models import Placement, Pupil
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.pupils import (
    OutcomeFactory,
    PlacementFactory,
    PlanFactory,
    TermlyTargetFactory,
)
from tests.factories.schools import MembershipFactory, UserFactory
from tests.pupils.conftest import words, wrong

LAST_DAY = dt.date(2026, 3, 27)
STAFF = (Role.ASSESSMENT_LEAD, Role.INCLUSION_LEAD, Role.HEAD)


def page_of(pupil):
    return reverse("pupil", args=[pupil.pk])


def target(pupil, plan, term, walt):
    TermlyTargetFactory(outcome=OutcomeFactory(plan=plan), pupil=pupil, term=term, walt=walt)


@pytest.fixture
def leaver(world):
    """A pupil of the ARB until the end of spring 2026, and of the other school since."""
    pupil = world.arb_pupils[0]
    Placement.objects.filter(pupil=pupil).update(ends_on=LAST_DAY)
    PlacementFactory(
        pupil=pupil,
        school=world.other_school,
        class_group=world.other_class,
        route=world.routes["pre-formal"],
        starts_on=dt.date(2026, 4, 13),
    )
    scale = {int(p.value): p for p in Point.objects.filter(stream=world.developmental)}
    reading = Strand.objects.get(stream=world.developmental, code="reading")
    for value, since, until in (
        (3, dt.date(2025, 9, 15), dt.date(2026, 5, 4)),
        (14, dt.date(2026, 5, 4), None),
    ):
        BaselineFactory(
            pupil=pupil, strand=reading, point=scale[value], judged_on=since, replaced_on=until
        )
    for term, value in ((world.terms[1], 6), (world.terms[2], 17), (world.term, 18)):
        JudgementFactory(pupil=pupil, strand=reading, term=term, point=scale[value])
    old = PlanFactory(pupil=pupil)
    new = PlanFactory(pupil=pupil, starts_on=dt.date(2026, 4, 20))
    OutcomeFactory(plan=new, text="Outcome of the new school.")
    target(pupil, old, world.terms[1], "target of the ARB")
    target(pupil, new, world.terms[2], "target of the new school")
    return pupil


@pytest.fixture
def arb_lead(world):
    person = UserFactory(name="ARB Lead")
    MembershipFactory(person=person, role=Role.HEAD, arb=world.arb)
    client = Client()
    client.force_login(person)
    return client


def test_a_host_link_no_longer_sees_who_has_left(world, sign_in, leaver):
    host = sign_in(Role.HOST_LINK)
    assert host.get(page_of(leaver)).status_code == 404
    assert host.get(page_of(leaver)).content == host.get(reverse("pupil", args=[10**9])).content
    everything = host.get(reverse("pupils"), {"roll": "left"})
    assert leaver.last_name not in words(everything)
    assert "Who have left" not in words(host.get(reverse("pupils")))
    assert host.get(page_of(world.arb_pupils[1])).status_code == 200


@pytest.mark.parametrize("who", [*STAFF, "arb_lead"])
def test_a_place_sees_its_leaver_as_they_were(world, sign_in, leaver, arb_lead, who):
    client = arb_lead if who == "arb_lead" else sign_in(who)
    response = client.get(page_of(leaver))
    page = words(response)
    for then in ("Left on 27 March 2026", "target of the ARB", "Tern", "Formal route", "3 15 Sep"):
        assert then in page, then
    for since in (
        world.other_school.name,
        "Dunlin",
        "Pre-formal",
        "13 April 2026",
        "20 April 2026",
        "target of the new school",
        "Outcome of the new school",
        "Summer 2026",
        "Autumn 2026",
        "May 2026",
    ):
        assert since not in page, since
    where = response.context["positions"]
    assert where.term == world.terms[1]
    (line,) = (line for each in where.streams for line in each.lines if line.latest)
    assert (line.latest.value, line.latest.gain, line.baseline.point.value) == (6, 3, 3)
    assert leaver.last_name in words(client.get(reverse("pupils"), {"roll": "left"}))


def test_who_has_the_pupil_now_and_the_trust_lead_see_everything(world, sign_in, leaver):
    person = UserFactory(name="Other Head")
    MembershipFactory(person=person, role=Role.HEAD, school=world.other_school)
    now = Client()
    now.force_login(person)
    clients: list[Any] = [now, sign_in(Role.TRUST_LEAD)]
    for client in clients:
        page = words(client.get(page_of(leaver)))
        for each in ("target of the ARB", "target of the new school", "Tern", "Dunlin"):
            assert each in page, each


def test_the_trust_lead_is_never_cut(world, sign_in, leaver):
    Placement.objects.filter(pupil=leaver, ends_on=None).update(ends_on=dt.date(2026, 4, 30))
    assert "target of the new school" in words(sign_in(Role.TRUST_LEAD).get(page_of(leaver)))


def test_for_a_leaver_nothing_is_written_that_would_not_be_seen(world, sign_in):
    """The school that a pupil left for nowhere may still complete what it has."""
    head, pupil = sign_in(Role.HEAD), world.pupils[1]
    Placement.objects.filter(pupil=pupil).update(ends_on=LAST_DAY)
    reading = Strand.objects.get(stream=world.developmental, code="reading")
    point = Point.objects.get(stream=world.developmental, value=5)
    asked = {f"point-{reading.pk}": point.pk, f"day-{reading.pk}": "2026-03-28"}
    refused = head.post(reverse("pupil_baseline", args=[pupil.pk]), asked)
    assert wrong(refused) == [f"id_day-{reading.pk}"]
    assert f"{pupil} left on 27 March 2026." in words(refused)
    plan = {"kind": "ehcp", "starts_on": "2026-03-28", "ends_on": ""}
    refused = head.post(reverse("plan_add", args=[pupil.pk]), plan)
    assert wrong(refused) == ["id_starts_on"]
    assert f"{pupil} left on 27 March 2026. A plan begins by then." in words(refused)
    head.post(reverse("plan_add", args=[pupil.pk]), plan | {"starts_on": "2026-03-27"})
    assert "from 27 March 2026" in words(head.get(page_of(pupil)))


@pytest.mark.parametrize("role", Role)
def test_who_sees_leavers_by_role(world, leaver, role):
    seen = leaver in Pupil.objects.visible_to(world.access(role))
    assert seen is (role in {*STAFF, Role.TRUST_LEAD})

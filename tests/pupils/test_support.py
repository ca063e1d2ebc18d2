"""Wellbeing, support and individual plans, and what staff must know: who writes and who reads."""

import datetime as dt

import pytest
from django.urls import reverse

from assessment.models import Judgement, Point
from parrcs.core.access import Role
from pupils.models import Placement, PupilNeeds, SupportPlan
from tests.factories.pupils import PlacementFactory, PlanFactory
from tests.factories.schools import MembershipFactory
from tests.pupils.conftest import seen, words, wrong
from tests.pupils.pages import page_of

PLAN = {
    "kind": "wellbeing",
    "purpose": "Calm mornings after a hard year.",
    "strategies": "A quiet start.\nA walk before register.",
    "led_by": "Ola Reed",
    "starts_on": "2026-10-01",
    "review_on": "2026-11-20",
}
NEEDS = {
    "medical": "Asthma: blue inhaler in the class cupboard.",
    "emergency": "Call 999, then the mother.",
    "communication": "Points at pictures.",
    "confirmed_with": "Mother and school nurse",
    "confirmed_on": "2026-11-01",
}


def url(name, pupil, *more):
    return reverse(name, args=[pupil.pk, *more])


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.INCLUSION_LEAD)


@pytest.fixture
def pupil(world):
    return world.pupils[0]


def given(pupil, **more):
    said = {
        **PLAN,
        "starts_on": dt.date(2026, 10, 1),
        "review_on": dt.date(2026, 11, 20),
        **more,
    }
    return SupportPlan.objects.create(pupil=pupil, **said)


def test_a_plan_is_written_reviewed_and_ended_and_its_words_are_kept(pupil, lead, sign_in):
    assert "No plan in force" in words(lead.get(url("pupil_support", pupil)))
    shown = lead.post(url("support_add", pupil), PLAN, follow=True)
    assert "The wellbeing plan is saved." in words(shown)
    # Yesterday was its day.
    assert "To be reviewed since 20 November 2026" in words(shown)
    plan = SupportPlan.objects.get()
    review = url("support_review", pupil, plan.pk)
    mark = seen(lead.get(review))
    said = {"reviewed_on": "2026-11-21", "outcome": "Settles by nine.", **mark}
    shown = lead.post(review, {**said, "then": "goes_on", "review_on": "2027-01-20"}, follow=True)
    assert "reviewed, goes on" in words(shown)
    assert "Settles by nine." in words(shown)
    mark = seen(lead.get(review))
    said = {"reviewed_on": "2026-11-21", "outcome": "No longer needed.", **mark}
    shown = lead.post(review, {**said, "then": "ends"}, follow=True)
    assert "Ended on 21 November 2026" in words(shown)
    assert "No plan in force" in words(shown)
    kept = plan.events.order_by("pgh_id")
    assert [each.outcome for each in kept] == ["", "Settles by nine."]
    assert "No longer needed." in words(sign_in(Role.TEACHER).get(url("pupil_support", pupil)))


def test_a_plan_to_come_is_not_in_force_yet(pupil, lead):
    given(pupil, starts_on=dt.date(2026, 12, 1), review_on=dt.date(2027, 1, 20))
    page = words(lead.get(url("pupil_support", pupil)))
    assert "To come" in page
    assert "begins on 1 December 2026" in page
    assert "in force" not in page
    given(pupil)
    assert "1 plan in force" in words(lead.get(url("pupil_support", pupil)))


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_stored(pupil, lead):
    add = url("support_add", pupil)
    assert wrong(lead.post(add, {})) == [
        "id_kind",
        "id_purpose",
        "id_strategies",
        "id_led_by",
        "id_starts_on",
        "id_review_on",
    ]
    refused = lead.post(add, {**PLAN, "review_on": "2026-10-01"})
    assert wrong(refused) == ["id_review_on"]
    assert "Ola Reed" in refused.content.decode()
    assert wrong(lead.post(add, {**PLAN, "starts_on": "2001-01-01"})) == ["id_starts_on"]
    assert wrong(lead.post(add, {**PLAN, "kind": "other"})) == ["id_kind"]
    assert not SupportPlan.objects.exists()
    plan = given(pupil)
    review = url("support_review", pupil, plan.pk)
    said = {"reviewed_on": "2026-11-21", "outcome": "Well", "then": "goes_on", "seen": "x"}
    for more, field in (
        ({}, "id_review_on"),
        ({"then": "ends", "review_on": "2027-01-01"}, "id_review_on"),
        ({"review_on": "2026-11-21"}, "id_review_on"),
        ({"reviewed_on": "2026-11-22", "review_on": "2027-01-01"}, "id_reviewed_on"),
        ({"reviewed_on": "2026-09-01", "review_on": "2027-01-01"}, "id_reviewed_on"),
    ):
        assert wrong(lead.post(review, {**said, **more})) == [field]
    plan.refresh_from_db()
    assert (plan.state, plan.outcome) == ("in_force", "")
    needs = url("needs_change", pupil)
    assert wrong(lead.post(needs, {**NEEDS, "medical": "", "communication": ""})) == ["id_medical"]
    assert wrong(lead.post(needs, {**NEEDS, "confirmed_on": "2026-12-01"})) == ["id_confirmed_on"]
    assert not PupilNeeds.objects.exists()


def test_two_people_change_a_plan_at_once(pupil, lead, sign_in):
    plan = given(pupil)
    address = url("support_change", pupil, plan.pk)
    mine, theirs = seen(lead.get(address)), seen(sign_in(Role.HEAD).get(address))
    sign_in(Role.HEAD).post(address, {**PLAN, **theirs, "led_by": "Ray Hall"})
    shown = lead.post(address, {**PLAN, **mine, "led_by": "Ida Lowe"})
    assert "Somebody changed this" in words(shown)
    assert "Ray Hall" in words(shown)
    assert "Ida Lowe" in shown.content.decode()
    lead.post(address, {**PLAN, **seen(shown), "led_by": "Ida Lowe"})
    plan.refresh_from_db()
    assert plan.led_by == "Ida Lowe"
    SupportPlan.objects.filter(pk=plan.pk).update(
        state="reviewed", outcome="Well", reviewed_on=dt.date(2026, 10, 5)
    )
    mark = seen(lead.get(address))
    assert wrong(lead.post(address, {**PLAN, **mark, "starts_on": "2026-10-06"})) == [
        "id_starts_on"
    ]


def test_what_staff_must_know_keeps_what_stood_there_before(pupil, lead, sign_in):
    change, page = url("needs_change", pupil), url("pupil_needs", pupil)
    assert "Nothing written yet" in words(lead.get(page))
    shown = lead.post(change, NEEDS, follow=True)
    assert "Asthma: blue inhaler" in words(shown)
    assert "Nothing has been changed since" in words(shown)
    mark = seen(lead.get(change))
    again = {**NEEDS, **mark, "medical": "Asthma: in her own bag."}
    shown = lead.post(change, again, follow=True)
    read = words(sign_in(Role.TEACHER).get(page))
    assert "Asthma: in her own bag." in read
    assert "Asthma: blue inhaler in the class cupboard." in read
    assert "Harbour inclusion lead" in read
    # Words were corrected; nobody has confirmed them anew, so the form keeps the day.
    assert lead.get(change).context["form"]["confirmed_on"].value() == dt.date(2026, 11, 1)
    # Somebody who still has the first words open.
    stale = lead.post(change, {**NEEDS, **mark, "medical": "Other"})
    assert "Somebody changed this" in words(stale)
    assert PupilNeeds.objects.get().medical == "Asthma: in her own bag."
    lead.post(change, {**again, **seen(lead.get(change)), "confirmed_on": "2026-11-20"})
    assert "with Mother and school nurse, 1 November 2026" in words(lead.get(page))


def test_nobody_else_reads_it_and_teachers_do_not_write(world, foreign, sign_in, pupil):
    plan = given(pupil)
    in_arb = given(world.arb_pupils[0])
    PupilNeeds.objects.create(
        pupil=world.arb_pupils[0], medical="Asthma", confirmed_with="M", confirmed_on="2026-10-01"
    )
    pages = ("pupil_support", "pupil_needs")
    readers = (Role.TEACHER, Role.ASSESSMENT_LEAD, Role.INCLUSION_LEAD, Role.HEAD, Role.TRUST_LEAD)
    for role in readers:
        assert [sign_in(role).get(url(page, pupil)).status_code for page in pages] == [200, 200]
        assert "Calm mornings" in words(sign_in(role).get(page_of(pupil)))
    for role in set(Role) - set(readers):
        for page in pages:
            assert sign_in(role).get(url(page, pupil)).status_code in {403, 404}
    # The host's contact sees the pupil, and nothing of this.
    host = sign_in(Role.HOST_LINK)
    assert [host.get(url(page, world.arb_pupils[0])).status_code for page in pages] == [403, 403]
    shown = host.get(page_of(world.arb_pupils[0]))
    assert shown.status_code == 200
    assert "Calm mornings" not in words(shown)
    assert "Medical" not in words(shown)
    teacher = sign_in(Role.TEACHER)
    for other in (world.other_pupils[0], world.arb_pupils[0], foreign.pupils[0]):
        assert [teacher.get(url(page, other)).status_code for page in pages] == [404, 404]
    for role in (Role.TEACHER, Role.ASSESSMENT_LEAD):
        client = sign_in(role)
        assert client.post(url("support_add", pupil), PLAN).status_code == 403
        assert client.post(url("support_change", pupil, plan.pk), PLAN).status_code == 403
        assert client.post(url("support_review", pupil, plan.pk), {}).status_code == 403
        assert client.post(url("needs_change", pupil), NEEDS).status_code == 403
    assert SupportPlan.objects.count() == 2
    lead = sign_in(Role.INCLUSION_LEAD)
    # Another pupil's plan under this pupil's address.
    assert lead.get(url("support_change", pupil, in_arb.pk)).status_code == 404


def test_teacher_of_one_class_and_host_contact_of_another(world, sign_in, pupil):
    """What a person may read is asked of the place, not of the person."""
    given(pupil), given(world.arb_pupils[0])
    MembershipFactory(person=world.people[Role.TEACHER], role=Role.HOST_LINK, arb=world.arb)
    teacher = sign_in(Role.TEACHER)
    assert teacher.get(url("pupil_support", pupil)).status_code == 200
    assert teacher.get(url("pupil_support", world.arb_pupils[0])).status_code == 403


def test_with_a_move_the_reading_moves_too(world, sign_in, pupil):
    given(pupil)
    Placement.objects.filter(pupil=pupil).update(ends_on=dt.date(2026, 11, 1))
    PlacementFactory(
        pupil=pupil,
        school=world.other_school,
        class_group=world.other_class,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 11, 2),
    )
    # The old school sees the pupil as they were, and no longer what supports them.
    assert sign_in(Role.HEAD).get(page_of(pupil)).status_code == 200
    assert sign_in(Role.HEAD).get(url("pupil_support", pupil)).status_code == 403
    assert "Calm mornings" not in words(sign_in(Role.HEAD).get(page_of(pupil)))
    assert sign_in(Role.TRUST_LEAD).get(url("pupil_support", pupil)).status_code == 200


def test_a_pupil_off_track_is_said_to_need_the_plan_that_fits(world, history, lead):
    # Summer's and autumn's judgements are as expected: on track, so nothing is asked for.
    assert "off track" not in words(lead.get(page_of(history)))
    low = Point.objects.get(stream=world.developmental, value=1)
    Judgement.objects.filter(pupil=history, term=world.term).update(point=low)
    shown = words(lead.get(page_of(history)))
    assert "off track 2 of 2 judgements of Autumn 2026 are below what is expected." in shown
    assert "needs a support plan" in shown
    PlanFactory(pupil=history)
    assert "needs an individual plan, being on the register" in words(lead.get(page_of(history)))
    assert "needs an individual plan" in words(lead.get(url("support_add", history)))
    given(history, kind="individual")
    assert "off track" not in words(lead.get(page_of(history)))

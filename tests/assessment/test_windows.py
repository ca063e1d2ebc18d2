"""A school's window: whoever leads assessment sets it, gives leave for late entry, and sees why."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from assessment.models import Judgement, Point, Strand
from parrcs.core.access import Role
from schools.choices import Season
from schools.models import LateEntry, Window
from schools.selectors.windows import WindowDays
from schools.services.windows import allow_late, end_late, follow_trust, set_window
from tests.factories.assessment import JudgementFactory
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import ClassGroupFactory, MembershipFactory, TermFactory, UserFactory
from tests.pupils.conftest import TODAY, counted, today, words

__all__ = ["counted", "today"]  # fixtures

DAY = dt.timedelta(days=1)


@pytest.fixture
def world(world):
    """In autumn 2026 the trust's window has been open for a week, and is so for ten days."""
    Window.objects.update(opens_on=TODAY - 7 * DAY, closes_on=TODAY + 10 * DAY)
    return world


@pytest.fixture
def lead(sign_in) -> Client:
    return sign_in(Role.ASSESSMENT_LEAD)


def page_of(world, school=None):
    return reverse("school_window", args=[(school or world.school).pk, world.term.pk])


def days_of(world, school=None):
    return reverse("window_days", args=[(school or world.school).pk, world.term.pk])


def late_of(world, class_group=None):
    group = class_group or world.class_group
    return reverse("late_entry", args=[group.school_id, world.term.pk, group.pk])


def own(world):
    window = Window.objects.filter(term=world.term, school=world.school).first()
    return window and (window.opens_on, window.closes_on)


def said(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def judge(world, pupil, code="reading"):
    return JudgementFactory(
        pupil=pupil,
        strand=Strand.objects.get(code=code),
        point=Point.objects.filter(stream=world.developmental)[0],
        term=world.term,
    )


def grid(client, world):
    return words(client.get(reverse("grid", args=[world.class_group.pk, world.term.pk])))


def test_the_page_says_what_is_left_by_class_in_the_order_of_names(world, lead):
    judge(world, world.pupils[1])
    page = words(lead.get(page_of(world)))
    # Three strands for everyone, and on the pre-formal route two of engagement.
    assert "1 of 17 judgements are made; 0 of 2 classes have made all of theirs." in page
    assert "The rest is about 3 minutes of entering, for all teachers together." in page
    assert page.index("Curlew Harbour teacher 1 of 11") < page.index(
        "Tern Harbour Tide ARB no teacher yet"
    )


def test_closing_now_says_that_a_class_with_leave_goes_on(world, lead):
    lead.post(late_of(world), {"until": (TODAY + 14 * DAY).isoformat(), "reason": "Ill"})
    said = words(lead.post(days_of(world), {"action": "close"}))
    assert "can no longer enter them, but for classes with leave for late entry." in said
    assert "Curlew has leave for late entry until" in said


def test_closing_now_is_asked_about_with_numbers_and_then_shuts_the_grid(
    world, lead, sign_in, desk
):
    judge(world, world.pupils[1])
    asked = lead.post(days_of(world), {"action": "close"})
    assert "16 of 17 judgements are still to be made; teachers can no longer enter them." in words(
        asked
    )
    assert own(world) is None
    sent = {
        "action": "set",
        "opens_on": TODAY - 7 * DAY,
        "closes_on": TODAY - DAY,
        "confirmed": "1",
    }
    page = words(lead.post(days_of(world), sent, follow=True))
    assert own(world) == (TODAY - 7 * DAY, TODAY - DAY)
    assert "The window of" in page
    assert (
        f"The school's window: {said(TODAY - 7 * DAY)} to {said(TODAY - DAY)} instead of"
        f" {said(TODAY - 7 * DAY)} to {said(TODAY + 10 * DAY)}"
    ) in page
    assert "Harbour assessment lead" in page
    teacher = desk(Role.TEACHER)
    refused = teacher.save()
    assert refused.status_code == 422
    assert "Harbour assessment lead can give leave for late entry." in refused.json()["words"]
    assert (
        not Judgement.objects.filter(pupil=world.pupils[1]).exclude(strand__code="reading").exists()
    )
    read = grid(teacher.client, world)
    assert "This term can be read, not changed: window closed on" in read
    assert "Harbour assessment lead can give leave for late entry." in read
    # The other school goes by the trust's window still.
    other = MembershipFactory(
        person=UserFactory(), role=Role.TEACHER, class_group=world.other_class
    ).person
    client = Client()
    client.force_login(other)
    there = client.get(reverse("grid", args=[world.other_class.pk, world.term.pk]))
    assert "window closes" in there.content.decode()


def test_leave_for_late_entry_opens_one_class_until_its_day(world, lead, desk):
    Window.objects.update(opens_on=TODAY - 20 * DAY, closes_on=TODAY - DAY)
    teacher = desk(Role.TEACHER)
    assert teacher.save().status_code == 422
    until = TODAY + 5 * DAY
    given = {"until": until, "reason": "Supply teacher until Monday"}
    page = words(lead.post(late_of(world), given, follow=True))
    assert f"until {said(until)} Supply teacher until Monday" in page
    assert (
        f"Late entry for Curlew until {said(until)}: Supply teacher until Monday" in page
    )  # what was set
    assert "Late entry until" in grid(teacher.client, world)
    assert "Supply teacher until Monday" in grid(teacher.client, world)
    assert teacher.save().status_code == 200
    listed = words(teacher.client.get(reverse("classes")))
    assert "late entry until" in listed
    # The class beside it has none; a day later it is over here too.
    assert not LateEntry.objects.exclude(class_group=world.class_group).exists()
    LateEntry.objects.update(until=TODAY - DAY)
    assert desk(Role.TEACHER).save(strand=Strand.objects.get(code="writing").pk).status_code == 422
    LateEntry.objects.update(until=until)
    end = reverse("end_late_entry", args=[world.school.pk, world.term.pk, world.class_group.pk])
    page = words(lead.post(end, follow=True))
    assert "Late entry for Curlew taken back" in page
    assert not LateEntry.objects.exists()


def test_leave_for_an_earlier_term_is_on_the_list_of_classes(world, sign_in):
    spring = TermFactory(year=world.term.year, season=Season.SPRING)
    Window.objects.update(opens_on=TODAY - 20 * DAY, closes_on=TODAY - DAY)
    Window.objects.create(term=spring, opens_on=TODAY - DAY, closes_on=TODAY + DAY)
    allow_late(
        by=world.access(Role.HEAD),
        class_group=world.class_group,
        term=world.term,
        until=TODAY + DAY,
        reason="Flood",
    )
    listed = sign_in(Role.TEACHER).get(reverse("classes"))
    assert listed.context["list"].term == spring
    assert reverse("grid", args=[world.class_group.pk, world.term.pk]) in listed.content.decode()
    assert "Flood" in words(listed)


def test_leave_that_cannot_be_is_explained_at_its_field(world, lead):
    later = TODAY + 12 * DAY
    for until, reason, answer in (
        (TODAY - DAY, "Ill", "This day is over."),
        (TODAY + 10 * DAY, "Ill", "Late entry is for a later day."),
        ("9999-09-01", "Ill", "This date is too far away."),
        (later, "", "Say why, in a few words."),
        ("soon", "Ill", "This is not a date."),
        (later, "x" * 301, "Say it in at most 300 characters."),
    ):
        response = lead.post(late_of(world), {"until": until, "reason": reason})
        assert answer in words(response)
        assert not LateEntry.objects.exists()


def test_days_that_only_add_are_set_at_once_and_others_asked_about(world, lead):
    first, last = TODAY - 7 * DAY, TODAY + 10 * DAY

    def sends(opens_on, closes_on):
        return lead.post(
            days_of(world), {"action": "set", "opens_on": opens_on, "closes_on": closes_on}
        )

    assert sends(first - DAY, last + DAY).status_code == 302
    assert own(world) == (first - DAY, last + DAY)
    earlier = words(sends(first, TODAY + DAY))
    assert f"teachers can enter them until {said(TODAY + DAY)}, no longer until" in earlier
    later = words(sends(TODAY + DAY, last + DAY))
    assert f"The window opens on {said(TODAY + DAY)}. It is open now" in later
    assert own(world) == (first - DAY, last + DAY)
    back = lead.post(days_of(world), {"action": "trust"})
    assert f"no longer until {said(last + DAY)}" in words(back)
    lead.post(days_of(world), {"action": "trust", "confirmed": "1"})
    assert own(world) is None
    assert f"{said(first - DAY)} to {said(last + DAY)} given up" in words(lead.get(page_of(world)))


def test_a_closed_window_is_opened_again_only_after_a_second_look(world, lead):
    Window.objects.update(opens_on=TODAY - 20 * DAY, closes_on=TODAY - DAY)
    sent = {"action": "set", "opens_on": TODAY - 20 * DAY, "closes_on": TODAY + 3 * DAY}
    asked = words(lead.post(days_of(world), sent))
    assert "The window has closed with 0 of 17 judgements made." in asked
    assert "Reports that have been published keep theirs." in asked
    lead.post(days_of(world), sent | {"confirmed": "1"})
    assert own(world) == (TODAY - 20 * DAY, TODAY + 3 * DAY)


def test_a_window_to_come_is_opened_now(world, lead):
    Window.objects.update(opens_on=TODAY + 3 * DAY, closes_on=TODAY + 10 * DAY)
    assert "Open now" in words(lead.get(page_of(world)))
    lead.post(days_of(world), {"action": "open"})
    assert own(world) == (TODAY, TODAY + 10 * DAY)


def test_days_that_cannot_be_are_explained(world, lead):
    for opens_on, closes_on, answer in (
        ("", TODAY, "Enter a date."),
        (TODAY, "", "Enter a date."),
        (TODAY, TODAY - DAY, "The window closes before it opens."),
        (TODAY - 90 * DAY, TODAY, "The window opens before the term starts"),
        (TODAY + 28 * DAY, TODAY + 40 * DAY, "The window opens after the term has ended"),
        ("2026-02-30", TODAY, "This is not a date."),
    ):
        sent = {"action": "set", "opens_on": opens_on, "closes_on": closes_on, "confirmed": "1"}
        assert answer in words(lead.post(days_of(world), sent))
        assert own(world) is None


def test_a_window_that_opened_today_cannot_have_closed(world, lead):
    Window.objects.update(opens_on=TODAY, closes_on=TODAY + DAY)
    assert "It opened only today" in words(lead.post(days_of(world), {"action": "close"}))
    assert "Select a valid choice" in words(lead.post(days_of(world), {"action": "burn"}))
    assert own(world) is None


def test_without_a_window_the_page_says_so_and_takes_days(world, lead):
    Window.objects.all().delete()
    page = words(lead.get(page_of(world)))
    assert f"No days are set for {world.term}, so nothing can be entered yet." in page
    assert f"{world.term} has no window yet" in words(
        lead.post(late_of(world), {"until": TODAY, "reason": "Ill"})
    )
    lead.post(days_of(world), {"action": "set", "opens_on": TODAY, "closes_on": TODAY + DAY})
    assert own(world) == (TODAY, TODAY + DAY)


def test_each_leads_their_own(world, sign_in, lead):
    for role in (Role.TEACHER, Role.INCLUSION_LEAD, Role.TRUST_ADMIN, Role.GOVERNOR):
        assert sign_in(role).get(page_of(world)).status_code in {403, 404}
    assert lead.get(page_of(world, world.other_school)).status_code == 404
    assert lead.get(late_of(world, world.other_class)).status_code == 404
    assert lead.get(reverse("windows")).url == page_of(world)
    listed = words(sign_in(Role.TRUST_LEAD).get(reverse("windows")))
    assert world.school.name in listed
    assert world.other_school.name in listed
    assert sign_in(Role.TRUST_LEAD).get(page_of(world, world.other_school)).status_code == 200


def test_who_leads_an_arb_gives_its_class_leave_and_sets_no_days(world):
    person = UserFactory()
    MembershipFactory(person=person, role=Role.HEAD, arb=world.arb)
    client = Client()
    client.force_login(person)
    page = client.get(page_of(world)).content.decode()
    assert "Tern" in page
    assert "Curlew" not in page
    assert "Close now" not in page
    assert client.post(days_of(world), {"action": "close"}).status_code == 403
    assert client.get(late_of(world)).status_code == 404
    given = {"until": TODAY + 12 * DAY, "reason": "Host school shut"}
    client.post(late_of(world, world.arb_class), given)
    assert LateEntry.objects.get().class_group == world.arb_class


def test_the_services_check_for_themselves(world):
    place = {"by": world.access(Role.TEACHER), "term": world.term}
    days = WindowDays(TODAY, TODAY)
    for refused in (
        lambda: set_window(**place, school=world.school, days=days),
        lambda: follow_trust(**place, school=world.school),
        lambda: allow_late(**place, class_group=world.class_group, until=TODAY, reason="x"),
        lambda: end_late(**place, class_group=world.class_group),
    ):
        with pytest.raises(PermissionDenied):
            refused()


def test_the_page_costs_the_same_for_one_class_and_for_many(world, lead, counted):
    def cost():
        with counted() as queries:
            lead.get(page_of(world))
        return len(queries)

    few = cost()
    for number in range(6):
        group = ClassGroupFactory(
            school=world.school, year=world.class_group.year, name=f"Class {number}"
        )
        MembershipFactory(person=UserFactory(), role=Role.TEACHER, class_group=group)
        LateEntry.objects.create(
            term=world.term,
            class_group=group,
            until=TODAY + 20 * DAY,
            reason="Ill",
            allowed_by=world.people[Role.HEAD],
        )
        for _ in range(5):
            pupil = PupilFactory()
            PlacementFactory(
                pupil=pupil, school=world.school, class_group=group, route=world.routes["formal"]
            )
            judge(world, pupil)
    assert cost() == few
    assert few <= 35

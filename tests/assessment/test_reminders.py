"""Reminders: who gets one, when, how often, and what it says."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from assessment import tasks
from assessment.models import Reminder
from parrcs.celery import app
from parrcs.core.access import Role
from schools.models import LateEntry, Window
from tests.factories.schools import MembershipFactory, UserFactory
from tests.pupils.conftest import TODAY, today, words
from tests.world import give_target

__all__ = ["today"]  # a fixture

DAY = dt.timedelta(days=1)


@pytest.fixture
def rung(monkeypatch):
    """The messages that were sent to workers, of which none is there."""
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: sent.append((name, options)))
    return sent


@pytest.fixture
def window(world):
    Window.objects.update(opens_on=TODAY - 7 * DAY, closes_on=TODAY + 2 * DAY)
    return Window.objects.get()


def press(client, world):
    return client.post(reverse("remind", args=[world.school.pk, world.term.pk]), follow=True)


def work(rung):
    """Do what a worker does with the messages so far."""
    for name, options in rung:
        app.tasks[name](**options["kwargs"])


def test_the_button_writes_to_the_teachers_of_classes_with_something_left(
    world, window, sign_in, rung, django_capture_on_commit_callbacks
):
    MembershipFactory(
        person=UserFactory(email="second@harbour.example"),
        role=Role.TEACHER,
        class_group=world.class_group,
    )
    give_target(world.pupils[0], world.term)
    lead = sign_in(Role.ASSESSMENT_LEAD)
    with django_capture_on_commit_callbacks(execute=True):
        page = words(press(lead, world))
    # Tern has no teacher to write to.
    assert "Reminders are on their way to 2 teachers, of Curlew." in page
    assert "Nothing went to Tern: no teacher is named there." in page
    assert "No reminder can go to Tern: judgements are left there" in page
    # The request itself writes no mail: a worker does, once what was asked for is stored.
    assert not mail.outbox
    assert [name for name, _ in rung] == ["assessment.tasks.remind_class"]
    work(rung)
    (sent,) = mail.outbox
    assert sorted(sent.to) == ["second@harbour.example", "teacher@harbour.example"]
    assert sent.subject == "Curlew: 12 of 12 judgements left in Autumn 2026"
    assert "That is about 2 minutes of work." in sent.body
    assert "The window closes on Monday 23 November 2026" in sent.body
    assert reverse("grid", args=[world.class_group.pk, world.term.pk]) in sent.body
    assert "talk to Harbour assessment lead" in sent.body
    for pupil in world.pupils:
        assert pupil.last_name not in sent.body
    (row,) = Reminder.objects.all()
    assert (row.left, row.sent_on, row.sent_by) == (12, TODAY, world.people[Role.ASSESSMENT_LEAD])
    # The message comes twice, and the button is pressed again: still one mail that day.
    work(rung)
    with django_capture_on_commit_callbacks(execute=True):
        page = words(press(lead, world))
    assert "Nobody is left to remind today." in page
    assert "All who have something left were reminded today." in page
    assert "Reminder for Curlew: 12 left" in page
    work(rung)
    assert len(mail.outbox) == 1


def test_a_mail_that_was_not_taken_leaves_no_row(world, window, rung, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with pytest.raises(ConnectionRefusedError):
        tasks.reminders.send_reminder(
            trust_id=world.trust.pk,
            term_id=world.term.pk,
            class_group_id=world.class_group.pk,
            on=TODAY,
            asked_by=None,
        )
    assert not Reminder.objects.exists()


def asked(world, **changes):
    return {
        "trust_id": world.trust.pk,
        "term_id": world.term.pk,
        "class_group_id": world.class_group.pk,
        "on": TODAY.isoformat(),
        "asked_by": None,
    } | changes


def test_a_message_that_has_become_untrue_sends_nothing(world, foreign, window):
    for changes in (
        {"on": (TODAY - DAY).isoformat()},
        {"class_group_id": world.arb_class.pk},  # nobody teaches it
        {"class_group_id": foreign.class_group.pk},
        {"class_group_id": 10**9},
        {"term_id": foreign.term.pk},
    ):
        tasks.remind_class(**asked(world, **changes))
    Window.objects.update(closes_on=TODAY - DAY)
    tasks.remind_class(**asked(world))
    assert not mail.outbox
    assert not Reminder.objects.exists()
    with pytest.raises(TypeError):
        tasks.remind_class(**asked(world, trust_id=None))


def test_the_calendar_reminds_two_days_before_the_last_day_and_on_it(
    world, window, rung, django_capture_on_commit_callbacks
):
    for closes_in, late_in, reminds in (
        (2, None, True),
        (0, None, True),
        (1, None, False),
        (3, None, False),
        (-1, None, False),
        (2, 9, False),
        (-5, 2, True),
        (-5, 0, True),
        (-5, 1, False),
    ):
        for before in (Reminder, LateEntry):
            before.objects.all().delete()
        mail.outbox.clear()
        rung.clear()
        Window.objects.update(opens_on=TODAY - 20 * DAY, closes_on=TODAY + closes_in * DAY)
        if late_in is not None:
            LateEntry.objects.create(
                term=world.term,
                class_group=world.class_group,
                until=TODAY + late_in * DAY,
                reason="Ill",
                allowed_by=world.people[Role.HEAD],
            )
        with django_capture_on_commit_callbacks(execute=True):
            tasks.remind_by_calendar()
        work(rung)
        assert bool(mail.outbox) == reminds, (closes_in, late_in)
        if reminds:
            (row,) = Reminder.objects.all()
            assert row.sent_by is None
            assert ("Your late entry closes" in mail.outbox[0].body) == (late_in is not None)


def test_beat_knows_the_task():
    entry = app.conf.beat_schedule["remind teachers"]
    assert entry["task"] in app.tasks

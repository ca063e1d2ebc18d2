"""Reminders of leases: to whom, how long before, how often; and the word after signing in."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from parrcs.celery import app
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools import tasks
from schools.measures import months_before, reminder_due
from schools.models import ARB, Lease, LeaseReminder
from schools.services import lease_reminders
from tests.factories.schools import ARBFactory, MembershipFactory, UserFactory
from tests.pupils.conftest import words

DAY = dt.timedelta(days=1)


@pytest.fixture
def calendar(monkeypatch):
    """Let a day pass as the calendar sees it, with a worker that does what it is told."""
    from django.utils import timezone  # noqa: PLC0415  # what the code asks for the day

    def on(day, capture):
        monkeypatch.setattr(timezone, "localdate", lambda *_: day)
        rung = []
        monkeypatch.setattr(app, "send_task", lambda name, **options: rung.append((name, options)))
        before = len(mail.outbox)
        with capture(execute=True):
            tasks.remind_of_leases()
        for name, options in rung:
            app.tasks[name](**options["kwargs"])
            app.tasks[name](**options["kwargs"])  # the message comes twice
        return mail.outbox[before:]

    return on


@pytest.fixture
def lease(world):
    MembershipFactory(
        person=UserFactory(email="arb-head@harbour.example"), role=Role.HEAD, arb=world.arb
    )
    MembershipFactory(
        person=UserFactory(email="other-head@harbour.example"),
        role=Role.HEAD,
        school=world.other_school,
    )
    return Lease.objects.create(
        arb=world.arb,
        starts_on=dt.date(2020, 9, 1),
        ends_on=dt.date(2028, 8, 31),
        notice_by=dt.date(2028, 2, 29),
        covers="Two rooms",
    )


def test_the_same_day_so_many_months_earlier():
    assert months_before(dt.date(2028, 8, 31), 6) == dt.date(2028, 2, 29)
    assert months_before(dt.date(2027, 8, 31), 6) == dt.date(2027, 2, 28)
    assert months_before(dt.date(2027, 1, 15), 12) == dt.date(2026, 1, 15)
    assert months_before(dt.date(2027, 3, 15), 3) == dt.date(2026, 12, 15)
    ends = dt.date(2028, 8, 31)
    for day, months in (
        (dt.date(2027, 8, 30), None),
        (dt.date(2027, 8, 31), 12),
        (dt.date(2028, 2, 28), 12),
        (dt.date(2028, 2, 29), 6),
        (dt.date(2028, 5, 31), 3),
        (ends, 3),
        (ends + DAY, None),
    ):
        assert reminder_due(ends, day) == months, day


def test_each_of_the_three_goes_out_once_to_heads_and_trust_leads(
    world, foreign, lease, calendar, django_capture_on_commit_callbacks
):
    with in_trust(foreign.trust.pk):
        Lease.objects.create(
            arb=foreign.arb,
            starts_on=dt.date(2020, 9, 1),
            ends_on=dt.date(2050, 8, 31),
            covers="Not yet",
        )
    sent = {}
    day = dt.date(2027, 2, 1)
    while day < dt.date(2028, 10, 1):
        # Every third day: a worker that was away makes up for it on the next one.
        for message in calendar(day, django_capture_on_commit_callbacks):
            sent[day, message.subject.partition(": ")[2]] = message
        day += 3 * DAY
    notice, end = "Notice is due by 29 February 2028", "The lease ends on 31 August 2028"
    assert [about for _, about in sent] == [notice, notice, end, notice, end, end]
    for (day, about), message in sent.items():
        whole = dt.date(2028, 8, 31) if about == end else dt.date(2028, 2, 29)
        assert any(
            months_before(whole, n) <= day < months_before(whole, n) + 3 * DAY for n in (12, 6, 3)
        )
        assert message.to == [
            "arb-head@harbour.example",
            "head@harbour.example",
            "trust_lead@harbour.example",
        ]
        assert "Harbour Tide ARB, the area resource base of Harbour Beacon School" in message.body
        assert reverse("arb", args=[world.arb.pk]) in message.body
        assert "Two rooms" not in message.body
    assert LeaseReminder.objects.count() == 6


def test_a_lease_recorded_late_is_reminded_of_once_not_three_times(
    world, lease, calendar, django_capture_on_commit_callbacks
):
    near = dt.date(2028, 7, 1)
    assert len(calendar(near, django_capture_on_commit_callbacks)) == 1
    assert calendar(near + DAY, django_capture_on_commit_callbacks) == []
    # Of another day people are reminded anew.
    Lease.objects.update(ends_on=dt.date(2028, 9, 15))
    (again,) = calendar(near + 2 * DAY, django_capture_on_commit_callbacks)
    assert "15 September 2028" in again.subject


def test_nobody_is_reminded_once_another_lease_follows_or_the_arb_is_closed(
    world, lease, calendar, django_capture_on_commit_callbacks
):
    near = dt.date(2028, 7, 1)
    ARB.objects.update(closed_on=near)
    assert calendar(near, django_capture_on_commit_callbacks) == []
    ARB.objects.update(closed_on=None)
    Lease.objects.create(
        arb=world.arb,
        starts_on=dt.date(2028, 9, 1),
        ends_on=dt.date(2029, 6, 30),
        covers="Two rooms",
    )
    # The next one has not begun, so that it ends within the year is for later.
    assert calendar(near, django_capture_on_commit_callbacks) == []
    assert not LeaseReminder.objects.exists()


def test_a_mail_that_was_not_taken_leaves_no_row(world, lease, monkeypatch, today):
    Lease.objects.update(ends_on=today + 20 * DAY, notice_by=None)

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with pytest.raises(ConnectionRefusedError):
        lease_reminders.send_reminder(trust_id=world.trust.pk, lease_id=lease.pk, of="end")
    assert not LeaseReminder.objects.exists()
    with pytest.raises(TypeError):
        tasks.remind_of_lease(trust_id=None, lease_id=lease.pk, of="end")


def test_who_signs_in_reads_of_the_leases_they_manage(world, lease, sign_in, today):
    Lease.objects.update(ends_on=today + 20 * DAY, notice_by=None)
    for n in range(4):
        Lease.objects.create(
            arb=ARBFactory(school=world.other_school, host=world.host, name=f"Far {n}"),
            starts_on=dt.date(2020, 1, 1),
            ends_on=today + (100 + n) * DAY,
            covers="A room",
        )
    page = words(sign_in(Role.TRUST_LEAD).get(reverse("home"), follow=True))
    assert "Harbour Tide ARB : The lease ends on 11 December 2026." in page
    assert "Far 1 : The lease ends on" in page
    assert "Far 2" not in page.partition("2 more under ARBs")[0]
    assert "2 more under ARBs" in page
    page = words(sign_in(Role.HEAD).get(reverse("home"), follow=True))
    assert "Harbour Tide ARB : The lease ends on 11 December 2026." in page
    assert "Far" not in page
    for role in (Role.TEACHER, Role.HOST_LINK, Role.TRUST_ADMIN):
        assert "lease" not in words(sign_in(role).get(reverse("home"), follow=True)), role

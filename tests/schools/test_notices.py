"""Notices: who is told, the bell, reading them, and the e-mails that go with them."""

import datetime as dt
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from parrcs.celery import app
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools import tasks
from schools.models import Membership, Notice, Trust
from schools.services.notices import Mail, forget_old, notify
from tests.factories.schools import MembershipFactory, UserFactory
from tests.schools.conftest import text_of

READY = Mail("The report of Beacon School is ready", "The draft is made and can be read.")
DAY = dt.timedelta(days=1)


@pytest.fixture
def bells(monkeypatch):
    """The bells that were rung for workers, who have not come yet."""
    rung = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: rung.append((name, options)))
    return rung


@pytest.fixture
def work(bells):
    """Let a worker come who does what the bells say, each of them twice."""

    def off():
        for name, options in [*bells, *bells]:
            app.tasks[name](**options["kwargs"])
        bells.clear()

    return off


def told(world, role):
    return Notice.objects.filter(person=world.people[role])


def ids(world, *roles):
    return [world.people[role].pk for role in roles]


def test_a_head_hears_of_a_report_and_reads_it(world, foreign, sign_in):
    head, other = sign_in(Role.HEAD), sign_in(Role.TEACHER)
    empty = text_of(head.get(reverse("notices")))
    assert "Nothing to tell yet" in empty
    assert "none unread" in empty
    assert "Mark all as read" not in empty
    people = ids(world, Role.HEAD, Role.TEACHER) * 2
    notify(people=people, text="The report is ready.", link=reverse("reports"))
    notify(people=ids(world, Role.HEAD), text="The window has closed.", link=reverse("pupils"))
    assert not mail.outbox
    assert Notice.objects.count() == 3

    # The bell stands on every page, here on that of the pupils.
    assert "Notices: 2 unread" in text_of(head.get(reverse("pupils")))
    page = text_of(head.get(reverse("notices")))
    assert "2 of 2 unread" in page
    assert page.index("Unread The window has closed.") < page.index("Unread The report is ready.")

    notice = told(world, Role.HEAD).get(text="The report is ready.")
    opened = head.get(reverse("notice", args=[notice.pk]))
    assert (opened.status_code, opened.url) == (302, reverse("reports"))
    notice.refresh_from_db()
    first = notice.read_at
    head.get(reverse("notice", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first is not None
    page = text_of(head.get(reverse("notices")))
    assert "Notices: 1 unread" in page
    assert "Unread The report" not in page

    # A colleague's is nobody else's, as the one of another trust or none at all.
    with in_trust(foreign.trust.pk):
        notify(people=[foreign.people[Role.HEAD].pk], text="Theirs", link="/")
        (theirs,) = Notice.objects.values_list("pk", flat=True)
    nothing = other.get(reverse("notice", args=[10**9]))
    for pk in (notice.pk, theirs):
        answer = other.get(reverse("notice", args=[pk]))
        assert (answer.status_code, answer.content) == (404, nothing.content)
    assert "Notices: 1 unread" in text_of(other.get(reverse("classes")))


def test_all_are_marked_but_not_one_that_came_meanwhile(world, sign_in):
    head = sign_in(Role.HEAD)
    for number in range(120):
        notify(people=ids(world, Role.HEAD, Role.TEACHER), text=f"Report {number}.", link="/")
    page = head.get(reverse("notices"))
    assert "Notices: 99+ unread" in text_of(page)
    assert "Page 1 of 3" in text_of(page)
    assert "Report 0." in text_of(head.get(reverse("notices"), {"page": 3}))
    assert head.get(reverse("notices"), {"page": "x" * 5000}).status_code == 200
    newest = page.context["newest"]
    notify(people=ids(world, Role.HEAD), text="Just now.", link="/")

    for wrong in ("", "x", "-1", "9" * 5000, str(2**63)):
        assert head.post(reverse("notices_read"), {"newest": wrong}).status_code == 400
    assert told(world, Role.HEAD).unread().count() == 121
    assert head.post(reverse("notices_read"), {"newest": newest}).url == reverse("notices")
    assert [each.text for each in told(world, Role.HEAD).unread()] == ["Just now."]
    assert told(world, Role.TEACHER).unread().count() == 120


def test_who_has_left_is_told_nothing_nor_who_is_of_another_trust(
    world, foreign, bells, django_capture_on_commit_callbacks
):
    Membership.objects.filter(person=world.people[Role.TEACHER]).update(ended_at=timezone.now())
    gone = UserFactory(is_active=False)
    MembershipFactory(person=gone, role=Role.HEAD, school=world.school)
    # Of both trusts, once as a head who has left: what counts is the role in this one.
    both = world.people[Role.GOVERNOR]
    Membership.objects.filter(person=both).update(ended_at=timezone.now())
    with in_trust(foreign.trust.pk):
        MembershipFactory(person=both, role=Role.HEAD, school=foreign.school)
    people = [
        *ids(world, Role.TEACHER, Role.HEAD),
        gone.pk,
        both.pk,
        foreign.people[Role.HEAD].pk,
        10**9,
    ]
    with django_capture_on_commit_callbacks(execute=True), in_trust(world.trust.pk):
        with in_trust(world.trust.pk, person_id=both.pk):
            notify(people=people, text="Ready.", link="/", mail=READY)
        notify(people=[gone.pk], text="Ready.", link="/", mail=READY)
    assert [each.person for each in Notice.objects.all()] == [world.people[Role.HEAD]]
    # One bell for the trust; none where nobody was told.
    assert [options["kwargs"] for _, options in bells] == [{"trust_id": world.trust.pk}]


def test_a_person_of_two_trusts_reads_in_each_what_is_of_it(world, foreign):
    both = world.people[Role.HEAD]
    with in_trust(foreign.trust.pk):
        MembershipFactory(person=both, role=Role.HEAD, school=foreign.school)
        notify(people=[both.pk], text="Foreign news.", link="/")
    notify(people=[both.pk], text="Harbour news.", link="/")
    client = Client()
    client.force_login(both)
    for trust, own, other in (
        (foreign.trust, "Foreign news.", "Harbour news."),
        (world.trust, "Harbour news.", "Foreign news."),
    ):
        client.post(reverse("trusts"), {"trust": trust.pk})
        page = text_of(client.get(reverse("notices")))
        assert own in page
        assert other not in page
        assert "Notices: 1 unread" in page


def test_each_gets_one_mail_with_a_link_and_nothing_else(
    world, bells, work, django_capture_on_commit_callbacks, settings
):
    settings.SITE_URL = "https://parrcs.example/"
    people = ids(world, Role.HEAD, Role.TRUST_LEAD)
    with django_capture_on_commit_callbacks(execute=True):
        notify(people=people, text="It's ready & done.", link="/reports/?a=1&b=2", mail=READY)
        assert not bells
    assert len(bells) == 1
    work()
    assert sorted(message.to[0] for message in mail.outbox) == [
        "head@harbour.example",
        "trust_lead@harbour.example",
    ]
    for message in mail.outbox:
        assert message.subject == READY.subject
        assert READY.body in message.body
        assert "https://parrcs.example/reports/?a=1&b=2\n" in message.body
        assert "Harbour Partnership" in message.body
        assert not message.attachments
        assert not (names_of(world) & set(message.body.replace(".", " ").split()))
    assert not Notice.objects.waiting().exists()


def names_of(world):
    return {pupil.last_name for pupil in [*world.pupils, *world.other_pupils, *world.arb_pupils]}


def test_a_mail_server_that_is_away_loses_nothing(
    world, bells, work, monkeypatch, django_capture_on_commit_callbacks, sign_in
):
    people = ids(world, Role.HEAD, Role.TRUST_LEAD, Role.TEACHER, Role.GOVERNOR)
    with django_capture_on_commit_callbacks(execute=True):
        notify(people=people, text="Ready.", link="/", mail=READY)
    asked = []

    def away(message):
        asked.append(message)
        raise ConnectionRefusedError

    with monkeypatch.context() as server:
        server.setattr("django.core.mail.EmailMessage.send", away)
        work()
    # The first one told that nobody is there; the others were not tried against the same wall.
    assert len(asked) == 2
    assert Notice.objects.waiting().count() == 4
    assert "Notices: 1 unread" in text_of(sign_in(Role.HEAD).get(reverse("pupils")))

    # The calendar rings again; one address is refused, one person has left meanwhile.
    Membership.objects.filter(person=world.people[Role.TEACHER]).update(ended_at=timezone.now())
    tasks.resume_mail_of_notices()
    send = mail.EmailMessage.send

    def choosy(message):
        if "governor" in message.to[0]:
            raise SMTPRecipientsRefused({})
        return send(message)

    with monkeypatch.context() as server:
        server.setattr("django.core.mail.EmailMessage.send", choosy)
        work()
    assert len(mail.outbox) == 2
    (left,) = Notice.objects.waiting()
    assert left.person == world.people[Role.GOVERNOR]
    assert not left.mail_failed

    # After three days it is said to have failed, and nobody is called for it any more.
    Notice.objects.filter(pk=left.pk).update(made_at=timezone.now() - 4 * DAY)
    tasks.resume_mail_of_notices()
    assert not bells
    page = text_of(sign_in(Role.GOVERNOR).get(reverse("notices")))
    assert "The e-mail about it could not be sent." in page
    assert "could not be sent" not in text_of(sign_in(Role.HEAD).get(reverse("notices")))
    with pytest.raises(TypeError):
        tasks.send_mail_of_notices(trust_id=None)


def test_a_bell_that_cannot_be_rung_leaves_the_notice(
    world, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def away(*_, **__):
        raise ConnectionRefusedError

    monkeypatch.setattr(app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        notify(people=ids(world, Role.HEAD), text="Ready.", link="/", mail=READY)
    assert Notice.objects.to_mail().count() == 1


def test_read_ones_go_after_ninety_days_in_every_trust(world, foreign):
    now = timezone.now()
    for of in (world, foreign):
        with in_trust(of.trust.pk):
            for days, read in ((91, now), (91, None), (89, now), (0, now)):
                Notice.objects.create(
                    person=of.people[Role.HEAD],
                    text=f"{days} days ago, {'read' if read else 'unread'}",
                    link="/",
                    made_at=now - days * DAY,
                    read_at=read,
                )
    forget_old()
    tasks.forget_notices()
    for of in (world, foreign):
        with in_trust(of.trust.pk):
            assert [each.text for each in Notice.objects.order_by("pk")] == [
                "91 days ago, unread",
                "89 days ago, read",
                "0 days ago, read",
            ]


@pytest.mark.parametrize(
    "link", ["https://evil.example/", "//evil.example", "/\\evil.example", "reports/", ""]
)
def test_a_notice_leads_nowhere_but_into_this_site(world, link):
    with pytest.raises(IntegrityError), transaction.atomic():
        notify(people=ids(world, Role.HEAD), text="Look.", link=link)
    assert not Notice.objects.exists()


def test_without_a_trust_nobody_is_told(world):
    with in_trust(None), pytest.raises(Trust.DoesNotExist):
        notify(people=ids(world, Role.HEAD), text="Look.", link="/")


def test_words_that_are_too_long_are_cut_not_refused(world):
    far = Mail("Ready\nBcc: all " + "x" * 200, "Line\n" * 500)
    notify(people=ids(world, Role.HEAD), text="The report of " + "y" * 300, link="/", mail=far)
    (notice,) = Notice.objects.all()
    assert notice.text.endswith("y…")
    assert "\n" not in notice.mail_subject
    assert len(notice.mail_subject) == 120
    assert notice.mail_body == far.body


def test_few_and_many_notices_cost_the_same(world, sign_in):
    head = sign_in(Role.HEAD)

    def cost(page):
        with CaptureQueriesContext(connection) as counted:
            assert head.get(page).status_code == 200
        return len(counted)

    pages = (reverse("notices"), reverse("pupils"))
    for number in range(2):
        notify(people=ids(world, Role.HEAD), text=f"Report {number}.", link="/")
    before = [cost(page) for page in pages]
    for number in range(40):
        notify(people=ids(world, Role.HEAD), text=f"Report {number}.", link="/")
    assert [cost(page) for page in pages] == before

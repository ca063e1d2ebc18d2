"""Inviting someone to a role, as the administrator does."""

import datetime as dt
from unittest import mock

import pytest
from django.core import mail
from django.core.mail.message import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools.models import Invitation, Membership, User
from tests.schools.conftest import NEW, invite, link_in, text_of


@pytest.fixture
def admin(sign_in, today):
    return sign_in(Role.TRUST_ADMIN)


def test_the_email_says_who_invites_to_what_and_where(admin, world):
    response = invite(admin, "Ines@Example.org", "teacher", f"class-{world.class_group.pk}")
    assert response.url == reverse("people")
    (message,) = mail.outbox
    assert message.to == ["ines@example.org"]
    assert message.subject == "Invitation to Harbour Partnership"
    (html,) = message.alternatives
    for body in (message.body, html.content):
        assert "Harbour trust admin invites you" in body
        assert "Harbour Partnership" in body
        assert "Class teacher" in body
        assert "Curlew 2026/27, Harbour Beacon School" in body
        assert link_in(message) in body
    two_weeks_on = timezone.localtime() + dt.timedelta(days=14)
    assert f"works until {two_weeks_on.day} {two_weeks_on:%B %Y}" in " ".join(message.body.split())


def test_an_invitation_waits_in_the_list_until_it_is_answered(admin, world, invited):
    page = text_of(admin.get(reverse("people")))
    assert "1 invitation waiting" in page
    assert "ines@example.org Class teacher · Curlew 2026/27, Harbour Beacon School" in page
    Client().post(invited, NEW)
    page = text_of(admin.get(reverse("people")))
    assert "0 invitations waiting" in page
    assert "Ines Marlow ines@example.org Class teacher · Curlew" in page


@pytest.mark.parametrize(
    ("role", "place", "says"),
    [
        ("teacher", "trust", "Where: Class teacher is a role for a class."),
        ("teacher", "school", "Where: Class teacher is a role for a class."),
        ("governor", "class", "Where: Governor is a role for a school."),
        ("trustee", "school", "Where: Trustee is a role for the whole trust."),
        ("head", "class", "Where: Head is a role for a school or an ARB."),
        ("host_link", "school", "Where: Host link is a role for an ARB."),
        ("teacher", "class-999999", "Where: This place is not in the list."),
        ("teacher", "nonsense", "Where: This place is not in the list."),
        ("king", "trust", "Role: "),
        ("", "", "Role: Choose a role."),
    ],
)
def test_a_place_that_does_not_fit_the_role_is_refused(admin, world, role, place, says):
    places = {
        "school": f"school-{world.school.pk}",
        "class": f"class-{world.class_group.pk}",
    }
    response = invite(admin, "ines@example.org", role, places.get(place, place))
    assert response.status_code == 200
    assert says in text_of(response)
    assert 'value="ines@example.org"' in response.content.decode()
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_a_place_of_another_trust_is_not_in_the_list(admin, foreign):
    response = invite(admin, "ines@example.org", "head", f"school-{foreign.school.pk}")
    assert "This place is not in the list." in text_of(response)
    assert not Invitation.objects.exists()


def test_the_places_follow_the_role_once_it_is_chosen(admin, world):
    fragment = admin.get(
        reverse("invite"), {"role": "host_link"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in fragment
    assert f'value="arb-{world.arb.pk}"' in fragment
    assert "school-" not in fragment
    whole = admin.get(reverse("invite")).content.decode()
    assert '<optgroup label="ARBs">' in whole
    assert '<optgroup label="Classes of Harbour Beacon School, 2026/27">' in whole
    # A trustee can only be one of the whole trust: nothing is left to choose.
    trustee = admin.get(reverse("invite"), {"role": "trustee"}).content.decode()
    assert '<option value="trust" selected>' in trustee


def test_who_has_the_role_or_the_invitation_is_not_invited_again(admin, world, invited):
    again = invite(admin, "INES@example.org", "teacher", f"class-{world.class_group.pk}")
    assert "This address is invited to this role there already." in text_of(again)
    head = world.people[Role.HEAD]
    member = invite(admin, head.email, "head", f"school-{world.school.pk}")
    assert "has this role there already" in text_of(member)
    elsewhere = invite(admin, head.email, "head", f"school-{world.other_school.pk}")
    assert elsewhere.url == reverse("people")
    assert Invitation.objects.count() == 2


def test_whether_an_address_has_an_account_is_not_to_be_learned(admin, world, foreign):
    """A member of another trust and a stranger are answered with the same bytes."""
    answers = []
    for email in (foreign.people[Role.HEAD].email, "stranger@nowhere.example"):
        response = invite(admin, email, "governor", f"school-{world.school.pk}")
        page = admin.get(response.url).content.decode().replace(email, "WHO")
        answers.append((response.status_code, page.count("WHO"), text_of_invitation(page)))
        Invitation.objects.all().delete()
    assert answers[0] == answers[1]
    assert mail.outbox[0].body.split("http")[0] == mail.outbox[1].body.split("http")[0]


def text_of_invitation(page):
    return page.split('aria-labelledby="waiting"')[1].split("</p>")[0]


def test_when_the_mail_server_is_gone_nothing_is_stored(admin, world):
    with mock.patch.object(EmailMultiAlternatives, "send", side_effect=ConnectionRefusedError):
        response = invite(admin, "ines@example.org", "governor", f"school-{world.school.pk}")
    assert "The e-mail could not be sent, and nothing was stored." in text_of(response)
    assert 'value="ines@example.org"' in response.content.decode()
    assert not Invitation.objects.exists()


def test_an_invitation_is_sent_again_and_withdrawn(admin, invited):
    invitation = Invitation.objects.get()
    Invitation.objects.update(sent_at=timezone.now() - dt.timedelta(days=15))
    assert "The link ran out on" in text_of(admin.get(reverse("people")))
    admin.post(reverse("resend_invitation", args=[invitation.pk]))
    assert len(mail.outbox) == 2
    page = text_of(admin.get(reverse("people")))
    assert "The invitation went to ines@example.org once more." in page
    assert "The link works until" in page
    response = admin.post(reverse("withdraw_invitation", args=[invitation.pk]), follow=True)
    assert "The invitation of ines@example.org was withdrawn." in text_of(response)
    for link in (invited, link_in(mail.outbox[1])):
        page = Client().get(link)
        assert page.status_code == 410
        assert "This invitation was withdrawn" in text_of(page)
        assert Client().post(link, NEW).status_code == 410
    assert not User.objects.filter(email="ines@example.org").exists()
    again = admin.post(reverse("resend_invitation", args=[invitation.pk]), follow=True)
    assert "no longer open" in text_of(again)
    assert len(mail.outbox) == 2
    twice = admin.post(reverse("withdraw_invitation", args=[invitation.pk]), follow=True)
    assert "had been withdrawn before" in text_of(twice)


def test_resending_says_when_the_mail_server_is_gone(admin, invited):
    invitation = Invitation.objects.get()
    with mock.patch.object(EmailMultiAlternatives, "send", side_effect=ConnectionRefusedError):
        response = admin.post(reverse("resend_invitation", args=[invitation.pk]), follow=True)
    assert "could not be sent" in text_of(response)
    assert Invitation.objects.get().sent_at == invitation.sent_at


def test_one_that_was_accepted_can_no_longer_be_withdrawn(admin, invited):
    invitation = Invitation.objects.get()
    Client().post(invited, NEW)
    response = admin.post(reverse("withdraw_invitation", args=[invitation.pk]), follow=True)
    assert "has accepted meanwhile" in text_of(response)
    assert Invitation.objects.get().withdrawn_at is None


def test_invitations_of_another_trust_are_not_there(admin, foreign):
    with in_trust(foreign.trust.pk):
        theirs = Invitation.objects.create(email="x@foreign.example", role=Role.TRUSTEE)
    for name in ("resend_invitation", "withdraw_invitation"):
        other = admin.post(reverse(name, args=[theirs.pk]))
        nothing = admin.post(reverse(name, args=[10**9]))
        assert (other.status_code, other.content) == (404, nothing.content)
        assert admin.get(reverse(name, args=[theirs.pk])).status_code == 405
    assert mail.outbox == []


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.TRUST_ADMIN])
def test_only_who_looks_after_people_invites(sign_in, world, role):
    client = sign_in(role)
    membership = Membership.objects.first()
    for url in (
        reverse("people"),
        reverse("people_past"),
        reverse("invite"),
        reverse("end_role", args=[membership.pk]),
    ):
        assert client.get(url).status_code == 403
    invite(client, "ines@example.org", "trustee", "trust")
    assert not Invitation.objects.exists()

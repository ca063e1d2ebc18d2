"""Inviting someone to a role, and taking it up from the link in the e-mail."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest
from django.core import mail, signing
from django.core.mail.message import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools.models import Invitation, Membership, User
from schools.services.invitations import NotInvited, accept_as, token_of
from tests.factories.schools import PASSWORD, MembershipFactory, UserFactory
from tests.schools.conftest import link_in, text_of
from tests.world import make_world

NEW = {"name": "Ines Marlow", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def admin(sign_in, today):
    return sign_in(Role.TRUST_ADMIN)


def invite(admin, email, role, place):
    return admin.post(reverse("invite"), {"email": email, "role": role, "place": place})


@pytest.fixture
def invited(admin, world):
    """Return the link that the administrator's invitation of a teacher carries."""
    invite(admin, "ines@example.org", "teacher", f"class-{world.class_group.pk}")
    return link_in(mail.outbox[-1])


# --- The administrator ---------------------------------------------------------------------


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


# --- The one who is invited ----------------------------------------------------------------


def test_who_has_no_account_makes_one_and_starts_work(invited, world):
    client = Client()
    page = client.get(invited)
    assert "Harbour trust admin invites you to be class teacher" in text_of(page)
    assert "no-store" in page["Cache-Control"]
    response = client.post(invited, NEW)
    assert response.url == reverse("home")
    assert client.get(reverse("home")).url == reverse("classes")
    person = User.objects.get(email="ines@example.org")
    assert person.name == "Ines Marlow"
    assert person.check_password(PASSWORD)
    membership = Membership.objects.get(person=person)
    assert (membership.role, membership.class_group) == (Role.TEACHER, world.class_group)
    # The link has proved the address: signing in later asks for no further proof.
    later = Client()
    answer = later.post(
        reverse("account_login"), {"login": "ines@example.org", "password": PASSWORD}
    )
    assert answer.url == reverse("home")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": " "}, "Your name: This field is required."),
        ({"password1": "short", "password2": "short"}, "This password is too short."),
        (
            {"password1": "password1234", "password2": "password1234"},
            "This password is too common.",
        ),
        ({"password1": "ines@example.org", "password2": "ines@example.org"}, "too similar to"),
        ({"password1": "Ines Marlow 1", "password2": "Ines Marlow 1"}, "too similar to the name"),
        ({"password2": "correct horse battery"}, "This is not the same password."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"name": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_a_weak_start_is_refused_and_what_was_typed_is_kept(invited, change, says):
    client = Client()
    response = client.post(invited, {**NEW, **change})
    assert says in text_of(response)
    assert PASSWORD not in response.content.decode()
    if "name" not in change:
        assert 'value="Ines Marlow"' in response.content.decode()
    assert not User.objects.filter(email="ines@example.org").exists()
    assert Invitation.objects.get().accepted_at is None


def test_an_invitation_is_accepted_once(invited):
    client = Client()
    client.post(invited, NEW)
    second = Client().post(invited, {**NEW, "name": "Somebody Else"})
    assert second.status_code == 410
    assert "This invitation has been accepted" in text_of(second)
    assert User.objects.get(email="ines@example.org").name == "Ines Marlow"
    assert Membership.objects.filter(person__email="ines@example.org").count() == 1
    assert "Go to your start page" in text_of(client.get(invited))


def test_a_link_works_two_weeks(invited, world):
    later = timezone.now().timestamp()
    with mock.patch("django.core.signing.time.time", return_value=later + 14 * 86400 - 60):
        assert Client().get(invited).status_code == 200
    with mock.patch("django.core.signing.time.time", return_value=later + 14 * 86400 + 60):
        page = Client().get(invited)
        assert page.status_code == 410
        assert "This invitation has run out" in text_of(page)
        assert Client().post(invited, NEW).status_code == 410
    assert not User.objects.filter(email="ines@example.org").exists()


def test_a_forged_link_is_told_apart_from_nothing(invited, foreign):
    with in_trust(foreign.trust.pk):
        theirs = Invitation.objects.create(email="x@foreign.example", role=Role.TRUSTEE)
    ours = Invitation.objects.get()
    forged = [
        f"{invited[:-2]}x/",
        invited.replace(":", "", 1),
        "/invitation/rubbish/",
        "/invitation/%00/",
        # Signed, but for something else than an invitation.
        f"/invitation/{signing.dumps([ours.trust_id, ours.pk], salt='other')}/",
        # Signed rightly, but the invitation is not one of the trust that the token names.
        f"/invitation/{signing.dumps([foreign.trust.pk, ours.pk], salt='schools.invitation')}/",
        f"/invitation/{signing.dumps([ours.trust_id, theirs.pk], salt='schools.invitation')}/",
        f"/invitation/{signing.dumps([ours.trust_id, 10**9], salt='schools.invitation')}/",
    ]
    for link in forged:
        for answer in (Client().get(link), Client().post(link, NEW)):
            assert answer.status_code == 404, link
            assert "This is not a link we sent" in text_of(answer)
    assert not User.objects.filter(name="Ines Marlow").exists()


def test_who_has_an_account_signs_in_and_accepts(admin, world, foreign):
    person = foreign.people[Role.HEAD]
    person.set_password(PASSWORD)
    person.save()
    invite(admin, person.email, "governor", f"school-{world.school.pk}")
    link = link_in(mail.outbox[0])
    client = Client()
    page = client.get(link)
    assert "There is an account with this address." in text_of(page)
    assert "password1" not in page.content.decode()
    assert client.post(link, NEW).status_code == 200  # asks to sign in; stores nothing
    assert Invitation.objects.get().accepted_at is None
    sign_in_link = f"{reverse('account_login')}?next={link.replace('/', '%2F').replace(':', '%3A')}"
    assert sign_in_link in page.content.decode()
    answer = client.post(
        reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": link}
    )
    assert answer.url == link
    assert "Accept" in text_of(client.get(link))
    assert Invitation.objects.get().accepted_at is None
    client.post(link)
    # The work starts in the trust just joined; the other one is a press away.
    page = client.get(reverse("trusts"))
    assert "Harbour Partnership You are here now" in text_of(page)
    assert "Change to Foreign Partnership" in text_of(page)
    assert Membership.objects.get(person=person, trust=world.trust).role == Role.GOVERNOR
    assert client.post(link).status_code == 410


def test_somebody_elses_account_is_told_to_sign_out_first(sign_in, invited):
    client = sign_in(Role.GOVERNOR)
    page = client.get(invited)
    assert "which is another account" in text_of(page)
    assert client.post(invited, NEW).status_code == 200
    assert Invitation.objects.get().accepted_at is None
    assert not User.objects.filter(email="ines@example.org").exists()
    # Signing out leads back to the link.
    assert client.post(reverse("account_logout"), {"next": invited}).url == invited
    assert "Make your account" in text_of(client.get(invited))


def test_the_service_too_takes_nobody_but_the_invited_person(invited, world):
    token = invited.split("/")[2]
    with pytest.raises(NotInvited):
        accept_as(token=token, person=world.people[Role.GOVERNOR])
    assert Invitation.objects.get().accepted_at is None


def test_one_invited_by_two_trusts_at_once_keeps_one_account(admin, world, foreign):
    """Another trust's invitation is accepted while the form for a new account is open."""
    with in_trust(foreign.trust.pk):
        other = Invitation.objects.create(email="ines@example.org", role=Role.TRUSTEE)
    invite(admin, "ines@example.org", "governor", f"school-{world.school.pk}")
    link = link_in(mail.outbox[0])
    with mock.patch("schools.services.invitations.User.objects.filter") as accounts:
        accounts.return_value.exists.return_value = False  # as the page was when it was opened
        Client().post(f"/invitation/{token_of(other)}/", NEW)
        answer = Client().post(link, {**NEW, "name": "Second"})
    assert answer.url == link
    assert User.objects.get(email="ines@example.org").name == "Ines Marlow"
    assert "There is an account with this address." in text_of(Client().get(link))


def test_a_role_held_already_is_not_given_twice(admin, world, invited):
    person = UserFactory(email="ines@example.org")
    MembershipFactory(person=person, role=Role.TEACHER, class_group=world.class_group)
    client = Client()
    client.force_login(person)
    assert client.post(invited).url == reverse("home")
    assert Membership.objects.filter(person=person).count() == 1
    assert Invitation.objects.get().accepted_at is not None


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_posted_twice_at_the_same_moment_it_is_accepted_once():
    world = make_world("Harbour")
    with in_trust(world.trust.pk):
        invitation = Invitation.objects.create(email="ines@example.org", role=Role.TRUSTEE)
    link = f"/invitation/{token_of(invitation)}/"

    def accept(_):
        try:
            return Client().post(link, NEW).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(accept, range(4)))
    assert answers == [302, 410, 410, 410]
    with in_trust(world.trust.pk):
        assert Membership.objects.filter(person__email="ines@example.org").count() == 1

"""Taking up an invitation from the link in its e-mail."""

from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest
from django.core import mail, signing
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools.models import Invitation, Membership, User
from schools.services.invitations import NotInvited, accept_as, token_of
from tests.factories.schools import PASSWORD, MembershipFactory, UserFactory
from tests.schools.conftest import NEW, invite, link_in, text_of
from tests.world import make_world


@pytest.fixture
def admin(sign_in, today):
    return sign_in(Role.TRUST_ADMIN)


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

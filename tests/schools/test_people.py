"""Who is what in the trust: the list, and ending a role."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Access, Grant, Role
from parrcs.core.tenancy import in_trust
from schools.models import Invitation, Membership, User
from schools.services.people import LastAdministrator, end_membership
from tests.factories.schools import PASSWORD, MembershipFactory, UserFactory
from tests.schools.conftest import link_in, text_of
from tests.waiting import somebody_waits
from tests.world import make_world


@pytest.fixture
def admin(sign_in):
    return sign_in(Role.TRUST_ADMIN)


def held_by(world, role):
    return Membership.objects.get(person=world.people[role], role=role)


def test_the_list_has_each_person_once_with_all_their_roles(admin, world, foreign):
    head = world.people[Role.HEAD]
    MembershipFactory(person=head, role=Role.GOVERNOR, school=world.other_school)
    page = text_of(admin.get(reverse("people")))
    assert f"{len(Role)} people · 0 invitations waiting" in page
    assert page.count(head.email) == 1
    assert "Head · Harbour Beacon School since" in page
    assert "Governor · Harbour Moor School since" in page
    assert "Host link · Harbour Tide ARB since" in page
    assert "Trustee · Whole trust since" in page
    assert "Foreign" not in page


@pytest.mark.parametrize(
    ("find", "names"),
    [
        ("HARBOUR HEAD", {"Harbour head"}),
        ("trustee@", {"Harbour trustee"}),
        ("tide", {"Harbour host link"}),
        ("nobody", set()),
    ],
)
def test_people_are_found_by_name_address_or_place(admin, world, find, names):
    page = text_of(admin.get(reverse("people"), {"find": find}))
    assert {p.name for p in world.people.values() if f"{p.name} {p.email}" in page} == names
    assert f"{len(names)} {'person' if len(names) == 1 else 'people'} found" in page


def test_what_cannot_be_looked_for_is_said(admin):
    page = admin.get(reverse("people"), {"find": "a\0b"})
    assert page.status_code == 200
    assert "Null characters are not allowed." in text_of(page)


def test_a_role_is_ended_after_asking_once_more(admin, world):
    governor = held_by(world, Role.GOVERNOR)
    url = reverse("end_role", args=[governor.pk])
    page = text_of(admin.get(url))
    assert "will no longer be governor (Harbour Beacon School)" in page
    assert Membership.objects.live().filter(pk=governor.pk).exists()
    page = text_of(admin.post(url, follow=True))
    assert "Harbour governor is no longer governor (Harbour Beacon School)." in page
    assert "governor@harbour.example" not in page
    past = text_of(admin.get(reverse("people_past")))
    assert "Harbour governor governor@harbour.example Governor · Harbour Beacon School" in past
    # The next thing that person asks for is refused, though they are still signed in.
    client = Client()
    client.force_login(governor.person)
    assert client.get(reverse("reports")).status_code == 403
    # Ended is ended: a second press, or a page left open, changes nothing.
    ended_at = Membership.objects.get(pk=governor.pk).ended_at
    assert "has ended already" in text_of(admin.post(url, follow=True))
    assert Membership.objects.get(pk=governor.pk).ended_at == ended_at


def test_nothing_has_ended_yet_says_what_belongs_there(admin):
    assert "No role has ended yet" in text_of(admin.get(reverse("people_past")))


def test_the_last_administrator_cannot_end_their_own_role(admin, world):
    own = held_by(world, Role.TRUST_ADMIN)
    page = admin.post(reverse("end_role", args=[own.pk]))
    assert "is the last trust administrator" in text_of(page)
    assert Membership.objects.live().filter(pk=own.pk).exists()
    # With a second one, who then goes on alone, it is possible.
    MembershipFactory(person=UserFactory(), role=Role.TRUST_ADMIN)
    assert admin.post(reverse("end_role", args=[own.pk])).url == reverse("home")
    assert admin.get(reverse("home")).status_code == 403


def test_administrators_of_another_trust_do_not_count(admin, world, foreign):
    """The administrator here is one there too, and sees that membership of theirs."""
    with in_trust(foreign.trust.pk):
        MembershipFactory(person=world.people[Role.TRUST_ADMIN], role=Role.TRUST_ADMIN)
    admin.post(reverse("trusts"), {"trust": world.trust.pk})
    listed = text_of(admin.get(reverse("people")))
    assert listed.count("Trust administrator · Whole trust since") == 1
    page = admin.post(reverse("end_role", args=[held_by(world, Role.TRUST_ADMIN).pk]))
    assert "is the last trust administrator" in text_of(page)
    assert Membership.objects.live().filter(role=Role.TRUST_ADMIN).exists()


def test_roles_of_another_trust_are_not_there(admin, foreign):
    with in_trust(foreign.trust.pk):
        theirs = held_by(foreign, Role.GOVERNOR)
    for ask in (admin.get, admin.post):
        other = ask(reverse("end_role", args=[theirs.pk]))
        nothing = ask(reverse("end_role", args=[10**9]))
        assert (other.status_code, other.content) == (404, nothing.content)
    with in_trust(foreign.trust.pk):
        assert Membership.objects.live().filter(pk=theirs.pk).exists()


def test_an_administrators_role_for_one_school_reaches_nobody(world):
    """Such a row should not exist; if it does, it opens nothing of the trust."""
    person = UserFactory()
    MembershipFactory(person=person, role=Role.TRUST_ADMIN, school=world.school)
    client = Client()
    client.force_login(person)
    other = held_by(world, Role.GOVERNOR)
    assert other.person.email not in text_of(client.get(reverse("people")))
    assert client.post(reverse("end_role", args=[other.pk])).status_code == 404
    own = Membership.objects.get(person=person)
    assert client.post(reverse("end_role", args=[own.pk])).status_code == 403
    place = {"email": "x@example.org", "role": "trustee", "place": "trust"}
    assert client.post(reverse("invite"), place).status_code == 403
    assert not Invitation.objects.exists()


def test_the_list_costs_the_same_for_two_people_and_for_many(
    admin, world, django_assert_num_queries
):
    admin.get(reverse("people"))
    with CaptureQueriesContext(connection) as counted:
        admin.get(reverse("people"))
    for n in range(15):
        MembershipFactory(person=UserFactory(), role=Role.TEACHER, class_group=world.class_group)
        Invitation.objects.create(
            email=f"new{n}@example.org",
            role=Role.TEACHER,
            class_group=world.other_class,
            invited_by=world.people[Role.TRUST_ADMIN],
        )
    Membership.objects.filter(role=Role.MODERATOR).update(ended_at=timezone.now())
    with django_assert_num_queries(len(counted.captured_queries)):
        admin.get(reverse("people"))


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_administrators_who_end_each_other_leave_one():
    """The second presses while the first one's end is written but not yet committed."""
    world = make_world("Harbour")
    with in_trust(world.trust.pk):
        second = MembershipFactory(person=UserFactory(), role=Role.TRUST_ADMIN)
        first = held_by(world, Role.TRUST_ADMIN)
    access = Access(first.person_id, world.trust.pk, (Grant(Role.TRUST_ADMIN),))

    def end_first():
        try:
            with in_trust(world.trust.pk):
                end_membership(by=access, membership=first)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with in_trust(world.trust.pk):
            end_membership(by=access, membership=second)
            ending = thread.submit(end_first)
            while not ending.done() and not somebody_waits():
                pass
        with pytest.raises(LastAdministrator):
            ending.result()
    with in_trust(world.trust.pk):
        assert Membership.objects.live().get(role=Role.TRUST_ADMIN) == first


# --- The first administrator ---------------------------------------------------------------


def make_admin(trust="90210", email="Kit@Example.org", **more):
    call_command("make_trust_admin", trust=trust, email=email, name="Kit Rowan", **more)


def test_a_command_invites_the_first_administrator(world, capsys):
    make_admin(world.trust.uid, site="https://parrcs.example/")
    (message,) = mail.outbox
    assert message.to == ["kit@example.org"]
    assert "Hello Kit Rowan," in message.body
    link = link_in(message)
    assert f"https://parrcs.example{link}" in message.body
    assert f"https://parrcs.example{link}" in capsys.readouterr().out
    client = Client()
    page = client.get(link)
    assert "You are invited to be trust administrator (Whole trust)" in text_of(page)
    assert 'value="Kit Rowan"' in page.content.decode()
    client.post(link, {"name": "Kit Rowan", "password1": PASSWORD, "password2": PASSWORD})
    assert client.get(reverse("home")).url == reverse("people")
    assert User.objects.get(email="kit@example.org").memberships.get().role == Role.TRUST_ADMIN


def test_the_command_says_what_is_wrong(world):
    with pytest.raises(CommandError, match=r"no trust with the UID 404\. import_gias makes one"):
        make_admin("404")
    with pytest.raises(CommandError, match="kit is not an e-mail address"):
        make_admin(world.trust.uid, email="kit")
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_the_invitation_by_nobody_is_listed_all_the_same(admin, world):
    make_admin(world.trust.uid)
    page = text_of(admin.get(reverse("people")))
    assert "kit@example.org Kit Rowan Trust administrator · Whole trust Sent" in page

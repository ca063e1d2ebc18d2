"""A person in several trusts, and one in none."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools.models import Membership
from tests.factories.schools import MembershipFactory, UserFactory
from tests.schools.conftest import text_of


@pytest.fixture
def both(world, foreign):
    """A head here who is trust administrator of the other trust."""
    person = UserFactory(name="Avery Both")
    MembershipFactory(person=person, role=Role.HEAD, school=world.school)
    with in_trust(foreign.trust.pk):
        MembershipFactory(person=person, role=Role.TRUST_ADMIN)
    client = Client()
    client.force_login(person)
    client.person = person
    return client


def choose(client, trust_id):
    return client.post(reverse("trusts"), {"trust": trust_id})


def test_without_a_choice_the_first_trust_by_name_is_taken(both):
    page = text_of(both.get(reverse("trusts")))
    assert "You work in 2 trusts." in page
    assert "Foreign Partnership You are here now" in page
    assert "Change to Harbour Partnership" in page


def test_after_changing_nothing_of_the_other_trust_is_seen(both, world, foreign):
    assert choose(both, world.trust.pk).url == reverse("home")
    assert both.get(reverse("home")).url == reverse("reports")
    page = both.get(reverse("schools"))
    assert "Harbour Beacon School" in text_of(page)
    assert "Foreign" not in text_of(page)
    assert "Harbour Partnership" in text_of(page)
    assert both.get(reverse("school", args=[foreign.school.pk])).status_code == 404
    assert both.get(reverse("people")).status_code == 403  # administrator there, not here
    choose(both, foreign.trust.pk)
    page = both.get(reverse("schools"))
    assert "Foreign Beacon School" in text_of(page)
    assert "Harbour" not in text_of(page)
    assert both.get(reverse("school", args=[world.school.pk])).status_code == 404
    people = text_of(both.get(reverse("people")))
    assert "Avery Both" in people
    assert "Harbour" not in people


def test_a_form_opened_before_the_change_is_refused(both, world, foreign):
    """What was opened in one trust is not done in the other."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(both.person)

    def token():
        page = client.get(reverse("trusts")).content.decode()
        return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)

    def invite(csrf):
        form = {"csrfmiddlewaretoken": csrf, "email": "kim@harbour.example"}
        return client.post(reverse("invite"), form)

    before = token()
    assert invite(before).status_code == 200  # the form with its mistakes
    for place in (world, foreign):
        changed = client.post(
            reverse("trusts"), {"trust": place.trust.pk, "csrfmiddlewaretoken": token()}
        )
        assert changed.status_code == 302
    stale = invite(before)
    assert stale.status_code == 403
    assert "Nothing was stored. Go back, reload the page and try again." in text_of(stale)
    assert invite(token()).status_code == 200


def test_the_choice_is_kept_for_the_visit_only(both, world):
    choose(both, world.trust.pk)
    assert "Harbour Partnership You are here now" in text_of(both.get(reverse("trusts")))
    both.post(reverse("account_logout"))
    both.force_login(both.person)
    assert "Foreign Partnership You are here now" in text_of(both.get(reverse("trusts")))


@pytest.mark.parametrize("chosen", ["", "x", "-1", "99999999999999999999", "1\0", None])
def test_a_trust_that_is_not_theirs_is_like_one_that_does_not_exist(
    sign_in, world, foreign, chosen
):
    client = sign_in(Role.TEACHER)
    theirs = choose(client, foreign.trust.pk)
    nothing = client.post(reverse("trusts"), {} if chosen is None else {"trust": chosen})
    assert theirs.status_code == nothing.status_code == 404
    assert theirs.content == nothing.content
    assert "Harbour Partnership" in text_of(client.get(reverse("schools")))


def test_when_the_role_in_the_chosen_trust_ends_the_other_one_is_left(both, world):
    choose(both, world.trust.pk)
    Membership.objects.filter(person=both.person).update(ended_at=timezone.now())
    page = both.get(reverse("schools"))
    assert "Foreign Partnership" in text_of(page)
    assert "Change trust" not in text_of(page)


def test_the_bar_names_the_trust_and_the_way_to_another(both, sign_in):
    page = both.get(reverse("schools")).content.decode()
    assert f'href="{reverse("trusts")}"' in page
    one = sign_in(Role.TEACHER).get(reverse("schools")).content.decode()
    assert "Harbour Partnership" in one
    assert reverse("trusts") not in one


@pytest.mark.parametrize("name", ["home", "trusts", "schools", "people", "calendar"])
def test_who_is_in_no_trust_is_told_whom_to_ask_and_can_sign_out(sign_in, world, name):
    client = sign_in(Role.TEACHER)
    Membership.objects.filter(person=world.people[Role.TEACHER]).update(ended_at=timezone.now())
    page = client.get(reverse(name))
    assert page.status_code == 403
    assert "You work in no trust here at the moment" in text_of(page)
    assert "Ask whoever looks after people in your trust" in text_of(page)
    assert "Harbour Partnership" not in text_of(page)
    assert "no-store" in page["Cache-Control"]
    assert client.post(reverse("account_logout"))["Clear-Site-Data"]

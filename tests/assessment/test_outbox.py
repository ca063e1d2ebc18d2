"""The key to what a browser keeps: each person has their own, for each trust, and nobody else's."""

import json
from base64 import b64decode

import pytest
from django.urls import reverse

from assessment.selectors.outbox import outbox_keys
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from tests.factories.schools import MembershipFactory

NEVER_THE_SAME_BYTES = "an-old-secret-that-was-replaced-last-week"


def handed_out(client):
    answer = client.get(reverse("outbox_key"))
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_who_records_is_handed_a_key_that_no_browser_keeps(sign_in, world):
    client = sign_in(Role.TEACHER)
    answer = client.get(reverse("outbox_key"))
    assert "no-store" in answer["Cache-Control"]
    given = json.loads(answer.content)
    assert (given["person"], given["trust"]) == (world.people[Role.TEACHER].pk, world.trust.pk)
    (only,) = given["keys"]
    assert len(b64decode(only["key"])) == 32
    assert given["places"] == {only["mark"]: world.trust.name}
    # Signing in again leads to what was kept before.
    assert handed_out(sign_in(Role.TEACHER)) == given
    head = handed_out(sign_in(Role.HEAD))
    assert {key["mark"] for key in head["keys"]}.isdisjoint({only["mark"]})
    assert {key["key"] for key in head["keys"]}.isdisjoint({only["key"]})


@pytest.mark.parametrize("role", [Role.GOVERNOR, Role.HOST_LINK, Role.TRUST_ADMIN])
def test_who_records_nothing_gets_none(sign_in, role):
    client = sign_in(role)
    assert client.get(reverse("outbox_key")).status_code == 403
    page = client.get(reverse("home"), follow=True).content.decode()
    assert "outbox/elsewhere.js" not in page
    assert "outbox/signout.js" in page


def test_nobody_who_is_not_signed_in_gets_one(client, world):
    assert client.get(reverse("outbox_key")).url.startswith(reverse("account_login"))


def test_each_trust_has_its_own_and_knows_the_marks_of_the_others(sign_in, world, foreign):
    with in_trust(foreign.trust.pk):
        MembershipFactory(person=world.people[Role.TEACHER], role=Role.TRUST_LEAD)
    client = sign_in(Role.TEACHER)
    foreign_first = handed_out(client)
    client.post(reverse("trusts"), {"trust": world.trust.pk})
    harbour = handed_out(client)
    assert {foreign_first["trust"], harbour["trust"]} == {foreign.trust.pk, world.trust.pk}
    assert foreign_first["keys"] != harbour["keys"]
    assert foreign_first["places"] == harbour["places"]
    assert set(harbour["places"].values()) == {foreign.trust.name, world.trust.name}


def test_a_secret_that_was_replaced_still_opens_what_it_sealed(settings, world):
    access = world.access(Role.TEACHER)
    settings.SECRET_KEY = NEVER_THE_SAME_BYTES
    (before,) = outbox_keys(access)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-one", [NEVER_THE_SAME_BYTES]
    now, old = outbox_keys(access)
    assert old == before
    assert now["key"] != old["key"]
    assert now["mark"] != old["mark"]

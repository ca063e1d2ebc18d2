"""A trust lead keeps views of the comparison, shares them, and finds them again."""

from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from reporting.models import KeptView
from tests.factories.schools import MembershipFactory, UserFactory
from tests.reporting.plain_compare import found, page, said


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


@pytest.fixture
def other_lead(world):
    person = UserFactory(name="Second Lead")
    MembershipFactory(person=person, role=Role.TRUST_LEAD)
    client = Client()
    client.force_login(person)
    return client


def keep(client, **facts):
    asked = {
        "name": "Reading, PP",
        "page": "compare",
        "said": "term=1&strand=area.reading&pp=yes&sort=-share&next=evil",
        "latest_term": "on",
    } | facts
    return client.post(reverse("compare_kept"), asked, follow=True)


def test_a_view_is_kept_from_its_page_and_opens_as_it_was(busy, lead):
    asked = {"term": busy.term.pk, "strand": "area.reading", "pp": "yes", "sort": "-share"}
    html = page(lead, **asked).content.decode()
    address = found(r'href="([^"]*/compare/views/\?[^"]+)"', html).replace("&amp;", "&")
    form = lead.get(address).content.decode()
    held = {name: found(rf'name="{name}" value="([^"]*)"', form) for name in ("page", "said")}
    answer = keep(lead, **{name: each.replace("&amp;", "&") for name, each in held.items()})
    assert "“Reading, PP” is kept." in answer.content.decode()
    view = KeptView.objects.get()
    assert parse_qs(view.query) == {"strand": ["area.reading"], "pp": ["yes"], "sort": ["-share"]}
    opened = lead.get(f"{reverse(view.page)}?{view.query}")
    assert opened.context["chosen"].query_with(term="") == page(lead, **asked).context[
        "chosen"
    ].query_with(term="")


def test_what_is_kept_is_of_a_term_where_that_is_wanted(world, lead):
    keep(lead, latest_term="")
    assert parse_qs(KeptView.objects.get().query)["term"] == ["1"]


def test_only_choices_are_kept_and_only_of_pages_that_exist(world, lead):
    keep(lead)
    assert "evil" not in KeptView.objects.get().query
    keep(lead, name="Other", page="people")
    keep(lead, name="")
    assert KeptView.objects.count() == 1


def test_the_same_view_kept_twice_stands_once_and_another_asks_for_its_own_name(world, lead):
    keep(lead)
    keep(lead)
    assert KeptView.objects.count() == 1
    answer = keep(lead, said="pp=no")
    assert "You have another view of this name" in answer.content.decode()
    assert KeptView.objects.count() == 1


def test_a_view_is_seen_by_others_only_while_it_is_shared(world, lead, other_lead):
    keep(lead)
    view = KeptView.objects.get()
    assert view.name not in other_lead.get(reverse("compare_kept")).content.decode()
    share, remove = (reverse(f"compare_{what}", args=[view.pk]) for what in ("share", "remove"))
    assert other_lead.post(share, {"shared": "yes"}).status_code == 404
    lead.post(share, {"shared": "yes"})
    seen = said(other_lead.get(reverse("compare_kept")).content.decode())
    assert view.name in seen
    assert "Remove" not in seen
    assert other_lead.post(remove).status_code == 403
    lead.post(share, {"shared": "no"})
    assert view.name not in other_lead.get(reverse("compare_kept")).content.decode()
    lead.post(remove)
    assert not KeptView.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_LEAD])
def test_nobody_else_keeps_views(sign_in, role):
    client = sign_in(role)
    assert client.get(reverse("compare_kept")).status_code == 403
    assert keep(client).status_code == 403

"""A form that is far too large is refused in words, and nothing of it is stored."""

import pytest
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from pupils.models import Pupil

LARGE = "x" * 10_000_000


def refused(response):
    assert response.status_code == 400
    said = response.content.decode()
    assert "<h1>That could not be read</h1>" in said
    assert "nothing was stored" in said


@pytest.mark.parametrize("checks", [False, True], ids=["form", "form with its CSRF check"])
def test_a_pupil_far_too_large_is_refused(world, checks):
    client = Client(enforce_csrf_checks=checks)
    client.force_login(world.people[Role.ASSESSMENT_LEAD])
    client.get(reverse("pupil_add"))  # its CSRF cookie, or the form would not be read at all
    before = Pupil.objects.count()
    form = {"first_name": LARGE, "last_name": "Large"}
    address = reverse("pupil_add")
    body = "&".join(f"{name}={value}" for name, value in form.items())
    refused(client.post(address, body, content_type="application/x-www-form-urlencoded"))
    refused(client.post(address, form))
    assert Pupil.objects.count() == before


@pytest.mark.parametrize("checks", [False, True], ids=["form", "form with its CSRF check"])
def test_a_sign_in_far_too_large_is_refused(db, checks):
    client = Client(enforce_csrf_checks=checks)
    client.get(reverse("account_login"))
    refused(client.post(reverse("account_login"), {"login": LARGE, "password": "x"}))
    assert "_auth_user_id" not in client.session

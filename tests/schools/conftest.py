"""What the stories of people and schools share."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from tests.factories.schools import PASSWORD

TODAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def no_attempts_counted():
    """Forget the attempts of other tests, which allauth counts in the cache."""
    cache.clear()


@pytest.fixture
def today(monkeypatch):
    """Make it a day within autumn 2026, whatever the real date is."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    return TODAY


def link_in(message):
    """Return the path of the invitation's link in an e-mail."""
    return re.search(r"https?://[^/]+(/invitation/\S+/)", message.body).group(1)


def text_of(response):
    """Return what a page says, without its markup."""
    html = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


NEW = {"name": "Ines Marlow", "password1": PASSWORD, "password2": PASSWORD}


def invite(admin, email, role, place):
    """Send the form of an invitation, as the administrator."""
    return admin.post(reverse("invite"), {"email": email, "role": role, "place": place})


@pytest.fixture
def invited(sign_in, today, world):
    """The link that the administrator's invitation of a teacher carries."""
    admin = sign_in(Role.TRUST_ADMIN)
    invite(admin, "ines@example.org", "teacher", f"class-{world.class_group.pk}")
    return link_in(mail.outbox[-1])

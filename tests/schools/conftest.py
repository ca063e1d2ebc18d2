"""What the stories of people and schools share."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.utils import timezone

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

"""What the stories about pupils share: a day in autumn 2026, and forms as people fill them in."""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pupils.models import Pupil
from tests.pupils.pages import judged_for_four_terms
from tests.world import World

TODAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> dt.date:
    """A Saturday in the autumn term of 2026, whatever day the tests run on."""
    real = timezone.localdate

    def localdate(value: dt.datetime | None = None, *args: object) -> dt.date:
        return TODAY if value is None else real(value)

    monkeypatch.setattr(timezone, "localdate", localdate)
    return TODAY


@pytest.fixture
def counted() -> Callable[[], AbstractContextManager[CaptureQueriesContext]]:
    """Count the queries in a block."""

    @contextmanager
    def count() -> Iterator[CaptureQueriesContext]:
        with CaptureQueriesContext(connection) as queries:
            yield queries

    return count


@pytest.fixture
def history(world: World) -> Pupil:
    """The semi-formal pupil of Curlew: four terms in reading, three in writing, none besides."""
    return judged_for_four_terms(world)


def words(response: Any) -> str:
    """Return a page as it is read: its text, with single blanks."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text)).replace(" ,", ",").replace(" .", ".")


def wrong(response: HttpResponse) -> list[str]:
    """Return the ids of the fields that the summary of a form leads to; each exists."""
    content = response.content.decode()
    summary = re.search(r'<div class="errors".*?</div>', content, re.DOTALL)
    assert response.status_code == 200
    assert summary, "the form says nothing is wrong"
    ids = re.findall(r'href="#([^"]+)"', summary.group())
    assert all(f'id="{each}"' in content for each in ids)
    return ids


def seen(response: HttpResponse) -> dict[str, str]:
    """Return the mark of what a form shows, as it sends it back."""
    found = re.search(r'name="seen" value="([^"]*)"', response.content.decode())
    return {"seen": found[1] if found else ""}


def confirmation(response: HttpResponse) -> dict[str, str]:
    """Return all that the preview of a move sends when one saves it."""
    content = response.content.decode()
    form = content[content.index('<form method="post" class="row">') :]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in found} | {"step": "save"}


def move(client: Client, url: str, typed: dict[str, object], *, follow: bool = False) -> Any:
    """Fill in a move, look at what it changes, and save it; a refused one is returned."""
    preview: Any = client.post(url, typed)
    if "What this changes" not in preview.content.decode():
        return preview
    return client.post(url, confirmation(preview), follow=follow)

"""In the last term of a year, teachers and heads find the summary of each class."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from schools.choices import Season
from schools.models import Window
from tests.factories.schools import TermFactory
from tests.world import World

type SignIn = Callable[[Role], Client]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.date], None]:
    """Let it be a day."""

    def day(today: dt.date) -> None:
        monkeypatch.setattr(timezone, "localdate", lambda *_: today)

    return day


@pytest.mark.parametrize(
    ("role", "page"), [(Role.TEACHER, "classes"), (Role.ASSESSMENT_LEAD, "school")]
)
def test_the_way_to_the_summary_of_a_class(
    world: World, sign_in: SignIn, on: Callable[[dt.date], None], role: Role, page: str
) -> None:
    client, group = sign_in(role), world.class_group
    address = reverse(page, args=[world.school.pk] if page == "school" else [])
    summary = reverse("class_year", args=(group.pk,))
    summer = TermFactory(year=world.term.year, season=Season.SUMMER)
    # While that of another term is open, that one is the term of these pages.
    Window.objects.all().delete()
    on(summer.starts_on - dt.timedelta(days=1))
    assert summary not in client.get(address).content.decode()
    on(summer.starts_on)
    assert f'href="{summary}"' in client.get(address).content.decode()
    assert client.get(summary).status_code == 200

"""Keeping single pupils out of an erasure of what is due: ticks, the words to type, the log."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from exchange.models import Erasure, ErasureItem, ErasureLog
from exchange.tables import erasures_sheet
from parrcs.core.access import Role
from pupils.models import AttendanceTotal, Pupil
from tests.exchange.test_retention import TODAY, carried_out, due, left
from tests.pupils.conftest import words
from tests.world import World

PAGE = "retention_erase"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    real = timezone.localdate
    monkeypatch.setattr(timezone, "localdate", lambda *given: real(*given) if given else TODAY)


@pytest.fixture
def three(world: World) -> list[Pupil]:
    """Three pupils whose records are due."""
    return [
        left(world, dt.date(2000, 1, 1), first_name="Due", last_name=name)
        for name in ("Ash", "Birch", "Cedar")
    ]


def ticked(page: Any) -> set[str]:
    """Return the names of those who are ticked on the page."""
    rows = page.content.decode().split("<tr>")
    return {
        name for name in ("Ash", "Birch", "Cedar") for r in rows if name in r and "checked" in r
    }


def test_one_is_kept_out_and_counted_without_a_name(
    world: World, three: list[Pupil], sign_in: Any
) -> None:
    ash, birch, cedar = three
    lead = sign_in(Role.TRUST_LEAD)
    page = lead.get(reverse(PAGE))
    assert ticked(page) == {"Ash", "Birch", "Cedar"}
    assert "Type: erase 3 pupils" in words(page)
    said = {"pupils": [ash.pk, cedar.pk], "seen": page.context["form"].initial["seen"]}

    counted = lead.post(reverse(PAGE), said | {"count": "yes", "typed": ""})
    assert ticked(counted) == {"Ash", "Cedar"}
    assert "Type: erase 2 pupils" in words(counted)
    assert "Kept out: 1." in words(counted)
    refused = lead.post(reverse(PAGE), said | {"typed": "erase 3 pupils"})
    assert "This is not “erase 2 pupils”. Nothing was erased." in words(refused)
    assert ticked(refused) == {"Ash", "Cedar"}
    assert not Erasure.objects.exists()

    lead.post(reverse(PAGE), said | {"typed": "erase 2 pupils"})
    erasure = Erasure.objects.get()
    assert (erasure.pupils, erasure.records, erasure.kept) == (2, 0, 1)
    assert set(ErasureItem.objects.values_list("row", flat=True)) == {ash.pk, cedar.pk}
    assert carried_out(world, erasure).state == "done"
    assert set(Pupil.objects.filter(first_name="Due")) == {birch}
    done = words(lead.get(reverse("erasure", args=[erasure.pk])))
    assert "1 pupil who was due was kept out of it, and is due still." in done
    assert due(world)["pupil"] == 1
    # The log has the number, and nobody's name or number.
    admin = sign_in(Role.TRUST_ADMIN).get(reverse("retention"))
    (line,) = admin.context["log"]
    assert line.kept == 1
    sheet = erasures_sheet([line])
    assert dict(zip(sheet.heading, sheet.rows[0], strict=True))["Pupils kept out"] == 1
    assert "Birch" not in str(list(ErasureLog.objects.values())) + str(sheet)


def test_where_all_are_kept_out_the_rest_goes_or_nothing(
    world: World, three: list[Pupil], sign_in: Any
) -> None:
    lead = sign_in(Role.TRUST_LEAD)
    seen = lead.get(reverse(PAGE)).context["form"].initial["seen"]
    for typed in ("erase 3 pupils", "erase", ""):
        page = lead.post(reverse(PAGE), {"typed": typed, "seen": seen})
        assert "there is nothing to erase" in words(page)
        assert ticked(page) == set()
    assert not Erasure.objects.exists()
    total = {"possible": 2, "attended": 2, "starts_on": dt.date(2019, 1, 7)}
    AttendanceTotal.objects.create(pupil=world.pupils[0], ends_on=dt.date(2019, 2, 1), **total)
    seen = lead.get(reverse(PAGE)).context["form"].initial["seen"]
    lead.post(reverse(PAGE), {"typed": "erase 1 record", "seen": seen})
    erasure = Erasure.objects.get()
    assert (erasure.pupils, erasure.records, erasure.kept) == (0, 1, 3)


def test_a_tick_for_somebody_who_is_not_due_erases_nobody_more(
    world: World, three: list[Pupil], sign_in: Any
) -> None:
    lead = sign_in(Role.TRUST_LEAD)
    seen = lead.get(reverse(PAGE)).context["form"].initial["seen"]
    ticks = [three[0].pk, world.pupils[0].pk, "x", "²", "9" * 30]
    lead.post(reverse(PAGE), {"pupils": ticks, "typed": "erase 1 pupil", "seen": seen})
    assert set(ErasureItem.objects.values_list("row", flat=True)) == {three[0].pk}

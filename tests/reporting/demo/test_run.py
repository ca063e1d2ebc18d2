"""Seeding: the same each time, all or nothing, and once."""

import datetime as dt
import hashlib
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from parrcs.core.tenancy import in_trust
from reporting.services.demo import PASSWORD, accounts, material, seed_demo, seeding
from reporting.services.demo.seeding import imagine
from schools.models import Notice, Trust, User
from tests.reporting.demo.rows import DAY, SEED, digest, rows_of


def test_history_knows_only_of_three_streams_in_use_and_of_consent_to_photos(demo):
    assert demo.history.pop("assessment_streamevent") == 3
    assert set(demo.history) == {"pupils_pupilevent"}


def smaller(entry: material.TrustEntry) -> material.TrustEntry:
    """Return a trust with the places that the accounts need only, and few pupils."""
    keep = {"Beacon School", "Harbour School", "Moorland School", "Tide ARB", "Northmoor School"}
    return entry.model_copy(
        update={
            places: tuple(
                place.model_copy(update={"pupils": place.pupils // 5, "class_size": 4})
                for place in getattr(entry, places)
                if place.name in keep
            )
            for places in ("schools", "arbs")
        }
    )


SMALL = [smaller(entry) for entry in material.trusts().trusts]


def small_digest() -> str:
    with transaction.atomic():
        seed_demo(seed=SEED, on=DAY, entries=SMALL)
        rows = [rows_of(Trust.objects.get(uid=uid)) for uid in ("demo-harbour", "demo-northmoor")]
        transaction.set_rollback(True)
    return "".join(map(digest, rows))


def test_the_same_seed_and_day_make_the_same_rows(db):
    assert small_digest() == small_digest()


def imagined_digest(seed: int = SEED, on: dt.date = DAY) -> str:
    """Return a digest of a trust as it is thought up, in an order that sets would change."""
    imagined = imagine(SMALL[0], [], seed=seed, on=on)
    parts = [
        [(c.pupil.upn, str(c.pupil), c.route, len(c.stays)) for c in imagined.roll.children],
        [(j.child.pupil.upn, j.strand, j.term, j.value) for j in imagined.progress.judged],
        [(t.pupil.upn, t.walt, t.judged, t.judged_at) for t in imagined.plans.targets],
        [(user.email, user.name) for user in imagined.staff.users],
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def test_another_process_imagines_the_same():
    code = (
        "import django; django.setup();"
        "from tests.reporting.demo.test_run import imagined_digest; print(imagined_digest())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "4321"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == imagined_digest()


def test_another_seed_or_day_makes_another_trust():
    assert imagined_digest(seed=SEED + 1) != imagined_digest()
    assert imagined_digest(on=DAY + dt.timedelta(days=30)) != imagined_digest()


@pytest.mark.parametrize(
    "day",
    [dt.date(2026, 9, 1), dt.date(2027, 1, 2), dt.date(2027, 8, 31), dt.date(2028, 2, 29)],
    ids=str,
)
def test_any_day_can_be_shown(day):
    imagined = imagine(SMALL[0], [], seed=SEED, on=day)
    current = imagined.calendar.current
    assert any(judged.term == current for judged in imagined.progress.judged)
    assert all(judged.judged_at.date() <= day for judged in imagined.progress.judged)
    for learner in imagined.progress.learners.values():
        assert all(base.judged_on <= day for base in learner.bases)


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_second_run_says_so_and_changes_nothing(capsys, monkeypatch):
    few = material.trusts().model_copy(update={"trusts": tuple(SMALL)})
    monkeypatch.setattr(seeding, "trusts", lambda: few)
    call_command("seed_demo", "--on", "2026-11-21")
    assert "The demo trust is made." in capsys.readouterr().out
    trusts = Trust.objects.order_by("uid")
    before = [digest(rows_of(trust)) for trust in trusts]
    call_command("seed_demo", "--seed", "8")
    said = capsys.readouterr().out
    assert "here already; nothing has changed" in said
    assert PASSWORD in said
    for person in accounts():
        assert person.email in said
    assert "early-years@harbour.example" in said
    assert [digest(rows_of(trust)) for trust in trusts] == before


def test_half_a_demo_is_not_left_behind(db, monkeypatch):
    monkeypatch.setattr(seeding, "_save_progress", lambda imagined: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        seed_demo(seed=SEED, on=DAY, entries=SMALL[1:])
    assert not Trust.objects.exists()
    assert not User.objects.exists()


def test_the_password_that_is_printed_opens_every_account(db, demo):
    seed_demo(seed=SEED, on=DAY, entries=SMALL)
    assert Client().login(email="teacher@harbour.example", password=PASSWORD)
    _open_what_people_were_told()
    # Hashed once for all, because that is slow by design.
    (hashed,) = {demo.users[person.email] for person in accounts()}
    assert check_password(PASSWORD, hashed)


def _open_what_people_were_told():
    """Open each page to which a notice leads, as one of those who were told."""
    client, opened = Client(), set()
    for trust in Trust.objects.all():
        with in_trust(trust.pk):
            notices = Notice.objects.select_related("person").order_by("link", "pk")
            told = list(notices.distinct("link"))
        for notice in told:
            client.force_login(notice.person)
            client.post(reverse("trusts"), {"trust": trust.pk})
            page = client.get(reverse("notice", args=[notice.pk]), follow=True)
            assert page.status_code == 200, (notice.link, notice.person)
            opened.add(notice.link)
    assert len(opened) >= 5

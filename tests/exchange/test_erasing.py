"""Erasing: of a pupil with unmistakable words nothing is found anywhere afterwards."""

import datetime as dt
from typing import Any

import pytest
from django.db import DataError, InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from assessment.models import Note
from exchange.models import ErasureItem, ErasureLog, Import
from exchange.services.erasure_runs import erase
from exchange.views import retention as views
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Pupil
from reporting.models import Report
from tests.architecture.rows import a_row_everywhere
from tests.exchange.canary import (
    FIRST,
    FORMER,
    LAST,
    OTHER_LAST,
    UPN,
    WORD,
    decide,
    everywhere,
    fill,
    holding,
    ids_of_all,
    report_on,
    rows_by_id,
    rows_of,
    sample,
)
from tests.exchange.conftest import Desk, as_csv, row
from tests.world import World, make_world


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_canary_is_found_nowhere_afterwards(caplog: Any) -> None:  # noqa: PLR0915  # one story
    world, foreign = make_world("Harbour"), make_world("Foreign")
    for each in (foreign, world):
        a_row_everywhere(each)
    pupil = world.arb_pupils[0]
    with in_trust(world.trust.pk):
        had = ids_of_all(pupil)
        fill(world, pupil)
        own = ids_of_all(pupil)
    head = Client()
    head.force_login(world.people[Role.HEAD])
    assert head.get(reverse("pupils"), {"q": LAST}).status_code == 200
    desk, was = Desk(world), f"{LAST}-{WORD}"
    told = f"Not with {FORMER} {was}\n{FIRST} {OTHER_LAST[0]}"
    waiting = desk.send(
        as_csv([
            row(1),
            row(2, Reg_Group=told),
            row(3, UPN=UPN),
            row(4, Legal_Surname=LAST, Preferred_Forename=FIRST),
            row(5, Legal_Surname=was, Preferred_Forename=FORMER),
            row(6, Legal_Surname=f"{OTHER_LAST[1]}, {FIRST} (Z000)", Preferred_Forename=""),
            row(7, Legal_Surname=f"{OTHER_LAST[1]}, {FIRST}"),
        ]),
        name=f"{FIRST} {LAST}.csv",
    )  # fmt: skip
    beside = desk.send(as_csv([row(8)]))
    # Refused, and named although the file holds the number alone.
    register = desk.send(
        as_csv([(UPN, "07/09/2026", "?", "/")], ("UPN", "Date", "AM", "PM")),
        "attendance",
        name="a.csv",
    )
    assert LAST in desk.lines(register)[0].about
    with in_trust(world.trust.pk):
        # What no line holds: another sheet, or a part that is not read.
        Import.objects.filter(pk=beside.pk).update(content=f"{FIRST} {LAST}".encode())
    report_on(world)
    # PostgreSQL's own log tells of what fails, and a name may be in what was asked.
    with in_trust(world.trust.pk), pytest.raises(DataError), transaction.atomic():
        _run(f"SELECT 1 / 0 AS {WORD}")
    with in_trust(world.trust.pk):
        reports = list(Report.objects.order_by("pk").values("snapshot", "sha256"))
        erasure = decide(world, pupil)
    sample()
    found = holding(everywhere())
    assert "pg_statistic.stavalues1" in found
    assert len(found) > 50
    assert {"exchange_import.content", "pupils_pupilevent.last_name"} <= set(found)
    before = rows_by_id()

    erase(trust_id=world.trust.pk, erasure_id=erasure.pk)

    with in_trust(world.trust.pk):
        erasure.refresh_from_db()
        assert (erasure.state, erasure.problem) == ("done", "")
    assert holding(everywhere() | {"log": caplog.text}) == {}
    after = rows_by_id()
    had = {table: ids | own[table] for table, ids in had.items()}
    _others_are_as_they_were(before, after, own, had)
    with in_trust(world.trust.pk):
        # Reports name nobody, so their numbers and files are as they were published.
        assert list(Report.objects.order_by("pk").values("snapshot", "sha256")) == reports
        run = Import.objects.get(pk=waiting.pk)
        assert (bytes(run.content), run.size, run.all_lines) == (b"", 0, 7)
        beside.refresh_from_db()
        assert (bytes(beside.content), beside.size) == (b"", 0)
        assert beside.lines.get().texts[1] == "Surname8"
        lines = list(run.lines.order_by("position").values_list("texts", "about"))
        assert lines[0][1].startswith("Forename1 Surname1")
        assert lines[1][0][7] == "Not with [erased]\n[erased]"
        assert lines[2:5] == [([], "")] * 3
        assert lines[5][0][1] == "[erased] (Z000)"
        assert lines[6] == ([], "")
        assert Note.objects.get(pupil=world.pupils[1]).text == (
            "Played with [erased], and [erased] laughed at [erased]. "
            + "; ".join("[erased]" for _ in OTHER_LAST)
        )
        log = ErasureLog.objects.get(erasure=erasure.pk)
        assert (log.pupils, log.records, log.reason) == (1, 0, "right")
        assert log.erased_by == world.people[Role.TRUST_LEAD]
        assert log.mentions >= 5
        assert not ErasureItem.objects.filter(erasure=erasure).exists()


def _others_are_as_they_were(
    before: Any, after: Any, own: dict[str, set[int]], had: dict[str, set[int]]
) -> None:
    """Ask that nothing is gone or changed but the pupil's, and rows that named the pupil."""
    for table, rows in before.items():
        gone = {rows[pk][0] for pk in set(rows) - set(after[table])}
        if table.endswith("event"):
            assert gone <= had.get(table.removesuffix("event"), set()), table
        elif table != "exchange_erasureitem":
            assert gone == own.get(table, set()), table
        changed = {pk: text for pk, (_, text) in rows.items() if pk in after[table]}
        told = [text for pk, text in changed.items() if after[table][pk][1] != text]
        assert table == "exchange_erasure" or all(
            holding({"": text}) or table in _OF_THE_FILE for text in told
        ), table


# A file is emptied for all lines, and its bytes say nothing that is text to us.
_OF_THE_FILE = {"exchange_import", "exchange_importline"}


@pytest.fixture
def two(world: World, foreign: World) -> tuple[World, World]:
    """Both trusts, full."""
    a_row_everywhere(foreign)
    a_row_everywhere(world)
    return world, foreign


def test_history_is_not_deleted_in_any_other_way(two: tuple[World, World]) -> None:
    world, foreign = two
    with in_trust(foreign.trust.pk):
        theirs = decide(foreign, foreign.pupils[0], state="erasing")
    waiting = decide(world, world.pupils[0])
    foreign_row = decide(world, state="erasing", pupils=1)
    ErasureItem.objects.create(erasure=foreign_row, kind="pupil", row=foreign.pupils[0].pk)
    for sql in (
        "DELETE FROM pupils_pupilevent",
        "UPDATE pupils_pupilevent SET last_name = ''",
        "DELETE FROM exchange_erasurelog",
        "UPDATE exchange_erasurelog SET pupils = 9",
        "INSERT INTO exchange_erasurelog (erasure, reason, pupils, records, counts, mentions,"
        f" erased_by_id, erased_at) VALUES (1, 'right', 1, 0, '{{}}', 0, {waiting.asked_by_id},"
        " now())",
        "DROP FUNCTION erase_records(bigint)",
        # Neither what nobody has decided, nor what is not under way, nor another trust's.
        "SELECT erase_records(0)",
        f"SELECT erase_records({waiting.pk})",
        f"SELECT erase_records({theirs.pk})",
    ):
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
            _run(sql)
    with (
        in_trust(None),
        pytest.raises((ProgrammingError, InternalError)),
        transaction.atomic(),
    ):
        _run(f"SELECT erase_records({theirs.pk})")
    # A row of another trust, named in one's own decision, is not there.
    _run(f"SELECT erase_records({foreign_row.pk})")
    assert ErasureLog.objects.get(erasure=foreign_row.pk).pupils == 0
    with in_trust(foreign.trust.pk):
        assert Pupil.objects.filter(pk=foreign.pupils[0].pk).exists()
        assert rows_of(Note, foreign.pupils[0]).exists()


@pytest.mark.django_db
def test_nobody_but_the_application_may_call_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proacl::text, prosecdef, proconfig::text FROM pg_proc"
            " WHERE proname = 'erase_records'"
        )
        rights, as_owner, path = cursor.fetchone()
    assert (as_owner, "search_path=public, pg_temp" in path) == (True, True)
    assert "=X/" not in rights.replace("parrcs_owner=X/", "").replace("parrcs_app=X/", "")


def test_a_name_that_somebody_else_bears_stays_with_them(two: tuple[World, World]) -> None:
    world, _ = two
    pupil, namesake, other = world.pupils
    Pupil.objects.filter(pk=namesake.pk).update(
        first_name=pupil.first_name, last_name=pupil.last_name
    )
    words = f"With {pupil.first_name} {pupil.last_name}, and {pupil.upn}x, and {pupil.upn}."
    note = rows_of(Note, other).create(
        pupil=other,
        seen_on=dt.date(2026, 9, 20),
        text=words,
        written_by=world.people[Role.TRUST_LEAD],
    )
    erasure = decide(world, pupil)
    erase(trust_id=world.trust.pk, erasure_id=erasure.pk)
    note.refresh_from_db()
    assert note.text == words.replace(f"{pupil.upn}.", "[erased].")


@pytest.mark.parametrize("named_in", ["snapshot", "figures"])
def test_an_erasure_stops_at_a_report_that_names_somebody(
    two: tuple[World, World], sign_in: Any, named_in: str
) -> None:
    """A comment may, until it is called ready; what was made is not to be changed unseen."""
    world, _ = two
    pupil = world.pupils[0]
    draft = Report.objects.filter(school=world.school, status="draft").get()
    place = {"school_id": draft.school_id, "term": world.terms[0], "made_by": draft.made_by}
    Report.objects.create(
        **place,
        status="draft",
        made_at=draft.made_at,
        pdf=b"%PDF-",
        **{
            "snapshot": {"cover": {"made": "by Ann"}},
            named_in: {"cover": {"made": "by Ann"}, "told": f"Of {pupil}"},
        },
    )
    erasure = decide(world, pupil)
    erase(trust_id=world.trust.pk, erasure_id=erasure.pk)
    erasure.refresh_from_db()
    assert erasure.state == "failed"
    assert erasure.problem.startswith(
        f"The report of {world.school} for {world.terms[0]} (the draft) names a pupil"
    )
    assert "make the draft again" in erasure.problem
    page = sign_in(Role.TRUST_LEAD).get(reverse("erasure", args=[erasure.pk])).content.decode()
    assert f"The report of {world.school} for {world.terms[0]}" in page
    assert str(pupil) not in page
    assert Pupil.objects.filter(pk=pupil.pk).exists()
    assert not erasure.items.exists()


def test_the_file_of_the_log_has_all(world: World, sign_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(views, "LATEST", 2)
    for pupil in world.pupils[:3]:
        erase(trust_id=world.trust.pk, erasure_id=decide(world, pupil).pk)
    admin = sign_in(Role.TRUST_ADMIN)
    text = admin.get(reverse("retention")).content.decode()
    assert text.count("Asked for by the pupil") == 2
    assert "The latest 2 of 3; the files have all." in text
    file = admin.get(reverse("retention_file", args=["csv"])).content.decode()
    assert file.count("Asked for by the pupil") == 3


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)

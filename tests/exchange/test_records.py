"""A copy of all that is kept of a pupil: whole, readable, and of nobody else."""

import datetime as dt
import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from assessment.models import Note
from exchange.measures import a_month_after
from exchange.models import AccessCopy, AccessRequest
from exchange.models.record_map import lets_go, record_tables
from exchange.selectors.records import columns_of
from parrcs.core.access import Role
from pupils.models import Placement, Pupil
from tests.architecture.rows import a_row_everywhere
from tests.exchange.canary import rows_of
from tests.factories.pupils import PupilFactory
from tests.pdf_ua import require_pdf_ua
from tests.world import World

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    real = timezone.localdate
    monkeypatch.setattr(timezone, "localdate", lambda *given: real(*given) if given else TODAY)


@pytest.fixture
def full(world: World) -> Pupil:
    """A pupil of the ARB, of whom there is something in every table."""
    a_row_everywhere(world)
    return world.arb_pupils[0]


def ask(client: Client, pupil: Pupil, **other: str) -> Any:
    said = {"asked_by": "parent", "received_on": "2026-11-02"} | other
    return client.post(reverse("whole_record", args=[pupil.pk]), said)


def copy_of(client: Client, pupil: Pupil) -> zipfile.ZipFile:
    """Ask for the record and make the copy."""
    ask(client, pupil)
    asked = AccessRequest.objects.filter(pupil=pupil).order_by("-pk")[0]
    response = client.post(reverse("record_copy", args=[pupil.pk, asked.pk]))
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Content-Type-Options"] == "nosniff"
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def record_in(packed: zipfile.ZipFile) -> dict[str, Any]:
    return {each["name"]: each for each in json.loads(packed.read("record.json"))["record"]}


def pdf_in(packed: zipfile.ZipFile) -> str:
    pages = PdfReader(io.BytesIO(packed.read("record.pdf"))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_every_column_of_every_table_of_a_pupil_is_in_the_copy(full: Pupil, sign_in: Any) -> None:
    packed = copy_of(sign_in(Role.HEAD), full)
    assert packed.testzip() is None
    sections = list(record_in(packed).values())
    tables = [(t.model, rows_of(t.model, full)) for t in record_tables(apps)]
    tables += [(m, m._base_manager.filter(**{name: full.pk})) for m, name, _ in lets_go(apps)]
    for model, rows in tables:
        assert rows.exists(), (
            f"{model.__name__} has no row: make one for each pupil in tests/architecture/rows.py"
        )
        columns = {each.name for each in columns_of(model)}
        assert columns == {
            each.name for each in model._meta.concrete_fields if each.name not in ("id", "trust")
        }
        numbers = set(rows.values_list("pk", flat=True))
        (section,) = (
            each
            for each in sections
            if set(each["columns"]) == columns and numbers <= {row["id"] for row in each["rows"]}
        )
        assert {row["id"] for row in section["rows"]} == numbers
        assert all(set(row) == {"id", *columns} for row in section["rows"])
    changes = [change for each in sections for change in each["history"]]
    assert changes
    assert {change["what"] for change in changes} <= {"changed", "removed"}


def test_what_it_says_is_what_was_recorded(full: Pupil, sign_in: Any, world: World) -> None:
    lead = world.people[Role.TRUST_LEAD]
    full.first_name = "Renamed"
    full.save()
    gone = Note.objects.create(pupil=full, seen_on=TODAY, text="Gone", written_by=lead)
    pk = gone.pk
    gone.delete()
    packed = copy_of(sign_in(Role.INCLUSION_LEAD), full)
    record = record_in(packed)
    details = record["Details"]["rows"][0]
    assert (details["upn"], details["first_name"]) == (full.upn, "Renamed")
    assert details["born_on"] == full.born_on.isoformat()
    assert record["Details"]["columns"]["born_on"] == "Date of birth"
    assert record["Details"]["history"][-1]["what"] == "changed"
    (judged,) = record["Judgements"]["rows"]
    assert (judged["point"], judged["term"]) == ("7: Point 7", str(world.term))
    notes = record["Notes"]
    assert {row["written_by"] for row in notes["rows"]} == {lead.name}
    assert [each["id"] for each in notes["history"]][-1:] == [pk]
    files = {name for name in packed.namelist() if name.startswith("files/")}
    achieved = next(row for row in record["Achievements"]["rows"] if row["photo"])
    assert {achieved["photo"], achieved["photo_small"]} <= files
    photo = rows_of(apps.get_model("assessment", "Achievement"), full).get(core_area=None).photo
    assert packed.read(achieved["photo"]) == bytes(photo)
    (file,) = record["Files that belong to notes"]["rows"]
    assert packed.read(file["content"]) == b"%PDF-"
    assert len(files) == 3
    text = pdf_in(packed)
    for words in ("Renamed", full.upn, "Judgements", "Swam a width", world.arb.name, lead.name):
        assert words in text


def test_other_pupils_are_not_in_it(full: Pupil, sign_in: Any, world: World) -> None:
    other, far = world.pupils[0], world.other_pupils[0]
    own = f"{full.first_name} {full.last_name}"
    Note.objects.create(
        pupil=full,
        seen_on=TODAY,
        text=f"{own} sat with {other}, {far.last_name.upper()} {far.first_name} and {far.upn}.",
        written_by=world.people[Role.TRUST_LEAD],
    )
    renamed, removed = world.pupils[1], PupilFactory(first_name="Only", last_name="Inhistory")
    Pupil.objects.filter(pk=renamed.pk).update(last_name="Nowother")
    was = f"{renamed.first_name} {renamed.last_name}"
    removed.delete()
    # The same child entered once before, and removed, bears the pupil's own number.
    Pupil.objects.filter(pk=full.pk).update(upn="Z000000000000")
    PupilFactory(first_name="Twice", last_name="Entered", upn=full.upn).delete()
    Pupil.objects.filter(pk=full.pk).update(upn=full.upn)
    Note.objects.create(
        pupil=full,
        seen_on=TODAY,
        text=f"{full.upn}: before {was}, {renamed.first_name} Nowother, {removed}.",
        written_by=world.people[Role.TRUST_LEAD],
    )
    packed = copy_of(sign_in(Role.HEAD), full)
    told = [row["text"] for row in record_in(packed)["Notes"]["rows"]]
    left_out = "[another pupil]"
    assert f"{full.upn}: before {left_out}, {left_out}, {left_out}." in told
    assert f"{own} sat with [another pupil], [another pupil] and [another pupil]." in told
    whole = packed.read("record.json").decode() + pdf_in(packed)
    for pupil in Pupil.objects.exclude(pk=full.pk):
        assert str(pupil) not in whole
        assert pupil.upn not in whole


def test_it_can_be_read_with_a_screen_reader(full: Pupil, sign_in: Any, tmp_path: Path) -> None:
    empty = PupilFactory()
    lead = sign_in(Role.TRUST_LEAD)
    files = []
    for name, pupil in (("full", full), ("empty", empty)):
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(copy_of(lead, pupil).read("record.pdf"))
        files.append(file)
    require_pdf_ua(files)


def test_requests_have_a_month(full: Pupil, sign_in: Any, world: World) -> None:
    assert a_month_after(dt.date(2026, 1, 31)) == dt.date(2026, 2, 28)
    assert a_month_after(dt.date(2026, 12, 5)) == dt.date(2027, 1, 5)
    AccessRequest.objects.all().delete()
    client = sign_in(Role.HEAD)
    page = reverse("whole_record", args=[full.pk])
    assert "Nobody has asked for a copy yet" in client.get(page).content.decode()
    for said, words in (
        ({"received_on": "2026-11-23"}, "This day has not come yet."),
        ({"received_on": "soon"}, "This is not a date."),
        ({"asked_by": ""}, "Say who asked for it."),
    ):
        assert words in ask(client, full, **said).content.decode()
    assert not AccessRequest.objects.exists()
    ask(client, full)
    text = client.get(page).content.decode()
    assert "Due by 2 December 2026, 10 days left" in text
    ask(client, full, received_on="2026-09-01")
    assert "Late: it was due by 1 October 2026" in client.get(page).content.decode()
    old = AccessRequest.objects.get(received_on=dt.date(2026, 9, 1))
    client.post(reverse("record_copy", args=[full.pk, old.pk]))
    client.post(reverse("record_answered", args=[full.pk, old.pk]))
    client.post(reverse("record_answered", args=[full.pk, old.pk]))
    text = client.get(page).content.decode()
    assert "Answered on 22 November 2026; it was due by 1 October 2026." in text
    assert f"by {world.people[Role.HEAD].name}" in text
    copy = AccessCopy.objects.get()
    assert (copy.request, copy.made_by) == (old, world.people[Role.HEAD])


def test_of_a_leaver_too_and_not_by_another_school(full: Pupil, sign_in: Any, world: World) -> None:
    Placement.objects.filter(pupil=full).update(ends_on=dt.date(2026, 7, 20))
    packed = copy_of(sign_in(Role.HEAD), full)
    assert record_in(packed)["Details"]["rows"][0]["upn"] == full.upn
    # Registered elsewhere by now, the record is that school's to answer for.
    Placement.objects.create(
        pupil=full,
        school=world.other_school,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 9, 1),
    )
    assert sign_in(Role.HEAD).get(reverse("whole_record", args=[full.pk])).status_code == 403
    assert copy_of(sign_in(Role.TRUST_LEAD), full)


@pytest.mark.parametrize(
    "role", [r for r in Role if r not in (Role.HEAD, Role.INCLUSION_LEAD, Role.TRUST_LEAD)]
)
def test_nobody_else_makes_one(role: Role, full: Pupil, sign_in: Any) -> None:
    asked = AccessRequest.objects.get(pupil=full)
    client = sign_in(role)
    for address, args in (
        ("whole_record", [full.pk]),
        ("record_copy", [full.pk, asked.pk]),
        ("record_answered", [full.pk, asked.pk]),
        ("pupil_erase", [full.pk]),
    ):
        assert client.post(reverse(address, args=args)).status_code in (403, 404)
    assert AccessCopy.objects.filter(request=asked).count() == 1


def test_the_lead_of_an_arb_does_not_answer_for_the_school(
    full: Pupil, world: World, sign_in: Any
) -> None:
    person = world.people[Role.HEAD]
    person.memberships.update(school=None, arb=world.arb)
    client = sign_in(Role.HEAD)
    assert client.get(reverse("pupil", args=[full.pk])).status_code == 200
    for name in ("whole_record", "pupil_erase"):
        assert client.get(reverse(name, args=[full.pk])).status_code == 403


def test_it_costs_the_same_number_of_queries_however_much_there_is(
    full: Pupil, sign_in: Any, world: World
) -> None:
    client = sign_in(Role.HEAD)

    def cost() -> tuple[int, float]:
        asked = AccessRequest.objects.filter(pupil=full)[0]
        with CaptureQueriesContext(connection) as made:
            began = time.monotonic()
            response = client.post(reverse("record_copy", args=[full.pk, asked.pk]))
            took = time.monotonic() - began
        b"".join(response.streaming_content)
        return len(made), took

    few, _ = cost()
    lead = world.people[Role.TRUST_LEAD]
    for n in range(150):
        day = dt.date(2024, 9, 1) + dt.timedelta(days=n)
        note = Note.objects.create(
            pupil=full, seen_on=day, text=f"Seen {n}. " * 20, written_by=lead
        )
        note.secured = None
        note.text = "Changed"
        note.save()
    many, _ = cost()
    assert many == few
    page = reverse("whole_record", args=[full.pk])
    with CaptureQueriesContext(connection) as made:
        client.get(page)
        first = len(made)
    for n in range(10):
        ask(client, full, received_on=f"2026-10-{n + 1:02}")
    with CaptureQueriesContext(connection) as made:
        client.get(page)
        assert len(made) == first

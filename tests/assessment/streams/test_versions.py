"""Versions of streams: all that are shipped load, none changes, a new one closes the old one."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from assessment.management.commands import load_streams
from assessment.models import CoreArea, Expectation, Point, Strand, Stream
from assessment.services.streams.files import (
    StreamFileError,
    shipped_streams,
)
from assessment.services.streams.versions import (
    load_shipped_streams,
    load_stream,
)
from parrcs.core.tenancy import in_trust
from pupils.models import Route
from schools.models import Trust
from tests.assessment.streams.conftest import SEPTEMBER
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.schools import AcademicYearFactory, TrustFactory


def refusal(file: Path) -> str:
    with pytest.raises(StreamFileError) as caught:
        load_stream(file=file, approved_from=SEPTEMBER)
    return str(caught.value)


def rows() -> dict[str, int]:
    return {
        model.__name__: model.objects.count()
        for model in (Route, CoreArea, Stream, Strand, Point, Expectation)
    }


@pytest.mark.parametrize("file", shipped_streams(), ids=lambda file: file.stem)
def test_each_shipped_stream_says_what_its_rows_say(trust, file):
    stream = load_stream(file=file, approved_from=SEPTEMBER)
    said = yaml.safe_load(file.read_text())
    assert file.stem == stream.code == said["code"]
    assert [p.label for p in stream.points.all()] == [p["label"] for p in said["scale"]]
    assert [float(p.value) for p in stream.points.all()] == [p["value"] for p in said["scale"]]
    assert [s.name for s in stream.strands.all()] == [s["name"] for s in said["strands"]]
    assert {
        each.route.code: float(each.points_a_term)
        for each in stream.expectations.select_related("route")
    } == said["expected"]
    assert [s.area for s in stream.strands.all()] == [s.get("area", "") for s in said["strands"]]
    assert (stream.description, stream.for_whom) == (said["description"], said["for_whom"])
    assert (stream.loaded_by, stream.replaces) == (None, None)


def test_each_kind_of_stream_that_the_domain_names_is_there(trust):
    load_shipped_streams(approved_from=SEPTEMBER)
    shape = {
        each.code: (each.strands.count(), each.points.count()) for each in Stream.objects.all()
    }
    assert shape == {
        "developmental": (5, 40),
        "engagement": (5, 5),
        "pre-key-stage": (3, 6),
        "independence": (4, 10),
        "early-years": (17, 2),
        "subject-steps": (6, 18),
    }
    goals = Strand.objects.filter(stream__code="early-years")
    assert len(set(goals.values_list("area", flat=True))) == 7
    assert set(goals.values_list("core_area", flat=True)) == {None}


def test_two_streams_are_in_use_at_once_and_the_others_wait(trust):
    load_shipped_streams(approved_from=SEPTEMBER)
    in_use = set(Stream.objects.in_force(SEPTEMBER).values_list("code", flat=True))
    assert in_use == {"developmental", "engagement"}
    assert not Expectation.objects.exclude(stream__code__in=in_use).exists()


def test_a_trust_may_begin_with_others(trust):
    load_shipped_streams(approved_from=SEPTEMBER, approve=("early-years",))
    in_use = Stream.objects.in_force(SEPTEMBER).get()
    assert in_use.expectations.get().route.code == "early-years"


def test_the_developmental_stream_covers_the_core_areas_for_every_route(trust):
    load_shipped_streams(approved_from=SEPTEMBER)
    stream = Stream.objects.get(code="developmental")
    assert [s.core_area for s in stream.strands.select_related("core_area")] == list(
        CoreArea.objects.all()
    )
    assert set(stream.expectations.values_list("route", flat=True)) == set(
        Route.objects.exclude(code="early-years").values_list("pk", flat=True)
    )
    assert [p.code for p in stream.points.all()] == [str(n) for n in range(1, 41)]


def test_holding_on_is_expected_in_engagement(trust):
    load_shipped_streams(approved_from=SEPTEMBER)
    expectation = Expectation.objects.select_related("route").get(stream__code="engagement")
    assert expectation.route.code == "pre-formal"
    assert expectation.points_a_term == 0


def test_loading_again_changes_nothing(trust):
    load_shipped_streams(approved_from=SEPTEMBER)
    before = rows()
    load_shipped_streams(approved_from=dt.date(2026, 1, 1))
    assert rows() == before
    assert {s.approved_from for s in Stream.objects.all()} == {SEPTEMBER, None}


def test_a_trust_keeps_its_own_name_for_a_route(trust):
    Route.objects.filter(code="formal").update(name="Subject learning")
    load_shipped_streams(approved_from=SEPTEMBER)
    assert Route.objects.get(code="formal").name == "Subject learning"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Water"},
        {"better": 2},
        {"for_whom": "Some pupils."},
        {"expected": {"formal": 1}},
        {"expected": {"formal": 0.5, "pre-formal": 0}},
        {"strands": [{"code": "water", "name": "Water"}]},
        {
            "scale": [
                {"code": "a", "label": "At the side", "value": 1},
                {"code": "b", "label": "Half a width", "value": 2.5},
                {"code": "c", "label": "A width", "value": 4},
            ]
        },
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_version_never_changes(trust, written, change):
    load_stream(file=written(), approved_from=SEPTEMBER)
    before = rows()
    said = refusal(written(**change))
    assert said.startswith("swimming.yaml: line ")
    assert "version: swimming 1.0 is already loaded with other content" in said
    assert rows() == before


def test_a_new_version_closes_the_old_one_the_day_before(trust, written):
    old = load_stream(file=written(), approved_from=SEPTEMBER)
    january = dt.date(2026, 1, 5)
    new = load_stream(file=written(version="1.1", better=2), approved_from=january)
    old.refresh_from_db()
    assert old.approved_until == dt.date(2026, 1, 4)
    assert new.approved_until is None
    assert Stream.objects.in_force(january).get() == new
    assert Stream.objects.in_force(dt.date(2026, 1, 4)).get() == old
    # The old one is known, and stays closed.
    assert load_stream(file=written(), approved_from=dt.date(2026, 2, 1)) == old
    assert Stream.objects.filter(approved_until=None).get() == new


@pytest.mark.parametrize("withdrawn", [False, True], ids=["open", "withdrawn"])
@pytest.mark.parametrize(
    ("factory", "held"), [(JudgementFactory, "judgements"), (BaselineFactory, "baselines")]
)
def test_what_was_recorded_is_replaced_only_by_what_says_how_it_goes_on(
    trust, written, factory, held, withdrawn
):
    old = load_stream(file=written(), approved_from=SEPTEMBER)
    factory(strand=old.strands.first(), point=old.points.first())
    if withdrawn:
        Stream.objects.update(approved_until=dt.date(2025, 12, 31))
    before = rows(), list(Stream.objects.values())
    # After the term in which the judgement was made.
    january = dt.date(2027, 1, 5)
    with pytest.raises(StreamFileError) as caught:
        load_stream(file=written(version="1.1"), approved_from=january)
    assert str(caught.value).partition(": version: ")[2] == (
        f"Swimming 1.0 holds {held} in this trust, and 1.1 does not say"
        ' how it goes on from there. Give its file a part "replaces" that names version 1.0.'
    )
    assert (rows(), list(Stream.objects.values())) == before
    # The same version again is no new one, and another stream is not concerned.
    assert load_stream(file=written(), approved_from=january) == old
    assert load_stream(file=written(code="diving"), approved_from=january)
    told = written(version="1.1", replaces={"version": "1.0"})
    assert load_stream(file=told, approved_from=january).replaces == old


def test_a_new_version_cannot_start_before_the_old_one(trust, written):
    load_stream(file=written(), approved_from=SEPTEMBER)
    said = refusal(written(version="1.1"))
    assert "approved from 1 September 2025" in said
    assert Stream.objects.count() == 1


def test_the_command_loads_into_one_trust_only(db):
    one, other = TrustFactory(), TrustFactory()
    call_command("load_streams", "--trust", one.uid, "--from", "2025-09-01")
    with in_trust(one.pk):
        in_use = Stream.objects.filter(approved_from=SEPTEMBER).values_list("code", flat=True)
        assert set(in_use) == {"developmental", "engagement"}
        assert Stream.objects.filter(approved_from=None).count() == 4
    with in_trust(other.pk):
        assert not any(rows().values())


@pytest.mark.parametrize(
    ("today", "year", "start"),
    [
        (dt.date(2026, 11, 21), (dt.date(2026, 9, 3), dt.date(2027, 7, 21)), dt.date(2026, 9, 3)),
        (dt.date(2027, 7, 21), (dt.date(2026, 9, 3), dt.date(2027, 7, 21)), dt.date(2026, 9, 3)),
        (dt.date(2026, 11, 21), None, dt.date(2026, 9, 1)),
        (dt.date(2026, 8, 31), None, dt.date(2025, 9, 1)),
        (dt.date(2026, 9, 1), None, dt.date(2026, 9, 1)),
    ],
)
def test_without_a_day_the_command_approves_for_the_whole_year(
    trust, monkeypatch, today, year, start
):
    monkeypatch.setattr(load_streams.timezone, "localdate", lambda: today)
    if year:
        AcademicYearFactory(starts_on=year[0], ends_on=year[1])
    call_command("load_streams", "--trust", trust.uid)
    in_use = Stream.objects.exclude(approved_from=None)
    assert set(in_use.values_list("approved_from", flat=True)) == {start}


def test_the_command_loads_a_trusts_own_file(trust, written, capsys):
    file = written(expected={"formal": 0.25})
    call_command("load_streams", str(file), "--trust", trust.uid, "--from", "2025-09-01")
    assert capsys.readouterr().out == "Swimming 1.0: approved from 2025-09-01\n"
    assert Expectation.objects.get().points_a_term == Decimal("0.25")


def test_the_command_says_what_it_cannot_do(trust, written):
    with pytest.raises(CommandError, match="no trust with the UID 77"):
        call_command("load_streams", "--trust", "77")
    with pytest.raises(CommandError, match=r"swimming\.yaml: line 1: better"):
        call_command("load_streams", str(written(better=0)), "--trust", trust.uid)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_streams", "nowhere.yaml", "--trust", trust.uid)
    assert Trust.objects.count() == 1

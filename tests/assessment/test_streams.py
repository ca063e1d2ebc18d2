"""Streams as files: all that are shipped load, versions are frozen, errors name their place."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from assessment.management.commands import load_streams
from assessment.models import CoreArea, Expectation, Point, Strand, Stream
from assessment.services.streams.files import (
    FIXTURES,
    StreamFileError,
    read_stream,
    shipped_streams,
)
from assessment.services.streams.versions import (
    load_core_areas,
    load_routes,
    load_shipped_streams,
    load_stream,
)
from parrcs.core.tenancy import in_trust
from pupils.models import Route
from schools.models import Trust
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.schools import AcademicYearFactory, TrustFactory

SEPTEMBER = dt.date(2025, 9, 1)

type Written = Callable[..., Path]


@pytest.fixture
def trust(db):
    trust = TrustFactory()
    with in_trust(trust.pk):
        load_routes(file=FIXTURES / "routes.yaml")
        load_core_areas(file=FIXTURES / "core_areas.yaml")
        yield trust


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a small stream file, changed at the places named."""

    def write(**changes) -> Path:
        content = {
            "code": "swimming",
            "version": "1.0",
            "name": "Swimming",
            "description": "From the poolside to a length.",
            "for_whom": "All pupils who swim.",
            "better": 1.5,
            "scale": [
                {"code": "a", "label": "At the side", "value": 1},
                {"code": "b", "label": "In the water", "value": 2.5},
                {"code": "c", "label": "A width", "value": 4},
            ],
            "strands": [
                {"code": "water", "name": "Water"},
                {"code": "talk", "name": "Talk", "core_area": "communication"},
            ],
            "expected": {"formal": 0.5},
        } | changes
        file = tmp_path / "swimming.yaml"
        file.write_text(yaml.safe_dump(content))
        return file

    return write


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
    assert said["description"] in stream.description
    assert said["for_whom"] in stream.description


def test_the_developmental_stream_covers_the_core_areas_for_every_route(trust):
    load_shipped_streams(approved_from=SEPTEMBER)
    stream = Stream.objects.get(code="developmental")
    assert [s.core_area for s in stream.strands.select_related("core_area")] == list(
        CoreArea.objects.all()
    )
    assert set(stream.expectations.values_list("route", flat=True)) == set(
        Route.objects.values_list("pk", flat=True)
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
    assert {s.approved_from for s in Stream.objects.all()} == {SEPTEMBER}


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
    assert "swimming.yaml: version: swimming 1.0 is already loaded" in said
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
def test_a_version_in_use_is_not_replaced(trust, written, factory, held, withdrawn):
    old = load_stream(file=written(), approved_from=SEPTEMBER)
    factory(strand=old.strands.first(), point=old.points.first())
    if withdrawn:
        Stream.objects.update(approved_until=dt.date(2025, 12, 31))
    before = rows(), list(Stream.objects.values())
    with pytest.raises(StreamFileError) as caught:
        load_stream(file=written(version="1.1"), approved_from=dt.date(2026, 1, 5))
    assert str(caught.value) == (
        f"swimming.yaml: version: Swimming 1.0 holds {held} in this trust. Moving them to 1.1"
        " needs a mapping between the versions, which is not there yet."
    )
    assert (rows(), list(Stream.objects.values())) == before
    # The same version again is no new one, and another stream is not concerned.
    assert load_stream(file=written(), approved_from=dt.date(2026, 1, 5)) == old
    assert load_stream(file=written(code="diving"), approved_from=dt.date(2026, 1, 5))


def test_a_new_version_cannot_start_before_the_old_one(trust, written):
    load_stream(file=written(), approved_from=SEPTEMBER)
    said = refusal(written(version="1.1"))
    assert "approved from 1 September 2025" in said
    assert Stream.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"strands": [{"code": "w", "name": "W", "core_area": "swimming"}]},
            "swimming.yaml: strands.1.core_area: the trust has no core area 'swimming',"
            " only communication",
        ),
        (
            {"expected": {"forest": 1}},
            "swimming.yaml: expected.forest: the trust has no route 'forest',"
            " only pre-formal, semi-formal, formal",
        ),
        ({"colour": "blue"}, "swimming.yaml: colour: Extra inputs are not permitted"),
        ({"version": 1.0}, "swimming.yaml: version: Input should be a valid string"),
        ({"better": 0.9}, "swimming.yaml: better: Input should be greater than"),
        (
            {"expected": {"formal": -1}},
            "swimming.yaml: expected.formal: Input should be greater than",
        ),
        (
            {
                "scale": [
                    {"code": "a", "label": "A", "value": 2},
                    {"code": "b", "label": "B", "value": 2},
                ]
            },
            "swimming.yaml: scale.2.value: 2 is not more than the 2 before it",
        ),
        (
            {
                "scale": [
                    {"code": "a", "label": "A", "value": 1},
                    {"code": "a", "label": "B", "value": 2},
                ]
            },
            "swimming.yaml: scale.2.code: a is there twice",
        ),
        (
            {
                "scale": [
                    {"code": "a", "label": "A", "value": 1},
                    {"code": "b", "label": "B" * 121, "value": 2},
                ]
            },
            "swimming.yaml: scale.2.label: String should have at most 120",
        ),
        (
            {"strands": [{"code": "w", "name": "W", "core": "reading"}]},
            "swimming.yaml: strands.1.core: Extra inputs",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(trust, written, change, said):
    assert said in refusal(written(**change))
    assert not Stream.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"code: a\ncode: b\n", "x.yaml: line 2: 'code' is there twice"),
        (b"code: [a\nname: b\n", "x.yaml: line 2: "),
        (b"? [a]\n: b\n", "x.yaml: line 1: a key must be plain text"),
        (b"- a\n", "x.yaml: Input should be a valid dictionary"),
        (b"", "x.yaml: Input should be a valid dictionary"),
        (b"name: caf\xe9", "x.yaml: is not text in UTF-8"),
        (b"name: \x00", "x.yaml: is not YAML"),
    ],
)
def test_a_file_that_is_no_stream(tmp_path, content, said):
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    with pytest.raises(StreamFileError) as caught:
        read_stream(file)
    assert said in str(caught.value)


def test_the_command_loads_into_one_trust_only(db):
    one, other = TrustFactory(), TrustFactory()
    call_command("load_streams", "--trust", one.uid, "--from", "2025-09-01")
    with in_trust(one.pk):
        assert set(Stream.objects.values_list("code", "approved_from")) == {
            ("developmental", SEPTEMBER),
            ("engagement", SEPTEMBER),
        }
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
    assert set(Stream.objects.values_list("approved_from", flat=True)) == {start}


def test_the_command_loads_a_trusts_own_file(trust, written, capsys):
    file = written(expected={"formal": 0.25})
    call_command("load_streams", str(file), "--trust", trust.uid, "--from", "2025-09-01")
    assert capsys.readouterr().out == "Swimming 1.0: approved from 2025-09-01\n"
    assert Expectation.objects.get().points_a_term == Decimal("0.25")


def test_the_command_says_what_it_cannot_do(trust, written):
    with pytest.raises(CommandError, match="no trust with the UID 77"):
        call_command("load_streams", "--trust", "77")
    with pytest.raises(CommandError, match=r"swimming\.yaml: better"):
        call_command("load_streams", str(written(better=0)), "--trust", trust.uid)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_streams", "nowhere.yaml", "--trust", trust.uid)
    assert Trust.objects.count() == 1

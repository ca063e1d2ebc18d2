"""Every figure of the head teacher report equals a second reckoning from the raw rows."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from assessment.models import Baseline, Judgement
from parrcs.core.access import Role
from pupils.models import TermlyTarget
from reporting.reports.ht import Snapshot, ht_report
from reporting.services.pdf import make_pdf, pictures
from schools.models import ARB
from tests.reporting.conftest import add_life
from tests.reporting.reckoning import Reckoning
from tests.world import World

COVER = {"version": "Draft", "made": "made on 1 November 2026"}


def made(world: World, term: int = 3) -> Snapshot:
    """Return the report of the first school, as its head gets it."""
    return ht_report(world.access(Role.HEAD), school=world.school, term=world.terms[term])


def reckoned(world: World, term: int = 3) -> dict[str, Any]:
    return Reckoning(world.school.pk, world.terms[term].pk).report()


def unnamed(row: Any) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "name"}


def by_name(rows: list[Any]) -> dict[str, Any]:
    found = {row["name"]: unnamed(row) for row in rows}
    assert len(found) == len(rows)
    return found


def figures(report: Snapshot) -> dict[str, Any]:
    """Return everything in the report that is a number, by the names of its rows."""
    words = {"trust", "school", "term", "last_term", "census_on", "glance", "definitions"}
    registered, outside, *arbs = report["places"]
    found = {
        "on_roll": report["on_roll"],
        "coverage": unnamed(report["coverage"]),
        "core_total": unnamed(report["core_total"]),
        "targets_total": unnamed(report["targets_total"]),
        "roll": {table["title"]: by_name(table["rows"]) for table in report["roll"]},
        "core": by_name(report["core"]),
        "other": by_name(report["other"]),
        "routes": by_name(report["routes"]),
        "groups": {table["title"]: by_name(table["rows"]) for table in report["groups"]},
        "targets": by_name(report["targets"]),
        "places": {
            "registered": unnamed(registered),
            "outside": unnamed(outside),
            **by_name(arbs),
        },
    }
    assert set(found) | words == set(report), "a part of the report that nobody checks"
    return found


@pytest.mark.parametrize("term", [0, 1, 2, 3])
def test_every_figure_of_the_snapshot(busy: World, term: int) -> None:
    report = figures(made(busy, term))
    assert report == reckoned(busy, term)


def test_the_rows_have_what_makes_it_hard(busy: World) -> None:
    """Movers, an ARB, gaps, new baselines, missing ones: else the comparison proves little."""
    report = made(busy)
    assert report["on_roll"] > 25
    assert report["places"][2]["pupils"] > 2
    assert report["coverage"]["judged"] < report["coverage"]["due"]
    assert report["coverage"]["no_baseline"] > 3
    assert {row["name"] for row in report["other"]} > {"Engagement: Initiation"}
    assert any(row["last"] and row["last"]["of"] == 0 for row in report["other"])
    assert report["targets_total"]["not_judged"] > 3
    assert made(busy, 2)["on_roll"] != report["on_roll"]
    replaced = Baseline.objects.filter(replaced_on__isnull=False)
    assert replaced.filter(replaced_on__lte=busy.term.census_on).exists()
    assert replaced.filter(replaced_on__gt=busy.term.census_on).exists()


@given(pupils=st.integers(0, 9), seed=st.integers(0, 9_999), term=st.integers(0, 3))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_figure_of_any_small_trust(world: World, pupils: int, seed: int, term: int) -> None:
    with transaction.atomic():
        add_life(world, pupils=pupils, seed=seed)
        assert figures(made(world, term)) == reckoned(world, term)
        transaction.set_rollback(True)


def test_the_glance_tells_the_reckoned_numbers(busy: World) -> None:
    report, numbers = made(busy), reckoned(busy)
    lines = {each["lead"]: each["rest"] for each in report["glance"]}
    assert len(lines) == 5
    everything = " ".join(f"{lead} {rest}" for lead, rest in lines.items())
    core = numbers["core"]
    falls = {name: row["change"] for name, row in core.items() if row["change"] is not None}
    worst = min(falls, key=lambda name: falls[name])
    assert falls[worst] <= -5
    share, last = core[worst]["share"], core[worst]["last"]
    assert f"{worst} has fallen most since Summer 2026." in lines
    assert f"{share['n']} of {share['of']} judgements" in everything
    assert f"from {last['n']} of {last['of']} ({last['percent']}\u00a0%)" in everything
    whole, before = numbers["core_total"]["share"], numbers["core_total"]["last"]
    assert (
        f"{whole['n']} of {whole['of']} judgements at or above expected ({whole['percent']}\u00a0%,"
        f" interval {whole['low']} to {whole['high']}) in all core areas;"
        f" {before['percent']}\u00a0% in Summer 2026."
    ) in everything
    coverage, targets = numbers["coverage"], numbers["targets_total"]
    assert f"{coverage['due'] - coverage['judged']} judgements are not yet made." in lines
    assert f"{coverage['judged']} of {coverage['due']} made in all strands" in everything
    assert f"{coverage['no_baseline']} of them have no baseline" in everything
    met = targets["share"]
    assert f"Termly targets: {met['n']} of {met['of']} judged were met." in lines
    assert f"{targets['not_judged']} of {targets['set']} not yet judged." in everything
    marks = [each["mark"] for each in report["glance"]]
    assert marks == sorted(marks, key=["none", "some", "better", "expected"].index)


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def between(text: str, start: str, end: str) -> str:
    assert text.count(start) >= 1, start
    return text.split(start, 1)[1].split(end, 1)[0]


def told(share: dict[str, Any], row: dict[str, Any]) -> str:
    """Return how a share reads, or the words for why there is none."""
    if share["percent"] is not None:
        return (
            f"{share['percent']} % {share['n']} of {share['of']}, {share['low']} to {share['high']}"
        )
    if row.get("due") == 0:
        return "none due"
    return "no baseline" if row.get("judged") else "not judged yet"


def told_last(row: dict[str, Any]) -> str:
    if row["last"]["percent"] is None:
        return "none judged"
    return f"{row['last']['percent']} % {row['last']['n']} of {row['last']['of']}"


def told_change(row: dict[str, Any]) -> str:
    if row["change"] is None:
        return "none to show"
    return f"{row['change']:+}".replace("-", "\N{MINUS SIGN}") if row["change"] else "0"


def check_areas(text: str, numbers: dict[str, Any]) -> None:
    areas = {
        "core": between(text, "Progress in core areas", "Progress in other strands"),
        "other": between(text, "Progress in other strands", "Progress by route"),
    }
    for key, part in areas.items():
        rows = {**numbers[key]}
        if key == "core":
            rows["All core areas"] = numbers["core_total"]
        for name, row in rows.items():
            line = (
                f"{name} {row['judged']} of {row['due']} {row['no_baseline']} {row['none']}"
                f" {row['some']} {row['expected']} {row['better']} {told(row['share'], row)}"
                f" {told_last(row)} {told_change(row)}"
            )
            assert line in part, line


def check_groups(text: str, numbers: dict[str, Any]) -> None:
    part = between(text, "Progress by route and by group", "Pupils in area resource bases")
    tables = {"Route": numbers["routes"], **numbers["groups"]}
    for title, rows in tables.items():
        table = part.split(f"{title} Pupils Judged of due No baseline At or above expected ", 1)[1]
        for name, row in rows.items():
            line = (
                f"{name} {row['pupils']} {row['judged']} of {row['due']} {row['no_baseline']}"
                f" {told(row['share'], row)}"
            )
            assert line in table, line


def check_places(text: str, numbers: dict[str, Any], school: str) -> None:
    part = between(text, "Pupils in area resource bases", "Termly targets Each is")
    names = [f"All registered at {school}", f"{school} without its ARBs"]
    names += [name for name in numbers["places"] if name not in ("registered", "outside")]
    for name, row in zip(names, numbers["places"].values(), strict=True):
        line = (
            f"{name} {row['pupils']} {row['judged']} of {row['due']} {row['no_baseline']}"
            f" {told(row['share'], row)} {told(row['targets'], {})} {row['targets_not_judged']}"
        )
        assert line in part, line


def check_targets(text: str, numbers: dict[str, Any]) -> None:
    part = between(text, "Termly targets Each is", "How the numbers are made")
    for name, row in {**numbers["targets"], "All areas": numbers["targets_total"]}.items():
        line = (
            f"{name} {row['set']} {row['not_judged']} {row['not_yet']} {row['partly']}"
            f" {row['met']} {row['exceeded']} {told(row['share'], row)}"
            f" {told_last(row)} {told_change(row)}"
        )
        assert line in part, line


def check_roll(text: str, numbers: dict[str, Any]) -> None:
    part = between(text, "Who is on roll", "Progress in core areas")
    for title, rows in numbers["roll"].items():
        table = part.split(f"{title} Pupils Of roll ", 1)[1]
        for name, row in rows.items():
            assert f"{name} {row['pupils']} {row['percent']} %" in table, name


def test_every_figure_of_the_pdf_stands_in_its_table(busy: World) -> None:
    report, numbers = made(busy), reckoned(busy)
    text = text_of(make_pdf(report, COVER, charts=pictures(report), on_page=lambda _page: None))
    check_areas(text, numbers)
    check_groups(text, numbers)
    check_places(text, numbers, str(busy.school))
    check_targets(text, numbers)
    check_roll(text, numbers)
    for line in report["glance"]:
        assert " ".join(f"{line['lead']} {line['rest']}".split()) in text

    # In the tables, no per cent stands without its n of N.
    part = between(text, "Progress in core areas", "How the numbers are made")
    part = re.sub(r"the dashed line is the whole school, \d+ %", "", part)
    assert re.findall(r"\d+ %(?! \d+ of \d+)(?! interval)[^.]{0,25}", part) == []


def test_pupils_of_a_closed_arb_stand_somewhere(busy: World) -> None:
    ARB.objects.filter(pk=busy.arb.pk).update(closed_on=busy.term.census_on)
    assert by_name(made(busy)["places"]).keys() >= {f"{busy.arb} at {busy.host}"}
    ARB.objects.filter(pk=busy.arb.pk).update(closed_on=busy.terms[0].starts_on)
    registered, *parts = made(busy)["places"]
    assert registered["pupils"] == sum(part["pupils"] for part in parts)


def test_a_term_with_nothing_judged_can_be_read(world: World) -> None:
    Judgement.objects.all().delete()
    TermlyTarget.objects.all().delete()
    report = made(world)
    assert figures(report) == reckoned(world)
    assert report["coverage"]["judged"] == 0
    assert len(report["glance"]) == 5
    pdf = make_pdf(report, COVER, charts=pictures(report), on_page=lambda _page: None)
    text = text_of(pdf)
    assert "not judged yet" in text
    assert "No termly targets were set for this term." in text
    assert "No progress can be shown in the core areas yet." in text


def test_a_school_without_pupils_and_a_first_term_can_be_read(world: World) -> None:
    world.school.placements.all().delete()
    for term in (0, 3):
        report = made(world, term)
        assert report["on_roll"] == 0
        assert (report["last_term"] is None) == (term == 0)
        pdf = make_pdf(report, COVER, charts=pictures(report), on_page=lambda _page: None)
        assert "0 pupils registered" in text_of(pdf)

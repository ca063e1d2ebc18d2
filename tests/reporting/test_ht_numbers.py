"""Every figure of the head teacher report equals a second reckoning from the raw rows.

In the snapshot, on the page, in the workbook and in the PDF; in tables, sentences and charts.
"""

import re
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessment.models import Baseline, Judgement
from parrcs.core.access import Role
from pupils.models import TermlyTarget
from reporting.reports.document import Document
from reporting.reports.ht import ht_report
from reporting.services.pdf import make_pdf
from reporting.services.pictures import pictures
from schools.models import ARB
from tests.reporting.conftest import add_life
from tests.reporting.reading import bare, of_document, of_pdf
from tests.reporting.reckoning_more import WholeReckoning as Reckoning
from tests.reporting.whole import check_whole
from tests.world import World

COVER = {"version": "Draft", "made": "made on 1 November 2026"}
SMALL = settings(
    max_examples=12,
    deadline=None,
    # Each try makes a trust: what fails is small enough as it is.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def made(world: World, term: int = 3) -> Document:
    """Return the report of the first school, as its head gets it."""
    return ht_report(world.access(Role.HEAD), school=world.school, term=world.terms[term])


def reckoned(world: World, term: int = 3) -> Reckoning:
    return Reckoning(world.school.pk, world.terms[term].pk)


def check_everywhere(world: World, report: Document, term: int) -> None:
    """Hold data, page and workbook of a report against the reckoning, and against each other."""
    check_whole(report, reckoned(world, term))


@pytest.mark.parametrize("term", [0, 1, 2, 3])
def test_every_figure_of_data_page_workbook_and_charts(busy: World, term: int) -> None:
    check_everywhere(busy, made(busy, term), term)


@given(pupils=st.integers(0, 9), seed=st.integers(0, 9_999), term=st.integers(0, 3))
@SMALL
def test_every_figure_of_any_small_trust(world: World, pupils: int, seed: int, term: int) -> None:
    with transaction.atomic():
        add_life(world, pupils=pupils, seed=seed)
        check_everywhere(world, made(world, term), term)
        transaction.set_rollback(True)


def test_the_rows_have_what_makes_it_hard(busy: World) -> None:
    """Movers, an ARB, gaps, new baselines, missing ones: else the comparison proves little."""
    reckoning = reckoned(busy)
    numbers = reckoning.numbers()
    assert len(reckoning.on_roll) > 25
    *_, arb = numbers["places", "places"].values()
    assert arb["pupils"]["n"] > 2
    coverage = numbers["standards", "coverage"]["All strands of all streams"]
    assert coverage["coverage"]["n"] < coverage["coverage"]["of"]
    assert coverage["no_baseline"]["n"] > 3
    others = numbers["other", "strands"]
    assert others.keys() > {"Engagement: Initiation"}
    assert any(row["last"]["of"] == 0 for row in others.values())
    assert numbers["targets", "areas"]["All areas"]["not_judged"]["n"] > 3
    assert len(reckoned(busy, 2).on_roll) != len(reckoning.on_roll)
    assert 0 < len(reckoning.few()) < 20
    replaced = Baseline.objects.filter(replaced_on__isnull=False)
    assert replaced.filter(replaced_on__lte=busy.term.census_on).exists()
    assert replaced.filter(replaced_on__gt=busy.term.census_on).exists()


# --- The PDF ------------------------------------------------------------------------------


def check_pdf(report: Document, file: Path) -> str:
    """Hold the tables of the PDF, cell by cell, against the data; return all its words."""
    file.write_bytes(make_pdf(report, COVER, charts=pictures(report), on_page=lambda _page: None))
    kept, printed = of_document(report), of_pdf(file)
    assert [table.section for table in printed.tables] == [
        bare(kept.titles[section]) for section, _ in kept.tables
    ]
    for (place, rows), table in zip(kept.tables.items(), printed.tables, strict=True):
        caption, *heads = map(bare, kept.corners[place])
        assert table.heads == heads, place
        # Small tables beside each other say at their corner what they are.
        assert table.caption == ("" if place[0] == "roll" else caption), place
        assert table.rows == [
            [bare(name), *map(bare, cells.values())] for name, cells in rows.items()
        ], place
    text = printed.text
    for line in kept.lines:
        assert bare(line.words) in text
        assert bare(f"{line.label}{line.words}See {line.part}") in text
    for code, said in kept.said.items():
        assert all(bare(each) in text for each in (*said, kept.nothing[code], kept.comments[code]))
    for word, meaning in kept.glossary.items():
        assert bare(f"{word}{meaning}") in text
    assert bare(report["about"]) in text
    return text


def test_every_figure_of_the_pdf_stands_in_its_table(busy: World, tmp_path: Path) -> None:
    report = made(busy)
    report["sections"][1]["comment"] = "All is <well>.\n\nOr so it seems."
    text = check_pdf(report, tmp_path / "report.pdf")
    # No per cent stands without its n of N, but for those that a sentence says are of all.
    rest = re.sub(r"(besidef?|isthewholeschool,|95)\d*%", "", text)
    assert "%" in rest


def test_pupils_of_a_closed_arb_stand_somewhere(busy: World) -> None:
    ARB.objects.filter(pk=busy.arb.pk).update(closed_on=busy.term.census_on)
    check_everywhere(busy, made(busy), 3)
    assert f"{busy.arb} at {busy.host}" in of_document(made(busy)).tables["places", "places"]
    ARB.objects.filter(pk=busy.arb.pk).update(closed_on=busy.terms[0].starts_on)
    check_everywhere(busy, made(busy), 3)
    places = reckoned(busy).numbers()["places", "places"]
    registered, *parts = (row["pupils"]["n"] for row in places.values())
    assert registered == sum(parts)


def test_a_term_with_nothing_judged_can_be_read(world: World, tmp_path: Path) -> None:
    Judgement.objects.all().delete()
    TermlyTarget.objects.all().delete()
    report = made(world)
    check_everywhere(world, report, 3)
    read = of_document(report)
    assert read.tables["standards", "coverage"]["All strands of all streams"]["coverage"][:5] == (
        "0 of "
    )
    assert len(read.lines) == 3
    text = check_pdf(report, tmp_path / "report.pdf")
    for words in (
        "not judged yet",
        "No termly targets were set for this term.",
        "No progress can be shown in the core areas yet.",
    ):
        assert bare(words) in text


@pytest.mark.parametrize("term", [0, 3])
def test_a_school_without_pupils_and_a_first_term_can_be_read(
    world: World, tmp_path: Path, term: int
) -> None:
    world.school.placements.all().delete()
    report = made(world, term)
    check_everywhere(world, report, term)
    assert (report["last_term"] is None) == (term == 0)
    assert of_document(report).tables["roll", "all"] == {"All pupils": {"pupils": "0"}}
    assert "Nobodywasonroll" in check_pdf(report, tmp_path / "report.pdf")

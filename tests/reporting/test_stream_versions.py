"""A stream is edited while it is in use: nothing that was reported or reckoned before moves."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
import yaml
from django.urls import reverse

from assessment.models import Baseline, Judgement, Point, Strand, Stream
from assessment.selectors.progress import progress_of
from assessment.services.streams.approval import Expected, set_expectations
from assessment.services.streams.files import StreamFileError
from assessment.services.streams.versions import load_stream
from parrcs.core.access import Role
from pupils.models import Placement
from pupils.selectors.cohorts import cohort
from reporting.reports.ht import ht_report
from schools.choices import Season
from schools.models import Term
from tests.factories.assessment import JudgementFactory
from tests.factories.schools import TermFactory, WindowFactory
from tests.plain_progress import plain_progress
from tests.reporting.reading import of_document


@pytest.fixture
def spring(busy) -> Term:
    """The term from which the new version is used; nothing is judged in it yet."""
    term: Term = TermFactory(year=busy.term.year, season=Season.SPRING)
    WindowFactory(term=term)
    return term


@pytest.fixture
def edited(tmp_path):
    """Version 2 of the developmental stream: coarser, one strand split, one new, one gone."""
    content = {
        "code": "developmental",
        "version": "2.0",
        "name": "Developmental",
        "description": "As before, with half as many points.",
        "for_whom": "All pupils.",
        "better": 2,
        "scale": [{"code": f"S{n}", "label": f"Stage {n}", "value": n * 10} for n in range(1, 11)],
        "strands": [
            {"code": "communication", "name": "Communication", "core_area": "communication"},
            {"code": "decoding", "name": "Decoding", "core_area": "reading"},
            {"code": "understanding", "name": "Understanding", "core_area": "reading"},
            {"code": "number", "name": "Number"},
        ],
        "expected": {"pre-formal": 2, "semi-formal": 5, "formal": 10},
        "replaces": {
            "version": "1.0",
            "strands": {"decoding": "reading", "understanding": "reading", "number": None},
            "points": {str(n): f"S{(n + 1) // 2}" for n in range(1, 21)},
        },
    }
    file = tmp_path / "developmental.yaml"

    def write(**changes):
        file.write_text(yaml.safe_dump(content | changes))
        return file

    return write


def everything(world, terms):
    """All that was ever reckoned or reported for some terms, and the rows behind it."""
    access = world.access(Role.TRUST_LEAD)
    return {
        "reports": [
            ht_report(access, school=school, term=term)
            for school in (world.school, world.other_school)
            for term in terms
        ],
        "progress": [sorted(progress_of(cohort(access, term=term))) for term in terms],
        "judgements": list(Judgement.objects.filter(term__in=terms).order_by("id").values_list()),
        "baselines": list(
            Baseline.objects.filter(carried_from__isnull=True).order_by("id").values_list()
        ),
    }


def test_a_stream_edited_in_use_moves_no_old_number(busy, spring, edited):
    before = everything(busy, busy.terms)
    assert sum(len(each) for each in before["progress"]) > 300

    new = load_stream(file=edited(), approved_from=spring.starts_on)
    assert everything(busy, busy.terms) == before

    # Judged in the new version, with an independent reckoning of the gains.
    stages = {each.code: each for each in Point.objects.filter(stream=new)}
    pupils = [*busy.pupils, *busy.other_pupils]
    decoding = Strand.objects.get(stream=new, code="decoding")
    for pupil in pupils:
        JudgementFactory(pupil=pupil, strand=decoding, term=spring, point=stages["S8"])
    progress = {
        each.pupil_id: each
        for each in progress_of(cohort(busy.access(Role.TRUST_LEAD), term=spring))
    }
    old = Strand.objects.get(stream=busy.developmental, code="reading")
    told: Counter[str] = Counter()
    for pupil in pupils:
        starts = [
            row
            for row in Baseline.objects.filter(pupil=pupil, strand=old).select_related("point")
            if row.judged_on <= spring.census_on < (row.replaced_on or dt.date.max)
        ]
        if not starts:
            assert progress[pupil.pk].gain is None
            told["no baseline"] += 1
            continue
        (start,) = starts
        stage = (int(start.point.code) + 1) // 2
        terms = sum(start.judged_on <= term.census_on for term in [*busy.terms, spring])
        route = Placement.objects.get(pupil=pupil).route
        rate = {"pre-formal": 2, "semi-formal": 5, "formal": 10}[route.code]
        assert progress[pupil.pk].gain == 80 - 10 * stage
        assert progress[pupil.pk].expected == rate * terms
        told["gain"] += 1
    assert told["gain"] >= 3
    agreed = {(p.pupil, p.strand): p.gain for p in plain_progress(spring) if p.judged}
    assert agreed == {(pupil, each.strand_id): each.gain for pupil, each in progress.items()}

    # And still, with judgements in both, the old terms are what they were; the new one reports.
    assert everything(busy, busy.terms) == before
    report = ht_report(busy.access(Role.TRUST_LEAD), school=busy.school, term=spring)
    assert (report["term"], report["last_term"]) == (str(spring), str(busy.term))
    coverage = of_document(report).tables["standards", "core"]["All core areas"]["coverage"]
    assert int(coverage.split(" ")[0]) > 0


def test_both_versions_show_on_the_pupils_page(busy, spring, edited, sign_in):
    pupil = busy.pupils[1]
    new = load_stream(file=edited(), approved_from=spring.starts_on)
    stage = Point.objects.get(stream=new, code="S8")
    decoding = Strand.objects.get(stream=new, code="decoding")
    JudgementFactory(pupil=pupil, strand=decoding, term=spring, point=stage)
    page = sign_in(Role.TRUST_LEAD).get(reverse("pupil", args=[pupil.pk]))
    shown = {
        (each.stream.pk, line.strand.code)
        for each in page.context["positions"].streams
        for line in each.lines
    }
    assert {(busy.developmental.pk, "reading"), (new.pk, "decoding")} <= shown
    content = page.content.decode()
    assert "version 1.0" in content
    assert "version 2.0" in content


def test_the_grid_goes_on_from_the_last_point_of_the_version_before(busy, spring, edited, sign_in):
    load_stream(file=edited(), approved_from=spring.starts_on)
    page = sign_in(Role.TRUST_LEAD).get(reverse("grid", args=[busy.class_group.pk, spring.pk]))
    by_pupil = {row.placement.pupil_id: row for row in page.context["grid"].rows}
    last = {
        (row.pupil_id, row.strand.code): int(row.point.code)
        for row in Judgement.objects.filter(
            term=busy.term, strand__stream=busy.developmental
        ).select_related("strand", "point")
    }
    new = {each.code: each for each in Strand.objects.filter(stream__version="2.0")}
    compared = 0
    for pupil, row in by_pupil.items():
        for code in ("decoding", "understanding"):
            cell = row.strands.get(new[code].pk) if code in new else None
            if cell is None or (pupil, "reading") not in last:
                continue
            assert cell.last_code == f"S{(last[pupil, 'reading'] + 1) // 2}"
            assert cell.last_term == str(busy.term)
            compared += 1
        assert row.strands[new["number"].pk].baseline == ""
    assert compared > 10


def test_a_term_that_is_being_judged_keeps_its_version(busy, edited):
    streams = list(Stream.objects.order_by("id").values())
    with pytest.raises(StreamFileError, match=r"Autumn 2026 has been judged in Developmental 1\.0"):
        load_stream(file=edited(), approved_from=busy.term.starts_on)
    rows = list(Stream.objects.filter(approved_from__isnull=False).order_by("id").values())
    assert rows == streams


def test_a_version_that_does_not_say_how_it_goes_on_is_refused(busy, spring, edited):
    with pytest.raises(StreamFileError, match='Give its file a part "replaces"'):
        load_stream(file=edited(replaces=None), approved_from=spring.starts_on)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"version": "0.9"}, "replaces.version: the trust has no developmental 0.9"),
        ({"version": "1.0", "points": {}}, "replaces.points.1: say which point"),
        (
            {"version": "1.0", "points": {str(n): f"S{11 - (n + 1) // 2}" for n in range(1, 21)}},
            "who stood higher must not come to stand lower",
        ),
        (
            {"version": "1.0", "strands": {"decoding": "spelling"}},
            "replaces.strands.decoding: Developmental 1.0 has no strand 'spelling'",
        ),
        (
            {"version": "1.0", "strands": {"spelling": "reading"}},
            "replaces.strands.spelling: this file has no such strand",
        ),
        ({"version": "1.0", "points": {"99": "S1"}}, "replaces.points.99: Developmental 1.0 has"),
        ({"version": "2.0"}, "replaces.version: a version cannot replace itself"),
    ],
)
def test_a_mapping_that_cannot_be_is_said_with_its_place(busy, spring, edited, told, said):
    with pytest.raises(StreamFileError) as caught:
        load_stream(file=edited(replaces=told), approved_from=spring.starts_on)
    assert said in str(caught.value)
    assert not Stream.objects.filter(version="2.0", code="developmental").exists()


def test_a_figure_changed_from_a_term_on_moves_no_term_before(busy, spring):

    before = everything(busy, busy.terms)
    lead = busy.access(Role.TRUST_LEAD)
    set_expectations(
        by=lead,
        stream=busy.developmental,
        term=spring,
        expected={
            busy.routes["pre-formal"].pk: Expected(Decimal(3), Decimal(2)),
            busy.routes["formal"].pk: Expected(Decimal(2), Decimal("1.5")),
        },
    )
    assert everything(busy, busy.terms) == before
    reading = Strand.objects.get(stream=busy.developmental, code="reading")
    point = Point.objects.get(stream=busy.developmental, code="9")
    for pupil in busy.pupils:
        JudgementFactory(pupil=pupil, strand=reading, term=spring, point=point)
    expected = {each.pupil_id: each.expected for each in progress_of(cohort(lead, term=spring))}
    plain = {p.pupil: p.expected for p in plain_progress(spring) if p.judged}
    assert expected == plain
    # The semi-formal route was left out: nothing is due there from then on.
    assert busy.pupils[1].pk not in expected

"""The early-years tracker, and the tracker of one pupil."""

import datetime as dt
import random
from collections import Counter
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from assessment.models import Baseline, Judgement, Point, Strand
from assessment.services.streams.files import FIXTURES
from assessment.services.streams.versions import load_stream
from parrcs.core.access import Role
from pupils.models import Placement
from reporting.services.pdf import print_page
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.pupils import PlacementFactory, PupilFactory, RouteFactory
from tests.factories.schools import ClassGroupFactory
from tests.pdf_ua import require_pdf_ua
from tests.plain_progress import plain_progress
from tests.reporting.tables import bare, rows_of_page, sheets_of

PRIME = (
    "Communication and language",
    "Personal, social and emotional development",
    "Physical development",
)


def add_child(world, group):
    pupil = PupilFactory()
    PlacementFactory(pupil=pupil, school=group.school, class_group=group, route=world.early)
    return pupil


def judge(world, pupils, chance):
    """Give each child a baseline in every goal, and judgements in most of two terms."""
    for pupil in pupils:
        for goal in world.goals:
            BaselineFactory(pupil=pupil, strand=goal, point=world.emerging)
            for term in world.terms[2:]:
                if chance.random() < 0.85:
                    point = world.reached if chance.random() < 0.6 else world.emerging
                    JudgementFactory(pupil=pupil, strand=goal, term=term, point=point)


@pytest.fixture
def early(world):
    """Two classes of one school with children on the early years route, judged by dice."""
    world.early = RouteFactory(code="early-years", name="Early years", position=9)
    stream = load_stream(
        file=FIXTURES / "streams" / "early-years.yaml", approved_from=dt.date(2024, 9, 1)
    )
    world.emerging, world.reached = Point.objects.filter(stream=stream).order_by("value")
    world.goals = list(Strand.objects.filter(stream=stream).order_by("position"))
    world.nest = ClassGroupFactory(school=world.school, year=world.term.year, name="Nest")
    burrow = ClassGroupFactory(school=world.school, year=world.term.year, name="Burrow")
    world.children = [add_child(world, world.nest) for _ in range(4)]
    world.burrow = [add_child(world, burrow)]
    judge(world, world.children + world.burrow, random.Random(3))  # noqa: S311 - no secret
    # One child has everything but a goal that a good level does not ask for; one has all.
    for child, missing in zip(world.children, ("natural-world", "none"), strict=False):
        Judgement.objects.filter(pupil=child, term=world.term).delete()
        for goal in world.goals:
            point = world.emerging if goal.code == missing else world.reached
            JudgementFactory(pupil=child, strand=goal, term=world.term, point=point)
    # And of one nothing is judged this term.
    Judgement.objects.filter(pupil=world.children[2], term=world.term).delete()
    return world


def plain(world, pupil, goals):
    """At expected and judged this term, from the raw rows."""
    rows = Judgement.objects.filter(
        pupil=pupil, term=world.term, strand__in=[goal.pk for goal in goals]
    ).values_list("point__value", flat=True)
    counted = Counter(int(value) for value in rows)
    return counted[2], counted.total()


def test_children_by_goals_on_screen_on_paper_and_in_the_workbook(early, sign_in, tmp_path):
    client = sign_in(Role.HEAD)
    query = f"?place=class-{early.nest.pk}"
    page = client.get(reverse("early_years") + query)
    rows = rows_of_page(page)
    book = sheets_of(client.get(reverse("early_years_file", args=["xlsx"]) + query).content)
    assert list(book) == ["Summary", "Baseline", "Autumn 2026"]
    about, lines, _ = book["Summary"]
    assert about["Class or school"] == f"Nest, {early.school.name}"
    prime = [goal for goal in early.goals if goal.area in PRIME]
    needed = [*prime, *(g for g in early.goals if g.area in {"Literacy", "Mathematics"})]
    assert (len(early.goals), len(prime), len(needed)) == (17, 7, 12)
    summary = {line["Pupil"]: line for line in lines}
    for child in early.children:
        (row,) = (r for r in rows[: len(early.children) + 1] if r[0] == str(child))
        line = summary[str(child)]
        for what, goals in (
            ("All goals", early.goals),
            ("Prime areas", prime),
            ("Good level", needed),
        ):
            at, judged = plain(early, child, goals)
            told = at if judged else "none judged"
            assert (line[f"{what}: at expected"], line[f"{what}: judged"]) == (told, judged)
            assert line[f"{what}: goals"] == len(goals)
        at, judged = plain(early, child, early.goals)
        assert row[2].startswith(f"{at} of {judged}" if judged else "none judged")
        assert line["Autumn 2026: at expected"] == (at if judged else "none judged")
    yes, also, nothing, _ = (summary[str(c)]["Good level of development"] for c in early.children)
    assert (yes, also, nothing) == ("yes", "yes", "not all judged")
    # Each goal's line of counts, at the baseline and this term.
    for n, goal in enumerate(prime, start=1):
        values = [
            int(value)
            for value in Judgement.objects.filter(
                strand=goal, term=early.term, pupil__in=early.children
            ).values_list("point__value", flat=True)
        ]
        counts = next(r for r in rows if r[0].startswith("Autumn 2026 at expected"))
        assert counts[n].startswith(f"{values.count(2)} of {len(values)}")
        sheet = book["Autumn 2026"][2]
        column = f"{goal.area}: {goal.name}"
        assert sheet["At expected"][column] == values.count(2)
        assert sheet["Judged"][column] == len(values)
        assert sheet["Pupils"][column] == len(early.children)
        assert book["Baseline"][2]["At expected"][column] == 0
    # A term earlier, in another place.
    pdf = client.get(reverse("early_years_pdf") + query).content
    text = bare("".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages))
    for row in rows:
        assert bare("".join(row)) in text
    tracked = client.get(reverse("pupil_tracker_pdf", args=[early.children[0].pk])).content
    for name, content in (("early", pdf), ("child", tracked)):
        (tmp_path / f"{name}.pdf").write_bytes(content)
    require_pdf_ua(sorted(tmp_path.glob("*.pdf")))


def test_places_terms_and_what_does_not_exist(early, sign_in):
    client = sign_in(Role.HEAD)
    school = client.get(reverse("early_years"), {"place": f"school-{early.school.pk}"})
    text = school.content.decode()
    assert "<b>5</b> pupils on the early years route" in text
    assert f"Nest, {early.school.name}" in text
    # Of a term in which nothing is judged nobody is at 0: nobody is judged.
    Judgement.objects.filter(pupil__in=early.burrow, term=early.term).delete()
    (burrow,) = Placement.objects.filter(pupil=early.burrow[0]).values_list(
        "class_group", flat=True
    )
    book = sheets_of(
        client.get(reverse("early_years_file", args=["xlsx"]), {"place": f"class-{burrow}"}).content
    )
    counted = book["Autumn 2026"][2]
    goal = f"{early.goals[0].area}: {early.goals[0].name}"
    assert [counted[line][goal] for line in ("At expected", "Judged", "Pupils")] == [
        "none judged", 0, 1,
    ]  # fmt: skip
    before = client.get(reverse("early_years"), {"term": early.terms[2].pk})
    assert b"Early years, Summer 2026" in before.content
    odd = client.get(reverse("early_years"), {"term": "no", "place": "class-999999"})
    assert b"There is no such term here." in odd.content
    assert b"no early years pupils in that place" in odd.content
    # Another school's people find none of these children.
    for role in (Role.HOST_LINK, Role.TEACHER):
        other = sign_in(role).get(reverse("early_years"), {"place": f"school-{early.school.pk}"})
        assert b"No pupils on the early years route" in other.content
        assert early.children[0].last_name.encode() not in other.content
    assert sign_in(Role.GOVERNOR).get(reverse("early_years")).status_code == 403
    for address in (reverse("early_years_pdf"), reverse("early_years_file", args=["xlsx"])):
        assert sign_in(Role.TEACHER).get(address).status_code == 200


def test_the_queries_do_not_depend_on_the_number_of_children(early, sign_in):
    client = sign_in(Role.HEAD)

    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("early_years")).status_code == 200
        return len(caught)

    few = queries()
    more = [add_child(early, early.nest) for _ in range(26)]
    Baseline.objects.bulk_create(
        Baseline(pupil=pupil, strand=goal, point=early.emerging, judged_on=dt.date(2025, 9, 15))
        for pupil in more
        for goal in early.goals
    )
    assert queries() == few <= 25


def test_the_navigation_has_the_early_years_apart(early, sign_in):
    page = sign_in(Role.INCLUSION_LEAD).get(reverse("pupils")).content.decode()
    assert f'<a href="{reverse("early_years")}">Early years</a>' in page


def test_a_pupils_tracker_says_of_every_term_what_the_raw_rows_say(busy, sign_in):
    """Movers, new baselines and two versions of a stream: each term by its own rules."""
    client = sign_in(Role.TRUST_LEAD)
    by_term = {str(term): plain_progress(term) for term in busy.terms}
    words = {
        1: "no progress",
        2: "some progress",
        3: "expected progress",
        4: "better than expected",
    }
    names = {strand.pk: (strand.stream.version, strand.name) for strand in Strand.objects.all()}
    counted = 0
    pupils = [p.pupil_id for p in Placement.objects.order_by("pk") if p.ends_on][:4]
    for pupil in [busy.pupils[0].pk, *pupils]:
        book = client.get(reverse("pupil_tracker_file", args=[pupil, "xlsx"])).content
        lines = {
            (str(line["Version"]), line["Strand"], line["Term"]): line
            for line in sheets_of(book)["Judgements"][1]
        }
        for term, progress in by_term.items():
            for due in progress:
                if due.pupil != pupil or not due.judged:
                    continue
                line = lines[(*names[due.strand], term)]
                counted += 1
                if due.gain is None:
                    assert line["gain since baseline"] is None
                else:
                    assert line["gain since baseline"] == due.gain
                    assert line["expected since baseline"] == due.expected
                    assert line["progress"] == words[due.reached]
    assert counted > 30


def test_a_pupil_without_baselines_is_told_that_no_gain_can_be_said(world, sign_in):
    pupil, strands = world.pupils[1], Strand.objects.filter(stream=world.developmental)
    point = Point.objects.filter(stream=world.developmental)[5]
    for strand in strands:
        JudgementFactory(pupil=pupil, strand=strand, term=world.term, point=point)
    address = reverse("pupil_tracker", args=[pupil.pk])
    teacher = sign_in(Role.TEACHER)
    page = teacher.get(address).content.decode()
    assert "<b>3 of 3</b> without a baseline: no gain can be said there." in page
    assert f'href="{reverse("pupil_baseline", args=[pupil.pk])}">Set baselines</a>' in page
    # One that was replaced holds no more.
    first, second = strands[:2]
    BaselineFactory(pupil=pupil, strand=first, point=point)
    BaselineFactory(pupil=pupil, strand=second, point=point, replaced_on=dt.date(2025, 9, 20))
    assert "<b>2 of 3</b> without a baseline" in teacher.get(address).content.decode()
    # Who may not set them is not sent there.
    inclusion = sign_in(Role.INCLUSION_LEAD).get(address).content.decode()
    assert "<b>2 of 3</b> without a baseline" in inclusion
    assert "Set baselines" not in inclusion


@pytest.mark.parametrize("rows", range(18, 24))
def test_no_row_or_two_stand_alone_on_the_last_sheet(rows):
    body = "".join(f"<tr><th>row {n}</th><td>1<small>2</small></td></tr>" for n in range(rows))
    table = f"<table><thead><tr><th>Pupil</th><th>A</th></tr></thead><tbody>{body}</tbody></table>"
    page = f'<html lang="en-GB"><title>t</title><body><h1>t</h1>{table}</body></html>'
    last = PdfReader(BytesIO(print_page(page, dress="print-trackers"))).pages[-1].extract_text()
    assert last.count("row ") >= 3


def test_who_left_is_shown_as_they_were(world, sign_in):
    """Their last term here is the last that is shown; what came after is another school's."""
    pupil, strand = world.pupils[1], Strand.objects.get(code="reading")
    points = {int(p.value): p for p in Point.objects.filter(stream=world.developmental)}
    Placement.objects.filter(pupil=pupil).update(ends_on=dt.date(2026, 5, 25))
    PlacementFactory(
        pupil=pupil, school=world.other_school, class_group=world.other_class,
        route=world.routes["formal"], starts_on=dt.date(2026, 9, 1),
    )  # fmt: skip
    BaselineFactory(pupil=pupil, strand=strand, point=points[5])
    for term, value in zip(world.terms, (6, 7, 8, 17), strict=True):
        JudgementFactory(pupil=pupil, strand=strand, term=term, point=points[value])
    address = reverse("pupil_tracker", args=[pupil.pk])
    here = rows_of_page(sign_in(Role.HEAD).get(address))
    (row,) = (row for row in here if row[0].startswith("Reading"))
    assert here[0][2:-1] == ["Autumn 2025", "Spring 2026", "Summer 2026"]
    assert [cell.split()[0] for cell in row[2:5]] == ["6", "7", "8"]
    everything = rows_of_page(sign_in(Role.TRUST_LEAD).get(address))
    assert "Autumn 2026" in everything[0]
    assert sign_in(Role.TEACHER).get(address).status_code == 404

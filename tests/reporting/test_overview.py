"""The overview of a pupil on one page of paper: readable, whole, and for nobody else."""

import datetime as dt
from io import BytesIO
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from assessment.models import Judgement, Note, TestScore
from parrcs.core.access import Role
from pupils.models import Provision
from reporting.reports.overview import LEVELS
from tests.factories.pupils import OutcomeFactory, PlanFactory, TermlyTargetFactory
from tests.pdf_ua import require_pdf_ua
from tests.pupils.pages import judged_for_four_terms, replace_developmental

LONG = "Asks for help in a way that unfamiliar adults understand, also on visits. "


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    real = timezone.localdate
    monkeypatch.setattr(
        timezone, "localdate", lambda *given: real(*given) if given else dt.date(2026, 11, 21)
    )


def pdf_of(client, pupil):
    response = client.get(reverse("pupil_overview", args=[pupil.pk]))
    assert response.status_code == 200
    return response


def text_of(content):
    pages = PdfReader(BytesIO(content)).pages
    return len(pages), " ".join(" ".join(page.extract_text() for page in pages).split())


def overfull(world, pupil):
    """Give a pupil far more than a page holds, each as long as it may be."""
    teacher = world.people[Role.TEACHER]
    for place, plan in enumerate([PlanFactory(pupil=pupil) for _ in range(2)], start=1):
        for n in range(5):
            outcome = OutcomeFactory(plan=plan, text=f"{n} {LONG * 6}"[:400])
            TermlyTargetFactory(
                outcome=outcome,
                term=world.term,
                position=place * 10 + n,
                walt=(LONG * 6)[:300],
                wilf=(LONG * 6)[:300],
            )
    for n in range(8):
        day = dt.date(2026, 9, 1) + dt.timedelta(days=n)
        Provision.objects.create(pupil=pupil, kind="dance", aim=(LONG * 6)[:300], starts_on=day)
        TestScore.objects.create(
            pupil=pupil, test=(LONG * 2)[:80], taken_on=day, score=n, out_of=40, entered_by=teacher
        )
        Note.objects.create(pupil=pupil, seen_on=day, text=LONG * 10, written_by=teacher)


def test_it_is_one_page_that_a_screen_reader_reads_full_empty_and_overfull(
    world, sign_in, tmp_path
):
    teacher = sign_in(Role.TEACHER)
    full, empty = judged_for_four_terms(world), world.pupils[0]
    # The first was retired, so the one that counts is the second, as everywhere else.
    TermlyTargetFactory(
        outcome=OutcomeFactory(plan=PlanFactory(pupil=full)), term=world.term, position=2
    )
    pages, text = text_of(pdf_of(teacher, full).content)
    assert pages == 1
    for said in (
        f"{full} Year 6 · Curlew · Harbour Beacon School · Semi-formal route",
        "Autumn 2026: 2 of 3 strands judged, 2 of 2 as expected or better since the baseline.",
        "Target 2. WALT: ask for help with a picture card WILF: hands over the card",
        "WALT: we are learning to. WILF: what I'm looking for.",
        "Reading 5 (Sep 2025) 6 6 11 9 +4 of +4 ● expected",
        "the point judged in each of the last 4 terms",
        "Due and never judged: Communication",
        "No sessions are known yet.",
    ):
        assert said in text
    assert "on screen" not in text
    (tmp_path / "full.pdf").write_bytes(pdf_of(teacher, full).content)
    bare = pdf_of(teacher, empty).content
    (tmp_path / "empty.pdf").write_bytes(bare)
    assert "No plan in force." in text_of(bare)[1]
    overfull(world, full)
    cut = pdf_of(teacher, full).content
    (tmp_path / "overfull.pdf").write_bytes(cut)
    pages, text = text_of(cut)
    assert pages == 1
    assert "more on screen" in text
    assert "Reading 5 (Sep 2025) 6 6 11 9 +4 of +4" in text
    files = list(tmp_path.glob("*.pdf"))
    assert len(files) == 3
    require_pdf_ua(files)


def test_a_gain_of_an_earlier_term_says_of_which(world, sign_in):
    pupil, teacher = judged_for_four_terms(world), sign_in(Role.TEACHER)
    assert "in Summer 2026" not in text_of(pdf_of(teacher, pupil).content)[1]
    Judgement.objects.filter(pupil=pupil, strand__code="writing", term=world.term).delete()
    _, text = text_of(pdf_of(teacher, pupil).content)
    assert "Writing 4 (Feb 2026) 4 not judged 4 not judged 0" in text
    assert "in Summer 2026" in text
    page = teacher.get(reverse("pupil", args=[pupil.pk])).content.decode()
    assert "<small>in Summer 2026</small>" in page


def test_it_says_where_a_scale_changed(world, sign_in):
    pupil = judged_for_four_terms(world)
    replace_developmental(world)
    _, text = text_of(pdf_of(sign_in(Role.TEACHER), pupil).content)
    assert "Developmental changed its scale on 1 September 2026" in text
    assert "points of version 1.0 are on screen" in text


def test_only_who_sees_the_pupil_gets_it_and_nobody_keeps_it(world, sign_in):
    pupil = world.pupils[0]
    for role in (Role.TEACHER, Role.INCLUSION_LEAD):
        response = pdf_of(sign_in(role), pupil)
        assert response["Content-Type"] == "application/pdf"
        assert response["Cache-Control"] == "no-store, private"
        assert "overview-2026-11-21.pdf" in response["Content-Disposition"]
        assert PdfReader(BytesIO(response.content)).metadata.title.startswith(str(pupil))
    other = reverse("pupil_overview", args=[world.other_pupils[0].pk])
    assert sign_in(Role.TEACHER).get(other).status_code == 404
    assert sign_in(Role.GOVERNOR).get(other).status_code == 403


def test_each_level_leaves_no_more_room_than_the_one_before():
    for fuller, briefer in pairwise(LEVELS):
        assert all(a >= b for a, b in zip(fuller[1:], briefer[1:], strict=True))

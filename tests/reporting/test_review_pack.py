"""The pack of an annual review on paper: whole, in the order of its form, and by initials."""

import datetime as dt
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from assessment.models import Achievement
from parrcs.core.access import Role
from parrcs.core.written import written
from pupils.models import (
    AnnualReview,
    AttendanceTotal,
    Placement,
    Provision,
    ProvisionReview,
    Pupil,
    PupilNeeds,
    ReviewAdvice,
    SupportPlan,
)
from reporting.reports.review_pack import BLOCKS, nobody_named
from tests.factories.pupils import (
    OutcomeFactory,
    PlacementFactory,
    PlanFactory,
    TermlyTargetFactory,
)
from tests.pdf_ua import require_pdf_ua
from tests.pupils.pages import judged_for_four_terms

DAY = dt.date(2026, 10, 5)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    real = timezone.localdate
    monkeypatch.setattr(
        timezone, "localdate", lambda *given: real(*given) if given else dt.date(2026, 11, 21)
    )


def review_of(pupil, form="default", **more):
    plan = pupil.plans.first() or PlanFactory(pupil=pupil)
    return AnnualReview.objects.create(
        plan=plan,
        pupil=pupil,
        meets_on=dt.date(2026, 12, 8),
        school_year=2026,
        form=form,
        **more,
    )


def full(world, pupil, form="default"):
    """Give a pupil all that a pack can show."""
    teacher = world.people[Role.TEACHER]
    outcome = OutcomeFactory(plan=PlanFactory(pupil=pupil))
    OutcomeFactory(plan=outcome.plan, area="semh", text="Asks for a break before it is too much.")
    TermlyTargetFactory(outcome=outcome, term=world.terms[2], judged=3, comment="Every day.")
    TermlyTargetFactory(outcome=outcome, term=world.terms[1], judged=2)
    TermlyTargetFactory(outcome=outcome, term=world.term)
    provision = Provision.objects.create(
        pupil=pupil, kind="swimming", aim="Floats alone", how_often="Tuesdays", starts_on=DAY
    )
    ProvisionReview.objects.create(
        provision=provision, term=world.term, progress=3, comment="Calmer.", reviewed_by=teacher
    )
    AttendanceTotal.objects.create(
        pupil=pupil, starts_on=DAY, ends_on=DAY, possible=40, attended=35, authorised=5, late=2
    )
    Achievement.objects.create(
        pupil=pupil, achieved_on=DAY, what="Swam a width", wider="swimming", written_by=teacher
    )
    SupportPlan.objects.create(
        pupil=pupil,
        kind="wellbeing",
        starts_on=DAY,
        purpose="Calm mornings",
        strategies="A quiet start",
        led_by="Ola Reed",
        review_on=dt.date(2027, 1, 20),
    )
    PupilNeeds.objects.create(
        pupil=pupil, medical="Asthma", emergency="Call 999", confirmed_with="M", confirmed_on=DAY
    )
    review = review_of(
        pupil,
        form,
        pupil_views="I like the swing.",
        pupil_symbols="happy friends",
        family_views="Sleeps well now.",
        recommendations="Amend outcome two.",
        transfer="phase",
        transfer_year=2027,
    )
    ReviewAdvice.objects.create(
        review=review, source="Speech therapist", received_on=DAY, words="More signs."
    )
    return review


def pdf_of(client, review):
    response = client.get(reverse("review_pack", args=[review.pupil_id, review.pk]))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return response


def text_of(content):
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def in_order(text, *words):
    places = [text.index(each) for each in words]
    return places == sorted(places)


def test_it_is_whole_in_the_order_of_its_form_and_a_screen_reader_reads_it(
    world, sign_in, tmp_path
):
    lead = sign_in(Role.INCLUSION_LEAD)
    review = full(world, judged_for_four_terms(world))
    response = pdf_of(lead, review)
    assert response["Cache-Control"] == "no-store, private"
    assert "last" not in response["Content-Disposition"].lower()
    (tmp_path / "full.pdf").write_bytes(response.content)
    text = text_of(response.content)
    for said in (
        f"{review.pupil} Meeting on 8 December 2026",
        "move in September 2027",
        "1 of 2 targets judged were met; 1 not judged yet.",
        "Summer 2026 WALT: ask for help with a picture card",
        "● Met",
        "Comment: Every day.",
        "Asks for a break before it is too much.",
        "No target has been written towards it yet.",
        "Reading 5 6 6 11 9 +4 of +4 ● expected",
        "Swimming Floats alone Tuesdays 5 October 2026",
        "Autumn 2026: ● expected. Calmer.",
        "Swam a width Swimming, 5 October 2026",
        "35 of 40 87.5 2 ◆ persistent",
        # The figure of attendance_england_2025_26.csv for special schools.
        "special schools in England (2025/26): 86.8 % attended",
        "I like the swing.",
        "With friends",
        "Sleeps well now.",
        "Amend outcome two.",
        "Speech therapist received on 5 October 2026 More signs.",
        "Wellbeing plan from 5 October 2026, led by Ola Reed",
        "Call 999",
    ):
        assert said in text.replace("\xa0", " "), said
    assert in_order(text, "What I say", "Outcomes and targets", "Attendance Sessions", "Advice rec")
    AnnualReview.objects.update(form="short")
    short = pdf_of(lead, review).content
    (tmp_path / "short.pdf").write_bytes(short)
    text = text_of(short)
    sections = [f"Section {letter}: " for letter in "ABCDEFGHI"]
    assert in_order(text, *sections)
    assert in_order(text, "Sleeps well now.", "I like the swing.", "Speech therapist", "WALT")
    assert "Asthma" not in text
    empty = pdf_of(lead, review_of(world.pupils[0])).content
    (tmp_path / "empty.pdf").write_bytes(empty)
    assert text_of(empty).count("Not written yet.") == 4
    files = list(tmp_path.glob("*.pdf"))
    assert len(files) == 3
    require_pdf_ua(files)


def test_whoever_is_protected_stands_in_it_by_initials(world, sign_in):
    canary, friend = world.pupils[:2]
    Pupil.objects.filter(pk=canary.pk).update(
        first_name="Zaphira Will", last_name="O'Quill", protected=True
    )
    canary.refresh_from_db()
    own = review_of(canary, family_views="Zaphira's mother says: she will come. O'Quill.")
    other = review_of(friend, pupil_views="I play with Zaphira.")
    head = sign_in(Role.HEAD)
    for review, said in (
        (own, "Z.'s mother says: she will come. O."),
        (other, "I play with Z."),
    ):
        response = pdf_of(head, review)
        text = text_of(response.content).replace("\u2019", "'")
        assert said in text
        assert "Zaphira" not in text + str(PdfReader(BytesIO(response.content)).metadata)
        assert "Quill" not in text
    assert "Z. W. O." in text_of(pdf_of(head, own).content)
    assert canary.upn in text_of(pdf_of(head, own).content)
    assert str(friend) in text_of(pdf_of(head, other).content)
    page = head.get(reverse("review", args=[canary.pk, own.pk])).content.decode()
    assert "The pack carries initials and the UPN, no name." in page


def test_names_are_sought_in_what_people_wrote_and_in_nothing_else():
    """Dates, headings and tags hold words that are names too."""
    may, shay = (
        Pupil(first_name="May", last_name="Table"),
        Pupil(first_name="Shay", last_name="O'N"),
    )

    def said(text):
        page = f'<table class="Table">Meeting on 15 May 2027 {written(text)}</table>'
        return nobody_named(page, [may, shay])

    around = '<table class="Table">Meeting on 15 May 2027 {}</table>'
    assert said("May and SHAY O\u2019N, seen 3 May.") == around.format("M. and S. O., seen 3 May.")
    assert said("O\u02bcN\u2019s mother") == around.format("O.\u2019s mother")
    assert said("Shay\u02bcs \u00e9t\u00e9, Sh\u00e0y & O\u00b4N") == around.format(
        "S.\u02bcs \u00e9t\u00e9, S. &amp; O."
    )
    assert said("<b>Shay</b> O'N\ue001 May") == around.format("&lt;b&gt;S.&lt;/b&gt; O. M.")
    assert nobody_named(f"May {written('May')}", []) == "May May"


def test_who_was_protected_in_a_former_school_is_not_named_either(world, sign_in):
    mover, left_behind = world.pupils[0], world.pupils[1]
    Pupil.objects.filter(pk=left_behind.pk).update(
        first_name="Zaphira", last_name="Quill", protected=True
    )
    Placement.objects.filter(pupil=mover).update(ends_on=dt.date(2026, 10, 31))
    PlacementFactory(
        pupil=mover,
        school=world.other_school,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 11, 1),
    )
    review = review_of(mover, pupil_views="I played with Zaphira.")
    assert "I played with Z." in text_of(pdf_of(sign_in(Role.TRUST_LEAD), review).content)


def test_each_block_has_a_template_and_ten_targets_cost_what_two_do(world, sign_in):
    root = Path(__file__).resolve().parents[2] / "templates"
    assert all((root / each).exists() for each in BLOCKS.values())
    review = full(world, judged_for_four_terms(world))
    head = sign_in(Role.HEAD)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            pdf_of(head, review)
        return len(queries)

    pdf_of(head, review)
    before = cost()
    outcome = review.plan.outcomes.first()
    for n in range(2, 10):
        TermlyTargetFactory(outcome=outcome, term=world.term, position=n)
        ReviewAdvice.objects.create(review=review, source=f"{n}", received_on=DAY, words="x")
    assert cost() == before

"""What schools owe by law: who sees it, what is late first, as files, and what it costs."""

import csv
import datetime as dt
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from parrcs.core.access import Role
from pupils.models import Pupil, TermlyPEP
from schools.models import PremiumActivity, PremiumPlan
from tests.factories.schools import MembershipFactory, UserFactory
from tests.pupils.conftest import words
from tests.pupils.owing import (
    comes_in_care,
    date_of,
    in_care,
    page_of,
    pep_of,
    plan_of,
    pupils_with_premium,
)

LIST = reverse("compliance")


@pytest.fixture
def autumn(world):
    """The autumn term of 2026, with its days."""
    return world.term


# --- Who sees what ---------------------------------------------------------------------------


def test_only_those_who_answer_for_it_see_it(world, autumn, sign_in):
    in_care(world.pupils[0], world.arb_pupils[0])
    kept_out = (
        Role.TEACHER,
        Role.HOST_LINK,
        Role.GOVERNOR,
        Role.TRUSTEE,
        Role.TRUST_ADMIN,
        Role.MODERATOR,
        Role.QA_REVIEWER,
    )
    head = sign_in(Role.HEAD)
    head.post(plan_of(world, "premium_change"), {"received": "5"})
    urls = [
        LIST,
        reverse("compliance_file", args=["csv"]),
        reverse("compliance_school", args=[world.school.pk]),
        reverse("compliance_school_file", args=[world.school.pk, "xlsx"]),
        reverse("compliance_arb", args=[world.arb.pk]),
        reverse("compliance_arb_file", args=[world.arb.pk, "csv"]),
        plan_of(world),
        plan_of(world, "premium_change"),
        plan_of(world, "activity_add"),
        date_of(world),
        pep_of(world.pupils[0], autumn),
        pep_of(world.arb_pupils[0], autumn),
    ]
    assert [head.get(url).status_code for url in urls] == [200] * len(urls)
    for role in kept_out:
        client = sign_in(role)
        assert {client.get(url).status_code for url in urls} == {403}, role
        assert "Compliance" not in words(client.get("/", follow=True))


def test_each_writes_what_is_theirs(world, autumn, sign_in):
    in_care(world.pupils[0])
    sign_in(Role.HEAD).post(plan_of(world, "premium_change"), {"received": "5"})
    assessment, inclusion = sign_in(Role.ASSESSMENT_LEAD), sign_in(Role.INCLUSION_LEAD)
    assert assessment.get(plan_of(world)).status_code == 200
    for client, urls in (
        (assessment, [plan_of(world, "premium_change"), pep_of(world.pupils[0], autumn)]),
        (inclusion, [plan_of(world, "premium_change"), date_of(world)]),
    ):
        assert {client.get(url).status_code for url in urls} == {403}
        assert {client.post(url, {}).status_code for url in urls} == {403}
    page = words(page_of(assessment, world))
    assert "Record the" not in page
    assert reverse("pep", args=[world.pupils[0].pk, autumn.pk]) not in page


def test_the_head_of_an_arb_sees_its_peps_and_not_the_school(world, autumn, client):
    person = UserFactory()
    MembershipFactory(person=person, role=Role.HEAD, arb=world.arb)
    in_care(world.pupils[0], world.arb_pupils[0])
    client.force_login(person)
    page = client.get(LIST)
    assert [each.place.name for each in page.context["found"]] == [world.arb.name]
    theirs = client.get(reverse("compliance_arb", args=[world.arb.pk]))
    assert str(world.arb_pupils[0]) in words(theirs)
    typed = {"held_on": "2026-11-12", "held_by": "R. Shah", "quality": ""}
    saved = client.post(pep_of(world.arb_pupils[0], autumn), typed)
    assert saved.url.startswith(reverse("compliance_arb", args=[world.arb.pk]))
    for url in (
        reverse("compliance_school", args=[world.school.pk]),
        pep_of(world.pupils[0], autumn),
        plan_of(world),
        date_of(world),
    ):
        assert client.get(url).status_code == 404


# --- The list, files and cost ------------------------------------------------------------------


def rows_in(response):
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))


def test_the_trust_sees_what_is_late_first_and_takes_it_as_files(world, autumn, sign_in):
    """Worked by hand: 2025/26 is over, so each of its PEPs and dates is late or done."""
    pupil = comes_in_care(world.other_class, world.routes["formal"])
    lead = sign_in(Role.TRUST_LEAD)
    year = {"year": str(world.terms[0].year_id)}
    page = lead.get(LIST, year)
    first = page.context["found"][0]
    # In 2025/26 they are in Year 5: three PEPs and the report on PE and sport.
    assert (first.place.name, first.counts["late"]) == (world.other_school.name, 4)
    rows = rows_in(lead.get(reverse("compliance_file", args=["csv"]), year))
    assert {each["School or ARB"]: each["Late"] for each in rows} == {
        world.other_school.name: "4",
        world.school.name: "1",
        f"{world.arb.name} (ARB of {world.school.name})": "0",
    }
    url = reverse("compliance_school_file", args=[world.other_school.pk, "xlsx"])
    sheet = load_workbook(BytesIO(lead.get(url, year).content)).worksheets[0]
    texts = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[1] for row in texts].count(str(pupil)) == 3
    assert lead.get(f"{LIST}list.pdf").status_code == 404
    assert lead.get(LIST, {"year": "²", "lens": "odd"}).status_code == 200


def test_the_file_of_all_schools_names_nobody(world, autumn, sign_in):
    Pupil.objects.filter(pk=world.pupils[0].pk).update(last_name="Quill", protected=True)
    in_care(world.pupils[0])
    rows = rows_in(sign_in(Role.TRUST_LEAD).get(reverse("compliance_file", args=["csv"])))
    assert "PEP" in {row["Next"] for row in rows}
    assert "Quill" not in str(rows)


def test_the_cost_is_the_same_for_few_and_many(world, autumn, sign_in, counted):
    lead = sign_in(Role.TRUST_LEAD)
    in_care(world.pupils[0])
    url = reverse("compliance_school", args=[world.school.pk])
    lead.get(url)
    with counted() as few:
        lead.get(url)
    with counted() as few_list:
        lead.get(LIST)
    pupils_with_premium(world, 30)
    in_care(*Pupil.objects.all())
    for pupil in Pupil.objects.filter(placements__school=world.school):
        TermlyPEP.objects.create(
            pupil=pupil, term=autumn, held_on=dt.date(2026, 11, 1), held_by="R. Shah"
        )
    plan = PremiumPlan.objects.create(
        school=world.school, year=autumn.year, premium="pupil", received=Decimal(1)
    )
    for number in range(20):
        PremiumActivity.objects.create(
            plan=plan, what=f"{number}", aim="wider", planned=Decimal(1), intended="More"
        )
    with counted() as many:
        lead.get(url)
    with counted() as many_list:
        lead.get(LIST)
    # One more in all: the activities of the plan that is there now.
    assert len(many) == len(few) + 1
    assert len(many_list) == len(few_list) + 1


def test_before_the_calendar_is_set_up_the_page_says_so(world, sign_in, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2020, 1, 1))
    head = sign_in(Role.HEAD)
    assert "No school year has begun" in words(head.get(LIST))
    assert "No school year has begun" in words(page_of(head, world))
    assert rows_in(head.get(reverse("compliance_file", args=["csv"]))) == []

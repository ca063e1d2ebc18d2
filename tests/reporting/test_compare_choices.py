"""What a trust lead may choose, who else may look, and what the page says when there is nothing."""

import datetime as dt
import re
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessment.models import Baseline, Expectation, Judgement, Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement
from schools.models import ARB, School, Term
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import (
    ARBFactory,
    HostFactory,
    MembershipFactory,
    SchoolFactory,
    TrustFactory,
    UserFactory,
)
from tests.reporting.plain_compare import (
    address,
    found,
    judge_one,
    page,
    reckon,
    said,
    table,
    the_page_says,
)


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


def today(monkeypatch, *day):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: dt.date(*day))


def test_the_page_opens_on_the_latest_term_begun_that_has_judgements(world, lead, monkeypatch):
    today(monkeypatch, 2026, 6, 1)
    assert "Summer 2026 compared" in page(lead).content.decode()  # begun, nothing judged yet
    judge_one(world, world.terms[1])
    assert "Spring 2026 compared" in page(lead).content.decode()
    judge_one(world)  # in autumn 2026, which has not begun: offered, not shown
    response = page(lead)
    assert "Spring 2026 compared" in response.content.decode()
    assert [str(each) for each in response.context["filters"].available.terms][:2] == [
        "Autumn 2026",
        "Summer 2026",
    ]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"term": "x"}, "There is no such term here."),
        ({"term": "999999999999999999999999"}, "There is no such term here."),
        ({"term": "-1"}, "There is no such term here."),
        ({"stream": "nonsense"}, "All streams are shown."),
        ({"strand": "area.nonsense"}, "All core areas are shown."),
        ({"strand": "'; drop table"}, "All core areas are shown."),
        ({"route": "\x00"}, "All routes are shown."),
        ({"need": "ZZ"}, "All needs are shown."),
        ({"pp": "maybe"}, "All pupils are shown."),
        ({"lens": "both"}, "They are counted where registered."),
    ],
    ids=str,
)
def test_a_value_that_does_not_exist_is_told_and_the_default_shown(busy, lead, bad, message):
    usual = page(lead, term=busy.term.pk)
    response = page(lead, **{"term": busy.term.pk} | bad)
    assert message in response.content.decode()
    assert table(response) == table(usual)
    for name in ("compare_file", "compare_funnel"):
        assert lead.get(address(name), {"term": busy.term.pk} | bad).status_code == 404
    behind = page(
        lead, "compare_pupils", **{"term": busy.term.pk} | bad, unit="all", number="judged"
    )
    assert message in behind.content.decode()


def test_ids_of_another_trust_are_like_ids_of_nobody(busy, foreign, lead):
    with in_trust(foreign.trust.pk):
        theirs = {
            "term": Term.objects.latest("starts_on").pk,
            "unit": f"school-{foreign.school.pk}",
        }
    missing = {"term": 10**9, "unit": f"school-{10**9}"}
    pages = [page(lead, term=ids["term"]).content for ids in (theirs, missing)]
    assert _without_token(pages[0]) == _without_token(pages[1])
    answers = [
        lead.get(
            reverse("compare_pupils"),
            {"term": busy.term.pk, "unit": ids["unit"], "number": "judged"},
        )
        for ids in (theirs, missing)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    for unit, number in (("all", "x"), ("x", "judged"), ("", ""), ("school-", "judged")):
        asked = {"term": busy.term.pk, "unit": unit, "number": number}
        assert lead.get(reverse("compare_pupils"), asked).status_code == 404


def _without_token(html):
    return re.sub(rb'X-CSRFToken": "\w+"|csrfmiddlewaretoken" value="\w+"', b"", html)


def test_a_stream_without_core_areas_shows_all_its_strands_and_says_so(busy, lead):
    response = page(lead, term=busy.term.pk, stream="engagement")
    assert "Engagement has no core areas. All its strands are counted." in said(
        response.content.decode()
    )
    chosen = {"stream": "engagement", "strand": "all"}
    assert table(response) == table(page(lead, term=busy.term.pk, **chosen))
    the_page_says(table(response)["all"], reckon(busy.term, "all", chosen))


# --- Who may look -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["compare", "compare_pupils", "compare_funnel", "compare_file"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_LEAD])
def test_nobody_else_compares(sign_in, role, name):
    assert sign_in(role).get(address(name)).status_code == 403


def test_who_would_lead_one_school_only_does_not_compare_the_trust(world):
    person = UserFactory()
    MembershipFactory(person=person, role=Role.TRUST_LEAD, school=world.school)
    client = Client()
    client.force_login(person)
    assert client.get(reverse("compare")).status_code == 403


@pytest.mark.parametrize("name", ["compare", "compare_pupils", "compare_funnel", "compare_file"])
def test_who_is_not_signed_in_is_asked_to(db, name):
    response = Client().get(address(name))
    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


def test_another_trust_sees_nothing_of_this_one(busy, foreign):
    client = Client()
    client.force_login(foreign.people[Role.TRUST_LEAD])
    with in_trust(foreign.trust.pk):
        term = judge_one(foreign)
    response = page(client, term=term, strand="all")
    html = response.content.decode()
    assert foreign.school.name in html
    assert busy.school.name not in html
    assert table(response)["all"]["judged"].startswith("1 of ")


# --- Places -------------------------------------------------------------------------------


def test_a_host_has_no_row_and_a_closed_school_only_while_it_counts_somebody(busy, lead):
    html = page(lead, term=busy.term.pk).content.decode()
    assert f'data-unit="school-{busy.host.pk}"' not in html
    assert f"at {busy.host.name}" in said(html)
    School.objects.filter(pk=busy.other_school.pk).update(closed_on=dt.date(2026, 8, 31))
    assert f"school-{busy.other_school.pk}" in table(page(lead, term=busy.term.pk))
    Placement.objects.filter(school=busy.other_school).delete()
    assert f"school-{busy.other_school.pk}" not in table(page(lead, term=busy.term.pk))


def test_the_same_number_of_queries_for_a_few_rows_and_for_many(busy, lead):
    def queries():
        counts = []
        for name, more in (
            ("compare", {}),
            ("compare_file", {}),
            ("compare_funnel", {}),
            ("compare_pupils", {"unit": "all", "number": "judged"}),
            ("compare_pupils", {"unit": "all", "number": "not-judged"}),
            ("compare_pupils", {"unit": "all", "number": "targets-met"}),
        ):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                page(lead, name, term=busy.term.pk, strand="all", **more)
            counts.append(len(captured))
        return counts

    queries()  # the first requests fill what is cached for a process
    few = queries()
    strand = Strand.objects.get(stream=busy.developmental, code="reading")
    points = list(Point.objects.filter(stream=busy.developmental))
    for _ in range(9):
        school = SchoolFactory()
        arb = ARBFactory(school=school, host=HostFactory())
        for place in (None, arb):
            for start in range(3):
                pupil = PupilFactory()
                route = busy.routes["formal"]
                PlacementFactory(pupil=pupil, school=school, arb=place, route=route)
                Baseline.objects.create(
                    pupil=pupil, strand=strand, point=points[start], judged_on=dt.date(2025, 9, 2)
                )
                Judgement.objects.create(
                    pupil=pupil,
                    strand=strand,
                    term=busy.term,
                    point=points[start + 4],
                    judged_at=timezone.now(),
                )
    assert queries() == few
    # The session, the person, the trust and the notices included, and how to plan.
    assert max(few) <= 40
    assert len(table(page(lead, term=busy.term.pk))) == 4 + 18


# --- Nothing there yet --------------------------------------------------------------------


def test_a_new_trust_is_told_what_belongs_here(db):
    trust = TrustFactory()
    with in_trust(trust.pk):
        person = UserFactory()
        MembershipFactory(person=person, role=Role.TRUST_LEAD)
        client = Client()
        client.force_login(person)
        assert "No term has begun" in page(client).content.decode()
        for name in ("compare_funnel", "compare_pupils"):
            assert client.get(address(name)).status_code == 404
        assert client.get(address("compare_file")).content.startswith(b"\xef\xbb\xbfTerm,")
        MembershipFactory(person=person, role=Role.TRUST_ADMIN)
        assert "Set up the calendar" in page(client).content.decode()


def test_without_schools_pupils_or_judgements_the_page_says_what_is_missing(
    world, lead, monkeypatch
):
    today(monkeypatch, 2026, 11, 20)
    html = page(lead).content.decode()
    assert "No judgements are in yet." in html
    assert "none yet" in html
    assert "No pupils are counted" in page(lead, need="VI").content.decode()
    Expectation.objects.all().delete()
    assert "Nothing is due" in page(lead).content.decode()
    Placement.objects.all().delete()
    School.objects.update(of_trust=False)
    ARB.objects.update(closed_on=dt.date(2026, 8, 31))
    assert "No schools yet" in page(lead).content.decode()


# --- The picture --------------------------------------------------------------------------


def test_the_funnel_is_a_picture_of_the_table_that_the_browser_may_keep(busy, lead):
    html = page(lead, term=busy.term.pk, strand="all").content.decode()
    image = unescape(found(r'<img class="chart" src="([^"]+)" alt="Funnel: [^"]+"', html))
    kept = lead.get(image)
    assert kept["Content-Type"] == "image/svg+xml"
    assert kept["Cache-Control"] == "private, max-age=3600"
    assert kept.content.startswith(b"<svg")
    stale = lead.get(re.sub("v=.*", "v=0", image))
    assert "no-store" in stale["Cache-Control"]
    pupil = busy.pupils[0]
    cache.clear()
    Judgement.objects.filter(term=busy.term, pupil__placements__school=busy.school).delete()
    assert "no-store" in lead.get(image)["Cache-Control"], f"the numbers of {pupil} changed"

"""What the pages by strand, over time and of gains have in common."""

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
from tests.reporting.plain_compare import address, found, page
from tests.reporting.plain_pages import PAGES, cells_of

EVERY_ADDRESS = [
    each for name, picture in PAGES.items() for each in (name, f"{name}_file", picture)
]


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_LEAD])
def test_nobody_else_looks(sign_in, role):
    client = sign_in(role)
    for name in EVERY_ADDRESS:
        assert client.get(address(name)).status_code == 403, name


def test_who_is_not_signed_in_is_asked_to(db):
    for name in EVERY_ADDRESS:
        assert Client().get(address(name)).status_code == 302, name


@pytest.mark.parametrize("name", PAGES)
def test_a_value_that_does_not_exist_is_told_and_the_default_shown(busy, lead, name):
    usual = cells_of(page(lead, name, term=busy.term.pk))
    for bad, message in (
        ({"strand": "area.nonsense"}, "All core areas are shown."),
        ({"route": "\x00"}, "All routes are shown."),
        ({"lens": "both"}, "They are counted where registered."),
    ):
        asked = {"term": busy.term.pk} | bad
        response = page(lead, name, **asked)
        assert message in response.content.decode()
        assert cells_of(response) == usual
        for other in (f"{name}_file", PAGES[name]):
            assert lead.get(address(other), asked).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_term_of_another_trust_is_like_that_of_nobody(busy, foreign, lead, name):
    with in_trust(foreign.trust.pk):
        theirs = Term.objects.latest("starts_on").pk
    pages = [page(lead, name, term=term).content.decode() for term in (theirs, 10**9)]
    without = [
        re.sub(r'X-CSRFToken": "\w+"|csrfmiddlewaretoken" value="\w+"', "", p) for p in pages
    ]
    assert without[0] == without[1]
    assert foreign.school.name not in pages[0]


def test_the_same_number_of_queries_for_a_few_rows_and_for_many(busy, lead):
    def queries():
        counts = {}
        for name in EVERY_ADDRESS:
            with CaptureQueriesContext(connection) as captured:
                page(lead, name, term=busy.term.pk, strand="all")
            counts[name] = len(captured)
        return counts

    def of_terms(number):
        with CaptureQueriesContext(connection) as captured:
            page(lead, "compare_terms", term=busy.terms[number].pk)
        return len(captured)

    queries()  # the first requests fill what is cached for a process
    few = queries()
    strand = Strand.objects.get(stream=busy.developmental, code="reading")
    points = list(Point.objects.filter(stream=busy.developmental))
    for _ in range(4):
        school = SchoolFactory()
        arb = ARBFactory(school=school, host=HostFactory())
        for place in (None, arb):
            pupil = PupilFactory()
            PlacementFactory(pupil=pupil, school=school, arb=place, route=busy.routes["formal"])
            for term in busy.terms:
                Judgement.objects.create(
                    pupil=pupil,
                    strand=strand,
                    term=term,
                    point=points[4],
                    judged_at=timezone.now(),
                )
            Baseline.objects.create(
                pupil=pupil, strand=strand, point=points[0], judged_on=dt.date(2025, 9, 2)
            )
    assert queries() == few
    assert max(few["compare_strands"], few["compare_gains"]) <= 36
    one, two, three = (of_terms(number) for number in (1, 2, 3))
    assert three - two == two - one <= 8  # each term costs the same
    assert len(cells_of(page(lead, "compare_strands", term=busy.term.pk))) == 4 + 8


# --- Nothing there yet --------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_new_trust_is_told_what_belongs_here(db, name):
    trust = TrustFactory()
    with in_trust(trust.pk):
        person = UserFactory()
        MembershipFactory(person=person, role=Role.TRUST_LEAD)
        client = Client()
        client.force_login(person)
        assert "No term has begun" in page(client, name).content.decode()
        assert client.get(reverse(PAGES[name])).status_code == 404
        file = client.get(address(f"{name}_file")).content
        assert file.startswith(b"\xef\xbb\xbfTerm,")
        assert len(file.splitlines()) == 1


@pytest.mark.parametrize("name", PAGES)
def test_without_schools_pupils_or_judgements_the_page_says_what_is_missing(
    world, lead, monkeypatch, name
):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: dt.date(2026, 11, 20))
    gains = name == "compare_gains"
    html = page(lead, name).content.decode()
    assert ("No gains yet" if gains else "No judgements are in yet.") in html
    assert "<img" not in html
    assert lead.get(reverse(PAGES[name])).status_code == 404
    assert "No pupils are counted" in page(lead, name, need="VI").content.decode()
    assert lead.get(reverse(PAGES[name]), {"need": "VI"}).status_code == 404
    Expectation.objects.all().delete()
    assert ("No gains yet" if gains else "Nothing is due") in page(lead, name).content.decode()
    Placement.objects.all().delete()
    School.objects.update(of_trust=False)
    ARB.objects.update(closed_on=dt.date(2026, 8, 31))
    empty = "No pupils are counted" if gains else "No schools yet"
    assert empty in page(lead, name).content.decode()
    assert lead.get(reverse(PAGES[name])).status_code == 404


# --- The pictures -------------------------------------------------------------------------


def written(picture):
    """The words that a picture shows."""
    return " | ".join(unescape(each) for each in re.findall(r">([^<]+)<", picture.content.decode()))


@pytest.mark.parametrize("name", PAGES)
def test_the_picture_says_what_the_table_says_and_the_browser_may_keep_it(busy, lead, name):
    html = page(lead, name, term=busy.term.pk, strand="all").content.decode()
    image = unescape(found(r'<img class="[^"]+" src="([^"]+)" alt="[A-Z][^"]+"', html))
    kept = lead.get(image)
    assert kept["Content-Type"] == "image/svg+xml"
    assert kept["Cache-Control"] == "private, max-age=3600"
    drawn = written(kept)
    if name == "compare_gains":
        middles = re.findall(r"median (\S+) points?, ([\d,]+) judgements", drawn)
        cells = cells_of(page(lead, name, term=busy.term.pk, strand="all"))
        told = [(c["quartile-2"], c["judgements"]) for c in cells.values() if "quartile-2" in c]
        assert middles == told != []
    else:
        assert busy.school.name in drawn
        assert "Whole trust" in drawn
    if name == "compare_strands":
        heat = page(lead, name, term=busy.term.pk, strand="all").context["heat"]
        shown = [c.tally.shown[0] for row in heat.rows for c in row.cells if c.tally.shown]
        seen = [int(each) for each in re.findall(r"[▼◆●▲] (\d+) %", drawn)]
        assert sorted(seen) == sorted(shown) != []
    assert "no-store" in lead.get(re.sub("v=.*", "v=0", image))["Cache-Control"]
    Judgement.objects.filter(term=busy.term, pupil__placements__school=busy.school).delete()
    cache.clear()
    assert "no-store" in lead.get(image)["Cache-Control"], "the numbers changed"


def test_names_that_are_alike_or_strange_are_drawn_whole(busy, lead):
    strange = 'St "Ia\'s" {School} \\ with a name that is longer than any line can be'
    School.objects.filter(pk__in=[busy.school.pk, busy.other_school.pk]).update(name=strange)
    asked = {"term": busy.term.pk}
    for name in ("compare_heat", "compare_trend"):
        words = written(lead.get(address(name), asked)).split()
        for word in set(strange.split()):
            assert words.count(word) >= 2, (name, word)


def test_a_narrow_screen_gets_a_narrow_picture(busy, lead):
    for name in ("compare_trend", "compare_distribution"):
        wide, narrow = (
            lead.get(address(name), {"term": busy.term.pk, "strand": "all"} | more).content.decode()
            for more in ({}, {"narrow": "yes"})
        )
        width = [float(found(r'<svg[^>]* width="([\d.]+)"', each)) for each in (wide, narrow)]
        assert width[1] < width[0]
        assert width[1] < 480

"""A trust lead compares schools and ARBs, and opens the pupils behind the numbers."""

import csv
import datetime as dt
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from html import unescape
from io import StringIO
from math import floor, sqrt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessment.models import Baseline, CoreArea, Expectation, Judgement, Point, Strand, Stream
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement, Pupil, Route, TermlyTarget
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
from tests.plain_progress import on_roll, plain_progress

WORDS = {1: "none", 2: "some", 3: "expected", 4: "better", None: "no baseline"}


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


def page(client, name="compare", **chosen):
    response = client.get(reverse(name), chosen)
    assert response.status_code == 200, response.status_code
    return response


def said(html):
    """The words of a piece of HTML, as a person reads them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def found(pattern, text):
    """The part of a text that a pattern is about."""
    match = re.search(pattern, text, re.DOTALL)
    assert match, pattern
    return match.group(match.lastindex or 0)


def table(response):
    """The words of each cell, by row and column."""
    html = response.content.decode()
    return {
        unit: {
            column: said(re.sub(r'<span class="unseen">.*?</span>', "", cell))
            for column, cell in re.findall(r'<td data-of="(.+?)">(.*?)</td>', row, re.DOTALL)
        }
        for unit, row in re.findall(r'<tr[^>]* data-unit="(.+?)">(.*?)</tr>', html, re.DOTALL)
    }


def file(client, **chosen):
    """The rows of the CSV file, by the name of the school or ARB."""
    text = page(client, "compare_csv", **chosen).content.decode("utf-8-sig")
    return {row["School or ARB"]: row for row in csv.DictReader(StringIO(text))}


def per_cent(part, whole):
    return floor(Fraction(100 * part, whole) + Fraction(1, 2))


def interval(hits, total):
    """Wilson's interval as the two roots of its quadratic."""
    z = 1.959963984540054
    root = z * sqrt(z * z + 4 * hits * (1 - hits / total))
    return [(2 * hits + z * z + sign * root) / (2 * (total + z * z)) for sign in (-1, 1)]


# --- A second reckoning -------------------------------------------------------------------


def chosen_strands(chosen):
    """The ids of the strands that a choice counts, from the raw rows."""
    areas = {row["id"]: row["code"] for row in CoreArea.objects.values()}
    streams = {row["id"]: row["code"] for row in Stream.objects.values()}
    strand = chosen.get("strand", "core")
    found = set()
    for row in Strand.objects.values():
        names = {"all", f"strand.{streams[row['stream_id']]}.{row['code']}"}
        if row["core_area_id"]:
            names = {"all", "core", f"area.{areas[row['core_area_id']]}"}
        if strand in names and chosen.get("stream", "") in ("", streams[row["stream_id"]]):
            found.add(row["id"])
    return found


def belongs(row, unit, lens):
    """Whether a row of the table counts what is at this school and ARB."""
    school, arb = row
    kind, _, number = unit.partition("-")
    if kind == "all":
        return True
    if kind == "arb":
        return arb == int(number)
    return school == int(number) and (lens == "registered" or arb is None)


def reckon(term, unit, chosen):
    """What one row must say, counted one by one."""
    routes = {row["id"]: row["code"] for row in Route.objects.values()}
    people = {row["id"]: row for row in Pupil.objects.values()}
    lens = chosen.get("lens", "registered")

    def wanted(pupil, route):
        person = people[pupil]
        return (
            chosen.get("route", routes[route]) == routes[route]
            and chosen.get("need", person["primary_need"]) == person["primary_need"]
            and {"yes": True, "no": False}.get(chosen.get("pp"), person["pupil_premium"])
            == person["pupil_premium"]
        )

    roll = {
        at["pupil_id"]
        for at in on_roll(term)
        if belongs((at["school_id"], at["arb_id"]), unit, lens)
        and wanted(at["pupil_id"], at["route_id"])
    }
    strands = chosen_strands(chosen)
    due = [each for each in plain_progress(term) if each.pupil in roll and each.strand in strands]
    judged = [each for each in due if each.judged]
    gains = [each.gain for each in judged if each.gain is not None]
    targets = Counter(
        "not judged" if row["judged"] is None else "met" if row["judged"] >= 3 else "not met"
        for row in TermlyTarget.objects.values()
        if row["term_id"] == term.pk and row["pupil_id"] in roll
    )
    return {
        "pupils": len(roll),
        "due": len(due),
        "judged": len(judged),
        "reached": Counter(WORDS[each.reached] for each in judged),
        "hits": sum((each.reached or 0) >= 3 for each in judged),
        "total": len(gains),
        "of pupils": len({each.pupil for each in judged if each.gain is not None}),
        "mean": sum(gains) / len(gains) if gains else None,
        "streams": {each.stream for each in judged if each.gain is not None},
        "targets": targets,
    }


CHOICES = [
    {},
    {"lens": "taught"},
    {"strand": "all"},
    {"strand": "all", "lens": "taught", "pp": "no"},
    {"strand": "area.reading"},
    {"strand": "strand.engagement.exploration"},
    {"stream": "developmental", "strand": "all"},
    {"route": "formal"},
    {"need": "SLD", "strand": "all"},
    {"pp": "yes"},
    {"pp": "yes", "route": "semi-formal", "strand": "area.writing", "lens": "taught"},
]


@pytest.mark.parametrize("chosen", CHOICES, ids=str)
def test_each_number_on_the_page_and_in_the_file_is_that_of_a_plain_count(busy, lead, chosen):
    term = busy.term
    chosen = chosen | {"term": str(term.pk)}
    cells = table(page(lead, **chosen))
    units = {
        "all": "Whole trust",
        f"school-{busy.school.pk}": busy.school.name,
        f"school-{busy.other_school.pk}": busy.other_school.name,
        f"arb-{busy.arb.pk}": busy.arb.name,
    }
    rows = file(lead, **chosen)
    assert set(cells) == set(units)
    assert set(rows) == set(units.values())
    one_stream = len(reckon(term, "all", chosen)["streams"]) < 2
    for unit, name in units.items():
        plain = reckon(term, unit, chosen)
        the_file_says(rows[name], plain, one_stream=one_stream)
        the_page_says(cells[unit], plain, one_stream=one_stream)


def the_file_says(row, plain, *, one_stream):
    assert int(row["Pupils on roll"]) == plain["pupils"]
    assert int(row["Judgements due"]) == plain["due"]
    assert int(row["Judged"]) == plain["judged"]
    for column in ("None", "Some", "Expected", "Better", "No baseline"):
        assert int(row[column]) == plain["reached"][column.lower()]
    assert int(row["At or above expected"]) == plain["hits"]
    assert int(row["Judged with a baseline"]) == plain["total"]
    if plain["total"]:
        low, high = interval(plain["hits"], plain["total"])
        assert float(row["Share at or above expected"]) == plain["hits"] / plain["total"]
        assert float(row["Lower 95 % limit"]) == pytest.approx(low)
        assert float(row["Upper 95 % limit"]) == pytest.approx(high)
    met, missed = plain["targets"]["met"], plain["targets"]["not met"]
    assert int(row["Targets met"]) == met
    assert int(row["Targets judged"]) == met + missed
    assert int(row["Targets not judged"]) == plain["targets"]["not judged"]
    if met + missed:
        assert float(row["Share of targets met"]) == met / (met + missed)
    if plain["mean"] is None or not one_stream:
        assert row["Mean gain in points"] == ""
    else:
        assert float(row["Mean gain in points"]) == pytest.approx(float(plain["mean"]), abs=1e-4)


def the_page_says(cells, plain, *, one_stream):
    reached, hits, total = plain["reached"], plain["hits"], plain["total"]
    if plain["due"]:
        to_do = plain["due"] - plain["judged"]
        assert cells["judged"] == f"{plain['judged']} of {plain['due']}" + (
            f" {to_do} to do" if to_do else ""
        )
    if plain["judged"]:
        counts = [str(reached[word]) for word in ("none", "some", "expected", "better")]
        if reached["no baseline"]:
            counts.append(f"{reached['no baseline']} without a baseline")
        assert cells["progress"] == " ".join(counts)
    if plain["of pupils"] >= 6:
        low, high = (floor(100 * limit + 0.5) for limit in interval(hits, total))
        assert (
            cells["share"] == f"{per_cent(hits, total)} % {low}\N{EN DASH}{high} {hits} of {total}"
        )
    elif total:
        assert cells["share"] == f"too few {hits} of {total}"
        assert cells.get("standing") != "Within"
    met = plain["targets"]["met"]
    judged = met + plain["targets"]["not met"]
    if judged >= 6:
        assert cells["targets"].startswith(f"{per_cent(met, judged)} % {met} of {judged}")
    if plain["targets"]["not judged"]:
        assert cells["targets"].endswith(f"{plain['targets']['not judged']} not judged")
    if not one_stream:
        assert cells["gain"] == "choose a stream"
    elif plain["of pupils"] >= 6:
        exact = Decimal(plain["mean"].numerator) / plain["mean"].denominator
        shown = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
        sign = "\N{MINUS SIGN}" if shown < 0 else "+" if shown > 0 else ""
        assert cells["gain"] == f"{sign}{abs(shown)}"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_earlier_term_is_compared_as_it_was(busy, lead, number):
    term = busy.terms[number]
    response = page(lead, term=term.pk, strand="all")
    assert f'<h1 id="heading">{term} compared</h1>' in response.content.decode()
    cells = table(response)
    for unit in cells:
        the_page_says(cells[unit], reckon(term, unit, {"strand": "all"}), one_stream=False)


@pytest.mark.parametrize("chosen", [{}, {"strand": "all", "pp": "yes"}], ids=str)
def test_both_lenses_come_to_the_same_total_and_count_nobody_twice(busy, lead, chosen):
    totals = []
    for lens in ("registered", "taught"):
        rows = file(lead, term=busy.term.pk, lens=lens, **chosen)
        total = rows.pop("Whole trust")
        adding = [row for row in rows.values() if row["Adds to the total"] == "yes"]
        numbers = {
            column: int(value)
            for column, value in total.items()
            if value.isdigit() and "hare" not in column
        }
        assert len(numbers) > 10
        for column, value in numbers.items():
            assert sum(int(row[column]) for row in adding) == value, column
        totals.append({column: total[column] for column in total if column != "Count pupils"})
    assert totals[0] == totals[1]
    arb = file(lead, term=busy.term.pk)[busy.arb.name]
    assert (arb["Adds to the total"], arb["Host"]) == ("no", busy.host.name)


@pytest.mark.parametrize("chosen", [{}, {"strand": "all", "lens": "taught"}], ids=str)
def test_each_number_opens_just_as_many(busy, lead, chosen):
    html = page(lead, term=busy.term.pk, **chosen).content.decode()
    links = re.findall(r'<a class="n" href="(.+?)">(.*?)</a>', html, re.DOTALL)
    if chosen:  # the other lens differs in the rows of schools
        links = [each for each in links if f"unit=school-{busy.school.pk}" in each[0]]
    else:
        assert len(links) > 30
    asked = {found(r"number=([\w-]+)", href) for href, _ in links}
    assert asked >= {
        *("judged", "not-judged", "none", "some", "expected", "better", "no-baseline"),
        *("at-or-above", "targets-met", "targets-not-judged"),
    }
    for href, words in links:
        clicked = int(found(r"[\d,]+", said(words)).replace(",", ""))
        opened = lead.get(unescape(href))
        heading = said(found(r"<h1>(.*?)</h1>", opened.content.decode()))
        assert re.search(rf": {clicked} ", heading), (href, heading)
        lines = [*opened.context["behind"].lines]
        assert len(lines) == clicked
        back = unescape(found(r'<a class="button" href="([^"]+)">Back', opened.content.decode()))
        assert dict(part.split("=") for part in back.partition("?")[2].split("&")) == {
            "term": str(busy.term.pk),
            **chosen,
        }


def test_the_list_names_each_pupil_with_what_was_judged(busy, lead):
    chosen = {"term": busy.term.pk, "strand": "area.reading"}
    behind = page(lead, "compare_pupils", unit="all", number="at-or-above", **chosen)
    reading = chosen_strands({"strand": "area.reading"})
    plain = [
        each
        for each in plain_progress(busy.term)
        if each.strand in reading and (each.reached or 0) >= 3
    ]
    pupils = {row["id"]: row for row in Pupil.objects.values()}
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", behind.content.decode(), re.DOTALL)
    seen = [said(row) for row in rows]
    assert len(seen) == len(plain)
    for each in plain:
        person = pupils[each.pupil]
        name = f"{person['first_name']} {person['last_name']}"
        line = next(text for text in seen if text.startswith(f"{name} "))
        gain = f"+{float(each.gain):g}" if each.gain > 0 else f"{float(each.gain):g}"
        word = {3: "Expected", 4: "Better"}[each.reached]
        ending = f"{float(each.value):g} {gain} {float(each.expected):g} {word}"
        assert line.endswith(ending), (line, ending)
        assert f'href="{reverse("pupil", args=[each.pupil])}"' in behind.content.decode()


def test_targets_behind_a_number_say_what_the_pupil_is_learning(busy, lead):
    for number, wanted in (
        ("targets-met", [3, 4]),
        ("targets-not-met", [1, 2]),
        ("targets-not-judged", [None]),
    ):
        behind = page(lead, "compare_pupils", term=busy.term.pk, unit="all", number=number)
        here = {at["pupil_id"] for at in on_roll(busy.term)}
        plain = [
            row
            for row in TermlyTarget.objects.values()
            if row["term_id"] == busy.term.pk
            and row["pupil_id"] in here
            and row["judged"] in wanted
        ]
        assert len(behind.context["behind"].lines) == len(plain)
        assert "ask for help" in behind.content.decode()


def test_a_long_list_is_read_page_by_page(busy, lead):
    chosen = {"term": busy.term.pk, "strand": "all", "unit": "all", "number": "judged"}
    first = page(lead, "compare_pupils", **chosen)
    count = len(first.context["behind"].lines)
    assert count > 100
    assert f"1 to 100 of {count}, by name." in first.content.decode()
    last = page(lead, "compare_pupils", **chosen, page=999)
    assert f"to {count} of {count}, by name." in last.content.decode()
    assert page(lead, "compare_pupils", **chosen, page="x").context["page"].number == 1


def test_a_number_with_nobody_behind_it_says_so(world, lead):
    empty = page(lead, "compare_pupils", term=_judge_one(world), unit="all", number="none")
    assert "Nobody is behind this number" in empty.content.decode()


# --- What may be chosen -------------------------------------------------------------------


def _judge_one(world, term=None):
    term = term or world.term
    strand = Strand.objects.get(stream=world.developmental, code="reading")
    Judgement.objects.create(
        pupil=world.pupils[0],
        strand=strand,
        term=term,
        point=Point.objects.filter(stream=strand.stream)[0],
        judged_at=timezone.now(),
    )
    return term.pk


def today(monkeypatch, *day):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: dt.date(*day))


def test_the_page_opens_on_the_latest_term_begun_that_has_judgements(world, lead, monkeypatch):
    today(monkeypatch, 2026, 6, 1)
    assert "Summer 2026 compared" in page(lead).content.decode()  # begun, nothing judged yet
    _judge_one(world, world.terms[1])
    assert "Spring 2026 compared" in page(lead).content.decode()
    _judge_one(world)  # in autumn 2026, which has not begun: offered, not shown
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
    for name in ("compare_csv", "compare_funnel"):
        assert lead.get(reverse(name), {"term": busy.term.pk} | bad).status_code == 404
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
    the_page_says(table(response)["all"], reckon(busy.term, "all", chosen), one_stream=True)


# --- Who may look -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["compare", "compare_pupils", "compare_funnel", "compare_csv"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_LEAD])
def test_nobody_else_compares(sign_in, role, name):
    assert sign_in(role).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", ["compare", "compare_pupils", "compare_funnel", "compare_csv"])
def test_who_is_not_signed_in_is_asked_to(db, name):
    response = Client().get(reverse(name))
    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


def test_another_trust_sees_nothing_of_this_one(busy, foreign):
    client = Client()
    client.force_login(foreign.people[Role.TRUST_LEAD])
    with in_trust(foreign.trust.pk):
        term = _judge_one(foreign)
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
            ("compare_csv", {}),
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
    assert max(few) <= 25  # the session, the person and the trust included
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
        for name in ("compare_csv", "compare_funnel", "compare_pupils"):
            assert client.get(reverse(name)).status_code == 404
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
    Judgement.objects.filter(term=busy.term, pupil__placements__school=busy.school).delete()
    assert "no-store" in lead.get(image)["Cache-Control"], f"the numbers of {pupil} changed"

"""The trust lead sees schools and ARBs over time."""

import re
from math import sqrt

import pytest

from assessment.models import Judgement, Point
from parrcs.core.access import Role
from tests.reporting.plain_compare import interval, page, reckon, said
from tests.reporting.plain_pages import cells_of, lines, number_links, share_cell

CHOICES = [
    {},
    {"lens": "taught", "strand": "all"},
    {"strand": "area.reading", "pp": "no"},
    {"stream": "developmental", "route": "semi-formal"},
]


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


def plain_terms(busy, unit, chosen):
    return {term: reckon(term, unit, chosen) for term in busy.terms}


def plain_move(counted):
    """From the first term with enough pupils to the last, by Newcombe's tenth method."""
    shown = [(term, each) for term, each in counted.items() if each["of pupils"] >= 6]
    if len(shown) < 2:
        return None
    (first, before), (last, now) = shown[0], shown[-1]
    p, q = now["hits"] / now["total"], before["hits"] / before["total"]
    (p_low, p_high) = interval(now["hits"], now["total"])
    (q_low, q_high) = interval(before["hits"], before["total"])
    return (
        (first, last),
        (
            p - q,
            p - q - sqrt((p - p_low) ** 2 + (q_high - q) ** 2),
            p - q + sqrt((p_high - p) ** 2 + (q - q_low) ** 2),
        ),
    )


@pytest.mark.parametrize("chosen", CHOICES, ids=str)
def test_each_share_on_the_page_and_in_the_file_is_that_of_a_plain_count(busy, lead, chosen):
    asked = chosen | {"term": str(busy.term.pk)}
    response = page(lead, "compare_terms", **asked)
    cells = cells_of(response)
    rows, totals = lines(lead, "compare_terms", **asked)
    courses = {each.unit.key: each for each in response.context["course"].rows}
    courses["all"] = response.context["course"].total
    assert set(cells) == set(courses)
    assert len(courses) == 4
    shown = 0
    for unit, course in courses.items():
        counted = plain_terms(busy, unit, chosen)
        move = plain_move(counted)
        below = totals if unit == "all" else rows
        own = [each for each in below if each["School or ARB"] == course.unit.name]
        assert [each["Term"] for each in own] == [str(term) for term in busy.terms]
        for line, (term, plain) in zip(own, counted.items(), strict=True):
            cell = re.sub(r" \d+\N{EN DASH}\d+", "", cells[unit][f"term-{term.pk}"])
            nobody = "no pupils" if not plain["pupils"] else share_cell(plain)
            assert cell == nobody, (unit, term)
            assert int(line["At or above expected"]) == plain["hits"]
            assert int(line["Judged with a baseline"]) == plain["total"]
            assert int(line["Pupils on roll"]) == plain["pupils"]
            assert (line["Moved since"] != "") == bool(move and move[0][1] == term)
            if line["Moved since"]:
                assert line["Moved since"] == str(move[0][0])
                numbers = [float(each) / 100 for each in list(line.values())[-3:]]
                assert numbers == pytest.approx(move[1])
                shown += 1
        assert (cells[unit]["moved"] == "too few") == (move is None)
    assert shown >= 2


def test_a_term_without_judgements_has_no_point_and_is_not_nought(busy, lead):
    Judgement.objects.filter(term=busy.terms[2]).delete()
    response = page(lead, "compare_terms", term=busy.term.pk)
    column = f"term-{busy.terms[2].pk}"
    assert cells_of(response)["all"][column] == "none yet"
    total = response.context["course"].total
    assert [each.chosen.term for each in total.shown] == [busy.terms[1], busy.terms[3]]


def test_only_terms_up_to_the_chosen_one_are_shown(busy, lead):
    response = page(lead, "compare_terms", term=busy.terms[1].pk)
    shown = [each.term for each in response.context["course"].terms]
    assert shown == busy.terms[:2]
    assert "Over time, up to Spring 2026" in response.content.decode()


@pytest.mark.parametrize("chosen", [{}, {"strand": "all", "lens": "taught"}], ids=str)
def test_each_number_opens_just_as_many_in_its_own_term(busy, lead, chosen):
    links = number_links(page(lead, "compare_terms", term=busy.term.pk, **chosen))
    assert len({re.search(r"term=(\d+)", href)[1] for href, _ in links}) == 3
    for href, number in links:
        assert len(lead.get(href).context["behind"].lines) == number, href


def test_who_has_fallen_is_told_with_both_terms(busy, lead):
    scale = list(Point.objects.filter(stream=busy.developmental).order_by("value"))
    of = Judgement.objects.filter(strand__stream=busy.developmental)
    of.filter(term=busy.terms[1]).update(point=scale[-1])
    of.filter(term=busy.term).update(point=scale[0])
    response = page(lead, "compare_terms", term=busy.term.pk)
    before, now = (reckon(term, "all", {}) for term in (busy.terms[1], busy.term))
    assert before["hits"] == before["total"]
    points = round(100 - 100 * now["hits"] / now["total"])
    told = said(response.content.decode())
    assert (
        f"Whole trust: down {points} percentage points, from 100 %"
        f" ({before['total']} of {before['total']}) in Spring 2026 to {100 - points} %"
        f" ({now['hits']} of {now['total']}) in Autumn 2026." in told
    )
    first = response.context["course"].told[0]
    assert first[0] == "none"
    assert first[1].startswith("Whole trust: down")
    assert response.context["alt"].startswith("Over time: Whole trust: down")
    of.filter(term=busy.terms[1]).update(point=scale[0])
    of.filter(term=busy.terms[2]).update(point=scale[0])
    assert "Nobody has risen or fallen" in said(
        page(lead, "compare_terms", term=busy.term.pk, strand="core").content.decode()
    )

"""The trust lead sees schools and ARBs by strand."""

from math import sqrt

import pytest

from assessment.models import Judgement, Point
from parrcs.core.access import Role
from pupils.models import Placement
from tests.plain_progress import on_roll
from tests.reporting.plain_compare import interval, page, per_cent, reckon, said
from tests.reporting.plain_pages import cells_of, lines, number_links, share_cell, stands

CHOICES = [
    {},
    {"lens": "taught"},
    {"strand": "all", "lens": "taught", "pp": "no"},
    {"strand": "area.reading", "need": "SLD"},
    {"strand": "strand.engagement.exploration"},
    {"stream": "developmental", "strand": "all", "route": "formal"},
]


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


def units(busy):
    return {
        "all": "Whole trust",
        f"school-{busy.school.pk}": busy.school.name,
        f"school-{busy.other_school.pk}": busy.other_school.name,
        f"arb-{busy.arb.pk}": busy.arb.name,
    }


@pytest.mark.parametrize("chosen", CHOICES, ids=str)
def test_each_cell_on_the_page_and_in_the_file_is_that_of_a_plain_count(busy, lead, chosen):
    asked = chosen | {"term": str(busy.term.pk)}
    response = page(lead, "compare_strands", **asked)
    cells = cells_of(response)
    rows, totals = lines(lead, "compare_strands", **asked)
    assert set(cells) == set(units(busy))
    heat = response.context["heat"]
    counted = 0
    for strand in heat.strands:
        narrowed = chosen | {"strand": strand.choice}
        trust = reckon(busy.term, "all", narrowed)
        assert trust["due"]
        for unit, name in units(busy).items():
            plain = reckon(busy.term, unit, narrowed)
            below = totals if unit == "all" else rows
            (line,) = (
                each
                for each in below
                if (each["School or ARB"], each["Strand"]) == (name, strand.name)
            )
            standing = ""
            if unit != "all" and plain["of pupils"] >= 6:
                rate = trust["hits"] / trust["total"]
                standing = stands(plain["hits"], plain["total"], rate)
                counted += 1
            the_line_says(line, plain, standing or ("" if unit == "all" else "too few"))
            word = standing if standing not in ("", "Within") else ""
            assert cells[unit][strand.choice] == f"{share_cell(plain)} {word}".strip()
    assert heat.compared == counted
    assert f"{counted} shares compared" in said(response.content.decode())
    assert len(rows) == 3 * len(heat.strands)


def the_line_says(line, plain, standing):
    for column, value in (
        ("Judgements due", plain["due"]),
        ("Judged", plain["judged"]),
        ("Pupils judged with a baseline", plain["of pupils"]),
        ("At or above expected", plain["hits"]),
        ("Judged with a baseline", plain["total"]),
    ):
        assert int(line[column]) == value, column
    assert line["Standing"] == standing
    if plain["of pupils"] < 6:
        assert line["Share at or above expected"] == ""
    else:
        share = plain["hits"] / plain["total"]
        limits = [share, *interval(plain["hits"], plain["total"])]
        columns = ("Share at or above expected", "Lower 95 % limit", "Upper 95 % limit")
        assert [float(line[each]) for each in columns] == pytest.approx(limits)


@pytest.mark.parametrize("chosen", [{}, {"strand": "all", "lens": "taught"}], ids=str)
def test_each_number_opens_just_as_many(busy, lead, chosen):
    links = number_links(page(lead, "compare_strands", term=busy.term.pk, **chosen))
    assert len(links) >= 8
    for href, number in links:
        assert len(lead.get(href).context["behind"].lines) == number, href


def judge_all(busy, strand, reached):
    """Everybody of a school has come as far as this in a strand."""
    scale = Point.objects.filter(stream=busy.developmental).order_by("value")
    of = Judgement.objects.filter(term=busy.term, strand__code=strand)
    for school, place in reached.items():
        here = [at["pupil_id"] for at in on_roll(busy.term) if at["school_id"] == school.pk]
        of.filter(pupil__in=here).update(point=scale[place])


def test_who_stands_outside_is_told_furthest_first_and_how_many_were_compared(busy, lead):
    half = [at["id"] for at in on_roll(busy.term) if at["school_id"] == busy.school.pk][::2]
    Placement.objects.filter(pk__in=half).update(
        school=busy.other_school, arb=None, class_group=busy.other_class
    )
    for strand in ("communication", "reading", "writing"):
        judge_all(busy, strand, {busy.school: 19, busy.other_school: 19})
    asked = {"term": busy.term.pk, "lens": "taught"}
    response = page(lead, "compare_strands", **asked)
    assert "Nobody stands outside the 99.8 % limits" in said(response.content.decode())
    judge_all(busy, "reading", {busy.other_school: 0})
    judge_all(busy, "writing", {busy.school: 0})
    response = page(lead, "compare_strands", **asked)
    html = said(response.content.decode())
    told = []
    for strand, school in (("area.reading", busy.other_school), ("area.writing", busy.school)):
        chosen = {"strand": strand, "lens": "taught"}
        plain = reckon(busy.term, f"school-{school.pk}", chosen)
        trust = reckon(busy.term, "all", chosen)
        rate = trust["hits"] / trust["total"]
        assert stands(plain["hits"], plain["total"], rate) == "Below"
        share = per_cent(plain["hits"], plain["total"])
        words = (
            f"{share} % ({plain['hits']} of {plain['total']}), below the lower 99.8 % limit;"
            f" the trust {per_cent(trust['hits'], trust['total'])} %."
        )
        assert words in html
        error = sqrt(rate * (1 - rate) / plain["total"])
        told.append((-abs(plain["hits"] / plain["total"] - rate) / error, html.index(words)))
    assert [place for _, place in sorted(told)] == sorted(place for _, place in told)
    heat = response.context["heat"]
    assert f"{heat.compared} shares were compared with the trust's: {len(heat.outside)} lie" in html
    assert 'class="none"' in response.content.decode()
    assert response.context["alt"].startswith("Heat map: outside the 99.8 % limits.")

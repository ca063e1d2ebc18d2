"""A trust lead compares schools and ARBs, and opens the pupils behind the numbers."""

import re
from html import unescape

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from pupils.models import Pupil, TermlyTarget
from tests.plain_progress import on_roll, plain_progress
from tests.reporting.plain_compare import (
    chosen_strands,
    file,
    found,
    judge_one,
    page,
    reckon,
    said,
    table,
    the_file_says,
    the_page_says,
)


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


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
    {"cla": "no", "eal": "no", "sex": "M"},
    {"year": "6"},
    {"year": "5", "cla": "no"},
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
        the_page_says(cells[unit], plain)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_earlier_term_is_compared_as_it_was(busy, lead, number):
    term = busy.terms[number]
    response = page(lead, term=term.pk, strand="all")
    assert f'<h1 id="heading">{term} compared</h1>' in response.content.decode()
    cells = table(response)
    for unit in cells:
        the_page_says(cells[unit], reckon(term, unit, {"strand": "all"}))


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
            and not (row["retired_on"] and row["judged"] is None)
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
    empty = page(lead, "compare_pupils", term=judge_one(world), unit="all", number="none")
    assert "Nobody is behind this number" in empty.content.decode()

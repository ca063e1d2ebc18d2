"""The trust lead sees how gains are spread, by route and stream."""

import re
from collections import Counter, defaultdict
from fractions import Fraction
from math import ceil, floor

import pytest
from django.urls import reverse

from assessment.models import Judgement, Stream
from parrcs.core.access import Role
from pupils.models import Placement, Route
from tests.plain_progress import plain_progress
from tests.reporting.plain_compare import (
    belongs,
    chosen_strands,
    found,
    interval,
    page,
    per_cent,
    said,
)
from tests.reporting.plain_pages import cells_of, lines, number_links
from tests.reporting.test_compare_more import newcombe

CHOICES = [
    {},
    {"strand": "all"},
    {"strand": "all", "lens": "taught"},
    {"strand": "area.reading", "pp": "yes"},
    {"route": "semi-formal"},
    {"stream": "engagement", "strand": "all"},
]


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


def plain_spreads(term, unit, chosen):
    """What came of each judgement with a baseline, by the codes of route and stream."""
    routes = {row["id"]: row["code"] for row in Route.objects.values()}
    streams = {row["id"]: row["code"] for row in Stream.objects.values()}
    strands = chosen_strands(chosen)
    spreads = defaultdict(list)
    for each in plain_progress(term):
        if (
            each.gain is not None
            and each.strand in strands
            and belongs(
                {"school_id": each.school, "arb_id": each.arb},
                unit,
                chosen.get("lens", "registered"),
            )
            and chosen.get("route", routes[each.route]) == routes[each.route]
            and (each.pp or "pp" not in chosen)
        ):
            spreads[routes[each.route], streams[each.stream]].append(each)
    return spreads


def quartile(gains, share):
    """What lies at a share of the way from the lowest gain to the highest."""
    place = share * (len(gains) - 1)
    low, high = gains[floor(place)], gains[ceil(place)]
    return low + (high - low) * (place - floor(place))


def signed(number):
    return f"{float(number):+g}".replace("-", "\N{MINUS SIGN}") if number else "0"


@pytest.mark.parametrize(
    ("unit", "chosen"),
    [
        *(("all", each) for each in CHOICES),
        ("school", {"strand": "all"}),
        ("school", {"lens": "taught"}),
        ("arb", {"strand": "all", "lens": "taught"}),
    ],
    ids=str,
)
def test_each_number_on_the_page_and_in_the_file_is_that_of_a_plain_count(busy, lead, chosen, unit):
    key = {"all": "all", "school": f"school-{busy.school.pk}", "arb": f"arb-{busy.arb.pk}"}[unit]
    asked = chosen | {"term": str(busy.term.pk), "unit": key}
    response = page(lead, "compare_gains", **asked)
    cells = cells_of(response)
    rows, totals = lines(lead, "compare_gains", **asked)
    assert totals == []
    names = {each.key: each.name for each in response.context["gains"].offered}
    routes = dict(Route.objects.values_list("code", "name"))
    streams = dict(Stream.objects.values_list("code", "name"))
    whole = plain_spreads(busy.term, "all", chosen)
    assert {tuple(each.split(".")[:2]) for each in cells} == set(whole)
    assert len(cells) == len(rows) == len(whole) * len({"all", key})
    for whose in {"all", key}:
        counted = plain_spreads(busy.term, whose, chosen)
        for route, stream in whole:
            plain = counted[route, stream]
            (line,) = (
                each
                for each in rows
                if (each["Of"], each["Route"], each["Stream"])
                == (names[whose], routes[route], streams[stream])
            )
            the_line_says(line, plain)
            the_cells_say(cells[f"{route}.{stream}.{whose}"], plain)


def reached(plain):
    return Counter(each.reached for each in plain)


def the_line_says(line, plain):
    gains = sorted(each.gain for each in plain)
    hits = reached(plain)[3] + reached(plain)[4]
    assert int(line["Judged with a baseline"]) == len(plain)
    assert int(line["Pupils judged with a baseline"]) == len({each.pupil for each in plain})
    counts = [int(line[each]) for each in ("None", "Some", "Expected", "Better")]
    assert counts == [reached(plain)[each] for each in (1, 2, 3, 4)]
    assert int(line["At or above expected"]) == hits
    if len({each.pupil for each in plain}) < 6:
        assert line["Median gain in points"] == line["Mean gain in points"] == ""
        assert line["Share at or above expected"] == ""
        return
    for name, share in (("Lower quartile", 1), ("Median", 2), ("Upper quartile", 3)):
        (column,) = (each for each in line if each.startswith(name))
        assert float(line[column]) == pytest.approx(float(quartile(gains, Fraction(share, 4))))
    mean = sum(gains) / len(gains)
    assert float(line["Mean gain in points"]) == pytest.approx(float(mean), abs=1e-4)
    columns = ("Share at or above expected", "Lower 95 % limit", "Upper 95 % limit")
    assert [float(line[each]) for each in columns] == pytest.approx(
        [hits / len(plain), *interval(hits, len(plain))]
    )


def the_cells_say(cells, plain):
    gains = sorted(each.gain for each in plain)
    hits, pupils = reached(plain)[3] + reached(plain)[4], len({each.pupil for each in plain})
    assert cells["pupils"] == str(pupils)
    assert cells["judgements"] == str(len(plain))
    assert cells["none"] == f"{reached(plain)[1]} of {len(plain)}"
    if pupils < 6:
        few = "too few" if pupils else "none yet"
        assert cells["share"] == (f"{few} {hits} of {len(plain)}" if plain else few)
        assert not any(each.startswith("quartile") for each in cells)
        return
    for place in (1, 2, 3):
        assert cells[f"quartile-{place}"] == signed(quartile(gains, Fraction(place, 4)))
    low, high = (floor(100 * each + 0.5) for each in interval(hits, len(plain)))
    share = f"{per_cent(hits, len(plain))} % {low}\N{EN DASH}{high}"
    assert cells["share"] == f"{share} {hits} of {len(plain)}"


def test_the_medians_and_where_most_show_no_progress_are_said(busy, lead):
    html = said(page(lead, "compare_gains", term=busy.term.pk, strand="all").content.decode())
    told = {}
    for (route, stream), plain in plain_spreads(busy.term, "all", {"strand": "all"}).items():
        if len({each.pupil for each in plain}) >= 6:
            told[route, stream] = plain
            middle = signed(quartile(sorted(each.gain for each in plain), Fraction(1, 2)))
            name = Stream.objects.filter(code=stream).latest("pk").name
            assert re.search(rf"{re.escape(middle)} points? in {name}", html), (route, stream)
    assert len(told) == 4
    most = max(told, key=lambda each: reached(told[each])[1] / len(told[each]))
    none, total = reached(told[most])[1], len(told[most])
    all_none = sum(reached(each)[1] for each in told.values())
    judged = sum(map(len, told.values()))
    _, low, high = newcombe((none, total), (all_none - none, judged - total))
    if low > 0 or high < 0:
        route = Route.objects.get(code=most[0]).name
        assert f"No progress is more frequent than elsewhere on the route {route} in" in html
        assert f": {per_cent(none, total)} % ({none} of {total})." in html
    else:
        share = f"{per_cent(all_none, judged)} % ({all_none} of {judged})"
        assert f"No progress: {share} of these judgements." in html


def test_each_number_opens_just_as_many(busy, lead):
    for unit in ("all", f"school-{busy.other_school.pk}", f"class-{busy.class_group.pk}"):
        response = page(lead, "compare_gains", term=busy.term.pk, strand="all", unit=unit)
        links = number_links(response)
        assert len(links) >= 6
        for href, number in links:
            assert len(lead.get(href).context["behind"].lines) == number, href


def test_a_unit_that_does_not_exist_is_not_there(busy, foreign, lead):
    for unit in ("x", "school-0", f"school-{foreign.school.pk}", "class-99999999999"):
        for name in ("compare_gains", "compare_distribution"):
            asked = {"term": busy.term.pk, "unit": unit}
            assert lead.get(reverse(name), asked).status_code == 404


def test_without_gains_the_page_says_what_one_is(busy, lead):
    Judgement.objects.filter(term=busy.term).delete()
    html = page(lead, "compare_gains", term=busy.term.pk).content.decode()
    assert "No gains yet" in html
    Placement.objects.all().delete()
    html = page(lead, "compare_gains", term=busy.term.pk).content.decode()
    assert "No pupils are counted" in html
    assert found(r"<h1[^>]*>(.*?)</h1>", html) == f"Gains, {busy.term}"

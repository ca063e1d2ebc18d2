"""Where to look first: what the rules say of numbers made by hand."""

import datetime as dt
import re
from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from assessment.measures import Standing, standing
from reporting.charts.funnel import FunnelPoint, funnel_spec
from reporting.charts.render import as_svg
from reporting.selectors.comparing.choices import Chosen, StrandInForce
from reporting.selectors.comparing.findings import findings, funnel_finding
from reporting.selectors.comparing.rows import Comparison, Row
from reporting.selectors.comparing.tallies import Tally
from reporting.selectors.comparing.units import WHOLE_TRUST, Unit
from schools.choices import Season
from schools.models import Term, Window

READING, WRITING = "area.reading", "area.writing"


def strand(number, code):
    return StrandInForce(number, code, code, 1, "dev", "Developmental", code, code.capitalize())


def tally(hits, total, due=None):
    return Tally(
        pupils=total,
        due=total if due is None else due,
        some=total - hits,
        expected=hits,
        pupils_compared=total,
    )


def compared(units, *, only_reading=False):
    """Compare units given as name: (reading, writing), each the arguments of a tally."""
    strands = (
        [strand(1, "reading")] if only_reading else [strand(1, "reading"), strand(2, "writing")]
    )
    areas = [READING] if only_reading else [READING, WRITING]
    by_name = {
        name: dict(zip(areas, (tally(*each) for each in given), strict=True))
        for name, given in units.items()
    }
    total = {area: sum((tallies[area] for tallies in by_name.values()), Tally()) for area in areas}
    whole = sum(total.values(), Tally())
    rate = whole.at_or_above / whole.compared if whole.compared else 0.0
    rows = []
    for number, (name, tallies) in enumerate(by_name.items()):
        own = sum(tallies.values(), Tally())
        stands = None if own.too_few else standing(own.at_or_above, own.compared, rate)
        rows.append(Row(Unit(f"school-{number}", name, "school", number), own, stands, tallies))
    term = Term(pk=7, season=Season.AUTUMN, starts_on=dt.date(2026, 9, 1))
    return Comparison(
        chosen=Chosen(term=term, strands=tuple(strands)),
        rows=rows,
        total=Row(WHOLE_TRUST, whole, None, total),
        one_stream=True,
        window=Window(opens_on=dt.date(2026, 11, 16), closes_on=dt.date(2026, 12, 11)),
    )


TODAY = dt.date(2026, 11, 23)
CALM: dict[str, Any] = {f"Calm {n}": ((160, 200), (160, 200)) for n in range(4)}


def test_where_nothing_stands_out_there_is_nothing_to_say():
    assert findings(compared(CALM), today=TODAY) == []
    assert funnel_finding(compared(CALM)) == (
        "Funnel: all 4 schools and ARBs that can be placed lie within the limits."
    )


def test_the_funnel_tells_who_is_to_watch_too():
    assert funnel_finding(compared(CALM | {"Headland": ((72, 100), (72, 100))})) == (
        "Funnel: Headland to watch, low for its size; 4 others within the limits."
    )


def test_who_is_behind_comes_first_with_the_area_that_weighs_most():
    (line,) = findings(compared(CALM | {"Moorland": ((45, 100), (70, 100))}), today=TODAY)
    assert (line.mark, line.title) == ("none", "Moorland is behind, most in reading")
    assert line.detail == (
        "58 % at or above expected, 115 of 200; the trust 78 %."
        " Below the 99.8 % limit for its size. In reading 45 %, 45 of 100; the trust 76 %."
    )
    assert line.query == "term=7&unit=school-4&number=below"


def test_behind_in_one_area_only_is_said_of_that_area():
    (line,) = findings(compared(CALM | {"Moorland": ((65, 100), (95, 100))}), today=TODAY)[:1]
    assert line.title == "Moorland is behind in reading"
    assert line.detail.startswith("65 % at or above expected, 65 of 100; the trust 78 %.")
    assert line.query == "term=7&strand=area.reading&unit=school-4&number=below"


def test_where_one_area_is_compared_it_is_named_once():
    units = {name: given[:1] for name, given in CALM.items()} | {"Moorland": ((45, 100),)}
    (line,) = findings(compared(units, only_reading=True), today=TODAY)
    assert line.title == "Moorland is behind in reading"
    assert "In reading" not in line.detail


def test_who_shines_where_another_is_behind_could_teach_it():
    units = CALM | {
        "Moorland": ((45, 100), (78, 100)),
        "Tide": ((100, 100), (85, 100)),
    }
    first, last = findings(compared(units), today=TODAY)
    assert first.title == "Moorland is behind, most in reading"
    assert (last.mark, last.title) == ("better", "Tide shines, most in reading")
    assert last.detail.endswith("Moorland could learn from it.")
    assert last.query.endswith("number=at-or-above")


def test_who_has_not_judged_is_named_with_what_is_left():
    (line,) = findings(compared(CALM | {"Creek": ((4, 5, 14), (0, 0, 14))}), today=TODAY)
    assert line.title == "Creek: 23 of 28 not yet judged"
    assert line.detail == (
        "Too few to say anything. The window for judgements runs to 11 December 2026."
    )
    assert line.query == "term=7&unit=school-4&number=not-judged"


def test_a_window_that_is_shut_is_told_as_such():
    page = compared(CALM | {"Creek": ((4, 5, 14), (0, 0, 14))})
    (line,) = findings(page, today=dt.date(2026, 12, 12))
    assert line.detail.endswith("The window for judgements ran to 11 December 2026.")
    (line,) = findings(page, today=dt.date(2026, 12, 11))
    assert line.detail.endswith("The window for judgements runs to 11 December 2026.")


def test_many_who_have_not_judged_are_one_line():
    units = {f"Calm {n}": ((80, 100, 150 + n), (80, 100, 150)) for n in range(4)}
    (line,) = findings(compared(units), today=TODAY)
    assert line.title == "4 of 4 schools and ARBs have less than 90 % of their judgements in"
    assert line.detail.startswith("Most is left in Calm 3: 103 of 303 not yet judged.")


def test_the_line_of_many_names_the_schools_with_days_of_their_own():
    units = {f"Calm {n}": ((80, 100, 150), (80, 100, 150)) for n in range(5)}
    page = compared(units)
    days = {"opens_on": dt.date(2026, 11, 16), "closes_on": dt.date(2026, 12, 4)}
    page.own_windows[2] = Window(**days)
    (line,) = findings(page, today=TODAY)
    assert line.detail.endswith(
        "The window for judgements runs to 11 December 2026."
        " With days of their own: Calm 2 (to 4 December 2026)."
    )
    page.own_windows.update({n: Window(**days) for n in (0, 1, 4)})
    (line,) = findings(page, today=TODAY)
    assert line.detail.endswith(
        "Calm 0 (to 4 December 2026), Calm 1 (to 4 December 2026) and 2 more."
    )


def test_who_is_between_the_limits_is_one_to_watch_and_no_more():
    (line,) = findings(compared(CALM | {"Headland": ((72, 100), (72, 100))}), today=TODAY)
    assert (line.mark, line.title) == ("some", "Headland is one to watch: low for its size")
    assert "Below the lower 95 % limit, within the 99.8 % one." in line.detail


def test_at_most_four_lines_worst_first_and_room_for_all_kinds():
    units: dict[str, Any] = {f"Calm {n}": ((1600, 2000), (1600, 2000)) for n in range(4)}
    units |= {f"Behind {n}": ((50 - n, 100), (70, 100)) for n in range(5)}
    units |= {"Creek": ((4, 5, 14), (0, 0, 14)), "Tide": ((100, 100), (100, 100))}
    said = [line.title for line in findings(compared(units), today=TODAY)]
    assert said == [
        "Behind 4 is behind, most in reading",
        "Behind 3 is behind, most in reading",
        "Creek: 23 of 28 not yet judged",
        "Tide shines, most in reading",
    ]


def test_nobody_judged_is_no_error():
    units = {"Moorland": ((0, 0, 10), (0, 0, 10))}
    (line,) = findings(compared(units), today=TODAY)
    assert line.title == "Moorland: 20 of 20 not yet judged"
    assert funnel_finding(compared(units)).startswith("Funnel: nobody has enough")


def test_the_funnel_says_who_lies_outside():
    units = CALM | {"Moorland": ((45, 100), (70, 100)), "Tide": ((100, 100), (100, 100))}
    assert funnel_finding(compared(units)) == (
        "Funnel: Moorland below the lower 99.8 % limit;"
        " Tide above the upper 99.8 % limit; 4 others within the limits."
    )


@pytest.mark.parametrize("rate", [0.0, 0.76, 1.0])
def test_the_funnel_names_who_stands_out(rate):
    points = [
        FunnelPoint("Moorland School", 118, 61, Standing.BELOW),
        FunnelPoint("Tide ARB", 18, 18, Standing.ABOVE),
        FunnelPoint("Harbour School", 205, 160, Standing.WITHIN),
    ]
    svg = as_svg(funnel_spec(points, rate))
    assert "Moorland School" in svg
    assert "Tide ARB" in svg
    assert ">Harbour School<" not in svg


def test_no_name_in_the_funnel_is_cut_or_lies_on_another():
    names = [
        "Tide ARB at Millrace Lane Primary School of the Sea",
        "Ebb ARB at the Academy of the Long Road by the Harbour",
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2,
        "灯塔学校" * 12,
    ]
    points = [
        *(FunnelPoint(name, 30 + n, 4, Standing.BELOW) for n, name in enumerate(names[:2])),
        *(FunnelPoint(name, 298 + n, 4, Standing.BELOW) for n, name in enumerate(names[2:])),
        FunnelPoint("Harbour School", 300, 290, Standing.WITHIN),
    ]
    root = ET.fromstring(as_svg(funnel_spec(points, 0.8)))  # noqa: S314  # our own
    width, height = (float(root.get(each)) for each in ("width", "height"))
    ((left, top),) = (
        re.findall(r"translate\(([\d.]+),([\d.]+)\)", each.get("transform", ""))[0]
        for each in root
        if each.tag.endswith("}g")
    )
    found, boxes = [], []
    for each in root.iter():
        if "label:" not in each.get("aria-label", ""):
            continue
        lines = [line.text for line in each] or [each.text]
        found.append("".join(lines).replace(" ", ""))
        x, y = map(float, re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", each.get("transform"))[0])
        x, y = x + float(left), y + float(top)
        wide = max(sum(11 if ord(sign) > 0x2000 else 5.2 for sign in line) for line in lines)
        start = x - wide if each.get("text-anchor") == "end" else x
        boxes.append((start, start + wide, y - 9, y + 13 * (len(lines) - 1)))
    assert sorted(found) == sorted(name.replace(" ", "") for name in names)
    for start, end, high, low in boxes:
        assert 0 <= start < end <= width
        assert 0 <= high < low <= height
    for one, other in combinations(boxes, 2):
        assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]


def test_the_funnel_of_nobody_is_drawn_too():
    assert as_svg(funnel_spec([], 0.0)).startswith("<svg")


def test_names_to_watch_are_left_out_where_they_would_lie_on_another():
    points = [
        FunnelPoint("Beacon School", 180, 158, Standing.WATCH_ABOVE),
        FunnelPoint("Harbour School", 199, 173, Standing.WATCH_ABOVE),
        FunnelPoint("Moorland School", 120, 50, Standing.BELOW),
    ]
    svg = as_svg(funnel_spec(points, 0.8))
    assert ">Moorland School<" in svg
    assert (">Beacon School<" in svg) != (">Harbour School<" in svg)


def test_outside_the_core_areas_no_area_is_named():
    units = {name: (tally(160, 200),) for name in ("Calm 1", "Calm 2", "Calm 3")}
    units |= {"Moorland": (tally(90, 200),), "Tide": (tally(200, 200),)}
    usual = compared(CALM)
    whole = sum((each for (each,) in units.values()), Tally())
    rate = whole.at_or_above / whole.compared
    rows = [
        Row(Unit(name, name, "school"), own, standing(own.at_or_above, own.compared, rate))
        for name, (own,) in units.items()
    ]
    comparison = Comparison(
        chosen=Chosen(term=usual.chosen.term, strands=(), strand="strand.engagement.persistence"),
        rows=rows,
        total=Row(WHOLE_TRUST, whole, None),
        one_stream=True,
        window=None,
    )
    assert [line.title for line in findings(comparison, today=TODAY)] == [
        "Moorland is behind",
        "Tide shines",
    ]

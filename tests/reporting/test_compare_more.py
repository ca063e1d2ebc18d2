"""By size, in groups, since last term, and who could learn from whom, beside a plain count."""

import datetime as dt
import re
from math import sqrt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessment.measures import Standing, difference
from assessment.models import Baseline, Judgement, Point, Strand
from parrcs.core.access import Role
from pupils.choices import PrimaryNeed
from pupils.models import Pupil
from reporting.selectors.comparing.changes import changes
from reporting.selectors.comparing.choices import Chosen, compare_choices
from reporting.selectors.comparing.groups import divided
from reporting.selectors.comparing.learning import learning
from reporting.selectors.comparing.rows import comparison
from reporting.selectors.comparing.sizes import by_size
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import ClassGroupFactory, SchoolFactory
from tests.plain_progress import on_roll
from tests.reporting.more_life import add_more_life
from tests.reporting.plain_compare import interval, of_year, page, per_cent, reckon, said

PAGES = ("compare_sizes", "compare_groups", "compare_learning")


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


def compared(world, term=None, **chosen):
    found = compare_choices(term=str((term or world.term).pk), today=world.terms[-1].ends_on)
    strands = found.counted(stream="", strand=chosen.get("strand", "core"))
    picked = Chosen(term=found.term, strands=strands, **chosen)
    return comparison(world.access(Role.TRUST_LEAD), chosen=picked)


def test_how_much_larger_a_share_is_by_the_published_example():
    """Newcombe (1998), table II, method 10: 56 of 70 beside 48 of 80."""
    found = difference((56, 70), (48, 80))
    assert [round(each, 4) for each in found] == [0.2, 0.0524, 0.3339]
    assert found.clear
    assert not difference((5, 10), (4, 10)).clear
    assert difference((0, 0), (4, 10)) is None


def newcombe(one, other):
    (n, of), (m, whole) = one, other
    low, high = interval(n, of)
    lower, upper = interval(m, whole)
    by = n / of - m / whole
    return (
        by,
        by - sqrt((n / of - low) ** 2 + (upper - m / whole) ** 2),
        by + sqrt((high - n / of) ** 2 + (m / whole - lower) ** 2),
    )


def test_each_group_is_counted_and_held_against_everybody_else(busy, lead):
    found = divided(busy.access(Role.TRUST_LEAD), chosen=compared(busy).chosen)
    people = {row["id"]: row for row in Pupil.objects.values()}
    roll = [people[at["pupil_id"]] for at in on_roll(busy.term)]
    whole = reckon(busy.term, "all", {})
    by_code = {each.code: each.groups for each in found.divisions}
    assert {"setting", "route", "need", "pp", "cla", "eal", "sex", "year"} == set(by_code)
    checked = 0
    for division, groups in by_code.items():
        assert sum(each.tally.pupils for each in groups) == whole["pupils"], division
        for group in groups:
            if not group.choice:
                continue
            plain = reckon(busy.term, "all", dict([group.choice]))
            assert (group.tally.judged, group.tally.due) == (plain["judged"], plain["due"])
            assert (group.tally.at_or_above, group.tally.compared) == (
                plain["hits"],
                plain["total"],
            )
            rest = (whole["hits"] - plain["hits"], whole["total"] - plain["total"])
            others = whole["of pupils"] - plain["of pupils"]
            if plain["of pupils"] >= 6 and others >= 6:
                wanted = newcombe((plain["hits"], plain["total"]), rest)
                assert group.gap == pytest.approx(wanted)
                checked += 1
            else:
                assert group.gap is None
                assert group.mark[1] == "too few"
    assert checked > 6
    years = {of_year(each["born_on"], busy.term.year.starts_on) for each in roll}
    assert {int(each.choice[1]) for each in by_code["year"]} == years
    html = page(lead, "compare_groups", term=busy.term.pk).content.decode()
    for group in by_code["pp"]:
        (row,) = re.findall(rf'data-group="pp:{group.name}">(.*?)</tr>', html, re.DOTALL)
        assert f"{group.tally.judged} of {group.tally.due}" in said(row)
        if group.tally.shown:
            assert f"{per_cent(group.tally.at_or_above, group.tally.compared)} %" in said(row)


def test_the_settings_are_special_mainstream_and_arb(busy):
    found = divided(busy.access(Role.TRUST_LEAD), chosen=compared(busy).chosen)
    (setting,) = (each for each in found.divisions if each.code == "setting")
    in_arbs = {at["pupil_id"] for at in on_roll(busy.term) if at["arb_id"]}
    counts = {each.name: each.tally.pupils for each in setting.groups}
    assert counts["In an ARB"] == len(in_arbs)


def test_each_measure_by_size_is_that_of_a_plain_count(busy, lead):
    add_more_life(busy, seed=3)
    measures = {each.measure.code: each for each in by_size(compared(busy))}
    for key in ("school", "arb"):
        unit = f"school-{busy.school.pk}" if key == "school" else f"arb-{busy.arb.pk}"
        plain = reckon(busy.term, unit, {})
        sized = {code: each.units[unit][1] for code, each in measures.items()}
        targets = plain["targets"]
        met = targets["met"]
        assert sized["progress"][:2] == (plain["hits"], plain["total"])
        assert sized["targets"][:2] == (met, met + targets["not met"])
        assert sized["absence"][:2] == (plain["persistent"], plain["attending"])
        if plain["attending"] < 6:
            assert sized["absence"].standing is None
    html = page(lead, "compare_sizes", term=busy.term.pk).content.decode()
    plain = reckon(busy.term, "all", {})
    assert f"{plain['persistent']} of {plain['attending']}" in said(html)
    for code in measures:
        svg = lead.get(reverse("compare_size", args=[code]), {"term": busy.term.pk})
        assert svg.headers["Content-Type"] == "image/svg+xml"
        assert b"<svg" in svg.content
    assert lead.get(reverse("compare_size", args=["nonsense"])).status_code == 404


def everyone_gains(world, school, gains, term=None):
    """Put a pupil into a school for each gain in reading, from the first point on."""
    strand = Strand.objects.get(stream=world.developmental, code="reading")
    points = list(Point.objects.filter(stream=world.developmental).order_by("value"))
    group = ClassGroupFactory(school=school, year=world.term.year)
    for gain in gains:
        pupil = PupilFactory(primary_need=PrimaryNeed.ASD)
        PlacementFactory(
            pupil=pupil,
            school=school,
            class_group=group,
            route=world.routes["semi-formal"],
            starts_on=dt.date(2025, 9, 1),
        )
        Baseline.objects.create(
            pupil=pupil, strand=strand, point=points[0], judged_on=dt.date(2025, 9, 15)
        )
        for when, more in (term or {world.term: 0}).items():
            Judgement.objects.create(
                pupil=pupil,
                strand=strand,
                term=when,
                point=points[gain + more],
                judged_at=timezone.now(),
            )


def test_who_is_strong_is_matched_with_who_needs_help_in_the_same_strand(world):
    weak, strong, middling = (SchoolFactory(name=each) for each in ("Weak", "Strong", "Middling"))
    everyone_gains(world, weak, [1] * 30)
    everyone_gains(world, strong, [9] * 30)
    everyone_gains(world, middling, [1, 9] * 15)
    found = learning(compared(world))
    (match,) = found.matches
    assert (match.name, match.takes.unit.name) == ("Reading", "Weak")
    assert [each.unit.name for each in match.gives] == ["Strong"]
    assert match.takes.standing is Standing.BELOW
    assert (match.takes.tally.at_or_above, match.takes.tally.pupils_compared) == (0, 30)
    assert found.unmet == []


def test_where_nobody_stands_out_the_highest_are_named_as_such(world, lead):
    weak = SchoolFactory(name="Weak")
    everyone_gains(world, weak, [1] * 10)
    for number in range(8):
        everyone_gains(world, SchoolFactory(name=f"Able {number}"), [9] * 6)
    found = learning(compared(world))
    assert not found.matches
    (unmet,) = found.unmet
    assert unmet.takes.unit.name == "Weak"
    assert len(unmet.highest) == 2
    html = said(page(lead, "compare_learning", term=world.term.pk).content.decode())
    assert "Help is needed, and nobody here stands out" in html
    assert "Highest there, though within what chance may explain" in html


def test_what_changed_since_last_term_is_told_when_chance_hardly_explains_it(world, lead):
    before, now = world.terms[2], world.term
    risen, same = SchoolFactory(name="Risen"), SchoolFactory(name="Same")
    everyone_gains(world, risen, [1] * 20, {before: 0, now: 10})
    everyone_gains(world, same, [9] * 20, {before: 0, now: 2})
    since = changes(world.access(Role.TRUST_LEAD), compared(world))
    assert since.term == before
    told = [said for _, said in since.told]
    assert "Risen: up 100 percentage points, from 0 % (0 of 20) to 100 % (20 of 20)." in told
    assert not any(each.startswith("Same") for each in told)
    change = since.by_row[f"school-{risen.pk}"]
    assert change.moved == pytest.approx(newcombe((20, 20), (0, 20)))
    html = said(page(lead, term=now.pk).content.decode())
    assert "Risen: up 100 percentage points" in html
    first = said(page(lead, term=world.terms[0].pk).content.decode())
    assert "There is no term before this one." in first


def test_rows_stand_in_the_order_that_was_asked_for(busy, lead):
    def order(sort):
        html = page(lead, term=busy.term.pk, strand="all", sort=sort).content.decode()
        assert ('aria-sort="' in html) == (sort not in ("", "nonsense"))
        return re.findall(r'data-unit="((?:school|arb)-\d+)"', html)

    usual = order("")
    assert order("nonsense") == usual
    shares = {
        unit: plain["hits"] / plain["total"]
        for unit in usual
        if (plain := reckon(busy.term, unit, {"strand": "all"}))["of pupils"] >= 6
    }
    rising = [unit for unit in order("share") if unit in shares]
    assert [shares[unit] for unit in rising] == sorted(shares.values())
    falling = [unit for unit in order("-share") if unit in shares]
    assert [shares[unit] for unit in falling] == sorted(shares.values(), reverse=True)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_LEAD])
def test_nobody_else_looks(sign_in, role, name):
    client = sign_in(role)
    assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse(f"{name}_file", args=["csv"])).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_each_page_speaks_when_there_is_nothing(world, lead, name):
    html = page(lead, name, term=world.term.pk, need="VI").content.decode()
    assert said(html)
    for ending in ("csv", "xlsx"):
        sent = lead.get(reverse(f"{name}_file", args=[ending]), {"term": world.term.pk})
        assert sent.status_code == 200
    wrong = {"term": world.term.pk, "need": "ZZ"}
    assert "There is no such need" in page(lead, name, **wrong).content.decode()
    assert lead.get(reverse(f"{name}_file", args=["csv"]), wrong).status_code == 404


@pytest.mark.parametrize("name", [*PAGES, "compare_inside"])
def test_more_pupils_take_no_more_queries(busy, lead, name):
    asked = {"term": busy.term.pk, "strand": "all", "unit": f"class-{busy.class_group.pk}"}

    def queries():
        with CaptureQueriesContext(connection) as caught:
            page(lead, name, **asked)
        return len(caught)

    queries()
    few = queries()
    everyone_gains(busy, busy.school, [1, 2, 3])
    for _ in range(3):
        everyone_gains(busy, SchoolFactory(), [4, 5])
    assert queries() == few
    assert few <= 36

"""From the trust to a school, a class and a pupil: the same totals, in both lenses, any trust."""

import re
from dataclasses import fields
from html import unescape

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parrcs.core.access import Role
from pupils.choices import PrimaryNeed, Sex
from pupils.selectors.lenses import Lens
from reporting.filters import CompareFilters
from reporting.selectors.comparing.choices import compare_choices
from reporting.selectors.comparing.inside import inside
from reporting.selectors.comparing.rows import comparison
from reporting.selectors.comparing.tallies import Tally
from reporting.selectors.comparing.units import NoSuchUnit
from tests.reporting.conftest import add_life
from tests.reporting.more_life import add_more_life
from tests.reporting.more_schools import add_schools
from tests.reporting.plain_compare import reckon, said, the_tally_is

yes_or_no = st.sampled_from(["yes", "no"])
choices = st.fixed_dictionaries(
    {"lens": st.sampled_from([each.value for each in Lens])},
    optional={
        "strand": st.sampled_from(["all", "area.reading", "strand.engagement.exploration"]),
        "stream": st.just("developmental"),
        "route": st.sampled_from(["pre-formal", "semi-formal", "formal"]),
        "need": st.sampled_from([str(each.value) for each in list(PrimaryNeed)[:4]]),
        "pp": yes_or_no,
        "cla": yes_or_no,
        "eal": yes_or_no,
        "sex": st.sampled_from([str(each.value) for each in Sex]),
        "year": st.integers(0, 13).map(str),
    },
)


def chosen_of(world, term, asked):
    found = compare_choices(term=str(term.pk), today=world.terms[-1].ends_on)
    filters = CompareFilters(asked | {"term": str(term.pk)}, choices=found, term=found.term)
    assert not filters.errors
    # What has no strands is replaced by what has some; the plain count takes what was taken.
    return filters.chosen, asked | {"strand": filters.answers["strand"]}


def adds_up(rows, total):
    """The counts of rows that add up to a total, but for what is not counted."""
    for name in (each.name for each in fields(Tally)):
        assert sum(getattr(row.tally, name) for row in rows) == getattr(total.tally, name), name


def check_levels(world, term, asked):
    access = world.access(Role.TRUST_LEAD)
    chosen, plainly = chosen_of(world, term, asked)
    compared = comparison(access, chosen=chosen)
    the_tally_is(compared.total.tally, reckon(term, "all", plainly))
    in_rows = [
        row
        for row in compared.rows
        if row.unit.kind == "school" or (row.unit.kind == "ARB" and chosen.lens is Lens.TAUGHT)
    ]
    adds_up(in_rows, compared.total)
    for row in compared.rows:
        the_tally_is(row.tally, reckon(term, row.unit.key, plainly))
        classes = inside(access, chosen=chosen, key=row.unit.key)
        assert classes.total.tally == row.tally
        assert classes.total.strands == row.strands
        assert classes.trust.tally.compared == compared.total.tally.compared
        adds_up(classes.rows, classes.total)
        for of_class in classes.rows:
            pupils = inside(access, chosen=chosen, key=of_class.unit.key)
            assert pupils.total.tally == of_class.tally
            adds_up(pupils.rows, pupils.total)
            assert {each.tally.pupils for each in pupils.rows} <= {1}


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**6), st.integers(1, 3), choices)
def test_the_totals_of_any_trust_are_the_same_on_each_level(world, seed, term, asked):
    with transaction.atomic():
        add_life(world, pupils=25, seed=seed)
        add_schools(world, seed=seed)
        add_more_life(world, seed=seed)
        check_levels(world, world.terms[term], asked)
        transaction.set_rollback(True)


def test_a_pupil_in_each_row_of_a_class_is_counted_as_in_plain_python(busy):
    add_more_life(busy, seed=1)
    chosen, plainly = chosen_of(busy, busy.term, {"strand": "all"})
    found = inside(busy.access(Role.TRUST_LEAD), chosen=chosen, key=f"class-{busy.class_group.pk}")
    assert len(found.rows) > 3
    for row in found.rows:
        the_tally_is(row.tally, reckon(busy.term, row.unit.key, plainly))


def test_each_number_of_a_class_opens_just_as_many(busy, sign_in):
    lead, asked = sign_in(Role.TRUST_LEAD), {"term": busy.term.pk, "strand": "all"}
    page = lead.get(reverse("compare_inside"), asked | {"unit": f"class-{busy.class_group.pk}"})
    links = re.findall(r'<a class="n" href="(.+?)">(.*?)</a>', page.content.decode(), re.DOTALL)
    of_pupils = [each for each in links if "unit=pupil-" in each[0]]
    assert len(of_pupils) > 5
    for href, words in of_pupils[:12]:
        opened = lead.get(unescape(href))
        assert opened.status_code == 200, href
        assert len(opened.context["behind"].lines) == int(re.search(r"\d+", said(words)).group())


@pytest.mark.parametrize(
    "key", ["", "all", "school-0", "class-0", "class-x", "class-²", "none-all", "pupil-1", "x"]
)
def test_what_is_not_there_cannot_be_looked_into(busy, key):
    chosen, _ = chosen_of(busy, busy.term, {})
    with pytest.raises(NoSuchUnit):
        inside(busy.access(Role.TRUST_LEAD), chosen=chosen, key=key)


def test_the_way_down_and_back_keeps_the_choices(busy, sign_in):
    lead = sign_in(Role.TRUST_LEAD)
    asked = {"term": busy.term.pk, "strand": "all", "pp": "no", "lens": "taught"}
    page = lead.get(reverse("compare_inside"), asked | {"unit": f"class-{busy.arb_class.pk}"})
    html = page.content.decode()
    crumbs = [url for _, url in page.context["crumbs"]]
    assert [name for name, _ in page.context["crumbs"]] == [
        "Compare",
        busy.school.name,
        busy.arb.name,
    ]
    for url in crumbs:
        back = lead.get(url)
        assert back.status_code == 200
        assert back.context["chosen"] == page.context["chosen"]
    assert f'name="unit" value="class-{busy.arb_class.pk}"' in html
    sheet = lead.get(reverse("compare_inside_file", args=["csv"]), asked | {"unit": "school-0"})
    assert sheet.status_code == 404

"""What a comparison leaves unsaid, in which order it tells, and that it counts only once."""

import csv
import re
from html import unescape
from io import StringIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessment.measures import Difference
from parrcs.core.access import Role
from parrcs.core.planning import much_at_once
from pupils.models import TermlyTarget
from reporting.models import KeptView
from reporting.selectors.comparing.words import difference_said, moved_said, points_of
from schools.models import School
from tests.factories.schools import SchoolFactory
from tests.reporting.more_life import add_more_life
from tests.reporting.plain_compare import found, page, reckon, said, table
from tests.reporting.test_compare_more import everyone_gains


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.TRUST_LEAD)


def test_many_targets_of_few_pupils_are_too_few(busy, lead):
    of_one = TermlyTarget.objects.filter(term=busy.term, judged__isnull=False).first().pupil_id
    TermlyTarget.objects.filter(term=busy.term).exclude(pupil=of_one).delete()
    one = TermlyTarget.objects.filter(pupil=of_one, term=busy.term).first()
    for position in range(10, 20):
        TermlyTarget.objects.create(
            pupil_id=of_one,
            term=busy.term,
            outcome=one.outcome,
            walt=f"Target {position}",
            position=position,
            judged=3,
        )
    plain = reckon(busy.term, "all", {})
    judged = plain["targets"]["met"] + plain["targets"]["not met"]
    assert judged > 6
    assert plain["aimed"] == 1
    assert table(page(lead, term=busy.term.pk))["all"]["targets"].startswith("too few")
    sizes = said(page(lead, "compare_sizes", term=busy.term.pk).content.decode())
    assert "Targets met: too few pupils in each school and ARB to place any." in sizes


def inside(client, busy, **more):
    asked = {"term": busy.term.pk, "unit": f"class-{busy.class_group.pk}"} | more
    return page(client, "compare_inside", **asked)


def targets_of(plain):
    met = plain["targets"]["met"]
    return met, met + plain["targets"]["not met"]


@pytest.mark.parametrize(
    ("column", "share"),
    [
        ("share", lambda plain: (plain["hits"], plain["total"])),
        ("targets", targets_of),
        ("attendance", lambda plain: (plain["attended"], plain["sessions"])),
    ],
)
def test_the_pupils_of_a_class_stand_in_the_order_of_their_own_shares(busy, lead, column, share):
    add_more_life(busy, seed=3)
    for sort in (column, f"-{column}"):
        units = [unit for unit in table(inside(lead, busy, sort=sort)) if unit[:5] == "pupil"]
        counted = [share(reckon(busy.term, unit, {})) for unit in units]
        shares = [part / whole for part, whole in counted if whole]
        assert len(set(shares)) > 1
        assert shares == sorted(shares, reverse=sort.startswith("-"))
        assert all(whole for _, whole in counted[: len(shares)]), "those without come last"


def test_a_choice_that_counts_nobody_in_a_place_says_so_there(busy, lead):
    empty = SchoolFactory(name="Nobody Here")
    for unit in (f"school-{empty.pk}", f"class-{busy.class_group.pk}", f"none-arb-{busy.arb.pk}"):
        html = said(
            page(lead, "compare_inside", term=busy.term.pk, unit=unit, need="VI").content.decode()
        )
        assert "No pupils are counted" in html
        behind = {"term": busy.term.pk, "unit": unit, "need": "VI", "number": "judged"}
        assert page(lead, "compare_pupils", **behind).context["behind"].lines == []
        assert page(lead, "compare_gains", term=busy.term.pk, unit=unit, need="VI")
    for unit in ("school-0", "none-class-1", "none-none-arb-1", "arb-x", "moon-1", ""):
        asked = {"term": busy.term.pk, "unit": unit}
        assert lead.get(reverse("compare_inside"), asked).status_code == 404


def test_who_needs_help_stands_in_the_file_whoever_could_help(world, lead):
    everyone_gains(world, SchoolFactory(name="Weak"), [1] * 10)

    def file():
        sent = page(lead, "compare_learning_file", term=world.term.pk).content
        return list(csv.DictReader(StringIO(sent.decode("utf-8-sig"))))

    for number in range(8):
        everyone_gains(world, SchoolFactory(name=f"Able {number}"), [9] * 6)
    lines = file()
    assert {each["Needs help"] for each in lines} == {"Weak"}
    assert len(lines) == 2
    assert {each["What it is there"] for each in lines} == {
        "highest, within what chance may explain"
    }
    everyone_gains(world, SchoolFactory(name="Strong"), [9] * 60)
    assert [(each["Could learn from"], each["What it is there"]) for each in file()] == [
        ("Strong", "strong")
    ]


def test_the_file_of_a_class_has_no_column_that_is_always_empty(busy, lead):
    asked = {"term": busy.term.pk, "unit": f"class-{busy.class_group.pk}"}
    sent = page(lead, "compare_inside_file", **asked).content.decode("utf-8-sig")
    assert not [
        each for each in sent.splitlines()[0].split(",") if "hange" in each or "ince" in each
    ]


def test_points_are_rounded_alike_everywhere(busy):
    assert [points_of(each) for each in (0.005, -0.005, 0.025, 0.0049)] == [1, -1, 3, 0]
    assert (
        difference_said(Difference(-0.005, -0.025, 0.025))
        == "\N{MINUS SIGN}1 (\N{MINUS SIGN}3 to +3)"
    )
    assert moved_said(Difference(0.01, 0.001, 0.02)) == "up 1 percentage point"


PICTURES = {
    "compare": "compare_funnel",
    "compare_strands": "compare_heat",
    "compare_terms": "compare_trend",
    "compare_gains": "compare_distribution",
    "compare_sizes": "compare_size",
    "compare_groups": "compare_groups_chart",
}


def pictures(client, name, **asked):
    html = page(client, name, **asked).content.decode()

    return [unescape(each) for each in re.findall(r'<img[^>]* src="([^"]+\?[^"]+)"', html)]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_drawn_from_what_its_page_has_counted(busy, lead, name):
    images = pictures(lead, name, term=busy.term.pk, strand="all")
    assert images
    handed_on = [drawn(lead, each) for each in images]
    cache.clear()
    for (words, queries), image in zip(handed_on, images, strict=True):
        again, more = drawn(lead, image)
        cache.clear()
        assert words == again != []
        assert queries < more


def drawn(client, image):
    """The words of a picture that the browser may keep, and how many queries they took."""
    with CaptureQueriesContext(connection) as queries:
        picture = client.get(image)
    assert picture["Cache-Control"] == "private, max-age=3600"
    return re.findall(r">([^<]+)<", picture.content.decode()), len(queries)


def test_a_school_by_another_name_has_another_picture(busy, lead):
    (before,) = pictures(lead, "compare_strands", term=busy.term.pk)
    School.objects.filter(pk=busy.school.pk).update(name="Renamed")
    (after,) = pictures(lead, "compare_strands", term=busy.term.pk)
    assert before != after
    assert b"Renamed" in lead.get(after).content


def test_a_picture_that_was_handed_on_is_for_who_compares_this_trust_only(busy, lead, sign_in):
    (image,) = pictures(lead, "compare_strands", term=busy.term.pk)
    assert lead.get(image).status_code == 200
    assert sign_in(Role.HEAD).get(image).status_code == 403


def test_queries_about_a_trust_are_planned_within_a_transaction_and_as_before_after_it(db):
    def setting():
        with connection.cursor() as cursor:
            cursor.execute("SHOW enable_nestloop")
            return cursor.fetchone()[0]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
    with much_at_once():
        assert setting() == "off"
    assert setting() == "off"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = on")
    with much_at_once():
        assert setting() == "off"
    assert setting() == "on"


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_planned():
    with pytest.raises(TransactionManagementError), much_at_once():
        pass


def test_a_view_that_says_too_much_is_not_kept(busy, lead):
    much = "need=" + "\N{SNOWMAN}" * 500
    answer = lead.post(
        reverse("compare_kept"), {"name": "Much", "page": "compare", "said": much}, follow=True
    )
    assert answer.status_code == 200
    assert "says too much" in answer.content.decode()
    assert not KeptView.objects.exists()


def test_where_nobody_stands_out_those_with_the_highest_shares_are_named(world, lead):
    """Of eight at 100 % those with the most pupils; one a little lower is not among them."""
    everyone_gains(world, SchoolFactory(name="Weak"), [1] * 10)
    everyone_gains(world, SchoolFactory(name="Large"), [9] * 13 + [1])
    for number in range(6):
        everyone_gains(world, SchoolFactory(name=f"Able {number}"), [9] * (6 + number % 2))
    (unmet,) = page(lead, "compare_learning", term=world.term.pk).context["learning"].unmet
    assert [each.tally.at_or_above / each.tally.compared for each in unmet.highest] == [1, 1]
    assert {each.tally.compared for each in unmet.highest} == {7}


def test_gaps_say_how_many_were_looked_at_and_how_many_more_there_are(busy, lead):
    response = page(lead, "compare_groups", term=busy.term.pk)
    divided = response.context["divided"]
    gaps = [
        (group, len(division.groups))
        for division in divided.divisions
        for group in division.groups
        if group.gap
    ]
    looked_at = [group for group, beside in gaps if not (beside == 2 and group.gap.by > 0)]
    clear = [group for group in looked_at if group.gap.low > 0 or group.gap.high < 0]
    words = said(response.content.decode())
    if clear:
        assert f"{len(looked_at)} were looked at" in words
    assert len(divided.told) + divided.untold == len(clear)
    nearest = [min(abs(each.gap.low), abs(each.gap.high)) for each in divided.clear]
    assert nearest == sorted(nearest, reverse=True)


def test_pictures_stand_on_paper_also_where_the_page_is_dark(busy, lead):
    for name in PICTURES:
        for image in pictures(lead, name, term=busy.term.pk, strand="all"):
            assert b'fill="#ffffff"' in lead.get(image).content.lower(), image


def test_a_year_group_is_said_to_be_of_other_pupils_across_a_september(busy, lead):
    words = "A year group is of other pupils in each school year"
    for name in ("compare", "compare_terms"):
        assert words not in said(html_of(lead, name, busy))
    assert words in said(html_of(lead, "compare", busy, year="6"))
    html = said(html_of(lead, "compare_terms", busy, year="6"))
    assert (words in html) == ("looked at" in html)


def test_of_a_choice_pupils_are_counted_and_not_all_on_roll(busy, lead):
    for name in ("compare", "compare_sizes", "compare_groups", "compare_gains"):
        assert "on roll" in said(found(r'id="totals"[^>]*>(.*?)</p>', html_of(lead, name, busy)))
        some = said(found(r'id="totals"[^>]*>(.*?)</p>', html_of(lead, name, busy, need="SLD")))
        assert "counted" in some
        assert "on roll" not in some


def html_of(client, name, busy, **chosen):
    return page(client, name, term=busy.term.pk, **chosen).content.decode()


def test_the_line_above_the_gains_of_a_school_is_the_schools(busy, lead):
    plain = reckon(busy.term, f"arb-{busy.arb.pk}", {})
    html = html_of(lead, "compare_gains", busy, unit=f"arb-{busy.arb.pk}")
    line = said(found(r'id="totals"[^>]*>(.*?)</p>', html))
    assert line.startswith(f"{plain['pupils']} pupil")
    assert f"{plain['total']} judgements with a baseline" in line


def test_each_file_says_its_term_and_how_pupils_are_counted_in_each_line(busy, lead):
    for name in ("compare_sizes", "compare_groups", "compare_strands", "compare"):
        sent = page(lead, f"{name}_file", term=busy.term.pk, lens="taught").content
        for line in csv.DictReader(StringIO(sent.decode("utf-8-sig"))):
            assert (line["Term"], line["Count pupils"]) == (str(busy.term), "as taught")


def test_nobody_within_the_choices_is_the_reason_on_each_page(busy, lead):
    for name in (*PICTURES, "compare_learning"):
        html = html_of(lead, name, busy, need="VI", cla="yes", eal="yes", pp="yes")
        assert "No pupils are counted" in said(html), name

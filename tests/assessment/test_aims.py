"""Aims: what is suggested, how they are set together, and who may."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.apps import apps
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessment.measures import GoodLevel, good_level, suggested_aim
from assessment.models import Aim, Point, Strand
from assessment.selectors.aims import aims_of, aims_page
from assessment.services.aims import AimsRefused, set_aims
from parrcs.core.access import Role
from schools.choices import Season
from schools.models import Term
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.schools import TermFactory

SCALE = [Decimal(n) for n in range(1, 21)]


@pytest.mark.parametrize(
    ("start", "rate", "left", "gain", "terms", "aim"),
    [
        ("8", "1", 3, None, 0, "11"),  # the route alone: one point a term for three terms
        ("8", "1", 3, "6", 3, "14"),  # the pupil's own two a term are more
        ("8", "1", 3, "2", 4, "11"),  # own rate of a half is less: the route expects one
        ("8", "1", 3, "5", 1, "11"),  # one term is too little to believe
        ("8", "0.5", 3, "3", 2, "12"),  # 8 + 1.5 x 3 = 12.5, down to a point
        ("8", "0.25", 3, None, 0, "8"),  # 8.75 is not 9 yet
        ("8", "0", 3, "0", 6, "8"),  # where holding on is the aim
        ("8", "1", 3, "-4", 4, "11"),  # who fell back is expected to go on by the route
        ("19", "2", 3, None, 0, "20"),  # never above the top
        ("8", "1", 0, "6", 3, "8"),  # the year is over
        ("8", "1", 3, "1", 3, "11"),
    ],
)
def test_what_is_suggested_by_hand(start, rate, left, gain, terms, aim):
    assert suggested_aim(
        SCALE,
        start=Decimal(start),
        expected=Decimal(rate) * left,
        terms_left=left,
        gain=None if gain is None else Decimal(gain),
        terms=terms,
    ) == Decimal(aim)


quarters = st.integers(0, 80).map(lambda n: Decimal(n) / 4)


@given(
    st.sets(quarters, min_size=1),
    st.data(),
    quarters,
    st.integers(0, 6),
    st.none() | st.integers(-40, 40).map(lambda n: Decimal(n) / 4),
    st.integers(0, 9),
)
def test_a_suggestion_again_point_by_point(values, data, rate, left, gain, terms):
    """Climb the scale while the next point is still within reach, by whole numbers only."""
    scale = sorted(values)
    start = data.draw(st.sampled_from(scale))
    best = Fraction(rate)
    if gain is not None and terms >= 2 and Fraction(gain) > best * terms:
        best = Fraction(gain) / terms
    at = scale.index(start)
    while at + 1 < len(scale) and Fraction(scale[at + 1]) - Fraction(start) <= best * left:
        at += 1
    found = suggested_aim(
        scale, start=start, expected=rate * left, terms_left=left, gain=gain, terms=terms
    )
    assert found == scale[at]


@pytest.mark.parametrize(
    ("goals", "level"),
    [
        ([True] * 12, GoodLevel.REACHED),
        ([True] * 11 + [False], GoodLevel.NOT_YET),
        ([True] * 11 + [None], GoodLevel.NOT_JUDGED),
        ([None, False], GoodLevel.NOT_YET),
        ([], GoodLevel.NOT_JUDGED),
    ],
)
def test_a_good_level_of_development_asks_for_every_goal(goals, level):
    assert good_level(goals) is level


@pytest.fixture
def autumn(world):
    """Pupil 1, semi-formal: baseline 5, then 7, 9, 11 in last year's terms. Pupil 0: 3 only."""
    for season in (Season.SPRING, Season.SUMMER):
        TermFactory(year=world.term.year, season=season)
    reading = Strand.objects.get(code="reading")
    points = {int(p.value): p for p in Point.objects.filter(stream=world.developmental)}
    BaselineFactory(pupil=world.pupils[1], strand=reading, point=points[5])
    BaselineFactory(
        pupil=world.pupils[0], strand=reading, point=points[3], judged_on=dt.date(2026, 9, 10)
    )
    for term, value in zip(world.terms, (7, 9, 11), strict=False):
        JudgementFactory(pupil=world.pupils[1], strand=reading, term=term, point=points[value])
    world.reading, world.points = reading, points
    world.address = reverse("class_aims", args=[world.class_group.pk])
    world.field = f"aim-{world.pupils[1].pk}-{reading.pk}"
    world.other_field = f"aim-{world.pupils[0].pk}-{reading.pk}"
    return world


def standing(world):
    """The aims that stand, by pupil."""
    return {aim.pupil_id: aim.point.code for aim in Aim.objects.select_related("point")}


def test_the_lead_takes_all_suggestions_and_a_teacher_reads_them(autumn, sign_in):
    lead = sign_in(Role.ASSESSMENT_LEAD)
    page = lead.get(autumn.address).content.decode()
    # 11 + 2 a term x 3 terms; and 3 + 0.5 x 3 = 4.5, down to 4.
    assert "suggested 17" in page
    assert "suggested 4" in page
    assert "2 can be set as suggested at once" in page
    answer = lead.post(autumn.address, {"take": "suggested"}, follow=True)
    assert "2 aims saved." in answer.content.decode()
    assert standing(autumn) == {autumn.pupils[1].pk: "17", autumn.pupils[0].pk: "4"}
    aim = Aim.objects.get(pupil=autumn.pupils[1])
    assert aim.suggested == aim.point
    assert aim.set_by == autumn.people[Role.ASSESSMENT_LEAD]

    teacher = sign_in(Role.TEACHER)
    page = teacher.get(autumn.address).content.decode()
    assert "<b>17</b>" in page
    assert '<form method="post" class="stack"' not in page
    assert teacher.post(autumn.address, {autumn.field: "18"}).status_code == 403
    assert standing(autumn)[autumn.pupils[1].pk] == "17"

    access = autumn.access(Role.TEACHER)
    found = aims_of(
        access, pupils=autumn.pupils, strands=[autumn.reading.pk], year=autumn.term.year
    )
    assert found[autumn.pupils[1].pk, autumn.reading.pk] == (autumn.points[17].pk, "17")


def test_one_is_changed_one_taken_back_and_history_keeps_both(autumn, sign_in):
    lead = sign_in(Role.HEAD)
    lead.post(autumn.address, {"take": "suggested"})
    seen = " ".join(f"{aim.pupil_id}-{aim.strand_id}:{aim.point_id}" for aim in Aim.objects.all())
    answer = lead.post(
        autumn.address, {"seen": seen, autumn.field: "19", autumn.other_field: ""}, follow=True
    )
    assert "2 aims saved." in answer.content.decode()
    assert standing(autumn) == {autumn.pupils[1].pk: "19"}
    events = apps.get_model("assessment", "AimEvent").objects.order_by("pgh_id")
    assert sorted((e.pgh_label, e.point.code) for e in events) == [
        ("deleted", "4"),
        ("superseded", "17"),
    ]
    nothing = lead.post(autumn.address, {"seen": seen, autumn.other_field: ""}, follow=True)
    assert "by somebody else" in nothing.content.decode()  # what was seen is no longer there
    assert standing(autumn) == {autumn.pupils[1].pk: "19"}


def test_what_somebody_else_set_meanwhile_is_told_and_kept(autumn, sign_in):
    first, second = sign_in(Role.HEAD), sign_in(Role.ASSESSMENT_LEAD)
    first.post(autumn.address, {autumn.field: "15"})
    answer = second.post(autumn.address, {autumn.field: "16", autumn.other_field: "5"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "15 stands here now." in page
    assert 'value="16"' in page  # what was typed is kept
    assert standing(autumn) == {autumn.pupils[1].pk: "15"}  # all or nothing
    # Told, the person decides: the page sends what it has told as seen.
    seen = f"{autumn.pupils[1].pk}-{autumn.reading.pk}:{autumn.points[15].pk}"
    assert f'name="seen" value="{seen}"' in page
    second.post(autumn.address, {"seen": seen, autumn.field: "16", autumn.other_field: "5"})
    assert standing(autumn) == {autumn.pupils[1].pk: "16", autumn.pupils[0].pk: "5"}


def test_a_conflict_told_of_one_aim_takes_back_no_other(autumn, sign_in):
    first, second = sign_in(Role.HEAD), sign_in(Role.ASSESSMENT_LEAD)
    first.post(autumn.address, {autumn.field: "12", autumn.other_field: "4"})
    opened = second.get(autumn.address).context["form"].seen_by_now
    first.post(autumn.address, {"seen": opened, autumn.field: "15", autumn.other_field: "6"})
    mine = {"seen": opened, autumn.field: "16", autumn.other_field: "4"}
    told = second.post(autumn.address, mine).context["form"]
    fields = {
        field.cell.name: field.value for _, rows in told.tables for _, r in rows for field in r
    }
    assert (fields[autumn.field], fields[autumn.other_field]) == ("16", "6")
    second.post(autumn.address, {**fields, "seen": told.seen_by_now})
    assert standing(autumn) == {autumn.pupils[1].pk: "16", autumn.pupils[0].pk: "6"}


def test_a_slip_of_the_pen_is_told_and_nothing_is_stored(autumn, sign_in):
    lead = sign_in(Role.ASSESSMENT_LEAD)
    Aim.objects.create(
        pupil=autumn.pupils[0], strand=autumn.reading, year=autumn.term.year,
        point=autumn.points[4], set_by=autumn.people[Role.HEAD],
        set_at=dt.datetime(2026, 9, 20, tzinfo=dt.UTC),
    )  # fmt: skip
    answer = lead.post(
        autumn.address, {"seen": "nonsense", autumn.field: "1o", autumn.other_field: "4"}
    )
    page = answer.content.decode()
    assert "1o is not a point of Developmental, which goes from 1 to 20." in page
    assert f'href="#id_{autumn.field}"' in page
    assert 'name="seen" value="nonsense"' in page  # not what somebody may have set since
    assert standing(autumn) == {autumn.pupils[0].pk: "4"}
    # The same aim typed again is no change.
    lead.post(autumn.address, {autumn.other_field: "4"})
    assert Aim.objects.get().set_by == autumn.people[Role.HEAD]


def test_an_aim_below_where_the_pupil_stands_is_asked_about_and_set_when_meant(autumn, sign_in):
    lead = sign_in(Role.ASSESSMENT_LEAD)
    asked = {autumn.field: "9", autumn.other_field: "5"}
    answer = lead.post(autumn.address, asked)
    page = answer.content.decode()
    assert "9 is not above 11, where the pupil stands now, so it would count as reached" in page
    assert f'href="#id_{autumn.field}"' in page
    assert 'value="9"' in page
    assert standing(autumn) == {}  # all or nothing
    # Another one below is asked about by itself: only what was told is taken as meant.
    mark = f"{autumn.pupils[1].pk}-{autumn.reading.pk}"
    lower = f"{mark}:{autumn.points[9].pk}"
    assert f'name="lower" value="{lower}"' in page
    again = lead.post(autumn.address, {**asked, autumn.field: "8", "lower": lower})
    assert "8 is not above 11" in again.content.decode()
    assert standing(autumn) == {}
    lead.post(autumn.address, {**asked, "lower": lower})
    assert standing(autumn) == {autumn.pupils[1].pk: "9", autumn.pupils[0].pk: "5"}
    # What stands is not asked about when the rest of the class is saved.
    seen = " ".join(f"{aim.pupil_id}-{aim.strand_id}:{aim.point_id}" for aim in Aim.objects.all())
    lead.post(autumn.address, {"seen": seen, autumn.field: "9", autumn.other_field: "6"})
    assert standing(autumn) == {autumn.pupils[1].pk: "9", autumn.pupils[0].pk: "6"}


def test_an_aim_where_the_pupil_stands_already_is_asked_about_unless_it_is_suggested(
    autumn, sign_in
):
    lead = sign_in(Role.ASSESSMENT_LEAD)
    page = lead.post(autumn.address, {autumn.field: "11"}).content.decode()
    assert "11 is not above 11" in page
    # Where holding on is what the route expects, it is the aim.
    autumn.developmental.expectations.update(points_a_term=0)
    autumn.pupils[1].baselines.update(point=autumn.points[11])
    lead.post(autumn.address, {autumn.field: "11"})
    assert standing(autumn) == {autumn.pupils[1].pk: "11"}


@pytest.mark.parametrize("mark", ["lower", "seen"])
def test_a_mark_that_no_page_sends_is_no_fault_of_ours(autumn, sign_in, mark):
    sent = {mark: "\x00", autumn.field: "9"}
    assert sign_in(Role.ASSESSMENT_LEAD).post(autumn.address, sent).status_code == 200
    assert standing(autumn) == {}


def test_a_suggestion_adds_up_the_terms_to_come_by_the_figures_of_each(autumn):
    """From 3, half a point in the autumn and five in each of two terms: down to 13."""
    terms = list(Term.objects.filter(year=autumn.term.year).order_by("starts_on"))
    for row in list(autumn.developmental.expectations.all()):
        row.ends_on = terms[1].starts_on - dt.timedelta(days=1)
        row.save()
        row.pk, row.points_a_term = None, 5
        row.starts_on, row.ends_on = terms[1].starts_on, None
        row.save()
    page = aims_page(
        autumn.access(Role.HEAD), class_group=autumn.class_group, today=dt.date(2026, 9, 25)
    )
    cell = next(c for c in page.cells if c.name == autumn.other_field)
    assert cell.suggested.code == "13"


def test_the_aims_of_a_year_that_is_over_stay(autumn):
    access = autumn.access(Role.HEAD)
    late = dt.date(2099, 1, 1)
    type(autumn.term.year).objects.filter(pk=autumn.term.year_id).update(
        ends_on=dt.date(2027, 8, 31)
    )
    autumn.class_group.year.refresh_from_db()
    page = aims_page(access, class_group=autumn.class_group, today=late)
    assert page.over
    with pytest.raises(AimsRefused, match="is over"):
        set_aims(by=access, page=page, wanted=[])


def test_a_newer_baseline_goes_before_an_older_judgement(autumn):
    reading, pupil = autumn.reading, autumn.pupils[1]
    pupil.baselines.update(replaced_on=dt.date(2026, 9, 20))
    BaselineFactory(
        pupil=pupil, strand=reading, point=autumn.points[6], judged_on=dt.date(2026, 9, 20)
    )
    page = aims_page(
        autumn.access(Role.HEAD), class_group=autumn.class_group, today=dt.date(2026, 9, 25)
    )
    cell = next(c for c in page.cells if c.name == autumn.field)
    assert cell.last is None
    assert cell.suggested.code == "9"  # 6 + one a term for three terms

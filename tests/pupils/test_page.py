"""The page of one pupil: who may read it, and whether its numbers are right."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from assessment.models import Baseline, Expectation, Judgement, Point, Strand
from assessment.selectors.progress import progress_of
from parrcs.core.access import Role
from pupils.choices import TargetOutcome
from pupils.models import Placement
from pupils.selectors.cohorts import cohort
from schools.models import Term
from tests.factories.assessment import BaselineFactory, JudgementFactory, StreamFactory
from tests.factories.pupils import (
    OutcomeFactory,
    PlacementFactory,
    PlanFactory,
    TermlyTargetFactory,
)
from tests.pupils.conftest import words
from tests.world import give_target


def page_of(pupil):
    return reverse("pupil", args=[pupil.pk])


def points(stream):
    return {int(point.value): point for point in Point.objects.filter(stream=stream)}


@pytest.fixture
def history(world):
    """The semi-formal pupil of Curlew: four terms in reading, three in writing, none besides."""
    pupil = world.pupils[1]
    scale = points(world.developmental)
    reading, writing = (
        Strand.objects.get(stream=world.developmental, code=code) for code in ("reading", "writing")
    )
    BaselineFactory(pupil=pupil, strand=reading, point=scale[5])
    BaselineFactory(
        pupil=pupil,
        strand=writing,
        point=scale[3],
        judged_on=dt.date(2025, 9, 15),
        replaced_on=dt.date(2026, 2, 2),
    )
    BaselineFactory(pupil=pupil, strand=writing, point=scale[4], judged_on=dt.date(2026, 2, 2))
    for strand, values in ((reading, [6, 6, 11, 9]), (writing, [4, None, 4, 7])):
        for term, value in zip(world.terms, values, strict=True):
            if value:
                JudgementFactory(pupil=pupil, strand=strand, term=term, point=scale[value])
    return pupil


def by_hand(pupil):
    """Reckon gain, expected gain and indicator anew, from the rows alone."""
    return {
        (each.strand_id, each.term_id): _reckoned(pupil, each)
        for each in Judgement.objects.filter(pupil=pupil)
    }


def _reckoned(pupil, judgement):
    term, stream, value = judgement.term, judgement.strand.stream, judgement.point.value
    starts = [
        baseline
        for baseline in Baseline.objects.filter(pupil=pupil, strand=judgement.strand)
        if baseline.judged_on <= term.ends_on < (baseline.replaced_on or dt.date.max)
    ]
    routes = [
        placement.route
        for placement in Placement.objects.filter(pupil=pupil)
        if placement.starts_on <= term.census_on <= (placement.ends_on or dt.date.max)
    ]
    if not starts:
        return value, None, None, None
    (start,), (route,) = starts, routes
    gain = value - start.point.value
    terms = [
        each for each in Term.objects.all() if start.judged_on <= each.census_on <= term.census_on
    ]
    expected = Expectation.objects.get(stream=stream, route=route).points_a_term * len(terms)
    if expected == 0:
        return value, gain, expected, "expected" if gain >= 0 else "none"
    times = gain / expected
    word = "some" if times < 1 else "better" if times >= stream.better else "expected"
    return value, gain, expected, word if times > 0 else "none"


def shown(response):
    """What the page was given to show, in the same form."""
    return {
        (line.strand.pk, value.term.pk): (
            value.value,
            value.gain,
            value.expected,
            value.mark or None,
        )
        for stream in response.context["positions"].streams
        for line in stream.lines
        for value in line.values
        if value
    }


def test_every_number_is_what_the_rows_say(world, sign_in, history):
    response = sign_in(Role.TEACHER).get(page_of(history))
    numbers = shown(response)
    assert numbers == by_hand(history)
    assert len(numbers) == 7
    assert {mark for *_, mark in numbers.values()} == {"none", "some", "expected", "better"}


def test_the_numbers_are_those_of_the_reports(world, sign_in, history):
    numbers = shown(sign_in(Role.TEACHER).get(page_of(history)))
    for term in world.terms:
        counted = progress_of(cohort(world.access(Role.TEACHER), term=term))
        reported = {each.strand_id: (each.value, each.gain, each.expected) for each in counted}
        mine = {strand: value[:3] for (strand, of), value in numbers.items() if of == term.pk}
        assert reported == mine


def test_the_page_reads_as_a_line_a_strand(world, sign_in, history):
    content = sign_in(Role.TEACHER).get(page_of(history)).content.decode()
    row = re.search(r'<tr>\s*<th scope="row">Reading.*?</tr>', content, re.DOTALL)
    assert row
    cells = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip()
        for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row.group(), re.DOTALL)
    ]
    # Gain and expected gain since the baseline, then autumn 2026 back to autumn 2025.
    assert cells == [
        "Reading",
        "+4",
        "+4",
        "9 expected",
        "11 better",
        "6 some",
        "6 expected",
        "5 15 Sep 2025",
    ]
    assert "Developmental , version 1.0" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))


def test_the_first_sentence_says_where_things_stand(world, sign_in, history):
    TermlyTargetFactory(
        outcome=OutcomeFactory(plan=PlanFactory(pupil=history)),
        term=world.term,
        judged=TargetOutcome.MET,
    )
    give_target(history, world.term, position=2)
    page = words(sign_in(Role.TEACHER).get(page_of(history)))
    assert (
        "Autumn 2026: 2 of 3 strands judged, 2 of 2 as expected or better since the baseline."
        " 1 of 2 targets judged." in page
    )


def test_what_is_not_due_any_more_stays_with_its_own_stream(world, sign_in, history):
    """A stream that was judged once, and is not for this route, is shown and not compared."""
    strand = Strand.objects.filter(stream=world.engagement)[0]
    JudgementFactory(
        pupil=history, strand=strand, term=world.terms[2], point=points(world.engagement)[2]
    )
    response = sign_in(Role.TEACHER).get(page_of(history))
    last = response.context["positions"].streams[-1]
    assert last.stream == world.engagement
    assert [line.due for line in last.lines] == [False]
    assert "not due now" in words(response)
    assert [value.indicator for value in last.lines[0].values if value] == [None]


def test_a_new_version_of_a_stream_moves_no_old_number(world, sign_in, history):
    before = shown(sign_in(Role.TEACHER).get(page_of(history)))
    world.developmental.approved_until = dt.date(2026, 8, 31)
    world.developmental.save()
    newer = StreamFactory(code="developmental", version="2.0", approved_from=dt.date(2026, 9, 1))
    Expectation.objects.create(
        stream=newer, route=world.routes["semi-formal"], points_a_term=Decimal(9)
    )
    after = shown(sign_in(Role.TEACHER).get(page_of(history)))
    old_terms = {term.pk for term in world.terms[:3]}
    assert {key: before[key] for key in before if key[1] in old_terms} == {
        key: after[key] for key in after if key[1] in old_terms
    }
    # What was judged in the old version after it ended is shown, and compared with nothing.
    late = [numbers for key, numbers in after.items() if key[1] == world.term.pk]
    assert [(expected, word) for _, _, expected, word in late] == [(None, None)] * 2


def test_at_most_six_terms_are_shown_and_none_that_is_to_come(world, sign_in, history):
    response = sign_in(Role.TEACHER).get(page_of(history))
    assert response.context["positions"].terms == world.terms
    spring = Term.objects.create(
        year=world.term.year,
        season="spring",
        starts_on=dt.date(2027, 1, 5),
        census_on=dt.date(2027, 1, 21),
        ends_on=dt.date(2027, 3, 27),
    )
    target = give_target(history, spring)
    response = sign_in(Role.TEACHER).get(page_of(history))
    assert response.context["positions"].terms == world.terms
    # What is planned for it stands first among the targets.
    assert [each.term for each in response.context["coming"]] == [spring]
    assert target.walt in words(response)


def test_who_the_pupil_is_is_spelled_out(world, sign_in):
    pupil = world.arb_pupils[0]
    pupil.pupil_premium = pupil.eal = True
    pupil.save()
    page = words(sign_in(Role.HOST_LINK).get(page_of(pupil)))
    for said in (
        "Year 6 · Tern · Harbour Beacon School · Harbour Tide ARB at Harbour Penwith High",
        "Formal route",
        "Primary need Autistic spectrum disorder",
        "Date of birth 14 March 2016",
        f"Unique pupil number (UPN) {pupil.upn}",
        "Pupil premium Yes",
        "Child looked after No",
        "English as an additional language Yes",
    ):
        assert said in page


def test_the_way_back_goes_as_far_as_the_person_sees(world, sign_in):
    pupil = world.pupils[0]
    response = sign_in(Role.TEACHER).get(page_of(pupil))
    assert [name for name, _ in response.context["crumbs"]] == [
        "Harbour Partnership",
        "Harbour Beacon School",
        "Curlew",
    ]
    for _, url in response.context["crumbs"]:
        assert sign_in(Role.TEACHER).get(url).status_code == 200
    # The school that a pupil has left for another one sees the pupil, not that other school.
    Placement.objects.filter(pupil=pupil).update(ends_on=dt.date(2026, 10, 23))
    PlacementFactory(
        pupil=pupil,
        school=world.other_school,
        class_group=world.other_class,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 10, 24),
    )
    response = sign_in(Role.HEAD).get(page_of(pupil))
    assert [name for name, _ in response.context["crumbs"]] == ["Harbour Partnership"]


def test_an_empty_page_says_what_belongs_there(world, sign_in):
    pupil = world.pupils[0]
    teacher, lead = (
        words(sign_in(role).get(page_of(pupil))) for role in (Role.TEACHER, Role.INCLUSION_LEAD)
    )
    assert "No targets for Autumn 2026" in teacher
    assert "Write the first target" in teacher
    assert "The inclusion lead or the head writes it." in teacher
    assert "The class teacher writes them." in lead
    Expectation.objects.all().delete()
    assert "No assessment stream is in use for the pre-formal route" in words(
        sign_in(Role.TEACHER).get(page_of(pupil))
    )


def test_the_page_costs_the_same_however_much_is_on_it(world, sign_in, counted, history):
    teacher = sign_in(Role.TEACHER)
    teacher.get(page_of(history))
    give_target(history, world.term)
    with counted() as few:
        teacher.get(page_of(history))
    scale = points(world.developmental)
    for n, strand in enumerate(Strand.objects.filter(stream=world.developmental)):
        for term in world.terms:
            Judgement.objects.get_or_create(
                pupil=history,
                strand=strand,
                term=term,
                defaults={"point": scale[7], "judged_at": "2026-11-21T10:00Z"},
            )
        BaselineFactory(
            pupil=history,
            strand=strand,
            point=scale[2],
            judged_on=dt.date(2024, 9, 2),
            replaced_on=dt.date(2024, 9, 3 + n),
        )
    for n in range(20):
        TermlyTargetFactory(
            outcome=OutcomeFactory(plan=PlanFactory(pupil=history)),
            term=world.terms[n % 4],
            position=n + 2,
            judged=TargetOutcome.MET,
            judged_by=world.people[Role.TEACHER],
            judged_at="2026-11-20T10:00Z",
        )
    with counted() as many:
        teacher.get(page_of(history))
    assert len(few) == len(many)
    own = [query for query in many if '"django_' not in query["sql"] and " FROM " in query["sql"]]
    assert len(own) <= 15  # with the person and their memberships


@pytest.mark.parametrize(
    ("born_on", "said"),
    [
        (dt.date(2022, 8, 31), "Reception"),
        (dt.date(2022, 9, 1), "Nursery"),
        (dt.date(2021, 8, 31), "Year 1"),
        (dt.date(2008, 9, 1), "Year 13"),
    ],
)
def test_the_year_group_goes_by_age(world, sign_in, born_on, said):
    pupil = world.pupils[0]
    pupil.born_on = born_on
    pupil.save()
    Placement.objects.filter(pupil=pupil).update(class_group=None)
    page = words(sign_in(Role.HEAD).get(page_of(pupil)))
    assert f"{said} · No class yet · Harbour Beacon School" in page

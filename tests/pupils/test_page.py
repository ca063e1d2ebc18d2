"""The page of one pupil: who may read it, and whether its numbers are right."""

import datetime as dt
import re

import pytest

from assessment.models import (
    Aim,
    Baseline,
    Evidence,
    Expectation,
    Judgement,
    Note,
    Strand,
    TestScore,
)
from assessment.selectors.progress import progress_of
from parrcs.core.access import Role
from pupils.choices import ProvisionKind, TargetOutcome
from pupils.models import AttendanceTotal, Placement, Provision, ProvisionReview
from pupils.selectors.cohorts import cohort
from schools.models import Term
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.pupils import (
    OutcomeFactory,
    PlacementFactory,
    PlanFactory,
    TermlyTargetFactory,
)
from tests.pupils.conftest import words
from tests.pupils.pages import page_of, points, shown
from tests.world import give_target


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
        if baseline.judged_on <= term.census_on < (baseline.replaced_on or dt.date.max)
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
    due = Expectation.objects.get(stream=stream, route=route)
    expected = due.points_a_term * len(terms)
    if expected == 0:
        return value, gain, expected, "expected" if gain >= 0 else "none"
    times = gain / expected
    word = "some" if times < 1 else "better" if times >= due.better else "expected"
    return value, gain, expected, word if times > 0 else "none"


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
    # Gain beside the expected one, then the path: the baseline, and autumn 2025 to autumn 2026.
    assert cells == [
        "Reading",
        "expected +4, +4 expected",
        "5 15 Sep 2025",
        "6 expected",
        "6 some",
        "11 better",
        "9 expected",
        "",
    ]
    assert "Developmental version 1.0" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))


def test_the_path_is_drawn_from_the_baseline_to_the_last_judgement(world, sign_in, history):
    positions = sign_in(Role.TEACHER).get(page_of(history)).context["overview"].positions
    drawn = {line.strand.name: line.drawn for line in positions.lines}
    # 5, 6, 6, 11, 9: from left to right, the highest at the top.
    assert [(float(x), float(y)) for x, y in drawn["Reading"]] == [
        (4.0, 26.0),
        (27.0, 22.3),
        (50.0, 22.3),
        (73.0, 4.0),
        (96.0, 11.3),
    ]
    assert drawn["Communication"] == ()


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
    last = response.context["overview"].positions.streams[-1]
    assert last.stream == world.engagement
    assert [line.due for line in last.lines] == [False]
    assert "not due now" in words(response)
    assert [value.indicator for value in last.lines[0].values if value] == [None]


def test_a_newcomer_is_shown_no_term_from_before_they_came(world, sign_in):
    pupil = world.pupils[1]
    Placement.objects.filter(pupil=pupil).update(starts_on=dt.date(2026, 9, 7))
    positions = sign_in(Role.TEACHER).get(page_of(pupil)).context["overview"].positions
    assert positions.terms == [world.term]


def test_the_aim_of_the_year_stands_beside_the_path(world, sign_in, history):
    reading = Strand.objects.get(stream=world.developmental, code="reading")
    Aim.objects.create(
        pupil=history,
        strand=reading,
        year=world.term.year,
        point=points(world.developmental)[12],
        set_by=world.people[Role.ASSESSMENT_LEAD],
        set_at="2026-10-01T10:00Z",
    )
    response = sign_in(Role.TEACHER).get(page_of(history))
    aims = {line.strand.name: line.aim for line in response.context["overview"].positions.lines}
    assert aims["Reading"] == "12"
    assert "Aim for 2026/27" in words(response)


def test_attendance_is_said_with_what_counts_as_persistent_absence(world, sign_in, history):
    client = sign_in(Role.TEACHER)
    assert "No sessions are known yet." in words(client.get(page_of(history)))
    for starts_on, possible, attended in (
        (dt.date(2025, 9, 1), 380, 380),
        (dt.date(2026, 9, 1), 70, 60),
        (dt.date(2026, 11, 2), 120, 112),
    ):
        AttendanceTotal.objects.create(
            pupil=history,
            starts_on=starts_on,
            ends_on=starts_on + dt.timedelta(days=40),
            possible=possible,
            attended=attended,
            authorised=possible - attended,
        )
    page = words(client.get(page_of(history)))
    assert (
        "2026/27, until 12 December 2026: attended 172 of 190 sessions, 90.5 %;"
        " 10 % or more missed counts as persistent absence." in page
    )
    assert "persistently absent" not in page
    AttendanceTotal.objects.filter(starts_on=dt.date(2026, 11, 2)).update(
        attended=111, authorised=9
    )
    page = words(client.get(page_of(history)))
    assert "persistently absent 19 sessions missed." in page
    assert "2025/26: 380 of 380" in page


def test_at_most_six_terms_are_shown_and_none_that_is_to_come(world, sign_in, history):
    response = sign_in(Role.TEACHER).get(page_of(history))
    assert response.context["overview"].positions.terms == world.terms
    spring = Term.objects.create(
        year=world.term.year,
        season="spring",
        starts_on=dt.date(2027, 1, 5),
        census_on=dt.date(2027, 1, 21),
        ends_on=dt.date(2027, 3, 27),
    )
    target = give_target(history, spring)
    response = sign_in(Role.TEACHER).get(page_of(history))
    assert response.context["overview"].positions.terms == world.terms
    # What is planned for it stands first among the targets.
    assert [each.term for each in response.context["overview"].coming] == [spring]
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


def more_on_the_page(world, pupil, number):
    """Give a pupil some of everything that is recorded beside judgements."""
    teacher = world.people[Role.TEACHER]
    strand = Strand.objects.get(stream=world.developmental, code="reading")
    for n in range(number):
        day = dt.date(2026, 9, 1) + dt.timedelta(days=10 * number + n)
        provision = Provision.objects.create(
            pupil=pupil, kind=ProvisionKind.DANCE, aim="Moves in time", starts_on=day
        )
        for term in world.terms[3:]:
            ProvisionReview.objects.create(
                provision=provision, term=term, progress=3, reviewed_by=teacher
            )
        TestScore.objects.create(
            pupil=pupil,
            core_area=strand.core_area,
            test=f"Reading {n}",
            taken_on=day,
            score=7,
            entered_by=teacher,
        )
        note = Note.objects.create(
            pupil=pupil,
            strand=strand,
            point=points(world.developmental)[3],
            secured=False,
            seen_on=day,
            written_by=teacher,
        )
        Evidence.objects.create(
            note=note, name="a", kind="application/pdf", size=1, sha256="0", content=b"%"
        )
        AttendanceTotal.objects.create(
            pupil=pupil, starts_on=day, ends_on=day, possible=2, attended=2
        )


def test_the_page_costs_the_same_however_much_is_on_it(world, sign_in, counted, history):
    teacher = sign_in(Role.TEACHER)
    give_target(history, world.term)
    more_on_the_page(world, history, 1)
    teacher.get(page_of(history))
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
    more_on_the_page(world, history, 8)
    with counted() as many:
        response = teacher.get(page_of(history))
    assert len(response.context["overview"].provisions) == 9
    assert len(few) == len(many)
    own = [query for query in many if '"django_' not in query["sql"] and " FROM " in query["sql"]]
    assert len(own) <= 28  # with the person, their roles and notices, and what supports the pupil


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

"""The pages a teacher records in: the list of classes and the grid of a class and a term."""

import datetime as dt
import json
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessment.models import Point, Strand
from assessment.selectors.progress import progress_of
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.choices import TargetOutcome
from pupils.models import Placement
from pupils.selectors.cohorts import cohort
from schools.choices import Season
from schools.models import Window
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import ClassGroupFactory, MembershipFactory, TermFactory, WindowFactory
from tests.world import World, give_target


def strand(world: World, code: str) -> Strand:
    return Strand.objects.get(code=code)


def point(stream, value: int) -> Point:
    return Point.objects.get(stream=stream, value=value)


def grid_url(world: World, term=None, class_group=None) -> str:
    return reverse("grid", args=[(class_group or world.class_group).pk, (term or world.term).pk])


def data_of(response) -> dict:
    text = response.content.decode()
    (data,) = re.findall(r'<script id="grid-data" type="application/json">(.*?)</script>', text)
    return json.loads(data)


def judged(world, pupil, code, value, term=None, baseline=None):
    """Judge a pupil; the baseline, if any, is of September 2025."""
    where = strand(world, code)
    if baseline is not None:
        BaselineFactory(pupil=pupil, strand=where, point=point(where.stream, baseline))
    return JudgementFactory(
        pupil=pupil, strand=where, term=term or world.term, point=point(where.stream, value)
    )


def test_the_grid_shows_what_is_due_by_route_and_what_was_reached(world, sign_in):
    pre, semi, formal = world.pupils
    judged(world, semi, "reading", 12, term=world.terms[2], baseline=8)
    judged(world, semi, "reading", 13)
    give_target(pre, world.term)
    response = sign_in(Role.TEACHER).get(grid_url(world))
    assert response.status_code == 200
    data = data_of(response)
    assert [row["pupil"] for row in data["rows"]] == [pre.pk, semi.pk, formal.pk]
    assert [column["name"] for column in data["columns"]] == [
        "Communication", "Reading", "Writing", "Exploration", "Persistence", "Target 1",
    ]  # fmt: skip
    # Engagement is due on the pre-formal route only; the target is one pupil's.
    assert [[cell is not None for cell in row] for row in data["cells"]] == [
        [True, True, True, True, True, True],
        [True, True, True, False, False, False],
        [True, True, True, False, False, False],
    ]
    cell = data["cells"][1][1]
    # Since September 2025: autumn, spring, summer and this autumn, one point expected in each.
    assert (cell["code"], cell["gain"], cell["step"]) == ("13", "+5", "+1")
    assert (cell["expected"], cell["indicator"]) == ("4", "expected")
    assert (cell["last_code"], cell["last_term"]) == ("12", "Summer 2026")
    assert cell["path"] == [["Summer 2026", "12", ""]]
    assert (cell["baseline"], cell["baseline_on"]) == ("8", "15 September 2025")
    text = response.content.decode()
    assert "<b>1 of 12</b>" in re.sub(' data-part="judged"', "", text)
    assert "about 2 minutes left" in text


@pytest.mark.parametrize(
    ("value", "gain", "reached"),
    [(9, "\N{MINUS SIGN}1", "none"), (10, "0", "none"), (13, "+3", "some"), (14, "+4", "expected"),
     (15, "+5", "expected"), (16, "+6", "better")],
)  # fmt: skip
def test_gain_and_tint_follow_the_streams_cuts(world, sign_in, value, gain, reached):
    judged(world, world.pupils[1], "reading", value, baseline=10)
    cell = data_of(sign_in(Role.TEACHER).get(grid_url(world)))["cells"][1][1]
    assert (cell["gain"], cell["indicator"]) == (gain, reached)


def test_without_a_baseline_there_is_a_point_but_no_gain(world, sign_in):
    judged(world, world.pupils[1], "reading", 9)
    cell = data_of(sign_in(Role.TEACHER).get(grid_url(world)))["cells"][1][1]
    assert cell["code"] == "9"
    assert not {"gain", "indicator", "baseline", "expected", "start"} & set(cell)


def test_a_target_shows_its_words_and_the_outcome_before(world, sign_in):
    pupil = world.pupils[0]
    before = give_target(pupil, world.terms[2])
    before.judged = TargetOutcome.PARTLY
    before.save()
    target = give_target(pupil, world.term)
    target.carried_from = before
    target.save()
    cell = data_of(sign_in(Role.TEACHER).get(grid_url(world)))["cells"][0][-1]
    assert cell["walt"] == "ask for help with a picture card"
    assert (cell["last"], cell["last_code"]) == (2, "Partly")
    assert cell["path"] == [["Summer 2026", "Partly", ""]]


def test_a_mover_is_in_the_grid_of_the_class_they_ended_the_term_in(world, sign_in):
    mover = world.pupils[2]
    placement = Placement.objects.get(pupil=mover)
    placement.ends_on = dt.date(2027, 1, 31)
    placement.save()
    PlacementFactory(
        pupil=mover,
        school=world.school,
        arb=world.arb,
        class_group=world.arb_class,
        route=world.routes["formal"],
        starts_on=dt.date(2027, 2, 1),
    )
    spring = TermFactory(year=world.class_group.year, season=Season.SPRING)
    head = sign_in(Role.HEAD)
    here = data_of(head.get(grid_url(world, spring)))["rows"]
    there = data_of(head.get(grid_url(world, spring, class_group=world.arb_class)))["rows"]
    assert mover.pk not in {row["pupil"] for row in here}
    assert mover.pk in {row["pupil"] for row in there}
    # In the term before, the move had not happened.
    assert mover.pk in {row["pupil"] for row in data_of(head.get(grid_url(world)))["rows"]}


def change_route(world, pupil, route, day):
    """End the pupil's placement and begin another one in the same class, on another route."""
    Placement.objects.filter(pupil=pupil).update(ends_on=day - dt.timedelta(days=1))
    PlacementFactory(
        pupil=pupil,
        school=world.school,
        class_group=world.class_group,
        route=world.routes[route],
        starts_on=day,
    )


def test_after_a_change_of_route_grid_save_report_and_pupil_page_agree(world, desk):
    """The route of the census date decides what is due, wherever one looks."""
    pre, semi, _ = world.pupils
    after = world.term.census_on + dt.timedelta(days=1)
    change_route(world, pre, "formal", after)
    change_route(world, semi, "pre-formal", after)
    judged(world, pre, "reading", 9, baseline=8)
    head = desk(Role.HEAD)
    engaged = {
        "strand": strand(world, "exploration").pk, "point": point(world.engagement, 3).pk,
    }  # fmt: skip
    assert head.save(pupil=pre.pk, **engaged).status_code == 200
    refused = head.save(pupil=semi.pk, **engaged)
    assert refused.json()["words"].endswith("who is on the semi-formal route.")

    access = world.access(Role.HEAD)
    reported = progress_of(cohort(access, term=world.term))
    data = data_of(head.client.get(grid_url(world)))
    assert [row["route"] for row in data["rows"]] == ["Pre-formal", "Semi-formal", "Formal"]
    for pupil, cells, due in zip((pre, semi), data["cells"], (5, 3), strict=False):
        shown = {cell["strand"]: cell for cell in cells if cell}
        where = head.client.get(reverse("pupil", args=[pupil.pk])).context["positions"]
        assert {line.strand.pk for line in where.due} == set(shown)
        assert len(shown) == due
        expected = {each.strand_id: each.expected for each in reported if each.pupil_id == pupil.pk}
        on_page = {
            line.strand.pk: line.values[-1].expected for line in where.due if line.values[-1]
        }
        in_grid = {
            key: Decimal(cell["expected"]) if "expected" in cell else None
            for key, cell in shown.items()
            if "version" in cell
        }
        assert expected == on_page == in_grid
    listed = head.client.get(reverse("classes")).context["list"].classes[0].coverage
    assert (listed.judged, listed.due) == (2, 5 + 3 + 3)
    assert len(reported) == 2


def test_who_joined_after_the_census_is_judged_on_the_route_they_joined_on(world, desk):
    pupil = world.pupils[0]
    after = world.term.census_on + dt.timedelta(days=1)
    Placement.objects.filter(pupil=pupil).update(starts_on=after)
    head = desk(Role.HEAD)
    cells = data_of(head.client.get(grid_url(world)))["cells"]
    assert {5, 3} == {sum(cell is not None for cell in row) for row in cells}
    where = head.client.get(reverse("pupil", args=[pupil.pk])).context["positions"]
    assert len(where.due) == 5


def test_an_earlier_term_is_for_reading(world, sign_in):
    client = sign_in(Role.HEAD)
    last_year = ClassGroupFactory(school=world.school, year=world.terms[1].year)
    Placement.objects.filter(pupil=world.pupils[0]).update(class_group=last_year)
    WindowFactory(term=world.terms[1], opens_on=dt.date(2000, 2, 1), closes_on=dt.date(2000, 3, 3))
    response = client.get(grid_url(world, world.terms[1], class_group=last_year))
    assert data_of(response)["open"] is False
    assert "window closed on Friday 3 March 2000" in response.content.decode()
    assert 'aria-readonly="true"' in response.content.decode()
    assert "minutes left" not in response.content.decode()
    # The way there, from the term after it; and not to a term of another year.
    after = client.get(grid_url(world, world.terms[2], class_group=last_year)).content.decode()
    assert grid_url(world, world.terms[1], class_group=last_year) in after
    assert grid_url(world, class_group=last_year) not in after


def test_an_empty_class_and_a_class_with_nothing_due_say_so(world, sign_in):
    empty = ClassGroupFactory(school=world.school, year=world.class_group.year)
    response = sign_in(Role.HEAD).get(grid_url(world, class_group=empty))
    assert "No pupils here in Autumn 2026" in response.content.decode()
    for stream in (world.developmental, world.engagement):
        stream.approved_until = dt.date(2026, 8, 31)
        stream.save()
    response = sign_in(Role.HEAD).get(grid_url(world))
    assert "Nothing is due in Autumn 2026" in response.content.decode()


def test_who_may_open_the_grid(world, foreign, sign_in):
    with in_trust(foreign.trust.pk):
        elsewhere = reverse("grid", args=[foreign.class_group.pk, foreign.term.pk])
    mine, teacher = grid_url(world), sign_in(Role.TEACHER)
    for role in (Role.TEACHER, Role.HEAD, Role.ASSESSMENT_LEAD, Role.TRUST_LEAD):
        assert sign_in(role).get(mine).status_code == 200, role
    for role in (
        Role.GOVERNOR,
        Role.TRUSTEE,
        Role.INCLUSION_LEAD,
        Role.HOST_LINK,
        Role.TRUST_ADMIN,
    ):
        assert sign_in(role).get(mine).status_code == 403, role
    missing = teacher.get(reverse("grid", args=[987654321, world.term.pk]))
    for url in (
        elsewhere,
        grid_url(world, class_group=world.other_class),
        reverse("grid", args=[world.class_group.pk, 987654321]),
        reverse("grid", args=[world.class_group.pk, foreign.term.pk]),
        reverse("grid", args=[10**30, world.term.pk]),
    ):
        response = teacher.get(url)
        assert (response.status_code, response.content) == (404, missing.content)


def test_a_class_that_one_may_see_but_not_record_for_is_refused(world, sign_in):
    MembershipFactory(person=world.people[Role.TEACHER], role=Role.HOST_LINK, arb=world.arb)
    response = sign_in(Role.TEACHER).get(grid_url(world, class_group=world.arb_class))
    assert response.status_code == 403


def test_someone_not_signed_in_is_asked_to(world, client):
    response = client.get(grid_url(world))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def reads(run) -> int:
    """Count the queries that touch rows: not savepoints, nor settings of the transaction."""
    with CaptureQueriesContext(connection) as queries:
        run()
    return sum(" FROM " in query["sql"] for query in queries.captured_queries)


def test_the_grid_costs_the_same_for_3_pupils_and_for_30(world, sign_in):
    client = sign_in(Role.TEACHER)

    def fill(pupils):
        for pupil in pupils:
            judged(world, pupil, "reading", 12, term=world.terms[2], baseline=8)
            judged(world, pupil, "reading", 13)
            give_target(pupil, world.term)

    fill(world.pupils)
    few = reads(lambda: client.get(grid_url(world)))
    more = []
    for _ in range(27):
        more.append(PupilFactory())
        PlacementFactory(
            pupil=more[-1],
            school=world.school,
            class_group=world.class_group,
            route=world.routes["pre-formal"],
        )
    fill(more)
    many = reads(lambda: client.get(grid_url(world)))
    assert many == few <= 15


def test_the_list_of_classes_counts_as_the_grids_do(world, sign_in):
    pre, semi, _ = world.pupils
    judged(world, semi, "reading", 12)
    # Judged on a route that it is no longer due on: neither judged nor due.
    judged(world, semi, "exploration", 2)
    judged(world, world.arb_pupils[0], "reading", 12)
    target = give_target(pre, world.term)
    give_target(pre, world.term, position=2)
    target.judged = TargetOutcome.MET
    target.save()
    text = " ".join(sign_in(Role.HEAD).get(reverse("classes")).content.decode().split())
    # 3 developmental strands for each of 3 pupils, 2 of engagement for one, 2 targets.
    assert "<b>2 of 13</b>" in text
    assert "<b>1 of 6</b>" in text
    assert "<b>3 of 19</b> judged in 2 classes" in text
    for group in (world.class_group, world.arb_class):
        cells = [
            cell
            for row in data_of(sign_in(Role.HEAD).get(grid_url(world, class_group=group)))["cells"]
            for cell in row
            if cell
        ]
        assert f"<b>{sum('version' in cell for cell in cells)} of {len(cells)}</b>" in text


def test_a_teacher_finds_one_class_in_the_list(world, sign_in):
    text = sign_in(Role.TEACHER).get(reverse("classes")).content.decode()
    assert grid_url(world) in text
    assert "Dunlin" not in text
    assert "Tern" not in text
    assert "Autumn 2026 · window closes Friday 31 December 9999" in text


def test_the_list_without_classes_or_terms_says_what_belongs_there(world, sign_in):
    Window.objects.all().delete()
    MembershipFactory(
        person=world.people[Role.GOVERNOR],
        role=Role.TEACHER,
        class_group=ClassGroupFactory(school=world.school, year=world.terms[0].year),
    )
    text = sign_in(Role.GOVERNOR).get(reverse("classes")).content.decode()
    assert "No class to record for" in text


@pytest.mark.parametrize("year", [2000, 9998])
def test_the_list_tells_no_time_left_while_the_window_is_shut(world, sign_in, year):
    assert "minutes left" in sign_in(Role.HEAD).get(reverse("classes")).content.decode()
    Window.objects.update(opens_on=dt.date(year, 1, 1), closes_on=dt.date(year, 1, 31))
    text = sign_in(Role.HEAD).get(reverse("classes")).content.decode()
    assert "<b>0 of " in text
    assert "minutes left" not in text
    assert "The time left" not in text


def test_the_list_costs_the_same_for_2_classes_and_for_20(world, sign_in):
    client = sign_in(Role.HEAD)
    few = reads(lambda: client.get(reverse("classes")))
    for _ in range(18):
        group = ClassGroupFactory(school=world.school, year=world.class_group.year)
        pupil = PupilFactory()
        PlacementFactory(
            pupil=pupil, school=world.school, class_group=group, route=world.routes["formal"]
        )
        judged(world, pupil, "reading", 3)
    assert reads(lambda: client.get(reverse("classes"))) == few

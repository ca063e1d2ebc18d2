"""The starting points that a class lacks, set in one form."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from assessment.models import Baseline, Point, PointMapping, Strand, StrandMapping, Stream
from assessment.services.baselines import BaselineRefused, StartingPoint, set_first_baselines
from parrcs.core.access import Role
from schools.choices import Season
from schools.models import Term
from tests.factories.assessment import (
    BaselineFactory,
    PointFactory,
    StrandFactory,
    StreamFactory,
)
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import ClassGroupFactory, TermFactory
from tests.pupils.conftest import TODAY, counted, today, words, wrong

__all__ = ["counted", "today"]  # fixtures


@pytest.fixture
def strands(world):
    return {each.code: each for each in Strand.objects.filter(stream=world.developmental)}


@pytest.fixture
def scale(world):
    return {int(p.value): p for p in Point.objects.filter(stream=world.developmental)}


@pytest.fixture
def settled(world, strands, scale):
    """Two of the three pupils have all of theirs."""
    every = Strand.objects.all()
    for pupil in world.pupils[:2]:
        for strand in every:
            point = Point.objects.filter(stream=strand.stream_id)[0]
            BaselineFactory(pupil=pupil, strand=strand, point=point)


def url_of(world):
    return reverse("class_baselines", args=[world.class_group.pk])


def name(pupil, strand):
    return f"point-{pupil.pk}-{strand.pk}"


def test_two_starters_are_set_quickly_and_move_to_the_rest(world, sign_in, strands, scale):
    first, second = world.pupils[1:]
    teacher = sign_in(Role.TEACHER)
    listed = words(teacher.get(reverse("classes")))
    assert "to set for 3 of 3 pupils" in listed
    page = words(teacher.get(url_of(world)))
    assert "3 of 3 pupils still need a starting point" in page
    asked = {"judged_on": "2026-09-15"}
    asked |= {name(first, each): scale[5].pk for each in strands.values()}
    asked[name(second, strands["reading"])] = scale[7].pk
    page = words(teacher.post(url_of(world), asked, follow=True))
    assert "4 baselines are saved." in page
    assert "2 of 3 pupils still need a starting point" in page
    assert f"{first} 3 of 3 set, the latest of 15 September 2026" in page
    assert "1 of 3 set" in page
    held = Baseline.objects.filter(pupil=second).get()
    assert (held.strand, held.point, held.judged_on) == (
        strands["reading"],
        scale[7],
        dt.date(2026, 9, 15),
    )
    assert held.judged_by == world.people[Role.TEACHER]
    assert "to set for 2 of 3 pupils" in words(teacher.get(reverse("classes")))


def test_the_rest_is_listed_as_done(world, sign_in, settled, strands, scale):
    teacher = sign_in(Role.TEACHER)
    last = world.pupils[2]
    one = {name(last, each): scale[5].pk for each in strands.values()}
    page = words(teacher.post(url_of(world), {"judged_on": TODAY} | one, follow=True))
    assert "Every pupil has a starting point in all that is due for them." in page
    assert "3 of 3 set" in page
    assert "5 of 5 set" in page  # the pre-formal route has engagement too


def test_bad_input_is_answered_at_its_field(world, sign_in, strands, scale):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[1]
    field = name(pupil, strands["reading"])
    other = Point.objects.filter(stream=world.engagement)[0].pk
    for judged_on, point, fields in (
        ("", scale[5].pk, ["id_judged_on"]),
        ("2026-11-22", scale[5].pk, ["id_judged_on"]),
        ("15 of May", scale[5].pk, ["id_judged_on"]),
        (TODAY, other, [f"id_{field}"]),
        (TODAY, "five", [f"id_{field}"]),
        ("2016-03-13", scale[5].pk, [f"id_{field}"]),  # before the pupil was born
        (TODAY, "", []),
    ):
        response = teacher.post(url_of(world), {"judged_on": judged_on, field: point})
        assert wrong(response) == fields
        assert not Baseline.objects.exists()
    # What was typed stays.
    chosen = f'<option value="{scale[5].pk}" selected>'
    response = teacher.post(url_of(world), {"judged_on": "2026-11-22", field: scale[5].pk})
    assert chosen in response.content.decode()


def test_one_of_a_day_before_the_pupil_came_is_refused(world, sign_in, strands, scale):
    pupil, reading = world.pupils[1], strands["reading"]
    pupil.placements.update(starts_on=dt.date(2026, 9, 3))
    teacher, field = sign_in(Role.TEACHER), name(pupil, reading)
    response = teacher.post(url_of(world), {"judged_on": "2026-09-02", field: scale[5].pk})
    assert wrong(response) == [f"id_{field}"]
    said = f"{pupil} came to the trust on 3 September 2026. A baseline is of a day from then on"
    assert said in words(response)
    assert not Baseline.objects.exists()
    teacher.post(url_of(world), {"judged_on": "2026-09-03", field: scale[5].pk})
    assert Baseline.objects.get().judged_on == dt.date(2026, 9, 3)
    # One that came with an import can be corrected, but not drawn further back.
    Baseline.objects.update(judged_on=dt.date(2026, 7, 1))
    page = reverse("pupil_baseline", args=[pupil.pk])
    asked = {f"point-{reading.pk}": scale[6].pk, f"day-{reading.pk}": "2026-07-01"}
    assert teacher.post(page, asked).status_code == 302
    assert Baseline.objects.get().point == scale[6]


def test_both_pages_say_from_which_term_a_baseline_counts(world, sign_in, strands, scale):
    """Today is after the census day of the autumn, so that nothing would be expected in it."""
    pupil, reading = world.pupils[1], strands["reading"]
    teacher, page = sign_in(Role.TEACHER), reverse("pupil_baseline", args=[pupil.pk])
    after = "after 1 October 2026, the census day of Autumn 2026, counts from"
    for term in ("the term after Autumn 2026", "Spring 2027"):
        late = f"A baseline of a day {after} {term} on: no gain is expected of it in Autumn 2026"
        assert late in words(teacher.get(url_of(world)))
        assert late in words(teacher.get(page))
        TermFactory(year=world.term.year, season=Season.SPRING)
    field = name(pupil, reading)
    one = {"judged_on": "2026-10-02", field: scale[5].pk}
    said = words(teacher.post(url_of(world), one, follow=True))
    assert f"1 baseline is saved. What was set of a day {after} Spring 2027 on." in said
    assert "In force: 5, 2 October 2026, by Harbour teacher; it counts from Spring 2027 on." in (
        words(teacher.get(page))
    )
    writing = strands["writing"]
    asked = {f"point-{writing.pk}": scale[6].pk, f"day-{writing.pk}": "2026-10-01"}
    said = words(teacher.post(page, asked, follow=True))
    assert "The baseline is saved." in said
    assert "What was set" not in said
    assert "In force: 6, 1 October 2026, by Harbour teacher." in words(teacher.get(page))
    Term.objects.filter(pk=world.term.pk).update(census_on=TODAY)
    assert "A baseline of a day after" not in words(teacher.get(url_of(world)))


def test_what_someone_set_meanwhile_is_not_changed(world, sign_in, strands, scale):
    pupil, reading, writing = world.pupils[1], strands["reading"], strands["writing"]
    BaselineFactory(pupil=pupil, strand=reading, point=scale[9], judged_on=TODAY)
    asked = {name(pupil, each): scale[5].pk for each in (reading, writing)}
    response = sign_in(Role.HEAD).post(url_of(world), asked | {"judged_on": TODAY})
    assert "set by someone else meanwhile" in words(response)
    start = StartingPoint(reading, scale[5], TODAY)
    with pytest.raises(BaselineRefused, match="meanwhile"):
        set_first_baselines(
            by=world.access(Role.TEACHER),
            class_group=world.class_group,
            starting_points=[(pupil, start)],
        )
    assert Baseline.objects.get().point == scale[9]
    with pytest.raises(PermissionDenied):
        set_first_baselines(
            by=world.access(Role.HOST_LINK),
            class_group=world.class_group,
            starting_points=[(pupil, start)],
        )


def test_an_empty_class_says_what_belongs_there(world, sign_in):
    empty = ClassGroupFactory(school=world.school, year=world.class_group.year, name="Wren")
    head = sign_in(Role.HEAD)
    page = words(head.get(reverse("class_baselines", args=[empty.pk])))
    assert "No pupils here in Autumn 2026" in page
    next_year = ClassGroupFactory(school=world.school, name="Owl", year__start=2030)
    assert "No term is set" in words(head.get(reverse("class_baselines", args=[next_year.pk])))
    other = reverse("class_baselines", args=[world.other_class.pk])
    assert head.get(other).status_code == 404
    assert sign_in(Role.INCLUSION_LEAD).get(url_of(world)).status_code == 403


def test_corrections_replacements_and_who_made_them_are_told(world, sign_in, strands, scale):
    pupil, reading = world.pupils[1], strands["reading"]
    page = reverse("pupil_baseline", args=[pupil.pk])

    def sets(role, value, day):
        asked = {f"point-{reading.pk}": scale[value].pk, f"day-{reading.pk}": day}
        sign_in(role).post(page, asked)

    sets(Role.TEACHER, 5, "2026-09-15")
    sets(Role.HEAD, 6, "2026-09-15")
    sets(Role.ASSESSMENT_LEAD, 7, "2026-10-15")
    said = words(sign_in(Role.TEACHER).get(page))
    assert (
        "In force: 7, 15 October 2026, by Harbour assessment lead; it counts from the term after"
        " Autumn 2026 on."
    ) in said
    assert (
        "Before: 6, 15 September 2026, by Harbour head; replaced from 15 October 2026 by"
        " Harbour assessment lead."
    ) in said
    assert "Before: 5, 15 September 2026, by Harbour teacher; corrected on" in said
    assert said.index("Before: 6") < said.index("Before: 5")
    # What is not due any more is listed apart.
    strand = StrandFactory(stream=world.engagement)
    point = Point.objects.filter(stream=world.engagement)[0]
    BaselineFactory(pupil=pupil, strand=strand, point=point)
    assert "No longer due" in words(sign_in(Role.TEACHER).get(page))


def test_both_pages_cost_the_same_for_two_pupils_and_for_thirty(
    world, sign_in, strands, scale, counted
):
    teacher = sign_in(Role.TEACHER)
    pupil = world.pupils[1]

    def cost():
        found = []
        for url in (
            url_of(world),
            reverse("pupil_baseline", args=[pupil.pk]),
            reverse("classes"),
        ):
            with counted() as queries:
                teacher.get(url)
            found.append(len(queries))
        return found

    BaselineFactory(pupil=pupil, strand=strands["reading"], point=scale[5])
    few = cost()
    for _ in range(30):
        starter = PupilFactory()
        PlacementFactory(
            pupil=starter,
            school=world.school,
            class_group=world.class_group,
            route=world.routes["formal"],
        )
        BaselineFactory(pupil=starter, strand=strands["reading"], point=scale[5])
    for code in ("writing", "communication"):
        BaselineFactory(pupil=pupil, strand=strands[code], point=scale[5])
    assert cost() == few


def test_saving_costs_the_same_for_three_pupils_and_for_thirty(
    world, sign_in, strands, scale, counted
):
    """Read once, locked in one query, made in one: a class of thirty took 1,687 queries before."""
    teacher = sign_in(Role.TEACHER)
    formal = world.routes["formal"]

    def starters(number):
        found = [PupilFactory() for _ in range(number)]
        for each in found:
            PlacementFactory(
                pupil=each, school=world.school, class_group=world.class_group, route=formal
            )
        return found

    def cost(pupils):
        asked = {name(p, each): scale[5].pk for p in pupils for each in strands.values()}
        with counted() as queries:
            response = teacher.post(url_of(world), asked | {"judged_on": "2026-09-15"})
        assert response.status_code == 302
        set_now = Baseline.objects.filter(pupil__in=pupils, carried_from__isnull=True)
        assert set_now.count() == 3 * len(pupils)
        return len(queries)

    teacher.get(url_of(world))
    few = cost(starters(3))
    assert cost(starters(30)) == few

    # The same where a new version is approved already, into which each one is carried.
    Stream.objects.filter(pk=world.developmental.pk).update(approved_until=dt.date(2026, 12, 31))
    newer = StreamFactory(
        code="developmental",
        version="2.0",
        approved_from="2027-01-01",
        replaces=world.developmental,
    )
    for code, strand in strands.items():
        after = StrandFactory(stream=newer, code=code, core_area=strand.core_area)
        StrandMapping.objects.create(before=strand, after=after)
    for value, point in scale.items():
        after = PointFactory(stream=newer, value=value)
        PointMapping.objects.create(before=point, after=after)
    few = cost(starters(3))
    more = starters(30)
    assert cost(more) == few
    carried = Baseline.objects.filter(strand__stream=newer, pupil__in=more)
    assert {(each.point.value, each.carried_from.point.value) for each in carried} == {(5, 5)}
    assert len(carried) == 90

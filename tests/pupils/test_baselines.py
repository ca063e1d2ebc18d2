"""Setting a pupil's starting points, and setting them anew."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from assessment.models import Baseline, Point, Strand
from assessment.services.baselines import BaselineRefused, set_baseline
from parrcs.core.access import Role
from schools.models import Window
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.schools import WindowFactory
from tests.pupils.conftest import words, wrong


@pytest.fixture
def pupil(world):
    """The pupil of Curlew on the semi-formal route: three strands are due."""
    return world.pupils[1]


@pytest.fixture
def scale(world):
    """The points of the developmental stream by value."""
    return {int(p.value): p for p in Point.objects.filter(stream=world.developmental)}


@pytest.fixture
def strands(world):
    """The strands of the developmental stream by code."""
    return {each.code: each for each in Strand.objects.filter(stream=world.developmental)}


def url_of(pupil):
    return reverse("pupil_baseline", args=[pupil.pk])


def typed(*lines):
    """Fill the form in: strand, point and day, one line each."""
    return {
        key: value
        for strand, point, day in lines
        for key, value in (
            (f"point-{strand.pk}", getattr(point, "pk", point)),
            (f"day-{strand.pk}", day),
        )
    }


def held(pupil):
    return [
        (each.strand.code, int(each.point.value), each.judged_on, each.replaced_on)
        for each in Baseline.objects.filter(pupil=pupil).order_by("strand__code", "judged_on")
    ]


def test_the_form_asks_for_the_strands_of_the_route(world, sign_in, pupil, strands):
    page = sign_in(Role.TEACHER).get(url_of(pupil)).content.decode()
    assert page.count('name="point-') == 3
    assert 'value="2026-11-21"' in page
    # On the pre-formal route the engagement stream is due too.
    page = sign_in(Role.TEACHER).get(url_of(world.pupils[0])).content.decode()
    assert page.count('name="point-') == 5


def test_a_teacher_sets_two_and_leaves_the_third(world, sign_in, pupil, scale, strands):
    asked = typed(
        (strands["reading"], scale[7], "2026-09-15"),
        (strands["writing"], scale[5], "16/09/2026"),
        (strands["communication"], "", "2026-11-21"),
    )
    response = sign_in(Role.TEACHER).post(url_of(pupil), asked, follow=True)
    assert "The baselines are saved." in words(response)
    assert held(pupil) == [
        ("reading", 7, dt.date(2026, 9, 15), None),
        ("writing", 5, dt.date(2026, 9, 16), None),
    ]
    by = {each.judged_by for each in Baseline.objects.filter(pupil=pupil)}
    assert by == {world.people[Role.TEACHER]}
    assert "7 15 Sep 2026" in words(response)


def test_a_later_day_keeps_the_old_one_for_the_terms_before(world, sign_in, pupil, scale, strands):
    reading = strands["reading"]
    BaselineFactory(pupil=pupil, strand=reading, point=scale[5])
    for term, value in ((world.terms[2], 8), (world.term, 9)):
        JudgementFactory(pupil=pupil, strand=reading, term=term, point=scale[value])
    teacher = sign_in(Role.TEACHER)
    page = reverse("pupil", args=[pupil.pk])

    def gains():
        (line,) = (
            line
            for stream in teacher.get(page).context["positions"].streams
            for line in stream.lines
            if line.strand == reading
        )
        return [value and value.gain for value in line.values]

    assert gains() == [None, None, 3, 4]
    teacher.post(url_of(pupil), typed((reading, scale[7], "2026-09-15")))
    assert held(pupil) == [
        ("reading", 5, dt.date(2025, 9, 15), dt.date(2026, 9, 15)),
        ("reading", 7, dt.date(2026, 9, 15), None),
    ]
    assert gains() == [None, None, 3, 2]
    assert (
        "Before: 5, 15 September 2025; replaced from 15 September 2026 by Harbour teacher."
    ) in words(teacher.get(url_of(pupil)))


def test_the_same_day_corrects_it(world, sign_in, pupil, scale, strands):
    BaselineFactory(pupil=pupil, strand=strands["reading"], point=scale[5])
    response = sign_in(Role.HEAD).post(
        url_of(pupil), typed((strands["reading"], scale[6], "2025-09-15")), follow=True
    )
    assert "The baseline is saved." in words(response)
    assert held(pupil) == [("reading", 6, dt.date(2025, 9, 15), None)]
    assert Baseline.objects.get(pupil=pupil).judged_by == world.people[Role.HEAD]


def test_what_a_closed_term_was_judged_from_stays(world, sign_in, pupil, scale, strands):
    reading, writing = strands["reading"], strands["writing"]
    BaselineFactory(pupil=pupil, strand=reading, point=scale[5])
    for strand in (reading, writing):
        JudgementFactory(pupil=pupil, strand=strand, term=world.terms[0], point=scale[8])
    WindowFactory(term=world.terms[0], opens_on=dt.date(2025, 12, 1), closes_on=dt.date(2026, 1, 9))
    after = "its window is closed, so it stays as it is. Set a new baseline with a date after"
    census = world.terms[0].census_on
    for strand, day, start in (
        (reading, "2025-09-15", "from this baseline"),
        (reading, f"{census}", "from this baseline"),
        (writing, f"{census}", "without a baseline"),
    ):
        response = sign_in(Role.TEACHER).post(url_of(pupil), typed((strand, scale[6], day)))
        assert wrong(response) == [f"id_day-{strand.pk}"]
        said = f"Autumn 2025 was judged {start} and {after} {census:%-d %B %Y}."
        assert said in words(response)
    assert held(pupil) == [("reading", 5, dt.date(2025, 9, 15), None)]
    # While the window is open the numbers may still move, and after the census day they do not.
    sign_in(Role.TEACHER).post(
        url_of(pupil),
        typed((reading, scale[6], "2025-12-18"), (writing, scale[6], "2025-12-18")),
    )
    assert len(held(pupil)) == 3
    Window.objects.filter(term=world.terms[0]).update(closes_on=dt.date(9999, 12, 31))
    sign_in(Role.TEACHER).post(
        url_of(pupil), typed((strands["communication"], scale[6], "2025-09-15"))
    )
    assert len(held(pupil)) == 4


def test_a_day_before_the_one_in_force_is_refused_and_nothing_else_is_saved(
    world, sign_in, pupil, scale, strands
):
    reading, writing = strands["reading"], strands["writing"]
    BaselineFactory(pupil=pupil, strand=reading, point=scale[5])
    asked = typed((writing, scale[9], "2026-09-15"), (reading, scale[4], "2025-09-14"))
    response = sign_in(Role.TEACHER).post(url_of(pupil), asked)
    assert wrong(response) == [f"id_day-{reading.pk}"]
    assert "The baseline in force is of 15 September 2025." in words(response)
    assert f'<option value="{scale[9].pk}" selected>' in response.content.decode()
    assert held(pupil) == [("reading", 5, dt.date(2025, 9, 15), None)]


def test_bad_input_is_answered_at_its_field(world, sign_in, pupil, scale, strands):
    reading = strands["reading"]
    other = Point.objects.filter(stream=world.engagement)[0]
    point, day = f"id_point-{reading.pk}", f"id_day-{reading.pk}"
    for line, fields in (
        ((reading, scale[5], ""), [day]),
        ((reading, scale[5], "31/02/2026"), [day]),
        ((reading, scale[5], "2026-11-22"), [day]),
        ((reading, scale[5], "2016-03-13"), [day]),
        ((reading, other, "2026-09-15"), [point]),
        ((reading, "999999", "2026-09-15"), [point]),
        ((reading, "five", "2026-09-15"), [point]),
    ):
        response = sign_in(Role.TEACHER).post(url_of(pupil), typed(line))
        assert wrong(response) == fields, line
        assert held(pupil) == []
    nothing: dict[str, str] = {}
    for asked in (typed((reading, "", "2026-09-15")), nothing):
        response = sign_in(Role.TEACHER).post(url_of(pupil), asked)
        assert wrong(response) == []
        assert "Choose a point in at least one strand." in words(response)


def test_a_strand_that_is_not_due_is_not_taken(world, sign_in, pupil):
    strand = Strand.objects.filter(stream=world.engagement)[0]
    point = Point.objects.filter(stream=world.engagement)[0]
    wrong(sign_in(Role.TEACHER).post(url_of(pupil), typed((strand, point, "2026-09-15"))))
    assert held(pupil) == []


def test_the_service_checks_for_itself(world, pupil, scale, strands):
    reading, day = strands["reading"], dt.date(2026, 9, 15)
    for role in (Role.INCLUSION_LEAD, Role.HOST_LINK):
        with pytest.raises(PermissionDenied):
            set_baseline(
                by=world.access(role), pupil=pupil, strand=reading, point=scale[5], judged_on=day
            )
    other = Point.objects.filter(stream=world.engagement)[0]
    with pytest.raises(BaselineRefused, match="not on the scale"):
        set_baseline(
            by=world.access(Role.TEACHER), pupil=pupil, strand=reading, point=other, judged_on=day
        )
    assert held(pupil) == []


def test_no_stream_in_use_is_said(world, sign_in, pupil):
    world.developmental.approved_until = dt.date(2026, 1, 1)
    world.developmental.save()
    assert "No strand is due" in words(sign_in(Role.TEACHER).get(url_of(pupil)))

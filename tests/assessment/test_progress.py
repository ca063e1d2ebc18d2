"""Progress of a term: what is due, what is judged, from which baseline, and where it counts."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.measures import Indicator
from assessment.models import Baseline, Judgement, Point, Strand
from assessment.selectors.progress import (
    PLACE,
    progress_counts,
    progress_of,
    strands_due,
)
from parrcs.core.access import Role
from pupils.models import Placement
from pupils.selectors.cohorts import cohort
from tests.factories.assessment import stream_with
from tests.plain_progress import plain_progress


@pytest.fixture
def record(world):
    """Short words for judging, which also look up the strand and the point."""
    strands = {(s.stream_id, s.code): s for s in Strand.objects.all()}
    points = {(p.stream_id, p.value): p for p in Point.objects.all()}

    def baseline(pupil, strand, value, on=dt.date(2025, 9, 15), until=None, stream=None):
        stream = stream or world.developmental
        return Baseline.objects.create(
            pupil=pupil,
            strand=strands[stream.pk, strand],
            point=points[stream.pk, Decimal(value)],
            judged_on=on,
            replaced_on=until,
        )

    def judge(pupil, strand, value, term=None, stream=None):
        stream = stream or world.developmental
        return Judgement.objects.create(
            pupil=pupil,
            strand=strands[stream.pk, strand],
            point=points[stream.pk, Decimal(value)],
            term=term or world.term,
            judged_at=timezone.now(),
        )

    def strand(code, stream=None):
        return strands[(stream or world.developmental).pk, code]

    def know(stream):
        strands.update({(s.stream_id, s.code): s for s in stream.strands.all()})
        points.update({(p.stream_id, p.value): p for p in stream.points.all()})

    return SimpleNamespace(baseline=baseline, judge=judge, strand=strand, know=know)


def of_trust(world, term=None):
    return cohort(world.access(Role.TRUST_LEAD), term=term or world.term)


def the_one(world, term=None):
    (only,) = progress_of(of_trust(world, term))
    return only


def test_a_pupils_gain_is_from_their_own_baseline_and_expected_grows_by_term(world, record):
    semi_formal = world.pupils[1]  # one point a term
    record.baseline(semi_formal, "reading", 5)
    for term, value in zip(world.terms, (5, 6, 8, 11), strict=True):
        record.judge(semi_formal, "reading", value, term)
    seen = [the_one(world, term) for term in world.terms]
    assert [(each.gain, each.expected) for each in seen] == [(0, 1), (1, 2), (3, 3), (6, 4)]
    assert [each.indicator for each in seen] == [
        Indicator.NONE,
        Indicator.SOME,
        Indicator.EXPECTED,
        Indicator.BETTER,
    ]
    assert [each.value for each in seen] == [5, 6, 8, 11]


def test_a_mover_counts_where_registered_on_the_census_date(world, record):
    mover = world.pupils[1]
    Placement.objects.filter(pupil=mover).update(ends_on=dt.date(2026, 10, 1))
    Placement.objects.create(
        pupil=mover,
        school=world.other_school,
        class_group=world.other_class,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 10, 2),
    )
    record.baseline(mover, "reading", 5)
    record.judge(mover, "reading", 9)
    (counted,) = progress_counts(of_trust(world))
    assert (counted.part, counted.route_id) == (
        (world.school.pk, None),
        world.routes["semi-formal"].pk,
    )
    assert the_one(world).expected == 4  # by the route of that day

    Placement.objects.filter(pupil=mover, ends_on__isnull=False).update(
        ends_on=dt.date(2026, 9, 30)
    )
    Placement.objects.filter(pupil=mover, ends_on__isnull=True).update(
        starts_on=dt.date(2026, 10, 1)
    )
    (counted,) = progress_counts(of_trust(world))
    assert counted.part == (world.other_school.pk, None)
    assert the_one(world).expected == 8


def test_a_leaver_is_on_nobodys_roll_and_counts_nowhere(world, record):
    leaver = world.pupils[1]
    Placement.objects.filter(pupil=leaver).update(ends_on=dt.date(2026, 9, 30))
    record.baseline(leaver, "reading", 5)
    record.judge(leaver, "reading", 9)
    assert progress_of(of_trust(world)) == []
    assert progress_counts(of_trust(world)) == []


def test_a_new_baseline_moves_no_earlier_term(world, record):
    pupil = world.pupils[1]
    again_on = dt.date(2026, 4, 20)  # in the summer term, before its census
    record.baseline(pupil, "reading", 5, until=again_on)
    record.baseline(pupil, "reading", 8, on=again_on)
    for term, value in zip(world.terms, (6, 7, 9, 10), strict=True):
        record.judge(pupil, "reading", value, term)
    gains = [(each.gain, each.expected) for each in (the_one(world, t) for t in world.terms)]
    assert gains == [(1, 1), (2, 2), (1, 1), (2, 2)]


@pytest.mark.parametrize(("days_after", "gain", "expected"), [(0, 1, 1), (1, 4, 3)])
def test_a_baseline_replaced_on_the_census_day_counts_no_longer_and_a_day_later_still(
    world, record, days_after, gain, expected
):
    """Whoever sets a baseline anew after the census lifts nobody: there is no term behind it."""
    pupil, day = world.pupils[1], world.terms[2].census_on + dt.timedelta(days=days_after)
    record.baseline(pupil, "reading", 5, until=day)
    record.baseline(pupil, "reading", 8, on=day)
    record.judge(pupil, "reading", 9, world.terms[2])
    reached = the_one(world, world.terms[2])
    assert (reached.gain, reached.expected) == (gain, expected)


def test_a_baseline_made_after_the_term_is_none_for_it(world, record):
    pupil = world.pupils[1]
    record.judge(pupil, "reading", 6, world.terms[0])
    record.baseline(pupil, "reading", 6, on=dt.date(2026, 1, 10))
    assert the_one(world, world.terms[0]).indicator is None


def test_a_judgement_without_a_baseline_is_judged_and_has_no_indicator(world, record):
    record.judge(world.pupils[1], "reading", 6)
    only = the_one(world)
    assert (only.value, only.gain, only.expected, only.indicator) == (6, None, None, None)
    (counted,) = progress_counts(of_trust(world))
    assert (counted.indicator, counted.gain, counted.judgements) == (None, None, 1)


def test_a_strand_that_is_not_due_on_the_route_does_not_count(world, record):
    formal = world.pupils[2]  # only pre-formal pupils are judged in engagement
    record.judge(formal, "exploration", 3, stream=world.engagement)
    assert progress_of(of_trust(world)) == []
    assert progress_counts(of_trust(world)) == []


def test_where_nothing_is_expected_holding_on_is_as_expected(world, record):
    world.developmental.expectations.update(points_a_term=0)
    record.baseline(world.pupils[1], "reading", 5)
    record.judge(world.pupils[1], "reading", 5)
    assert the_one(world).indicator is Indicator.EXPECTED


def test_each_version_of_a_stream_counts_in_its_own_terms(world, record):
    pupil = world.pupils[1]
    record.baseline(pupil, "reading", 5)
    old = record.judge(pupil, "reading", 7, world.terms[2])
    world.developmental.approved_until = dt.date(2026, 8, 31)
    world.developmental.save()
    new = stream_with(
        code="developmental-2",
        strands=["reading"],
        points=20,
        routes={world.routes["semi-formal"]: Decimal(3)},
        core=True,
    )
    new.approved_from = dt.date(2026, 9, 1)
    new.save()
    record.know(new)
    record.baseline(pupil, "reading", 6, on=dt.date(2026, 9, 10), stream=new)
    record.judge(pupil, "reading", 9, stream=new)
    stray = record.judge(pupil, "reading", 12)  # in the old version, out of force by now

    assert the_one(world, world.terms[2]).strand_id == old.strand_id
    now = the_one(world)
    assert now.strand_id == record.strand("reading", new).pk != stray.strand_id
    assert (now.gain, now.expected, now.indicator) == (3, 3, Indicator.EXPECTED)
    due = strands_due(world.term)[world.routes["semi-formal"].pk]
    assert [each.stream_id for each in due] == [new.pk]


def test_a_cohort_counts_only_those_whom_the_viewer_may_see(world, record):
    for pupil in (*world.pupils, *world.other_pupils):
        record.judge(pupil, "reading", 5)
    lead = cohort(world.access(Role.TRUST_LEAD), term=world.term)
    head = cohort(world.access(Role.HEAD), term=world.term)
    assert len(progress_of(lead)) == 5
    assert {each.pupil_id for each in progress_of(head)} == {p.pk for p in world.pupils}
    assert progress_counts(cohort(world.access(Role.GOVERNOR), term=world.term)) == []


def agree(world, term):
    """Assert that pupil by pupil, counted, and in plain Python the same comes out."""
    plain = [each for each in plain_progress(term) if each.judged]
    seen = progress_of(of_trust(world, term))
    assert sorted(
        (p.pupil_id, p.strand_id, p.value, p.gain, p.expected, p.indicator or 0) for p in seen
    ) == sorted((p.pupil, p.strand, p.value, p.gain, p.expected, p.reached or 0) for p in plain)
    counted: Counter[tuple[object, ...]] = Counter()
    for each in progress_counts(of_trust(world, term)):
        gain = None if each.gain is None else Fraction(each.gain)
        place = (*each.part, each.route_id)
        counted[(*place, each.strand_id, each.indicator, gain)] += each.judgements
    assert counted == Counter(
        (p.school, p.arb, p.route, p.strand, p.reached, p.gain) for p in plain
    )
    # Whose they are is told, by whichever part.
    for by, part in (
        (PLACE, lambda p: (p.school, p.arb)),
        (("pupil",), lambda p: (p.pupil,)),
        (("route",), lambda p: (p.route,)),
    ):
        whose = Counter(
            (each.part, each.strand_id, each.indicator, pupil)
            for each in progress_counts(of_trust(world, term), by=by)
            for pupil in each.pupils
        )
        assert whose == Counter((part(p), p.strand, p.reached, p.pupil) for p in plain)


# Often enough just on, before and after the days that matter: a census, the end of a term.
days = st.dates(dt.date(2025, 9, 1), dt.date(2026, 12, 18)) | st.builds(
    lambda day, offset: day + dt.timedelta(days=offset),
    st.sampled_from(
        [
            *(dt.date(2025, 10, 1), dt.date(2025, 12, 18), dt.date(2026, 1, 21)),
            *(dt.date(2026, 3, 27), dt.date(2026, 5, 20), dt.date(2026, 10, 1)),
        ]
    ),
    st.integers(-1, 1),
)
marks = st.integers(1, 5)
histories = st.fixed_dictionaries(
    {
        "route": st.sampled_from(["pre-formal", "semi-formal", "formal"]),
        "moves_on": st.none() | days,
        "moves_to": st.sampled_from(["other school", "ARB", "nowhere", "other route"]),
        "baselines": st.dictionaries(days, marks, max_size=3),
        "judgements": st.dictionaries(st.integers(0, 3), marks),
    }
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(histories, min_size=3, max_size=3))
def test_any_history_counts_as_it_does_in_plain_python(world, record, drawn):
    with transaction.atomic():
        for pupil, history in zip(world.pupils, drawn, strict=True):
            _live(world, record, pupil, history)
        for term in world.terms:
            agree(world, term)
        transaction.set_rollback(True)


def _live(world, record, pupil, history):
    """Let a pupil have a drawn history: in two strands of two streams alike."""
    placement = Placement.objects.get(pupil=pupil)
    placement.route = world.routes[history["route"]]
    moves_on, to = history["moves_on"], history["moves_to"]
    if moves_on and moves_on > placement.starts_on:
        placement.ends_on = moves_on - dt.timedelta(days=1)
    placement.save()
    if placement.ends_on and to != "nowhere":
        Placement.objects.create(
            pupil=pupil,
            school=world.other_school if to == "other school" else world.school,
            arb=world.arb if to == "ARB" else None,
            route=world.routes["formal"] if to == "other route" else placement.route,
            starts_on=moves_on,
        )
    for strand, stream in (
        ("reading", world.developmental),
        ("writing", world.developmental),
        ("exploration", world.engagement),
    ):
        on = sorted(history["baselines"])
        for day, until in zip_longest(on, on[1:]):
            record.baseline(pupil, strand, history["baselines"][day], day, until, stream)
        for term, value in history["judgements"].items():
            record.judge(pupil, strand, value, world.terms[term], stream)

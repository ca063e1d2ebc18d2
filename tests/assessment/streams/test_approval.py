"""What the trust decides about versions: from when, for whom, what is expected, and its undoing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from assessment.models import (
    Baseline,
    Expectation,
    Note,
    PointMapping,
    Strand,
    StrandMapping,
    Stream,
)
from assessment.selectors.progress import progress_of, strands_due
from assessment.services.streams.approval import (
    ApprovalRefused,
    Expected,
    approve_stream,
    keep_stream,
    remove_stream,
    set_expectations,
    take_back_approval,
    withdraw_stream,
)
from assessment.services.streams.files import StreamFileError
from parrcs.core.access import Role
from pupils.selectors.cohorts import cohort
from tests.assessment.streams.deciding import (
    NEXT,
    ONE,
    REPLACES,
    TWO,
    lead,
    swimming,
    terms,
    used,
)
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.pupils import PlacementFactory
from tests.factories.schools import WindowFactory

__all__ = ["lead", "swimming", "terms", "used"]  # fixtures


def figures(stream):
    """What is expected, by route: from when to when, how much, and from when it is better."""
    found: dict[str, list] = {}
    for each in Expectation.objects.filter(stream=stream).select_related("route"):
        found.setdefault(each.route.code, []).append(
            (each.starts_on, each.ends_on, each.points_a_term, each.better)
        )
    return found


def due(term):
    return {
        route: {each.stream for each in strands} for route, strands in strands_due(term).items()
    }


def test_a_stream_is_judged_from_the_term_and_on_the_routes_that_the_lead_chose(
    world, lead, terms, swimming
):
    stream = swimming()
    formal, semi = world.routes["formal"].pk, world.routes["semi-formal"].pk
    approve_stream(by=lead, stream=stream, term=terms[1], expected={formal: ONE, semi: TWO})
    assert all("Swimming" not in streams for streams in due(terms[0]).values())
    assert {route for route, streams in due(terms[1]).items() if "Swimming" in streams} == {
        formal,
        semi,
    }
    start = terms[1].starts_on
    assert figures(stream) == {
        "formal": [(start, None, *ONE)],
        "semi-formal": [(start, None, *TWO)],
    }
    with pytest.raises(ApprovalRefused, match=r"is approved from 5 January 2027 already"):
        approve_stream(by=lead, stream=stream, term=terms[2], expected={formal: ONE})


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.TRUST_LEAD}))
def test_nobody_but_the_trust_lead_decides(world, terms, swimming, role):
    stream, access = swimming(), world.access(role)
    expected = {world.routes["formal"].pk: ONE}
    for decide in (
        lambda: approve_stream(by=access, stream=stream, term=terms[1], expected=expected),
        lambda: set_expectations(by=access, stream=stream, term=terms[1], expected=expected),
        lambda: withdraw_stream(by=access, stream=world.developmental, last_term=terms[1]),
        lambda: keep_stream(by=access, stream=world.developmental),
        lambda: take_back_approval(by=access, stream=stream),
        lambda: remove_stream(by=access, stream=stream),
    ):
        with pytest.raises(PermissionDenied):
            decide()


def test_a_term_that_is_over_and_closed_stays_as_it_is(world, lead, swimming):
    stream, past = swimming(), world.terms[0]
    expected = {world.routes["formal"].pk: ONE}
    for decide in (
        lambda: approve_stream(by=lead, stream=stream, term=past, expected=expected),
        lambda: set_expectations(by=lead, stream=world.developmental, term=past, expected=expected),
        lambda: withdraw_stream(by=lead, stream=world.developmental, last_term=past),
    ):
        with pytest.raises(ApprovalRefused, match="Autumn 2025 is over and its window is closed"):
            decide()
    # A school that is still at it keeps it open.
    WindowFactory(term=past, school=world.school)
    approve_stream(by=lead, stream=stream, term=past, expected=expected)


def test_without_a_route_nothing_is_approved(lead, terms, swimming):
    with pytest.raises(ApprovalRefused, match="Choose one route at least"):
        approve_stream(by=lead, stream=swimming(), term=terms[1], expected={})


def test_other_figures_from_a_term_on_leave_the_terms_before(world, lead, terms):
    """The trust's own cuts: the indicator of the autumn does not move, that of the spring does."""
    stream, pupil = world.developmental, world.pupils[1]
    strand = Strand.objects.get(stream=stream, code="reading")
    points = {int(p.value): p for p in stream.points.all()}
    BaselineFactory(pupil=pupil, strand=strand, point=points[1], judged_on=dt.date(2026, 9, 1))
    for term, value in zip(terms, (2, 3, 4), strict=True):
        JudgementFactory(pupil=pupil, strand=strand, term=term, point=points[value])
    before = [progress_of(cohort(lead, term=term)) for term in terms]
    assert [(int(each.expected), int(each.indicator)) for (each,) in before] == [
        (1, 3),
        (2, 3),
        (3, 3),
    ]
    route = world.routes["semi-formal"].pk
    others = {world.routes[code].pk: ONE for code in ("pre-formal", "formal")}
    set_expectations(by=lead, stream=stream, term=terms[1], expected={route: TWO, **others})
    after = [progress_of(cohort(lead, term=term)) for term in terms]
    assert after[0] == before[0]
    assert [(int(each.expected), int(each.indicator)) for (each,) in after[1:]] == [(3, 2), (5, 2)]
    january = terms[1].starts_on
    assert figures(stream)["semi-formal"] == [
        (dt.date(2020, 9, 1), january - dt.timedelta(days=1), *ONE),
        (january, None, *TWO),
    ]

    # Set anew for a later term, then taken back from an earlier one on: one row goes on.
    set_expectations(by=lead, stream=stream, term=terms[2], expected={route: ONE, **others})
    assert len(figures(stream)["semi-formal"]) == 3
    set_expectations(by=lead, stream=stream, term=terms[0], expected={route: ONE, **others})
    assert figures(stream)["semi-formal"] == [(dt.date(2020, 9, 1), None, *ONE)]
    assert [progress_of(cohort(lead, term=term)) for term in terms] == before


def test_the_figures_before_set_again_leave_one_row(world, lead, terms):
    stream = world.engagement
    route = world.routes["pre-formal"].pk
    before = figures(stream)
    (row,) = before["pre-formal"]
    set_expectations(by=lead, stream=stream, term=terms[1], expected={route: TWO})
    assert len(figures(stream)["pre-formal"]) == 2
    set_expectations(by=lead, stream=stream, term=terms[1], expected={route: Expected(*row[2:])})
    assert figures(stream) == before


def test_figures_that_were_to_change_later_can_be_set_before_that(world, lead, terms):
    """The row that holds now ends in the future already: it goes on, and nothing overlaps."""
    stream = world.engagement
    route = world.routes["pre-formal"].pk
    now = Expected(Decimal("0.25"), Decimal("1.5"))
    set_expectations(by=lead, stream=stream, term=terms[2], expected={route: TWO})
    set_expectations(by=lead, stream=stream, term=terms[1], expected={route: now})
    assert figures(stream) == {"pre-formal": [(dt.date(2020, 9, 1), None, *now)]}


def test_a_route_is_left_out_only_where_nobody_on_it_was_judged(world, lead, terms):
    stream, pupil = world.developmental, world.pupils[1]
    strand = stream.strands.first()
    JudgementFactory(pupil=pupil, strand=strand, term=terms[0], point=stream.points.first())
    others = {world.routes[code].pk: ONE for code in ("pre-formal", "formal")}
    with pytest.raises(ApprovalRefused, match=r"on the semi-formal route have been judged in"):
        set_expectations(by=lead, stream=stream, term=terms[0], expected=others)
    set_expectations(by=lead, stream=stream, term=terms[1], expected=others)
    assert set(due(terms[1])) == set(others)
    assert world.routes["semi-formal"].pk in due(terms[0])


def test_who_was_on_the_route_before_does_not_hold_it(world, lead, terms):
    """Judged on another route in the autumn; of the semi-formal route there is only the past."""
    stream, pupil = world.developmental, world.pupils[1]
    pupil.placements.update(ends_on=dt.date(2026, 8, 31))
    PlacementFactory(
        pupil=pupil,
        school=world.school,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 9, 1),
    )
    JudgementFactory(
        pupil=pupil, strand=stream.strands.first(), term=terms[0], point=stream.points.first()
    )
    others = {world.routes[code].pk: ONE for code in ("pre-formal", "formal")}
    set_expectations(by=lead, stream=stream, term=terms[0], expected=others)
    assert world.routes["semi-formal"].pk not in due(terms[0])


def test_out_of_use_and_back(world, lead, terms):
    stream = world.engagement
    pupil, strand, point = world.pupils[0], stream.strands.first(), stream.points.first()
    JudgementFactory(pupil=pupil, strand=strand, term=terms[1], point=point)
    with pytest.raises(ApprovalRefused, match="Spring 2027 has been judged in Engagement"):
        withdraw_stream(by=lead, stream=stream, last_term=terms[0])
    withdraw_stream(by=lead, stream=stream, last_term=terms[1])
    assert "Engagement" in due(terms[1])[world.routes["pre-formal"].pk]
    assert "Engagement" not in due(terms[2])[world.routes["pre-formal"].pk]
    with pytest.raises(ApprovalRefused, match=r"no longer in use when Summer 2027 begins"):
        set_expectations(
            by=lead, stream=stream, term=terms[2], expected={world.routes["formal"].pk: ONE}
        )
    Stream.objects.filter(pk=stream.pk).update(approved_until=dt.date(2026, 1, 1))
    with pytest.raises(ApprovalRefused, match="was in use until 1 January 2026"):
        keep_stream(by=lead, stream=stream)
    Stream.objects.filter(pk=stream.pk).update(approved_until=dt.date(9998, 1, 1))
    keep_stream(by=lead, stream=stream)
    stream.refresh_from_db()
    assert stream.approved_until is None


def test_a_version_never_used_is_removed_and_one_used_is_not(world, lead, swimming):
    first = swimming()
    second = swimming(version="1.1", replaces={"version": "1.0"})
    with pytest.raises(ApprovalRefused, match=r"Swimming 1\.1 goes on from Swimming 1\.0"):
        remove_stream(by=lead, stream=first)
    remove_stream(by=lead, stream=second)
    note = Note.objects.create(
        pupil=world.pupils[0],
        strand=first.strands.first(),
        seen_on=dt.date(2026, 9, 20),
        text="In the water",
        written_by=world.people[Role.TEACHER],
    )
    with pytest.raises(ApprovalRefused, match="Notes or aims have been written in Swimming"):
        remove_stream(by=lead, stream=first)
    note.delete()
    remove_stream(by=lead, stream=first)
    # Two presses on the button, or two leads: the second is told.
    with pytest.raises(ApprovalRefused, match="no longer there"):
        remove_stream(by=lead, stream=first)
    assert not Stream.objects.filter(code="swimming").exists()
    assert not StrandMapping.objects.exists()
    assert not PointMapping.objects.exists()
    with pytest.raises(ApprovalRefused, match="was in use, so it stays"):
        remove_stream(by=lead, stream=world.engagement)


def test_a_new_version_starts_once_no_term_is_judged_in_the_old_one(
    world, lead, terms, swimming, used
):
    new = swimming(**NEXT)
    expected = {world.routes["formal"].pk: TWO}
    with pytest.raises(ApprovalRefused, match="Autumn 2026 has been judged in Swimming"):
        approve_stream(by=lead, stream=new, term=terms[0], expected=expected)
    approve_stream(by=lead, stream=new, term=terms[1], expected=expected)
    used.refresh_from_db()
    assert used.approved_until == terms[1].starts_on - dt.timedelta(days=1)
    carried = Baseline.objects.get(strand__stream=new)
    assert (carried.point.code, carried.judged_on) == ("x", dt.date(2025, 9, 15))
    assert carried.carried_from.strand.stream == used
    # Neither ends before the other begins, nor is the old one drawn out over it.
    with pytest.raises(ApprovalRefused, match=r"Swimming 2\.0 has taken its place by then"):
        withdraw_stream(by=lead, stream=used, last_term=terms[2])
    with pytest.raises(ApprovalRefused, match=r"Swimming 2\.0 takes its place"):
        keep_stream(by=lead, stream=used)


def test_a_version_goes_on_from_one_in_between_that_was_in_use(world, lead, terms, swimming, used):
    second = swimming(**NEXT)
    third = swimming(**NEXT | {"version": "3.0", "replaces": {"version": "2.0"}})
    expected = {world.routes["formal"].pk: TWO}
    with pytest.raises(ApprovalRefused, match=r'"replaces" that names version 1\.0'):
        # The second one was never in use: no baseline has come down to it.
        approve_stream(by=lead, stream=third, term=terms[1], expected=expected)
    approve_stream(by=lead, stream=second, term=terms[1], expected=expected)
    approve_stream(by=lead, stream=third, term=terms[2], expected=expected)
    assert Baseline.objects.get(strand__stream=third).point.code == "x"


def test_what_was_withdrawn_for_later_gives_way_to_the_new_version(
    world, lead, terms, swimming, used
):
    withdraw_stream(by=lead, stream=used, last_term=terms[2])
    new = swimming(**NEXT)
    approve_stream(by=lead, stream=new, term=terms[1], expected={world.routes["formal"].pk: ONE})
    for term in terms:
        assert Stream.objects.in_force(term.census_on).filter(code="swimming").count() == 1


@pytest.mark.parametrize(
    ("replaces", "said"),
    [
        ({"points": {"a": "x", "b": "x"}}, ["replaces.points.c: say which point of this file"]),
        (
            {"points": {"a": "y", "b": "x", "c": "y"}},
            ["replaces.points.b: x is below what the point before it becomes"],
        ),
        (
            {"points": REPLACES["points"] | {"q": "x"}},
            ["replaces.points.q: Swimming 1.0 has no such point"],
        ),
        (
            {"strands": {"pol": "water", "pool": "wate"}},
            [
                "replaces.strands.pol: this file has no such strand",
                "replaces.strands.pool: Swimming 1.0 has no strand 'wate', only water, talk",
            ],
        ),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_with_its_places(swimming, replaces, said):
    swimming()
    with pytest.raises(StreamFileError) as caught:
        swimming(**NEXT | {"replaces": REPLACES | replaces})
    found = [each.words for each in caught.value.problems]
    places = [each.where for each in caught.value.problems]
    assert len(found) == len(said)
    for place, words, whole in zip(places, found, said, strict=True):
        assert f"{place}: {words}".startswith(whole)
    assert Stream.objects.filter(code="swimming").count() == 1

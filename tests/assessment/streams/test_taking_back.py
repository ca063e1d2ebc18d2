"""An approval is taken back while nothing rests on it, and leaves all as it was before."""

import datetime as dt
from collections.abc import Callable
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import connection

from assessment.models import Baseline, Judgement, Stream
from assessment.selectors.progress import progress_of
from assessment.services.baselines import BaselineRefused, set_baseline
from assessment.services.judgements import record_judgement
from assessment.services.streams import approval
from assessment.services.streams.approval import (
    ApprovalRefused,
    approve_stream,
    put_in_use,
    remove_stream,
    take_back_approval,
    withdraw_stream,
)
from assessment.services.streams.files import read_stream as read
from assessment.services.streams.versions import store_stream
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.selectors.cohorts import cohort
from pupils.services.operations import Refused
from schools.models import Window
from tests.assessment.streams.deciding import NEXT, ONE, TWO, lead, swimming, terms, used
from tests.factories.assessment import JudgementFactory
from tests.factories.pupils import PlacementFactory
from tests.world import make_world

__all__ = ["lead", "swimming", "terms", "used"]  # fixtures


@pytest.fixture
def far(terms):
    """The summer, moved so far ahead that it is to come whatever today is."""
    year, summer = terms[0].year, terms[2]
    year.ends_on = dt.date(9999, 8, 31)
    summer.starts_on, summer.census_on = dt.date(9999, 4, 13), dt.date(9999, 5, 20)
    summer.ends_on = dt.date(9999, 7, 21)
    summer.save()
    return summer


def test_the_approval_of_a_version_to_come_is_taken_back(world, lead, far, swimming, used):
    new = swimming(**NEXT)
    approve_stream(by=lead, stream=new, term=far, expected={world.routes["formal"].pk: TWO})
    assert Baseline.objects.filter(strand__stream=new).count() == 1
    own = set_baseline(
        by=lead,
        pupil=world.pupils[2],
        strand=used.strands.get(code="water"),
        point=used.points.get(code="c"),
        judged_on=dt.date(2025, 9, 15),
    )
    assert Baseline.objects.get(strand__stream=new).point.code == "y"
    take_back_approval(by=lead, stream=new)
    new.refresh_from_db()
    used.refresh_from_db()
    assert (new.approved_from, used.approved_until) == (None, None)
    assert not Baseline.objects.filter(strand__stream=new).exists()
    assert not new.expectations.exists()
    assert Baseline.objects.get(strand__stream=used) == own
    with pytest.raises(ApprovalRefused, match="Autumn 2025 was counted with it and is closed"):
        take_back_approval(by=lead, stream=world.developmental)
    remove_stream(by=lead, stream=new)


def test_a_version_that_was_to_end_ends_on_that_day_again(world, lead, terms, far, swimming, used):
    """It was withdrawn for later, then cut short by the new version, whose approval is undone."""
    withdraw_stream(by=lead, stream=used, last_term=far)
    new = swimming(**NEXT)
    approve_stream(by=lead, stream=new, term=far, expected={world.routes["formal"].pk: ONE})
    used.refresh_from_db()
    assert used.approved_until == far.starts_on - dt.timedelta(days=1)
    take_back_approval(by=lead, stream=new)
    used.refresh_from_db()
    assert used.approved_until == far.ends_on
    # Withdrawn to an earlier day while the other was approved: that stays.
    approve_stream(by=lead, stream=new, term=far, expected={world.routes["formal"].pk: ONE})
    withdraw_stream(by=lead, stream=used, last_term=terms[1])
    take_back_approval(by=lead, stream=new)
    used.refresh_from_db()
    assert used.approved_until == terms[1].ends_on


def test_a_version_that_ended_by_itself_is_not_opened_again(
    world, lead, terms, far, swimming, used
):
    """It ends on the very day before the new version begins, but not because of it."""
    withdraw_stream(by=lead, stream=used, last_term=terms[1])
    Stream.objects.filter(pk=used.pk).update(approved_until=far.starts_on - dt.timedelta(days=1))
    new = swimming(**NEXT)
    approve_stream(by=lead, stream=new, term=far, expected={world.routes["formal"].pk: ONE})
    take_back_approval(by=lead, stream=new)
    used.refresh_from_db()
    assert used.approved_until == far.starts_on - dt.timedelta(days=1)


def test_a_late_baseline_of_an_old_version_moves_no_closed_term_of_the_new_one(
    world, lead, swimming
):
    """It would be carried on, and be where a gain of that term starts."""
    last_year, this_term = world.terms[0], world.terms[3]
    expected = {world.routes["formal"].pk: ONE}
    old, new = swimming(), swimming(**NEXT)
    put_in_use(stream=old, starts_on=last_year.starts_on, expected=expected)
    put_in_use(stream=new, starts_on=this_term.starts_on, expected=expected)
    pupil = world.pupils[2]
    pupil.placements.update(starts_on=this_term.starts_on)
    PlacementFactory(
        pupil=pupil,
        school=world.school,
        route=world.routes["formal"],
        starts_on=last_year.starts_on,
        ends_on=this_term.starts_on - dt.timedelta(days=1),
    )
    JudgementFactory(
        pupil=pupil,
        strand=new.strands.get(code="pool"),
        term=this_term,
        point=new.points.get(code="y"),
    )
    Window.objects.filter(term=this_term).update(closes_on=dt.date(2026, 10, 30))
    this_term.ends_on = dt.date(2026, 11, 1)
    this_term.save()
    before = progress_of(cohort(lead, term=this_term))
    late = {
        "by": world.access(Role.HEAD),
        "pupil": pupil,
        "strand": old.strands.get(code="water"),
        "point": old.points.get(code="a"),
        "judged_on": dt.date(2025, 9, 20),
    }
    with pytest.raises(BaselineRefused, match="Autumn 2026 was judged without a baseline"):
        set_baseline(**late)
    assert progress_of(cohort(lead, term=this_term)) == before


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_who_judges_while_an_approval_is_taken_back_waits_and_is_refused(written, monkeypatch):
    world = make_world("Harbour")
    lead, teacher = world.access(Role.TRUST_LEAD), world.access(Role.TEACHER)
    with in_trust(world.trust.pk):
        stream = store_stream(stream_file=read(written()), source="swimming.yaml")
        expected = {world.routes["formal"].pk: ONE}
        approve_stream(by=lead, stream=stream, term=world.term, expected=expected)
        strand, point = stream.strands.get(code="water"), stream.points.get(code="b")
    looked, judged, found = Event(), Event(), approval.what_holds

    def look(*args, **named):
        held = found(*args, **named)
        looked.set()
        # Whoever judges is done before this goes on, or waits for it.
        while not judged.is_set() and not _someone_waits():
            judged.wait(0.02)
        return held

    def judge():
        looked.wait(30)
        refused: list[Exception] = []
        try:
            record_judgement(
                by=teacher,
                class_group=world.class_group,
                term=world.term,
                pupil=world.pupils[2],
                strand_id=strand.pk,
                point_id=point.pk,
                base_version=None,
                operation_id=uuid4(),
            )
        except Refused as words:
            refused.append(words)
        finally:
            judged.set()
        assert refused

    monkeypatch.setattr(approval, "what_holds", look)
    both = [
        Thread(
            target=_within, args=(world, lead, lambda: take_back_approval(by=lead, stream=stream))
        ),
        Thread(target=_within, args=(world, teacher, judge)),
    ]
    for each in both:
        each.start()
    for each in both:
        each.join()
    with in_trust(world.trust.pk):
        stream.refresh_from_db()
        assert stream.approved_from is None
        assert not Judgement.objects.filter(strand=strand).exists()


def _someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def _within(world, access, do: Callable[[], None]) -> None:
    try:
        with in_trust(world.trust.pk, person_id=access.person_id):
            do()
    finally:
        connection.close()

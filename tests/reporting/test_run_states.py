"""From draft to ready, published and superseded: who may, and what happens meanwhile."""

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from assessment.models import Judgement
from parrcs.core.access import Role
from parrcs.core.jobs import REPORT_RUNS, only_here
from parrcs.core.tenancy import in_trust
from reporting.choices import Purpose, ReportStatus, RunState
from reporting.models import Report, ReportRun
from reporting.selectors.reports import Reported
from reporting.services import reports as services
from reporting.services.reports import (
    CannotPublish,
    ask_for_draft,
    ask_to_publish,
    cancel_run,
    retry_run,
    set_ready,
)
from reporting.tasks import make_report
from schools.models import Membership, Notice
from tests.reporting.reading import of_document
from tests.reporting.running import (
    Bells,
    ask,
    ask_to_publish_it,
    elsewhere,
    of,
    published,
    quick,
    ready,
    reports,
    run_now,
)
from tests.waiting import somebody_waits, until
from tests.world import World

__all__ = ["quick"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_publishing_takes_the_draft_that_was_read(settled: World, bells: Bells) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    ready(settled, draft)
    newer = run_now(settled, ask(settled)).report
    assert newer is not None
    with in_trust(settled.trust.pk):
        by = settled.access(Role.HEAD)
        for each in (draft, newer):  # replaced; not called ready
            with pytest.raises(CannotPublish, match="has been replaced, or is not ready"):
                ask_to_publish(by=by, of=of(settled), draft_id=each.pk)
        set_ready(by=by, draft=newer, ready=True)
        busy = ask_for_draft(by=by, of=of(settled), replaces=newer.pk)
        with pytest.raises(CannotPublish, match="is being made"):
            ask_to_publish(by=by, of=of(settled), draft_id=newer.pk)
        cancel_run(by=by, run=busy)
        run = ask_to_publish(by=by, of=of(settled), draft_id=newer.pk)
        assert ask_to_publish(by=by, of=of(settled), draft_id=newer.pk) == run
    out = run_now(settled, run).report
    assert out is not None
    assert (out.kind, out.version, out.status) == ("ht", 1, "published")
    assert out.published_by_id == settled.people[Role.HEAD].pk
    assert [report.pk for report in reports(settled)] == [out.pk]
    numbers = {k: v for k, v in newer.snapshot.items() if k != "cover"}
    assert {k: v for k, v in out.snapshot.items() if k != "cover"} == numbers
    assert out.snapshot["cover"]["version"] == "Version 1"


def test_publishing_without_the_draft_fails_in_words(settled: World, bells: Bells) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    ready(settled, draft)
    run = ask_to_publish_it(settled, draft)
    with in_trust(settled.trust.pk):
        assert run.purpose == Purpose.PUBLISH
        Report.objects.all().delete()
    failed = run_now(settled, run)
    assert failed.problem == "The draft to publish is no longer there. Make a new one."
    with in_trust(settled.trust.pk), pytest.raises(CannotPublish):
        retry_run(by=settled.access(Role.HEAD), run=failed)


def test_a_draft_taken_back_while_it_waits_is_not_published(settled: World, bells: Bells) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    ready(settled, draft)
    run = ask_to_publish_it(settled, draft)
    with in_trust(settled.trust.pk):
        set_ready(by=settled.access(Role.HEAD), draft=draft, ready=False)
    failed = run_now(settled, run)
    assert failed.problem == "The draft to publish is no longer there. Make a new one."
    assert [each.status for each in reports(settled)] == [ReportStatus.DRAFT]


def test_only_who_writes_reports_of_the_school_calls_its_draft_ready(
    settled: World, bells: Bells
) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    writers = {Role.HEAD, Role.ASSESSMENT_LEAD, Role.TRUST_LEAD}
    with in_trust(settled.trust.pk):
        for role in set(Role) - writers:
            with pytest.raises(PermissionDenied):
                set_ready(by=settled.access(role), draft=draft, ready=True)
        for role in writers:
            by = settled.access(role)
            set_ready(by=by, draft=draft, ready=True)
            # Twice, by two at once: the second is told that there is nothing left to do.
            with pytest.raises(CannotPublish, match="replaced or changed"):
                set_ready(by=by, draft=draft, ready=True)
            set_ready(by=by, draft=draft, ready=False)
        # All that was made with it goes along.
        set_ready(by=settled.access(Role.HEAD), draft=draft, ready=True)
        states = set(Report.objects.values_list("status", flat=True))
    assert states == {ReportStatus.READY}


def test_a_draft_that_was_replaced_meanwhile_is_not_called_ready(
    settled: World, bells: Bells
) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    run_now(settled, ask(settled))
    with pytest.raises(CannotPublish, match="replaced or changed"):
        ready(settled, draft)
    assert [each.status for each in reports(settled)] == [ReportStatus.DRAFT]


def test_a_draft_that_is_replaced_in_that_very_moment_is_not_called_ready(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker stores another one between the look whether the draft is there and the word."""
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    with ThreadPoolExecutor(1) as worker:
        making: list[Future[ReportRun]] = []

        def meanwhile(*_args: object) -> None:
            making.append(worker.submit(_made_elsewhere, settled))
            until(lambda: making[0].done() or somebody_waits(), "the draft, or a worker that waits")

        monkeypatch.setattr(services, "_refuse_names", meanwhile)
        ready(settled, draft)
        made = making[0].result().report_id
    # Nobody has read it yet.
    assert [(each.pk, each.status) for each in reports(settled)] == [(made, ReportStatus.DRAFT)]


def _made_elsewhere(world: World) -> ReportRun:
    try:
        return run_now(world, ask(world))
    finally:
        connection.close()


def test_a_second_version_takes_the_place_of_the_first_and_both_stay(
    settled: World, bells: Bells
) -> None:
    first = published(settled)
    with in_trust(settled.trust.pk):
        Judgement.objects.filter(pk__in=Judgement.objects.values("pk")[:9]).delete()
    second = published(settled)
    assert (first.version, second.version) == (1, 2)
    states = {each.version: each for each in reports(settled)}
    assert {number: each.status for number, each in states.items()} == {
        1: ReportStatus.SUPERSEDED,
        2: ReportStatus.PUBLISHED,
    }
    for before, now in ((first, states[1]), (second, states[2])):
        for name in ("pdf", "sha256", "snapshot", "charts", "page", "made_at", "published_at"):
            old, new = getattr(before, name), getattr(now, name)
            assert (bytes(old) if name == "pdf" else old) == (bytes(new) if name == "pdf" else new)
        assert hashlib.sha256(bytes(now.pdf)).hexdigest() == now.sha256
    # The second says what it corrects, a row and a column each, with both numbers.
    assert first.snapshot["changes"] == []
    was, is_now = (of_document(each.snapshot).tables for each in (first, second))
    changed = {
        (place, row, column)
        for place, rows in is_now.items()
        for row, cells in rows.items()
        for column, words in cells.items()
        if was[place][row][column] != words and column != "change"
    }
    assert len(changed) > 0
    said = second.snapshot["changes"]
    assert len(said) == min(len(changed), 41)
    if len(changed) > 40:
        assert said[-1] == f"And {len(changed) - 40} more."
    assert second.snapshot["cover"]["version"] == "Version 2"


def test_what_was_told_of_a_draft_is_over_once_it_is_published(
    settled: World, bells: Bells
) -> None:
    run_now(settled, ask(settled))
    with in_trust(settled.trust.pk):
        # Of another term's report: that is still to be read.
        other = ask_for_draft(
            by=settled.access(Role.HEAD), of=Reported(settled.school, settled.terms[2])
        )
    run_now(settled, other)
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    ready(settled, draft)
    assert len(unread(settled, Role.HEAD)) == 3
    assert len(unread(settled, Role.TRUST_LEAD)) == 1
    run_now(settled, ask_to_publish_it(settled, draft))
    name = f"Head teacher report of {settled.school}"
    assert unread(settled, Role.HEAD) == [
        f"{name}, Summer 2026: the draft is ready to be read.",
        f"{name}, Autumn 2026: it is published.",
    ]
    assert unread(settled, Role.TRUST_LEAD) == []
    assert len(unread(settled, Role.GOVERNOR)) == 1


def unread(world: World, role: Role) -> list[str]:
    with in_trust(world.trust.pk):
        mine = Notice.objects.filter(person=world.people[role], read_at=None)
        return list(mine.order_by("pk").values_list("text", flat=True))


def test_two_who_publish_at_once_make_one_version(settled: World, bells: Bells) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    ready(settled, draft)
    run = ask_to_publish_it(settled, draft)
    assert ask_to_publish_it(settled, draft) == run
    with only_here(REPORT_RUNS, run.pk):
        elsewhere(lambda: make_report(trust_id=settled.trust.pk, run_id=run.pk) or True)
        assert [each.status for each in reports(settled)] == [ReportStatus.READY]
    run_now(settled, run)
    run_now(settled, run)
    assert [(each.status, each.version) for each in reports(settled)] == [("published", 1)]


def test_who_has_lost_the_role_publishes_nothing(settled: World, bells: Bells) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    ready(settled, draft)
    run = ask_to_publish_it(settled, draft)
    with in_trust(settled.trust.pk):
        Membership.objects.filter(person=settled.people[Role.HEAD]).update(ended_at=timezone.now())
    assert run_now(settled, run).state == RunState.FAILED
    assert [report.status for report in reports(settled)] == [ReportStatus.READY]

"""A report run: asked for once, made once, cancelled, failed, tried again."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.jobs import REPORT_RUNS, only_here
from parrcs.core.tenancy import in_trust
from reporting.choices import Purpose, ReportStatus, RunState
from reporting.models import Report, ReportRun
from reporting.models.reports import ReportRunQuerySet
from reporting.reports import ht
from reporting.selectors import ht as selectors
from reporting.services import runs
from reporting.services.reports import (
    CannotPublish,
    ask_for_draft,
    ask_to_publish,
    cancel_run,
    retry_run,
)
from reporting.tasks import make_report, resume_runs
from schools.models import Membership
from tests.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

type Bells = list[dict[str, int]]


def ask(world: World, role: Role = Role.HEAD) -> ReportRun:
    with in_trust(world.trust.pk):
        return ask_for_draft(by=world.access(role), school=world.school, term=world.term)


def run_now(world: World, run: ReportRun) -> ReportRun:
    """Do what a worker does when the bell rings, and return the run as it then is."""
    make_report(trust_id=world.trust.pk, run_id=run.pk)
    return again(world, run)


def again(world: World, run: ReportRun) -> ReportRun:
    with in_trust(world.trust.pk):
        return ReportRun.objects.select_related("report").get(pk=run.pk)


def reports(world: World) -> list[Report]:
    with in_trust(world.trust.pk):
        return list(Report.objects.all())


def change(world: World, run: ReportRun, **values: Any) -> None:
    with in_trust(world.trust.pk):
        ReportRun.objects.filter(pk=run.pk).update(**values)


def elsewhere(work: Callable[[], Any]) -> Any:
    """Do something on another connection, as another process would."""
    found: list[Any] = []

    def there() -> None:
        try:
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=there)
    thread.start()
    thread.join(30)
    assert found, "it did not end, or it failed"
    return found[0]


def test_a_draft_is_made(settled: World, bells: Bells) -> None:
    run = ask(settled)
    assert bells == [{"trust_id": settled.trust.pk, "run_id": run.pk}]
    done = run_now(settled, run)
    assert (done.state, done.attempts, done.problem) == ("done", 1, "")
    (report,) = reports(settled)
    assert done.report == report
    assert bytes(report.pdf).startswith(b"%PDF-1.7")
    assert report.made_by_id == settled.people[Role.HEAD].pk
    with in_trust(settled.trust.pk):
        live = ht.ht_report(settled.access(Role.HEAD), school=settled.school, term=settled.term)
    assert {k: v for k, v in report.snapshot.items() if k != "cover"} == live
    assert report.snapshot["cover"]["version"] == "Draft"


def test_asking_again_returns_the_run_that_goes_on(settled: World, bells: Bells) -> None:
    first = ask(settled)
    assert ask(settled, Role.TRUST_LEAD) == first
    change(settled, first, state=RunState.RUNNING)
    assert ask(settled) == first
    assert len(bells) == 1
    change(settled, first, state=RunState.FAILED)
    assert ask(settled) != first


def test_two_who_ask_at_once_get_the_same_run(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second looks before the first has saved, and loses to it at the constraint."""
    first = ask(settled, Role.TRUST_LEAD)
    monkeypatch.setattr(ReportRunQuerySet, "first", lambda _self: None)
    assert ask(settled) == first
    assert len(bells) == 1


def test_a_finished_run_is_not_made_again(settled: World, bells: Bells) -> None:
    done = run_now(settled, ask(settled))
    assert run_now(settled, done).attempts == 1
    assert [report.pk for report in reports(settled)] == [done.report_id]
    for state in (RunState.CANCELLED, RunState.FAILED):
        change(settled, done, state=state, report=None)
        assert run_now(settled, done).state == state
    make_report(trust_id=settled.trust.pk, run_id=0)


def test_a_run_of_another_trust_is_not_found(settled: World, bells: Bells) -> None:
    run = ask(settled)
    make_report(trust_id=make_world("Foreign").trust.pk, run_id=run.pk)
    assert again(settled, run).state == RunState.QUEUED


def test_a_task_without_a_trust_refuses(settled: World) -> None:
    with pytest.raises(TypeError, match="without the id of a trust"):
        make_report(run_id=1)


def test_two_workers_do_not_make_the_same_run(settled: World, bells: Bells) -> None:
    run = ask(settled)
    with only_here(REPORT_RUNS, run.pk) as mine:
        assert mine
        elsewhere(lambda: make_report(trust_id=settled.trust.pk, run_id=run.pk) or True)
        assert again(settled, run).attempts == 0
    assert run_now(settled, run).state == RunState.DONE


def test_the_lock_goes_back_with_the_connection(settled: World, bells: Bells) -> None:
    run = ask(settled)
    run_now(settled, run)
    with connection.cursor() as cursor:
        # Of this database only: tests beside these have one of their own in the same server.
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert cursor.fetchone() == (0,)


def test_the_numbers_are_of_one_moment(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = selectors.ht_rows

    def look(*args: Any, **kwargs: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            seen.append(cursor.fetchone()[0])
        return real(*args, **kwargs)

    monkeypatch.setattr(ht, "ht_rows", look)
    run_now(settled, ask(settled))
    assert seen == ["repeatable read"]


def test_each_step_is_seen_at_once(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another connection reads the step while the work goes on."""
    run = ask(settled)
    seen = []
    real = runs._Making._say

    def say(self: Any, *args: Any) -> None:
        real(self, *args)
        found = elsewhere(lambda: again(settled, run))
        seen.append((found.state, found.step, found.done_steps, found.all_steps))

    monkeypatch.setattr(runs._Making, "_say", say)
    run_now(settled, run)
    assert seen[0] == ("running", "Charts", 1, 4)
    assert seen[1] == ("running", "Laying out pages", 2, 4)
    assert ("running", "Laying out page 3", 2, 4) in seen
    assert seen[-1] == ("running", "Checking and storing", 3, 4)


def test_a_cancelled_run_stops_at_its_next_page(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(settled)
    real = runs._Making._say
    pages = []

    def say(self: Any, done: int, step: str = "") -> None:
        if step == "Laying out page 2":
            with in_trust(settled.trust.pk):
                cancel_run(by=settled.access(Role.HEAD), run=run)
        real(self, done, step)
        pages.append(step)

    monkeypatch.setattr(runs._Making, "_say", say)
    assert run_now(settled, run).state == RunState.CANCELLED
    assert pages[-1] == "Laying out page 1"
    assert reports(settled) == []


def test_a_run_cancelled_while_it_stores_stores_nothing(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(settled)
    real = runs._Making._store

    def store(self: Any, *args: Any) -> None:
        change(settled, run, state=RunState.CANCELLED)
        real(self, *args)

    monkeypatch.setattr(runs._Making, "_store", store)
    assert run_now(settled, run).state == RunState.CANCELLED
    assert reports(settled) == []


def test_a_failure_is_told_in_words_and_can_be_tried_again(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> bytes:
        raise ZeroDivisionError("division by zero at line 12")

    with monkeypatch.context() as patch:
        patch.setattr(runs, "make_pdf", broken)
        failed = run_now(settled, ask(settled))
    assert failed.state == RunState.FAILED
    assert failed.problem.startswith("Something went wrong while the report was made.")
    assert "zero" not in failed.problem
    with in_trust(settled.trust.pk):
        retried = retry_run(by=settled.access(Role.HEAD), run=failed)
    assert retried != failed
    assert run_now(settled, retried).state == RunState.DONE


def test_what_is_no_pdf_is_not_stored(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "make_pdf", lambda *_args, **_kwargs: b"<html>")
    assert run_now(settled, ask(settled)).problem == "What was laid out is not a PDF."
    assert reports(settled) == []


def test_who_has_lost_the_role_gets_no_report(settled: World, bells: Bells) -> None:
    run = ask(settled)
    with in_trust(settled.trust.pk):
        Membership.objects.filter(person=settled.people[Role.HEAD]).update(ended_at=timezone.now())
    failed = run_now(settled, run)
    assert failed.problem == (
        "Whoever asked for this report may no longer make it. Ask for it yourself."
    )


def test_who_has_lost_the_role_publishes_nothing(settled: World, bells: Bells) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    with in_trust(settled.trust.pk):
        run = ask_to_publish(
            by=settled.access(Role.HEAD),
            school=settled.school,
            term=settled.term,
            draft_id=draft.pk,
        )
        Membership.objects.filter(person=settled.people[Role.HEAD]).update(ended_at=timezone.now())
    assert run_now(settled, run).state == RunState.FAILED
    assert [report.status for report in reports(settled)] == [ReportStatus.DRAFT]


def test_a_run_that_ends_at_the_last_moment_is_not_given_up(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(settled)
    change(settled, run, state=RunState.RUNNING, attempts=3)

    def ends_now(_kind: int, _run_id: int) -> bool:
        change(settled, run, state=RunState.DONE)
        return False

    monkeypatch.setattr(runs, "someone_is_at", ends_now)
    resume_runs()
    assert again(settled, run).state == RunState.DONE


def test_a_run_that_kills_its_worker_is_given_up(settled: World, bells: Bells) -> None:
    run = ask(settled)
    change(settled, run, state=RunState.RUNNING, attempts=3)
    given_up = run_now(settled, run)
    assert given_up.state == RunState.FAILED
    assert given_up.problem.startswith("The report was started 3 times")
    second = ask(settled)
    change(settled, second, state=RunState.RUNNING, attempts=3)
    resume_runs()
    assert again(settled, second).problem == given_up.problem
    assert len(bells) == 2


def test_the_waiting_are_rung_for_again(settled: World, bells: Bells) -> None:
    """Runs of any trust that nobody is at; not those just asked for, nor those at work."""
    foreign = make_world("Foreign")
    run, other = ask(settled), ask(foreign)
    bells.clear()
    resume_runs()
    assert bells == []
    long_ago = timezone.now() - timedelta(minutes=5)
    change(settled, run, asked_at=long_ago)
    change(foreign, other, state=RunState.RUNNING)
    resume_runs()
    mine = {"trust_id": settled.trust.pk, "run_id": run.pk}
    theirs = {"trust_id": foreign.trust.pk, "run_id": other.pk}
    assert bells == [mine, theirs]
    bells.clear()
    with only_here(REPORT_RUNS, run.pk):
        elsewhere(lambda: resume_runs() or True)
    assert bells == [theirs]


def test_only_who_may_make_reports_of_the_school_asks(settled: World, bells: Bells) -> None:
    with in_trust(settled.trust.pk):
        run = ask_for_draft(by=settled.access(Role.HEAD), school=settled.school, term=settled.term)
        for role in set(Role) - {Role.HEAD, Role.TRUST_LEAD}:
            by = settled.access(role)
            with pytest.raises(PermissionDenied):
                ask_for_draft(by=by, school=settled.school, term=settled.term)
            with pytest.raises(PermissionDenied):
                ask_to_publish(by=by, school=settled.school, term=settled.term, draft_id=1)
            with pytest.raises(PermissionDenied):
                cancel_run(by=by, run=run)
            with pytest.raises(PermissionDenied):
                retry_run(by=by, run=run)
        with pytest.raises(PermissionDenied):
            ask_for_draft(
                by=settled.access(Role.HEAD), school=settled.other_school, term=settled.term
            )


def test_publishing_takes_the_draft_that_was_read(settled: World, bells: Bells) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    school, term = settled.school, settled.term
    newer = run_now(settled, ask(settled)).report
    assert newer is not None
    with in_trust(settled.trust.pk):
        by = settled.access(Role.HEAD)
        with pytest.raises(CannotPublish, match="has been replaced"):
            ask_to_publish(by=by, school=school, term=term, draft_id=draft.pk)
        busy = ask_for_draft(by=by, school=school, term=term)
        with pytest.raises(CannotPublish, match="is being made"):
            ask_to_publish(by=by, school=school, term=term, draft_id=newer.pk)
        cancel_run(by=by, run=busy)
        run = ask_to_publish(by=by, school=school, term=term, draft_id=newer.pk)
    published = run_now(settled, run).report
    assert published is not None
    assert published.version == 1
    assert published.published_by_id == settled.people[Role.HEAD].pk
    assert [report.pk for report in reports(settled)] == [published.pk]
    numbers = {k: v for k, v in newer.snapshot.items() if k != "cover"}
    assert {k: v for k, v in published.snapshot.items() if k != "cover"} == numbers
    assert published.snapshot["cover"]["version"] == "Version 1"


def test_publishing_without_the_draft_fails_in_words(settled: World, bells: Bells) -> None:
    draft = run_now(settled, ask(settled)).report
    assert draft is not None
    with in_trust(settled.trust.pk):
        run = ask_to_publish(
            by=settled.access(Role.HEAD),
            school=settled.school,
            term=settled.term,
            draft_id=draft.pk,
        )
        assert run.purpose == Purpose.PUBLISH
        Report.objects.get().delete()
    failed = run_now(settled, run)
    assert failed.problem == "The draft to publish is no longer there. Make a new one."
    with in_trust(settled.trust.pk), pytest.raises(CannotPublish):
        retry_run(by=settled.access(Role.HEAD), run=failed)

"""A report run: asked for once, made once, cancelled, failed, tried again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.jobs import REPORT_RUNS, only_here
from parrcs.core.tenancy import in_trust
from reporting.choices import RunState
from reporting.models.runs import ReportRunQuerySet
from reporting.reports import ht
from reporting.selectors import report_rows as selectors
from reporting.selectors.reports import Reported
from reporting.services import editions, runs
from reporting.services.reports import ask_for_draft, ask_to_publish, cancel_run, retry_run
from reporting.tasks import make_report, resume_runs
from schools.models import Membership
from tests.reporting.running import (
    Bells,
    again,
    ask,
    change,
    elsewhere,
    laid_out,
    of,
    quick,
    reports,
    run_now,
)
from tests.world import World, make_world

__all__ = ["laid_out", "quick"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_a_draft_is_made(settled: World, bells: Bells, laid_out: None) -> None:
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
    real = selectors.school_rows

    def look(*args: Any, **kwargs: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            seen.append(cursor.fetchone()[0])
        return real(*args, **kwargs)

    monkeypatch.setattr(ht, "school_rows", look)
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
    steps = seen[0][3]
    assert seen[0] == ("running", "Head teacher report: charts", 1, steps)
    assert seen[1] == ("running", "Head teacher report: page 1", 1, steps)
    assert ("running", "Head teacher report: page 3", 1, steps) in seen
    assert seen[-1] == ("running", "Checking and storing", steps - 1, steps)
    done = [each[2] for each in seen]
    assert done == sorted(done)
    assert {each[3] for each in seen} == {steps}


def test_a_cancelled_run_stops_at_its_next_page(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(settled)
    real = runs._Making._say
    pages = []

    def say(self: Any, done: int, step: str = "") -> None:
        if step == "Head teacher report: page 2":
            with in_trust(settled.trust.pk):
                cancel_run(by=settled.access(Role.HEAD), run=run)
        real(self, done, step)
        pages.append(step)

    monkeypatch.setattr(runs._Making, "_say", say)
    assert run_now(settled, run).state == RunState.CANCELLED
    assert pages[-1] == "Head teacher report: page 1"
    assert reports(settled) == []


def test_a_run_cancelled_while_it_stores_stores_nothing(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(settled)
    real = runs._Making._store

    def store(self: Any, *args: Any, **kwargs: Any) -> None:
        change(settled, run, state=RunState.CANCELLED)
        real(self, *args, **kwargs)

    monkeypatch.setattr(runs._Making, "_store", store)
    assert run_now(settled, run).state == RunState.CANCELLED
    assert reports(settled) == []


def test_a_failure_is_told_in_words_and_can_be_tried_again(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> bytes:
        raise ZeroDivisionError("division by zero at line 12")

    with monkeypatch.context() as patch:
        patch.setattr(editions, "make_pdf", broken)
        failed = run_now(settled, ask(settled))
    assert failed.state == RunState.FAILED
    assert failed.problem.startswith("Something went wrong while the report was made.")
    assert reports(settled) == []
    assert "zero" not in failed.problem
    with in_trust(settled.trust.pk):
        retried = retry_run(by=settled.access(Role.HEAD), run=failed)
    assert retried != failed
    assert run_now(settled, retried).state == RunState.DONE


def test_what_is_no_pdf_is_not_stored(
    settled: World, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editions, "make_pdf", lambda *_args, **_kwargs: b"<html>")
    assert run_now(settled, ask(settled)).state == RunState.FAILED
    assert reports(settled) == []


def test_who_has_lost_the_role_gets_no_report(settled: World, bells: Bells) -> None:
    run = ask(settled)
    with in_trust(settled.trust.pk):
        Membership.objects.filter(person=settled.people[Role.HEAD]).update(ended_at=timezone.now())
    failed = run_now(settled, run)
    assert failed.problem == (
        "Whoever asked for this report may no longer make it. Ask for it yourself."
    )


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
        run = ask_for_draft(by=settled.access(Role.HEAD), of=of(settled))
        for role in set(Role) - {Role.HEAD, Role.TRUST_LEAD}:
            by = settled.access(role)
            with pytest.raises(PermissionDenied):
                ask_for_draft(by=by, of=of(settled))
            with pytest.raises(PermissionDenied):
                ask_to_publish(by=by, of=of(settled), draft_id=1)
            with pytest.raises(PermissionDenied):
                cancel_run(by=by, run=run)
            with pytest.raises(PermissionDenied):
                retry_run(by=by, run=run)
        with pytest.raises(PermissionDenied):
            ask_for_draft(
                by=settled.access(Role.HEAD), of=Reported(settled.other_school, settled.term)
            )

"""An import outlives its worker, and what it knew is forgotten in time."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exchange.models import Import, ImportLine
from exchange.services import carrying_out, erasure_runs, runs
from exchange.services.imports import CannotGoOn, apply_import, discard_import, undo_import
from exchange.tasks import forget_imports, resume_imports
from parrcs.core.access import Role
from parrcs.core.jobs import IMPORTS, LINES_OF_IMPORTS, only_here
from pupils.models import Pupil
from schools.models import Membership
from tests.exchange.canary import decide
from tests.exchange.conftest import Desk, as_csv, counts, row, upn
from tests.world import World


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """The bells that were rung."""
    rung: list[dict[str, int]] = []
    monkeypatch.setattr(runs, "ring", lambda **ids: rung.append(ids))
    return rung


def change(run: Import, **values: Any) -> None:
    Import.objects.filter(pk=run.pk).update(**values)


def test_an_import_that_nobody_is_at_is_taken_up_again(desk: Desk, bells: list) -> None:
    run = desk.send(as_csv([row(1)]))
    change(run, state="applying", attempts=1, applied_by=desk.by.person_id)
    resume_imports()
    assert bells == [{"trust_id": desk.world.trust.pk, "import_id": run.pk}]
    assert desk.go_on(run).state == "applied"
    assert desk.again(run).attempts == 2
    bells.clear()
    resume_imports()
    assert bells == []


def test_one_that_was_just_sent_is_left_to_its_first_bell(desk: Desk, bells: list) -> None:
    run = desk.send(as_csv([row(1)]))
    change(run, state="waiting", attempts=0, asked_at=timezone.now())
    resume_imports()
    assert bells == []


@pytest.mark.parametrize(
    ("state", "back"),
    [("waiting", "refused"), ("checking", "refused"), ("applying", "checked")],
)
def test_one_that_kills_its_worker_is_given_up(
    state: str, back: str, desk: Desk, bells: list
) -> None:
    run = desk.send(as_csv([row(1)]))
    change(run, state=state, attempts=3, applied_by=desk.by.person_id)
    resume_imports()
    again = desk.again(run)
    assert again.state == back
    assert again.problem.startswith("This was started 3 times")
    change(run, state=state)
    assert desk.go_on(run).state == back


def test_a_fault_of_ours_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = desk.send(as_csv([row(1), row(2)]))
    carried_out, calls = carrying_out._carry_out, []

    def breaks(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("on purpose")
        carried_out(*args)

    monkeypatch.setattr(carrying_out, "_carry_out", breaks)
    run = desk.apply(run)
    assert (run.state, run.problem[:20]) == ("checked", "Something went wrong")
    assert not Pupil.objects.filter(upn__in=[upn(1), upn(2)]).exists()


def test_who_lost_the_right_meanwhile_is_refused(desk: Desk, world: World) -> None:
    run = desk.send(as_csv([row(1)]))
    apply_import(by=desk.by, run=run)
    Membership.objects.filter(person=world.people[Role.HEAD]).update(ended_at=timezone.now())
    run = desk.go_on(run)
    assert run.state == "checked"
    assert run.problem == "Whoever asked for this may no longer import files here."
    assert not Pupil.objects.filter(upn=upn(1)).exists()


def test_two_workers_do_not_work_on_one_import(desk: Desk, bells: list) -> None:
    run = desk.send(as_csv([row(1)]))
    change(run, state="waiting", attempts=0, asked_at=timezone.now() - dt.timedelta(hours=1))
    at_it, over = Event(), Event()

    def another() -> None:
        with only_here(IMPORTS, run.pk) as mine:
            assert mine
            at_it.set()
            over.wait(20)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(another)
        try:
            assert at_it.wait(20)
            left = desk.go_on(run)
            resume_imports()
        finally:
            over.set()
        worker.result()
    assert (left.state, left.attempts, bells) == ("waiting", 0, [])
    assert desk.go_on(run).state == "checked"
    assert desk.go_on(run).attempts == 1


def test_nothing_can_be_asked_out_of_turn(desk: Desk, desk_of: Any, world: World) -> None:
    run = desk.send(as_csv([row(1)]))
    with pytest.raises(CannotGoOn, match="seven days"):
        undo_import(by=desk.by, run=run)
    run = desk.apply(run)
    with pytest.raises(CannotGoOn):
        apply_import(by=desk.by, run=run)
    with pytest.raises(CannotGoOn):
        discard_import(by=desk.by, run=run)
    with pytest.raises(PermissionDenied):
        undo_import(by=world.access(Role.TEACHER), run=run)
    with pytest.raises(PermissionDenied):
        desk.send(as_csv([row(1)]), school=world.other_school)
    with pytest.raises(PermissionDenied):
        desk.send(as_csv([row(1)]), school=None)
    change(run, applied_at=timezone.now() - dt.timedelta(days=8))
    with pytest.raises(CannotGoOn, match="seven days"):
        undo_import(by=desk.by, run=desk.again(run))
    whole = desk_of(Role.TRUST_LEAD).send(as_csv([row(2)]), school=None)
    assert desk_of(Role.TRUST_LEAD).lines(whole)[0].problems[0][0] == "School"


def test_after_a_week_the_file_and_the_words_are_gone(desk: Desk) -> None:
    done = desk.apply(desk.send(as_csv([row(1)])))
    left = desk.send(as_csv([row(2)]))
    forget_imports()
    assert desk.lines(done)[0].texts
    old = timezone.now() - dt.timedelta(days=8)
    change(done, applied_at=old)
    change(left, sent_at=old)
    forget_imports()
    assert not Import.objects.filter(pk=left.pk).exists()
    done = desk.again(done)
    assert (done.content, counts(done)) == (None, ("applied", 1, 0, 0, 0))
    line = ImportLine.objects.get(run=done)
    assert (line.texts, line.about, line.changes, line.traces) == ([], "", [], {})
    assert line.pupil == Pupil.objects.get(upn=upn(1))


def test_what_is_erased_during_a_check_is_not_written_again(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil, held = world.pupils[0], []
    said, asked = carrying_out._say, erasure_runs._check_still_right
    monkeypatch.setattr(carrying_out, "AT_ONCE", 1)

    def say(run: Import, done: int) -> None:
        held.append(locks_of_imports())
        if done == 1:
            erasure = decide(world, pupil)
            erasure_runs.erase(trust_id=world.trust.pk, erasure_id=erasure.pk)
            erasure.refresh_from_db()
            assert erasure.state == "done"
        said(run, done)

    def ask(erasure: Any) -> None:
        held.append(locks_of_imports())
        asked(erasure)

    monkeypatch.setattr(carrying_out, "_say", say)
    monkeypatch.setattr(erasure_runs, "_check_still_right", ask)
    named = row(2, Legal_Surname=pupil.last_name, Preferred_Forename=pupil.first_name)
    run = desk.send(as_csv([row(1), named]))
    first, second = desk.lines(run)
    assert (run.state, first.outcome, second.outcome) == ("checked", "new", "refused")
    assert (second.texts, second.about, second.changes) == ([], "", [])
    # Imports share the lock of a trust, and an erasure takes it alone.
    assert held == [
        {"ShareLock"},
        {"ShareLock"},
        {"ShareLock", "ExclusiveLock"},
    ]


def locks_of_imports() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted",
            [LINES_OF_IMPORTS],
        )
        return {mode for (mode,) in cursor.fetchall()}


def test_what_is_forgotten_is_found_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    done = desk.apply(desk.send(as_csv([row(1)])))
    change(done, applied_at=timezone.now() - dt.timedelta(days=8))
    with CaptureQueriesContext(connection) as made:
        forget_imports()
    found = [q["sql"] for q in made if '"content" IS NOT NULL' in q["sql"]]
    assert [sql[:6] for sql in found] == ["SELECT"]
    assert found[0].endswith("FOR UPDATE")

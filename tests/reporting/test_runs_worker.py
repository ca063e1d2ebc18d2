"""Reports by a real Celery worker, which is killed in the middle of one."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.choices import ReportKind, ReportStatus, RunState
from reporting.models import Report, ReportRun
from tests.reporting.running import ready
from tests.waiting import until
from tests.world import World

pytestmark = [
    pytest.mark.worker,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


class Site:
    """The environment in which workers run: the test database, and a broker of their own."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder = folder
        database = connection.settings_dict
        host = database["OPTIONS"].get("host") or database["HOST"]
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={quote(host)}",
            "STATE": str(folder),
            "REDIS_URL": redis_url,
            "SECRET_KEY": "for this test",
        }
        self.bell = Celery("bell", broker=redis_url or "filesystem://")
        if not redis_url:
            folders = {key: folder / "broker" / key for key in ("messages", "control")}
            for each in folders.values():
                each.mkdir(parents=True)
            self.bell.conf.broker_transport_options = {
                "data_folder_in": str(folders["messages"]),
                "data_folder_out": str(folders["messages"]),
                "control_folder": str(folders["control"]),
            }

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a Celery program in a process group of its own, and leave nothing of it behind."""
        log = self.folder / f"{arguments[0]}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "parrcs", *arguments],
                env=self.environment,
                cwd=settings.BASE_DIR,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield process
        except BaseException:
            sys.stderr.write(log.read_text()[-5000:])
            raise
        finally:
            kill_group(process)

    def worker(self, *more: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """Run a worker of one process."""
        return self.process("worker", "--pool", "prefork", "-c", "1", "-l", "INFO", *more)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Send -9 to a process and all that it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(params=["file", "redis"])
def site(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """Each of the two brokers in turn."""
    if request.param == "file":
        made = Site(tmp_path, "")
        monkeypatch.setattr("reporting.services.bells.app", made.bell)
        yield made
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    try:
        with redis.Redis(port=port) as client:

            def answers() -> bool:
                try:
                    return bool(client.ping())
                except redis.ConnectionError:
                    return False

            until(answers, "Redis")
        made = Site(tmp_path, f"redis://127.0.0.1:{port}/0")
        monkeypatch.setattr("reporting.services.bells.app", made.bell)
        yield made
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def head(settled: World) -> Client:
    client = Client()
    client.force_login(settled.people[Role.HEAD])
    return client


def ask(world: World, head: Client) -> int:
    """Press the button, and return which run it led to."""
    address = reverse("ht_report_draft", args=(world.school.pk, world.term.pk))
    response = head.post(address)
    assert response.status_code == 302
    return int(response["Location"].rstrip("/").rsplit("/", 1)[1])


def state_of(world: World, run_id: int) -> ReportRun:
    with in_trust(world.trust.pk):
        return ReportRun.objects.get(pk=run_id)


def finished(world: World, run_id: int) -> ReportRun:
    """Wait for the end of a run."""

    def ended() -> ReportRun | None:
        run = state_of(world, run_id)
        return None if run.unfinished else run

    return until(ended, "the end of the run")


@contextmanager
def stopped_in_the_middle(world: World, run_id: int) -> Iterator[None]:
    """Hold the row of a run that has begun, so that its worker cannot reach the next step."""
    until(lambda: state_of(world, run_id).state == RunState.RUNNING, "the start of the run")
    with in_trust(world.trust.pk):
        run = ReportRun.objects.select_for_update().get(pk=run_id)
        assert run.state == RunState.RUNNING, "the run was over before it could be stopped"
        yield
        transaction.set_rollback(True)


def the_reports(world: World) -> dict[str, Report]:
    """Return what was made, by its kind: the head's and the governors' report, each once."""
    with in_trust(world.trust.pk):
        rows = list(Report.objects.all())
    found = {each.kind: each for each in rows}
    assert len(found) == len(rows)
    assert set(found) in (set(), {ReportKind.HT, ReportKind.LGB})
    return found


def test_a_worker_makes_what_was_asked_for_and_shows_its_steps(
    settled: World, site: Site, head: Client
) -> None:
    with site.worker("--beat"):
        run_id = ask(settled, head)
        page = reverse("report_run", args=(run_id,))
        seen: list[str] = []

        def over() -> bool:
            shown = head.get(page, headers={"HX-Request": "true"}).content.decode()
            step = shown.split("<b>", 1)[1].split("</b>", 1)[0]
            if step not in seen:
                seen.append(step)
            return "hx-get" not in shown

        until(over, "the end of the run on the page")
        assert seen[-1] == "The draft is ready"
        assert len(seen) > 2, seen
        draft = the_reports(settled)[ReportKind.HT]
        ready(settled, draft)
        publish = reverse("ht_report_publish", args=(settled.school.pk, settled.term.pk))
        response = head.post(publish, {"draft": draft.pk, "read": "on"})
        run = finished(settled, int(response["Location"].rstrip("/").rsplit("/", 1)[1]))
    assert (run.state, run.attempts, run.problem) == ("done", 1, "")
    for published in the_reports(settled).values():
        assert (published.status, published.version) == (ReportStatus.PUBLISHED, 1)


def test_a_report_outlives_its_worker(settled: World, site: Site, head: Client) -> None:
    """Kill -9 of the whole worker in the middle; the next worker finishes the report, once."""
    with site.worker("--beat") as worker:
        run_id = ask(settled, head)
        with stopped_in_the_middle(settled, run_id):
            kill_group(worker)
    assert state_of(settled, run_id).state == RunState.RUNNING
    assert the_reports(settled) == {}
    with site.worker("--beat"):
        run = finished(settled, run_id)
    assert (run.state, run.attempts) == ("done", 2)
    assert the_reports(settled)[ReportKind.HT].pk == run.report_id


@pytest.mark.parametrize("site", ["file"], indirect=True)
def test_a_report_outlives_the_process_that_makes_it(
    settled: World, site: Site, head: Client
) -> None:
    """Kill -9 of the worker's only child: the worker starts another, and beat finds the run."""
    with site.worker() as worker, site.process("beat", "-s", str(site.folder / "timetable")):
        run_id = ask(settled, head)
        with stopped_in_the_middle(settled, run_id):
            children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
            assert len(children) == 1
            os.kill(int(children[0]), signal.SIGKILL)
        run = finished(settled, run_id)
        assert worker.poll() is None
    assert (run.state, run.attempts) == ("done", 2)
    assert the_reports(settled)[ReportKind.HT].pk == run.report_id

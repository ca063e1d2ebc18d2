"""The supervisor of `make demo`: children are kept alive, and none is left behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from parrcs import demo

# Writes its process id, and that of a child of its own, into a file; then waits.
WITH_A_CHILD = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
time.sleep(600)
"""


def wait_until(happened: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition, and fail when it does not come about."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never happened"
        threading.Event().wait(0.02)


def alive(process: int) -> bool:
    """Say whether a process runs; one that is dead but not yet reaped does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def started(file: Path) -> list[list[int]]:
    """Return the process ids that each start has written."""
    if not file.exists():
        return []
    return [[int(word) for word in line.split()] for line in file.read_text().splitlines()]


def child(folder: Path, name: str, program: str) -> demo.Child:
    command = [sys.executable, "-c", program, str(folder / name)]
    return demo.Child(name, command, folder / f"{name}.log")


@pytest.fixture
def ending() -> demo.Ending:
    return demo.Ending()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the pauses, so that the test waits on conditions and not on them."""
    monkeypatch.setattr(demo, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(demo, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(demo, "GRACE", 0.5)


@pytest.fixture
def port() -> Iterator[int]:
    """A port on which something listens."""
    with socket.create_server((demo.HOST, 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.usefixtures("impatient")
def test_a_child_that_dies_starts_again_and_no_grandchild_stays(
    tmp_path: Path, ending: demo.Ending, capsys: pytest.CaptureFixture[str]
):
    web = child(tmp_path, "web", WITH_A_CHILD)
    worker = child(tmp_path, "worker", WITH_A_CHILD)

    def kill_one_then_end() -> None:
        wait_until(lambda: len(started(tmp_path / "web")) == 1)
        os.kill(started(tmp_path / "web")[0][0], signal.SIGKILL)
        wait_until(lambda: len(started(tmp_path / "web")) == 2)
        wait_until(lambda: len(started(tmp_path / "worker")) == 1)
        ending.asked = True

    person = threading.Thread(target=kill_one_then_end)
    person.start()
    greetings: list[str] = []
    demo.keep_alive(
        [web, worker],
        ending,
        ready=lambda: True,
        when_ready=lambda: greetings.append("ready"),
    )
    person.join()

    assert greetings == ["ready"], "said once, however often a child starts"
    (first, second), (only,) = started(tmp_path / "web"), started(tmp_path / "worker")
    # A killed process takes a moment to be gone.
    wait_until(lambda: not any(map(alive, (*first, *second, *only))))
    assert "The web ended (killed by SIGKILL) and starts again" in capsys.readouterr().out


@pytest.mark.usefixtures("impatient")
def test_a_child_that_keeps_dying_is_started_after_longer_and_longer_pauses(tmp_path: Path):
    failing = child(tmp_path, "failing", "raise SystemExit(3)")
    pauses: list[float] = []

    def paused(times: int) -> bool:
        failing.look()
        if failing.process is None and failing.pause not in pauses:
            pauses.append(failing.pause)
        return len(pauses) >= times

    wait_until(lambda: paused(4))
    assert pauses == [0.01, 0.02, 0.04, 0.08]


@pytest.mark.usefixtures("impatient")
def test_a_child_that_will_not_end_is_killed(tmp_path: Path, ending: demo.Ending):
    stubborn = child(
        tmp_path,
        "stubborn",
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WITH_A_CHILD,
    )

    def all_started() -> bool:
        ending.asked = bool(started(tmp_path / "stubborn"))
        return False

    demo.keep_alive([stubborn], ending, ready=all_started, when_ready=lambda: None)
    wait_until(lambda: not any(map(alive, started(tmp_path / "stubborn")[0])))


@pytest.mark.usefixtures("impatient")
def test_a_web_server_that_never_answers_is_given_up(
    tmp_path: Path, ending: demo.Ending, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(demo, "LONGEST_START", 0.05)
    mute = child(tmp_path, "mute", WITH_A_CHILD)
    with pytest.raises(demo.CannotServe, match="mute did not become ready"):
        demo.keep_alive([mute], ending, ready=lambda: False, when_ready=lambda: None)
    assert not mute.process


def test_a_port_in_use_is_told_at_once_in_words(port: int, tmp_path: Path):
    told = subprocess.run(
        [sys.executable, "-m", "parrcs.demo"],
        cwd=demo.PROJECT,
        env={**os.environ, "PORT": str(port), "STATE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr == f"Port {port} is in use. Choose another one: make demo PORT={port + 1}\n"
    assert not list(tmp_path.iterdir()), "nothing was begun"


@pytest.mark.parametrize("nonsense", ["http", "0", "65536", "-1", "8000.5", "٨٠٠٠"])
def test_a_port_that_is_none_is_told_in_words(nonsense: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", nonsense)
    with pytest.raises(demo.CannotServe, match="PORT is a number"):
        demo.chosen_port()


def test_without_a_choice_the_port_is_8000(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PORT", raising=False)
    assert demo.chosen_port() == 8000


def test_two_demos_do_not_share_a_state_folder(tmp_path: Path):
    with (
        demo.alone_in(tmp_path),
        pytest.raises(demo.CannotServe, match="Another demo"),
        demo.alone_in(tmp_path),
    ):
        pass
    with demo.alone_in(tmp_path):
        pass  # the first has ended


def test_a_command_that_fails_is_shown_with_what_it_said(ending: demo.Ending):
    with pytest.raises(demo.CannotServe, match="Unknown command: 'no_such_thing'"):
        demo.manage(ending, "no_such_thing")


def test_a_command_says_what_it_printed(ending: demo.Ending):
    assert "ALLOWED_HOSTS" in demo.manage(ending, "diffsettings")


def test_a_signal_while_preparing_ends_the_command_and_the_demo(ending: demo.Ending):
    ending.asked = True
    with pytest.raises(SystemExit) as end:
        demo.manage(ending, "migrate")
    assert end.value.code == 0


def test_signals_are_noted_and_obeyed_later(ending: demo.Ending):
    before = {
        each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        ending.listen()
        assert not ending.asked
        os.kill(os.getpid(), signal.SIGTERM)
        wait_until(lambda: ending.asked)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@pytest.mark.parametrize(("status", "ready"), [(200, True), (302, True), (503, False)])
def test_ready_means_an_answer_that_says_so(status: int, ready: bool):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/readyz"
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer((demo.HOST, 0), Answer) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert demo.answers(server.server_port) is ready
        thread.join()
    assert not demo.answers(server.server_port), "nobody listens there any longer"

"""Serve the demo trust: PostgreSQL, the web server and a Celery worker, until Ctrl-C.

`make demo` runs this. Each part is a process of its own; one that dies is started again, and
all of them end with this one.
"""

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from parrcs import embedded

HOST = "127.0.0.1"
PROJECT = Path(__file__).resolve().parent.parent

# In seconds: between two looks at the children; before one that died is started again, doubled
# each time up to the longest; of life after which its deaths are forgotten; until one that was
# asked to end is killed; and for the web server to become ready.
LOOK_EVERY = 0.1
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
FORGOTTEN_AFTER = 60.0
GRACE = 3.0
LONGEST_START = 90.0


class CannotServe(RuntimeError):
    """The demo cannot be served; the text says why, for the person at the terminal."""


def say(text: str) -> None:
    """Tell the person at the terminal, at once even through a pipe."""
    print(text, flush=True)  # noqa: T201  # the terminal is where this program speaks


class Ending:
    """Becomes true when a signal asks this program to end.

    The handler only notes it, so that no child is half started when it comes.
    """

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """Note Ctrl-C, a polite kill and a closed terminal from now on."""
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


@dataclass
class Child:
    """One part of the demo, started again when it dies."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    start_at: float = field(default=0.0, init=False)
    pause: float = field(default=0.0, init=False)

    def look(self) -> None:
        """Start the child when it is due, and notice when it has died."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                with self.log.open("ab") as log:
                    self.process = _start(self.command, stdout=log, stderr=log)
                self.started_at = now
            return
        code = self.process.poll()
        if code is None:
            return
        _end_group(self.process)
        if now - self.started_at >= FORGOTTEN_AFTER:
            self.pause = 0.0
        self.pause = min(self.pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
        self.process, self.start_at = None, now + self.pause
        say(
            f"The {self.name} ended ({how(code)}) and starts again in {self.pause:.0f} s."
            f" What it said is in {self.log}"
        )

    def ask_to_end(self) -> None:
        """Ask the child to finish what it is doing and end."""
        if self.process is not None:
            self.process.terminate()

    def end(self, until: float) -> None:
        """Wait for the child until then, and leave nothing of it behind."""
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(max(0.0, until - time.monotonic()))
            _end_group(self.process)
            self.process = None


def keep_alive(
    children: Sequence[Child],
    ending: Ending,
    *,
    ready: Callable[[], bool],
    when_ready: Callable[[], None],
) -> None:
    """Start the children, call once when they are ready, and look after them until asked to end.

    Raises CannotServe when they do not become ready in time. Leaves no child behind.
    """
    until = time.monotonic() + LONGEST_START
    waiting = True
    try:
        while not ending.asked:
            for child in children:
                child.look()
            if waiting and ready():
                waiting = False
                when_ready()
            if waiting and time.monotonic() > until:
                raise CannotServe(f"The {children[0].name} did not become ready.")
            time.sleep(LOOK_EVERY)
        say("Ending. The data is kept; a report that was being made goes on next time.")
    finally:
        for child in children:
            child.ask_to_end()
        until = time.monotonic() + GRACE
        for child in children:
            child.end(until)


def serve(port: int, state: Path, ending: Ending) -> None:
    """Prepare the demo trust in a state folder and serve it on a port until asked to end."""
    refuse_port_in_use(port)
    logs = state / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with alone_in(state):
        say(f"Preparing the demo trust in {state} (longer the first time)")
        os.environ.update(HTTPS="0", STATE=str(state), SITE_URL=f"http://{HOST}:{port}")
        embedded.start_if_needed()
        os.environ.setdefault("SECRET_KEY", embedded.secret_key(state))
        accounts = manage(ending, "prepare_demo")

        def greet() -> None:
            say(f"ready: http://{HOST}:{port}/\n\n{accounts.strip()}\n")
            say(f"Ctrl-C ends it. The logs are in {logs}")

        keep_alive(
            (
                Child("web server", web_server(port), logs / "web.log"),
                Child("Celery worker", celery_worker(), logs / "worker.log"),
            ),
            ending,
            ready=lambda: answers(port),
            when_ready=greet,
        )


def web_server(port: int) -> list[str]:
    """Return the command of the web server: two processes, as on a machine of two cores."""
    options = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "4"]
    address = ["--host", HOST, "--port", str(port)]
    return [sys.executable, "-m", "granian", *options, *address, "parrcs.wsgi:application"]


def celery_worker() -> list[str]:
    """Return the command of the worker, which also keeps the timetable of regular tasks."""
    options = ["--beat", "--concurrency", "1", "--loglevel", "INFO"]
    return [sys.executable, "-m", "celery", "--app", "parrcs", "worker", *options]


def answers(port: int) -> bool:
    """Say whether the application answers there that it is ready."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def chosen_port() -> int:
    """Return the port of the environment's PORT, else 8000; raise CannotServe for nonsense."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise CannotServe(f"PORT is a number from 1 to 65535, not {text!r}")
    return int(text)


def refuse_port_in_use(port: int) -> None:
    """Raise CannotServe when something else listens on the port."""
    with socket.socket() as probe:
        # As the web server does it: a port whose last user has just ended is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise CannotServe(
                f"Port {port} is in use. Choose another one: make demo PORT={port + 1}"
            ) from None


@contextmanager
def alone_in(state: Path) -> Iterator[None]:
    """Raise CannotServe when another demo serves from the same state folder."""
    with (state / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(
                f"Another demo runs in {state}. Choose another folder: make demo STATE=.state-2"
            ) from None
        yield


def manage(ending: Ending, *arguments: str) -> str:
    """Run a command of `manage.py` and return what it printed; end it when asked to end."""
    command = [sys.executable, "manage.py", *arguments]
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as complained:
        process = _start(command, stdout=printed, stderr=complained)
        try:
            while process.poll() is None:
                if ending.asked:
                    raise SystemExit(0)
                time.sleep(LOOK_EVERY / 2)
        finally:
            _end_group(process)
        printed.seek(0)
        if process.returncode == 0:
            return printed.read().decode()
        complained.seek(0)
        raise CannotServe(f"manage.py {arguments[0]} failed:\n{complained.read().decode()}")


def how(code: int) -> str:
    """Say in words how a process ended."""
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def _start(
    command: Sequence[str], *, stdout: IO[bytes], stderr: IO[bytes]
) -> subprocess.Popen[bytes]:
    # In a group of its own: Ctrl-C in the terminal reaches this program alone, which then ends
    # the others in order; and what a child leaves behind can be ended with its group.
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main() -> int:
    """Serve until asked to end; return the exit code."""
    ending = Ending()
    ending.listen()
    try:
        serve(chosen_port(), embedded.STATE_FOLDER, ending)
    except (CannotServe, embedded.ServerNotStarted) as reason:
        print(reason, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

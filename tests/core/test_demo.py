"""`make demo` as a person meets it: served, looked after, ended whole, and there again."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from parrcs import demo

# What the tests themselves have set, and a terminal has not.
OF_THE_TESTS = {"DATABASE_URL", "OWNER_DATABASE_URL", "SECRET_KEY", "STATIC_FROM_SOURCE"}
PATIENCE = 180


class Demo:
    """A demo that runs, with what it has said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        assert process.stdout
        self._lines = process.stdout

    def wait_for(self, words: str) -> str:
        """Read what it says until a line holds these words; return that line."""
        # A demo that says nothing more would be waited for in vain, so it is ended.
        limit = threading.Timer(PATIENCE, self.process.kill)
        limit.start()
        try:
            for line in self._lines:
                self.said.append(line)
                if words in line:
                    return line
        finally:
            limit.cancel()
        raise AssertionError(f"it never said {words!r}, but: {''.join(self.said)}")


def running() -> Iterator[str]:
    """Return the command line, with its environment, of every process that we may look at."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "cmdline").read_bytes() + b"\0" + (folder / "environ").read_bytes()
        except OSError:
            continue
        yield text.replace(b"\0", b" ").decode(errors="replace")


@contextmanager
def running_demo(state: Path, port: int) -> Iterator[Demo]:
    """Run the demo as a terminal would."""
    env = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    with subprocess.Popen(
        [sys.executable, "-m", "parrcs.demo"],
        cwd=demo.PROJECT,
        env={**env, "STATE": str(state), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Demo(process)
        finally:
            process.terminate()


def of(state: Path, *words: str) -> list[str]:
    """Return what runs on a state folder and has these words in its command."""
    return [each for each in running() if str(state) in each and all(w in each for w in words)]


def test_it_serves_is_looked_after_ends_whole_and_comes_again(tmp_path: Path):
    state = tmp_path / "the demo's state"
    with socket.create_server((demo.HOST, 0)) as free:
        port = free.getsockname()[1]

    with running_demo(state, port) as first:
        url = first.wait_for("ready:").split()[1]
        assert url == f"http://127.0.0.1:{port}/"
        first.wait_for("teacher@harbour.example")
        first.wait_for("Ctrl-C")
        with urlopen(url) as page:
            assert page.url == f"{url}account/login/?next=/"
        assert of(state, "postgres -D")
        for part in ("granian", "celery"):
            assert of(state, part), part
        first.process.send_signal(signal.SIGINT)
        first.wait_for("Ending.")
        assert first.process.wait(timeout=PATIENCE) == 0
    assert not of(state)

    with running_demo(state, port) as second:
        second.wait_for("ready:")
        second.wait_for("nothing has changed")
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(timeout=PATIENCE) == 0
    assert not of(state)

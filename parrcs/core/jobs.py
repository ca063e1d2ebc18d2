"""Long work in a worker: the row that asks for it is the truth, and one worker is at it.

A message only says that there is something to do, and may be lost or doubled. What a killed
worker leaves is found by looking which unfinished row nobody holds the lock of.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection

MOST_ATTEMPTS = 3
# The first bell has this long to be heard before another is rung.
TIME_TO_HEAR = timedelta(seconds=5)
# A bell not heard by then is dropped: another is rung, so they need not pile up.
HEARD_WITHIN_SECONDS = 60

# Advisory locks are numbers that all users of the database share; these are ours.
REPORT_RUNS = 52_011
IMPORTS = 52_012
ERASURES = 52_013
LINES_OF_IMPORTS = 52_014
PUBLISHING = 52_015
NEXT_STEPS = 52_016


@contextmanager
def only_here(kind: int, row_id: int) -> Iterator[bool]:
    """Hold the lock of a row's work, or say that another worker holds it.

    It is an advisory lock of the database session, not a row lock: it outlives the short
    transactions in which progress is written, and the server itself releases it when a killed
    worker's connection drops. Session means connection: Django keeps one connection a thread
    until it is closed, which in a worker happens only between tasks, so the lock, the work and
    the unlocking share it, and the pool gets it back without the lock. (Behind a pooler in
    transaction mode, such as PgBouncer's, workers need a direct connection.)
    """
    held = _one("SELECT pg_try_advisory_lock(%s, %s)", kind, row_id)
    try:
        yield held
    finally:
        # On a connection that has died, the lock has died with it.
        if held and connection.is_usable():
            _one("SELECT pg_advisory_unlock(%s, %s)", kind, row_id)


def share_until_the_end(kind: int, row_id: int) -> None:
    """Hold a lock with others until the transaction ends; wait for who holds it alone."""
    _one("SELECT pg_advisory_xact_lock_shared(%s, %s) IS NULL", kind, row_id)


def alone_until_the_end(kind: int, row_id: int) -> None:
    """Hold a lock alone until the transaction ends; wait for all who share it."""
    _one("SELECT pg_advisory_xact_lock(%s, %s) IS NULL", kind, row_id)


def someone_is_at(kind: int, row_id: int) -> bool:
    """Say whether a worker is at the work of a row."""
    return _one(
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND classid = %s AND objid = %s AND objsubid = 2)",
        kind,
        row_id,
    )


def _one(sql: str, *params: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return bool(cursor.fetchone()[0])

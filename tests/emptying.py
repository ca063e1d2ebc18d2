"""Emptying the tables after a test whose rows other processes saw."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

PATIENCE = 60  # seconds for what a server or a worker of the test still has under way
LOOK_AGAIN = 0.05  # seconds


@contextmanager
def empties_with_patience(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let Django's `flush` on this connection wait for others, and try again after a deadlock.

    A page that is left, or a worker that is killed, can leave a statement running in the database
    after the test is over. Emptying all tables at once needs every lock there is: it would meet
    that statement in a deadlock, and the tests behind it would find the rows still there.
    """
    empty_once = connection.ops.execute_sql_flush

    def empty(sql_list: list[str]) -> None:
        until = monotonic() + PATIENCE
        while True:
            _wait_until_quiet(until)
            try:
                return empty_once(sql_list)
            except OperationalError:
                if monotonic() > until:
                    raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection.ops, "execute_sql_flush", empty)
        yield


def _wait_until_quiet(until: float) -> None:
    while others_under_way() and monotonic() < until:
        Event().wait(LOOK_AGAIN)


def others_under_way() -> bool:
    """Return whether a server or worker has a statement or a transaction open in this database.

    They are the application's role, and PostgreSQL tells only a session of the same role what
    another one does: the owner would see nothing.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return bool(cursor.fetchone() != (0,))

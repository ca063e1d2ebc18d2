"""What PostgreSQL's planner cannot know of tables that all trusts share."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.transaction import TransactionManagementError

_SET = "SELECT set_config('enable_nestloop', %s, true)"


@contextmanager
def much_at_once() -> Iterator[None]:
    """Let queries about a whole trust read each table once, and not look up row by row.

    The policy says which trust, the query says which term or strand, and PostgreSQL takes the two
    for independent. With a hundred trusts it so expects one row where there are ten thousand, and
    looks each of them up in nine tables: seconds instead of a tenth of one. Not for queries about
    a class or a pupil alone, which are right to look up.

    Raises `TransactionManagementError` outside a transaction, in which it would do nothing;
    `in_trust` opens one.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("Planning is set for a transaction, and there is none")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_nestloop')")
        (before,) = cursor.fetchone()
        cursor.execute(_SET, ["off"])
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute(_SET, [before])

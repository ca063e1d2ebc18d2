"""What PostgreSQL's planner cannot know of tables that all trusts share."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def much_at_once() -> Iterator[None]:
    """Let queries about a whole trust read each table once, and not look up row by row.

    The policy says which trust, the query says which term or strand, and PostgreSQL takes the two
    for independent. With a hundred trusts it so expects one row where there are ten thousand, and
    looks each of them up in nine tables: seconds instead of a tenth of one. Not for queries about
    a class or a pupil, which are right to look up. Needs a transaction, as `in_trust` opens it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("SET LOCAL enable_nestloop = on")

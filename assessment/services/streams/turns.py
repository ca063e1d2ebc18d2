"""Who records and who changes which versions are in use: one after the other."""

from django.db import connection

# Advisory locks are numbers that all users of the database share; this one is ours, with the
# trust as its second half.
STREAMS_IN_USE = 52_012


def while_streams_stay() -> None:
    """Keep the versions of the trust that are in use as they are until the transaction ends.

    To be called before what is due is read, or what is saved may stand in a version that was
    taken out of use meanwhile. Those who record do not wait for each other.
    """
    _lock("SELECT pg_advisory_xact_lock_shared(%s, current_trust()::int)")


def before_streams_change() -> None:
    """Wait for those who record now, and let nobody begin until the transaction ends."""
    _lock("SELECT pg_advisory_xact_lock(%s, current_trust()::int)")


def _lock(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [STREAMS_IN_USE])

"""Waiting for what others do: threads, workers, and whoever holds a lock."""

import threading
import time
from collections.abc import Callable

from django.db import connection

LONGEST = 120.0


def until[T](
    found: Callable[[], T | None], what: str, *, longest: float = LONGEST, every: float = 0.05
) -> T:
    """Wait until something is there; look twenty times a second, or as often as said."""
    end = time.monotonic() + longest
    pause = threading.Event()
    while time.monotonic() < end:
        if value := found():
            return value
        pause.wait(every)
    raise AssertionError(f"{what} did not come about in {longest:.0f} s")


def somebody_waits() -> bool:
    """Say whether anybody waits for what another transaction holds."""
    with connection.cursor() as cursor:
        # What a transaction sees of the others' activity it would otherwise see unchanged.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return cursor.fetchone() is not None

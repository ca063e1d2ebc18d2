"""The bell that calls a worker to a run: a message of two ids, which may be lost or doubled."""

from parrcs.celery import app
from parrcs.core.jobs import HEARD_WITHIN_SECONDS


def ring(*, trust_id: int, run_id: int) -> None:
    """Call a worker to a run."""
    app.send_task(
        "reporting.tasks.make_report",
        kwargs={"trust_id": trust_id, "run_id": run_id},
        expires=HEARD_WITHIN_SECONDS,
    )

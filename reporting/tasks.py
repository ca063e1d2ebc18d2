"""What workers do for reports."""

from typing import Any

from celery.signals import worker_ready

from parrcs.celery import TrustTask, app
from reporting.services import runs


@app.task(base=TrustTask, name="reporting.tasks.make_report")
def make_report(*, trust_id: int, run_id: int) -> None:
    """Make the report of a run, once, however often this is called."""
    runs.make(trust_id=trust_id, run_id=run_id)


@app.task(name="reporting.tasks.resume_runs")
def resume_runs() -> None:
    """Find the runs that a killed worker left, in every trust; no trust's own task."""
    runs.ring_for_waiting()


@worker_ready.connect
def look_for_runs(**_: Any) -> None:
    """Let a worker that starts look for what another has left.

    It only rings: a query in here, in the parent of the pool, would open a connection pool
    whose threads do not live on in the processes forked from it.
    """
    resume_runs.apply_async(expires=60)

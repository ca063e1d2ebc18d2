"""What workers do for imports and erasures."""

from typing import Any

from celery.signals import worker_ready

from exchange.services import erasure_runs, runs
from parrcs.celery import TrustTask, app


@app.task(base=TrustTask, name="exchange.tasks.go_on")
def go_on(*, trust_id: int, import_id: int) -> None:
    """Check, apply or undo an import, whichever was asked for, once, however often called."""
    runs.go_on(trust_id=trust_id, import_id=import_id)


@app.task(name="exchange.tasks.resume_imports")
def resume_imports() -> None:
    """Find the imports that a killed worker left, in every trust; no trust's own task."""
    runs.ring_for_waiting()


@app.task(name="exchange.tasks.forget_imports")
def forget_imports() -> None:
    """Forget what lines and files said once it cannot be undone; no trust's own task."""
    runs.forget_old()


@app.task(base=TrustTask, name="exchange.tasks.erase")
def erase(*, trust_id: int, erasure_id: int) -> None:
    """Carry out a decision to erase, once, however often called."""
    erasure_runs.erase(trust_id=trust_id, erasure_id=erasure_id)


@app.task(name="exchange.tasks.resume_erasures")
def resume_erasures() -> None:
    """Find the erasures that a killed worker left, in every trust; no trust's own task."""
    erasure_runs.ring_for_waiting()


@worker_ready.connect
def look_for_imports(**_: Any) -> None:
    """Let a worker that starts look for what another has left.

    It only rings: a query in here, in the parent of the pool, would open a connection pool
    whose threads do not live on in the processes forked from it.
    """
    resume_imports.apply_async(expires=60)
    resume_erasures.apply_async(expires=60)

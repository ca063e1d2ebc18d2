"""The bells that call a worker: messages of two ids, which may be lost or doubled."""

from parrcs.celery import app
from parrcs.core.jobs import HEARD_WITHIN_SECONDS


def ring(*, trust_id: int, import_id: int) -> None:
    """Call a worker to an import."""
    app.send_task(
        "exchange.tasks.go_on",
        kwargs={"trust_id": trust_id, "import_id": import_id},
        expires=HEARD_WITHIN_SECONDS,
    )


def ring_to_erase(*, trust_id: int, erasure_id: int) -> None:
    """Call a worker to an erasure."""
    app.send_task(
        "exchange.tasks.erase",
        kwargs={"trust_id": trust_id, "erasure_id": erasure_id},
        expires=HEARD_WITHIN_SECONDS,
    )

"""The bell that calls a worker to an import: a message of two ids, which may be lost or doubled."""

from parrcs.celery import app
from parrcs.core.jobs import HEARD_WITHIN_SECONDS


def ring(*, trust_id: int, import_id: int) -> None:
    """Call a worker to an import."""
    app.send_task(
        "exchange.tasks.go_on",
        kwargs={"trust_id": trust_id, "import_id": import_id},
        expires=HEARD_WITHIN_SECONDS,
    )

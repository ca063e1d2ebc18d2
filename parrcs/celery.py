"""Celery, and the task that knows its trust."""

import os
from typing import Any

from celery import Celery, Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parrcs.settings")

app = Celery("parrcs")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class TrustTask(Task):  # type: ignore[type-arg]  # generic only in the stubs
    """A task that works for one trust, named by its argument `trust_id`; without it, it refuses.

    It does not open the trust's transaction itself: a long task shows its progress, so it
    opens one with `in_trust` for each step.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(kwargs.get("trust_id"), int):
            raise TypeError(f"{self.name} was called without the id of a trust")
        return super().__call__(*args, **kwargs)

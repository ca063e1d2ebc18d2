"""Celery, and the task that knows its trust."""

import os
from pathlib import Path
from typing import Any

from celery import Celery, Task
from celery.schedules import crontab

from parrcs import messages

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parrcs.settings")

messages.use_for_files()
app = Celery("parrcs")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A killed worker takes its message along; this finds the run that nobody is at any more.
# A call that is not heard before the next one is of no use.
app.conf.beat_schedule = {
    "resume report runs": {
        "task": "reporting.tasks.resume_runs",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "resume imports": {
        "task": "exchange.tasks.resume_imports",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "resume erasures": {
        "task": "exchange.tasks.resume_erasures",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "forget imports": {
        "task": "exchange.tasks.forget_imports",
        "schedule": crontab(minute=40),
        "options": {"expires": 60 * 60},
    },
    "remind teachers": {
        "task": "assessment.tasks.remind_by_calendar",
        "schedule": crontab(hour=7, minute=0),
        "options": {"expires": 60 * 60},
    },
    "remind of leases": {
        "task": "schools.tasks.remind_of_leases",
        "schedule": crontab(hour=7, minute=10),
        "options": {"expires": 60 * 60},
    },
    "delete removed notes": {
        "task": "assessment.tasks.delete_removed_notes",
        "schedule": crontab(minute=20),
        "options": {"expires": 60 * 60},
    },
    "resume mail of notices": {
        "task": "schools.tasks.resume_mail_of_notices",
        "schedule": 5 * 60.0,
        "options": {"expires": 5 * 60},
    },
    "forget notices": {
        "task": "schools.tasks.forget_notices",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": 60 * 60},
    },
    "clear sessions": {
        "task": "schools.tasks.clear_sessions",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": 60 * 60},
    },
}


@app.on_after_configure.connect
def make_folders(sender: Celery, **_: Any) -> None:
    """Make the folders of the file broker, which does not make them itself."""
    if sender.conf.broker_url == "filesystem://":
        for folder in ("data_folder_in", "control_folder"):
            Path(sender.conf.broker_transport_options[folder]).mkdir(parents=True, exist_ok=True)


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

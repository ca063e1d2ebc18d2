"""Sessions that have expired are cleared every night."""

import datetime as dt

from django.contrib.sessions.models import Session
from django.utils import timezone

from parrcs.celery import app


def test_the_nightly_task_clears_what_has_expired_and_nothing_else(db):
    now = timezone.now()
    for key, hours in (("expired", -1), ("live", 1)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=now + dt.timedelta(hours=hours)
        )
    (entry,) = (each for each in app.conf.beat_schedule.values() if "sessions" in each["task"])
    times = entry["schedule"]
    assert [len(each) for each in (times.minute, times.hour, times.day_of_week)] == [1, 1, 7]
    app.loader.import_default_modules()
    app.tasks[entry["task"]].apply(throw=True)
    assert [each.session_key for each in Session.objects.all()] == ["live"]

"""What workers do for people's accounts and notices, and about leases of ARBs that end."""

from importlib import import_module

from django.conf import settings

from parrcs.celery import TrustTask, app
from schools.services import lease_reminders, notices


@app.task(name="schools.tasks.clear_sessions")
def clear_sessions() -> None:
    """Delete the sessions that have expired; signing out deletes one, walking away does not."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@app.task(
    base=TrustTask,
    name="schools.tasks.remind_of_lease",
    # A mail server that is away now is asked again: its errors are OSErrors.
    autoretry_for=(OSError,),
    max_retries=5,
    retry_backoff=60,
)
def remind_of_lease(*, trust_id: int, lease_id: int, of: str) -> None:
    """Remind of one day of a lease once, however often this is called."""
    lease_reminders.send_reminder(trust_id=trust_id, lease_id=lease_id, of=of)


@app.task(name="schools.tasks.remind_of_leases")
def remind_of_leases() -> None:
    """Remind of each lease that ends or wants notice soon, in every trust; no trust's own task."""
    lease_reminders.ask_on_calendar()


@app.task(base=TrustTask, name="schools.tasks.send_mail_of_notices")
def send_mail_of_notices(*, trust_id: int) -> None:
    """Send the e-mails of notices that wait, each once, however often this is called."""
    notices.send_waiting_mail(trust_id=trust_id)


@app.task(name="schools.tasks.resume_mail_of_notices")
def resume_mail_of_notices() -> None:
    """Find the e-mails that a lost bell or an absent mail server left; no trust's own task."""
    notices.ring_for_waiting_mail()


@app.task(name="schools.tasks.forget_notices")
def forget_notices() -> None:
    """Remove the notices that were read long ago, in every trust; no trust's own task."""
    notices.forget_old()

"""What workers do about judgements still to be made, and about notes that were removed."""

import datetime as dt

from assessment.services import notes, reminders
from parrcs.celery import TrustTask, app


@app.task(
    base=TrustTask,
    name="assessment.tasks.remind_class",
    # A mail server that is away now is asked again: its errors are OSErrors.
    autoretry_for=(OSError,),
    max_retries=5,
    retry_backoff=60,
)
def remind_class(
    *, trust_id: int, term_id: int, class_group_id: int, on: str, asked_by: int | None
) -> None:
    """Remind the teachers of a class once, however often this is called."""
    reminders.send_reminder(
        trust_id=trust_id,
        term_id=term_id,
        class_group_id=class_group_id,
        on=dt.date.fromisoformat(on),
        asked_by=asked_by,
    )


@app.task(name="assessment.tasks.remind_by_calendar")
def remind_by_calendar() -> None:
    """Remind all whose last day is today or in two days, in every trust; no trust's own task."""
    reminders.ask_on_calendar()


@app.task(name="assessment.tasks.delete_removed_notes")
def delete_removed_notes() -> None:
    """Delete the notes that nobody can bring back any more, in every trust; no trust's own task."""
    notes.delete_removed_notes()

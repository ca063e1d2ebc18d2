"""What workers do for people's accounts."""

from importlib import import_module

from django.conf import settings

from parrcs.celery import app


@app.task(name="schools.tasks.clear_sessions")
def clear_sessions() -> None:
    """Delete the sessions that have expired; signing out deletes one, walking away does not."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()

"""PARRCS: how every pupil of a trust of schools is getting on."""

from parrcs.celery import app as celery_app

__all__ = ["celery_app"]

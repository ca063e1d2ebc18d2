"""Corrections that take the place of what the person saw, as in `schools`."""

from schools.services.seen import ChangedMeanwhile, correct

__all__ = ["ChangedMeanwhile", "correct"]

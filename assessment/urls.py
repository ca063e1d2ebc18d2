"""Addresses of the app."""

from django.urls import path

from assessment.views import scores
from assessment.views.classes import classes
from assessment.views.grid import grid, judge
from assessment.views.outbox import outbox_key
from assessment.views.pupil import pupil, pupil_baseline

_GRID = "classes/<int:class_group_id>/terms/<int:term_id>/"

urlpatterns = [
    path("classes/", classes, name="classes"),
    path(_GRID, grid, name="grid"),
    path(f"{_GRID}judgements/", judge, name="judge"),
    path("outbox/key/", outbox_key, name="outbox_key"),
    path("pupils/<int:pupil_id>/", pupil, name="pupil"),
    path("pupils/<int:pupil_id>/baseline/", pupil_baseline, name="pupil_baseline"),
    path("pupils/<int:pupil_id>/tests/new/", scores.score_add, name="score_add"),
    path("pupils/<int:pupil_id>/tests/<int:score_id>/", scores.score_change, name="score_change"),
    path(
        "pupils/<int:pupil_id>/tests/<int:score_id>/remove/",
        scores.score_remove,
        name="score_remove",
    ),
]

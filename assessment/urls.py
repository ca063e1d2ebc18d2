"""Addresses of the app."""

from django.urls import path

from assessment.views.classes import classes
from assessment.views.grid import grid, judge
from assessment.views.pupil import pupil, pupil_baseline

_GRID = "classes/<int:class_group_id>/terms/<int:term_id>/"

urlpatterns = [
    path("classes/", classes, name="classes"),
    path(_GRID, grid, name="grid"),
    path(f"{_GRID}judgements/", judge, name="judge"),
    path("pupils/<int:pupil_id>/", pupil, name="pupil"),
    path("pupils/<int:pupil_id>/baseline/", pupil_baseline, name="pupil_baseline"),
]

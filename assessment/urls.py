"""Addresses of the app."""

from django.urls import path

from assessment.views import celebrating, notes, scores, streams
from assessment.views.aims import class_aims
from assessment.views.baselines import class_baselines, pupil_baseline
from assessment.views.classes import classes
from assessment.views.evidence import evidence
from assessment.views.grid import grid, judge
from assessment.views.history import history
from assessment.views.outbox import outbox_key
from assessment.views.pupil import pupil
from assessment.views.windows import (
    end_late_entry,
    late_entry,
    remind,
    school_window,
    window_days,
    windows,
)
from parrcs.core.lists import listed

_RECORD = "pupils/<int:pupil_id>/record/"
_STREAM = "streams/<int:stream_id>/"
_GRID = "classes/<int:class_group_id>/terms/<int:term_id>/"
_WINDOW = "windows/schools/<int:school_id>/terms/<int:term_id>/"
_LATE = f"{_WINDOW}classes/<int:class_group_id>/late/"

urlpatterns = [
    *listed("classes/", classes, name="classes"),
    *listed("classes/<int:class_group_id>/aims/", class_aims, name="class_aims"),
    *listed("classes/<int:class_group_id>/baselines/", class_baselines, name="class_baselines"),
    path(_GRID, grid, name="grid"),
    path(f"{_GRID}judgements/", judge, name="judge"),
    path(f"{_GRID}pupils/<int:pupil_id>/strands/<int:strand_id>/", history, name="strand_history"),
    path(f"{_GRID}pupils/<int:pupil_id>/targets/<int:target_id>/", history, name="target_history"),
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
    *listed("pupils/<int:pupil_id>/achievements/", celebrating.achievements, name="achievements"),
    path(
        "pupils/<int:pupil_id>/achievements/<int:achievement_id>/remove/",
        celebrating.achievement_remove,
        name="achievement_remove",
    ),
    path(
        "pupils/<int:pupil_id>/achievements/<int:achievement_id>/photo/",
        celebrating.achievement_photo,
        name="achievement_photo",
    ),
    *listed(_RECORD, notes.pupil_record, name="pupil_record"),
    path(f"{_RECORD}cell/", notes.cell_notes, name="cell_record"),
    path(f"{_RECORD}new/", notes.note_add, name="note_add"),
    path(f"{_RECORD}<int:note_id>/", notes.note_change, name="note_change"),
    path(f"{_RECORD}<int:note_id>/remove/", notes.note_remove, name="note_remove"),
    path(f"{_RECORD}<int:note_id>/restore/", notes.note_restore, name="note_restore"),
    path(f"{_RECORD}files/<int:evidence_id>/", evidence, name="evidence"),
    *listed("streams/", streams.streams, name="streams"),
    path("streams/new/", streams.add_stream, name="stream_add"),
    path("streams/template.xlsx", streams.stream_template, name="stream_template"),
    path(_STREAM, streams.stream, name="stream"),
    path(f"{_STREAM}stream.yaml", streams.stream_yaml, name="stream_yaml"),
    path(f"{_STREAM}stream.xlsx", streams.stream_xlsx, name="stream_xlsx"),
    path(f"{_STREAM}approve/", streams.approve, name="stream_approve"),
    path(f"{_STREAM}expected/", streams.set_expected, name="stream_expected"),
    path(f"{_STREAM}withdraw/", streams.withdraw, name="stream_withdraw"),
    path(f"{_STREAM}keep/", streams.keep, name="stream_keep"),
    path(f"{_STREAM}take-back/", streams.take_back, name="stream_take_back"),
    path(f"{_STREAM}remove/", streams.remove, name="stream_remove"),
    *listed("windows/", windows, name="windows"),
    *listed(_WINDOW, school_window, name="school_window"),
    path(f"{_WINDOW}days/", window_days, name="window_days"),
    path(f"{_WINDOW}reminders/", remind, name="remind"),
    path(_LATE, late_entry, name="late_entry"),
    path(f"{_LATE}end/", end_late_entry, name="end_late_entry"),
]

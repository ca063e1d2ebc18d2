"""Addresses of the app."""

from django.urls import URLPattern, path

from parrcs.core.lists import listed
from reporting.views import (
    attendance,
    behind,
    celebration,
    counts,
    moves,
    next_steps,
    overview,
    reading,
    report_runs,
    reports,
    reviews,
    settings,
    trackers,
    trackers_early,
    writing,
    year_end,
)
from reporting.views.comparing import (
    gains,
    groups,
    inside,
    kept,
    learning,
    sizes,
    strands,
    terms,
)
from reporting.views.comparing import overview as overview_of_trust

CLASS = "classes/<int:class_group_id>"
PUPIL = "pupils/<int:pupil_id>"
CHART = "charts/<slug:code>.svg"
HT = "reports/schools/<int:school_id>/terms/<int:term_id>"

BATCH = "reports/batches/<int:batch_id>"
TRUST = "reports/trust/terms/<int:term_id>"


def _made(route: str, name: str) -> list[URLPattern]:
    """Return the addresses at which a report of a school or of the trust is made."""
    return [
        path(f"{route}/", reports.report_page, name=name),
        path(f"{route}/{CHART}", reports.live_chart, name=f"{name}_chart"),
        *listed(f"{route}/pupils/", behind.report_pupils, name=f"{name}_pupils"),
        path(f"{route}/draft/", reports.make_draft, name=f"{name}_draft"),
        path(f"{route}/ready/", reports.ready, name=f"{name}_ready"),
        path(f"{route}/publish/", reports.publish, name=f"{name}_publish"),
    ]


def _written(route: str, of: str) -> list[URLPattern]:
    """Return the addresses at which the words of a report are written."""
    return [
        path(f"{route}/write/", writing.write_report, name=f"{of}write_report"),
        path(f"{route}/write/<slug:section>/", writing.comment, name=f"{of}comment"),
        path(f"{route}/next-steps/", next_steps.steps, name=f"{of}next_steps"),
        path(f"{route}/next-steps/carry/", next_steps.carry, name=f"{of}next_steps_carry"),
    ]


comparing = [
    *listed("compare/", overview_of_trust.compare, name="compare"),
    path("compare/funnel.svg", overview_of_trust.compare_funnel, name="compare_funnel"),
    *listed("compare/sizes/", sizes.compare_sizes, name="compare_sizes"),
    path("compare/sizes/<slug:measure>.svg", sizes.compare_size, name="compare_size"),
    *listed("compare/groups/", groups.compare_groups, name="compare_groups"),
    path(
        "compare/groups/<slug:division>.svg",
        groups.compare_groups_chart,
        name="compare_groups_chart",
    ),
    *listed("compare/learning/", learning.compare_learning, name="compare_learning"),
    path("compare/views/", kept.compare_kept, name="compare_kept"),
    path("compare/views/<int:view_id>/share/", kept.compare_share, name="compare_share"),
    path("compare/views/<int:view_id>/remove/", kept.compare_remove, name="compare_remove"),
    *listed("compare/inside/", inside.compare_inside, name="compare_inside"),
    *listed("compare/strands/", strands.compare_strands, name="compare_strands"),
    path("compare/strands.svg", strands.compare_heat, name="compare_heat"),
    *listed("compare/terms/", terms.compare_terms, name="compare_terms"),
    path("compare/terms.svg", terms.compare_trend, name="compare_trend"),
    *listed("compare/gains/", gains.compare_gains, name="compare_gains"),
    path("compare/gains.svg", gains.compare_distribution, name="compare_distribution"),
    *listed("compare/pupils/", inside.compare_pupils, name="compare_pupils"),
]

urlpatterns = [
    *listed("attendance/", attendance.attendance_page, name="attendance"),
    path("attendance/half-terms.svg", attendance.attendance_chart, name="attendance_chart"),
    *listed("attendance/schools/", attendance.attendance_schools, name="attendance_schools"),
    *comparing,
    path("pupils/<int:pupil_id>/overview.pdf", overview.pupil_overview, name="pupil_overview"),
    path(f"{PUPIL}/placement/", moves.pupil_place, name="pupil_place"),
    path(f"{CLASS}/move/", moves.class_move, name="class_move"),
    *listed("early-years/", trackers_early.early_years, name="early_years"),
    path("early-years/tracker.pdf", trackers_early.early_years_pdf, name="early_years_pdf"),
    path(f"{PUPIL}/celebration.pdf", celebration.celebration_of_pupil, name="pupil_celebration"),
    path(f"{PUPIL}/reviews/<int:review_id>/pack.pdf", reviews.review_pack_file, name="review_pack"),
    path(f"{CLASS}/celebration.pdf", celebration.celebration_of_class, name="class_celebration"),
    *listed(f"{CLASS}/tracker/", trackers.tracker_of_class, name="class_tracker"),
    path(f"{CLASS}/tracker.pdf", trackers.tracker_of_class_pdf, name="class_tracker_pdf"),
    *listed(f"{PUPIL}/tracker/", trackers.tracker_of_pupil, name="pupil_tracker"),
    path(f"{PUPIL}/tracker.pdf", trackers.tracker_of_pupil_pdf, name="pupil_tracker_pdf"),
    *listed("reports/", reports.reports, name="reports"),
    *listed("reports/schools/<int:school_id>/year/", year_end.school_year, name="school_year"),
    path(
        "reports/schools/<int:school_id>/year/summary.pdf",
        year_end.school_year_pdf,
        name="school_year_pdf",
    ),
    *listed(f"{CLASS}/year/", year_end.class_year, name="class_year"),
    path(f"{CLASS}/year/summary.pdf", year_end.class_year_pdf, name="class_year_pdf"),
    path("reports/settings/", settings.settings, name="report_settings"),
    path("reports/read/", reading.room, name="reading_room"),
    path("reports/<int:report_id>/", reading.stored_report, name="report"),
    path(f"reports/<int:report_id>/{CHART}", reading.stored_chart, name="report_chart"),
    path("reports/<int:report_id>.pdf", reading.report_pdf, name="report_pdf"),
    path("reports/<int:report_id>.xlsx", reading.report_workbook, name="report_workbook"),
    path("reports/runs/<int:run_id>/", report_runs.run_page, name="report_run"),
    path("reports/runs/<int:run_id>/cancel/", report_runs.cancel, name="report_run_cancel"),
    path("reports/runs/<int:run_id>/retry/", report_runs.retry, name="report_run_retry"),
    path(f"{TRUST}/all/", report_runs.make_all, name="report_all"),
    path(f"{BATCH}/", report_runs.batch_page, name="report_batch"),
    path(f"{BATCH}/cancel/", report_runs.batch_cancel, name="report_batch_cancel"),
    path(f"{BATCH}/retry/", report_runs.batch_retry, name="report_batch_retry"),
    *_made(HT, "ht_report"),
    *_made(TRUST, "trust_report"),
    *_written(HT, ""),
    *_written(TRUST, "trust_"),
    path(f"{HT}/counts/", counts.counts, name="term_counts"),
    path(f"{HT}/next-steps/<int:step_id>/", next_steps.step, name="next_step"),
    path(f"{HT}/next-steps/<int:step_id>/remove/", next_steps.remove, name="next_step_remove"),
    path(f"{TRUST}/next-steps/<int:trust_step_id>/", next_steps.trust_step, name="trust_next_step"),
    path(
        f"{TRUST}/next-steps/<int:trust_step_id>/remove/",
        next_steps.trust_remove,
        name="trust_next_step_remove",
    ),
]

"""Addresses of the app."""

from django.urls import path

from reporting.views import compare, reports

HT = "reports/schools/<int:school_id>/terms/<int:term_id>"

urlpatterns = [
    path("compare/", compare.compare, name="compare"),
    path("compare/pupils/", compare.compare_pupils, name="compare_pupils"),
    path("compare/funnel.svg", compare.compare_funnel, name="compare_funnel"),
    path("compare/compare.csv", compare.compare_csv, name="compare_csv"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:report_id>/", reports.stored_report, name="report"),
    path("reports/<int:report_id>.pdf", reports.report_pdf, name="report_pdf"),
    path("reports/runs/<int:run_id>/", reports.run_page, name="report_run"),
    path("reports/runs/<int:run_id>/cancel/", reports.cancel, name="report_run_cancel"),
    path("reports/runs/<int:run_id>/retry/", reports.retry, name="report_run_retry"),
    path(f"{HT}/", reports.ht_report_page, name="ht_report"),
    path(f"{HT}/draft/", reports.make_draft, name="ht_report_draft"),
    path(f"{HT}/publish/", reports.publish, name="ht_report_publish"),
]

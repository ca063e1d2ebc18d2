"""The runs that make reports."""

from django.shortcuts import get_object_or_404

from parrcs.core.access import Access
from reporting.models import ReportRun


def report_run(access: Access, *, run_id: int) -> ReportRun:
    """Return one run with what it is about, or 404."""
    runs = ReportRun.objects.visible_to(access).select_related(
        "school", "term__year", "term__trust", "asked_by", "report"
    )
    return get_object_or_404(
        runs.defer(
            "report__pdf", "report__snapshot", "report__charts", "report__page", "report__figures"
        ),
        pk=run_id,
    )

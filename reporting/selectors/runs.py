"""The runs that make reports, and the batches of runs for all schools."""

from collections.abc import Sequence

from django.shortcuts import get_object_or_404

from parrcs.core.access import Access
from reporting.models import ReportBatch, ReportRun

_CONTENT = tuple(f"report__{each}" for each in ("pdf", "snapshot", "charts", "page", "figures"))


def report_run(access: Access, *, run_id: int) -> ReportRun:
    """Return one run with what it is about, or 404."""
    runs = ReportRun.objects.visible_to(access).select_related(
        "school", "term__year", "term__trust", "asked_by", "report"
    )
    return get_object_or_404(runs.defer(*_CONTENT), pk=run_id)


def report_batch(access: Access, *, batch_id: int) -> ReportBatch:
    """Return a batch, or 404."""
    batches = ReportBatch.objects.visible_to(access)
    return get_object_or_404(
        batches.select_related("term__year", "term__trust", "asked_by"), pk=batch_id
    )


def latest_runs(access: Access, *, batch: ReportBatch) -> Sequence[ReportRun]:
    """Return the latest run of each school of a batch, by the school's name."""
    runs = (
        ReportRun.objects.visible_to(access)
        .filter(batch=batch)
        .select_related("school", "term__year", "term__trust", "report")
        .defer(*_CONTENT)
        .order_by("asked_at", "id")
    )
    latest = {run.school_id: run for run in runs}
    return sorted(latest.values(), key=lambda run: str(run.school))

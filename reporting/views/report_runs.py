"""How far the making of reports is, of one or of all; an end to it, and another attempt."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from reporting.choices import RunState
from reporting.selectors.reports import Reported, reported
from reporting.selectors.runs import latest_runs, report_batch, report_run
from reporting.services.reports import (
    CannotPublish,
    ReadyStands,
    ask_for_all,
    cancel_all,
    cancel_run,
    retry_all,
    retry_run,
)


@require_safe
@requires(Permission.SEE_REPORTS)
def run_page(request: TrustRequest, run_id: int) -> HttpResponse:
    """Show how far a run is; htmx asks for the part that moves, every second until it ends."""
    run = report_run(request.access, run_id=run_id)
    seen = f"{run.state} {run.step}"
    if request.htmx and request.GET.get("seen") == seen:
        # Nothing to swap: a screen reader would read the same words again each second.
        return HttpResponse(status=204)
    template = "reporting/_report_run.html" if request.htmx else "reporting/report_run.html"
    of = Reported(run.school, run.term)
    return render(
        request,
        template,
        {
            "of": of,
            "run": run,
            "seen": seen,
            "may_make": _may_make(request, run.school_id),
            "crumbs": [
                ("Reports", reverse("reports")),
                (of.name, of.path),
            ],
        },
    )


@require_POST
@requires(Permission.MAKE_REPORTS)
def cancel(request: TrustRequest, run_id: int) -> HttpResponse:
    """End a run at its next step."""
    cancel_run(by=request.access, run=report_run(request.access, run_id=run_id))
    return redirect("report_run", run_id)


@require_POST
@requires(Permission.MAKE_REPORTS)
def retry(request: TrustRequest, run_id: int) -> HttpResponse:
    """Ask again for what a failed or cancelled run did not make."""
    run = report_run(request.access, run_id=run_id)
    try:
        again = retry_run(by=request.access, run=run)
    except (CannotPublish, ReadyStands) as reason:
        messages.error(request, str(reason))
        return redirect(Reported(run.school, run.term).path)
    return redirect("report_run", again.pk)


@require_POST
@requires(Permission.MAKE_REPORTS)
def make_all(request: TrustRequest, term_id: int) -> HttpResponse:
    """Ask for the drafts of all schools and lead to the page that shows how far they are."""
    of = reported(
        request.access, school_id=None, term_id=term_id, permission=Permission.MAKE_REPORTS
    )
    batch = ask_for_all(by=request.access, term=of.term)
    return redirect("report_batch", batch.pk)


@require_safe
@requires(Permission.MAKE_REPORTS)
def batch_page(request: TrustRequest, batch_id: int) -> HttpResponse:
    """Show how far each school of a batch is; htmx asks for the part that moves."""
    batch = report_batch(request.access, batch_id=batch_id)
    runs = latest_runs(request.access, batch=batch)
    seen = " ".join(f"{run.state}{run.done_steps}" for run in runs)
    if request.htmx and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    done = [run for run in runs if not run.unfinished]
    template = "reporting/_report_batch.html" if request.htmx else "reporting/report_batch.html"
    return render(
        request,
        template,
        {
            "batch": batch,
            "runs": [(run, Reported(run.school, run.term).path) for run in runs],
            "seen": seen,
            "done": len(done),
            "failed": sum(run.state != RunState.DONE for run in done),
            "going": len(done) < len(runs),
            "crumbs": [("Reports", reverse("reports"))],
        },
    )


@require_POST
@requires(Permission.MAKE_REPORTS)
def batch_cancel(request: TrustRequest, batch_id: int) -> HttpResponse:
    """End what is left of a batch."""
    batch = report_batch(request.access, batch_id=batch_id)
    cancel_all(by=request.access, batch=batch)
    return redirect("report_batch", batch_id)


@require_POST
@requires(Permission.MAKE_REPORTS)
def batch_retry(request: TrustRequest, batch_id: int) -> HttpResponse:
    """Ask again for what a batch has not made."""
    retry_all(by=request.access, batch=report_batch(request.access, batch_id=batch_id))
    return redirect("report_batch", batch_id)


def _may_make(request: TrustRequest, school_id: int | None) -> bool:
    return request.access.reach(Permission.MAKE_REPORTS).covers(school_id=school_id)

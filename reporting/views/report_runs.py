"""How far the making of a report is; an end to it, and another attempt."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from reporting.selectors.reports import Reported
from reporting.selectors.runs import report_run
from reporting.services.reports import CannotPublish, cancel_run, retry_run


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
    except CannotPublish as reason:
        messages.error(request, str(reason))
        return redirect(Reported(run.school, run.term).path)
    return redirect("report_run", again.pk)


def _may_make(request: TrustRequest, school_id: int | None) -> bool:
    return request.access.reach(Permission.MAKE_REPORTS).covers(school_id=school_id)

"""Head teacher reports: the list, the live draft, making, publishing, reading."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.class_lists import lists_in_season
from reporting.forms import PublishForm
from reporting.reports.ht import ht_report
from reporting.selectors.reports import (
    report,
    report_file,
    report_list,
    report_state,
    reported_school,
)
from reporting.selectors.runs import report_run
from reporting.services.reports import (
    CannotPublish,
    ask_for_draft,
    ask_to_publish,
    cancel_run,
    retry_run,
)
from reporting.tables import reports_sheet


@require_safe
@requires(Permission.SEE_REPORTS, Permission.READ_PUBLISHED)
def reports(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List the reports of the person's schools; who reads only what is published has none yet."""
    if not request.access.may(Permission.SEE_REPORTS):
        if ending:
            raise Http404
        return render(request, "reporting/reports_published.html")
    found = report_list(request.access, year_id=request.GET.get("year", ""))
    if ending:
        return sent_list(ending, f"reports {found.year or ''}", reports_sheet(found))
    lists = lists_in_season(request.access)
    return render(request, "reporting/reports.html", {"list": found, "class_lists": lists})


@require_safe
@requires(Permission.SEE_REPORTS)
def ht_report_page(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """Show what the report would say now, and what has been made of it."""
    school, term = reported_school(
        request.access, school_id=school_id, term_id=term_id, permission=Permission.SEE_REPORTS
    )
    live = ht_report(request.access, school=school, term=term)
    state = report_state(request.access, school=school, term=term)
    return render(
        request,
        "reporting/report.html",
        {
            "school": school,
            "term": term,
            "report": live,
            "state": state,
            "moved": _moved({**live}, state.draft),
            "may_make": _may_make(request, school_id),
            "crumbs": [("Reports", reverse("reports"))],
        },
    )


def _moved(live: dict[str, Any], draft: Any) -> bool:
    return draft is not None and _numbers(live) != _numbers(draft.snapshot)


def _numbers(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Leave out the parts that only say things in words, which a new release may reword."""
    return {k: v for k, v in snapshot.items() if k not in {"cover", "glance", "definitions"}}


@require_POST
@requires(Permission.MAKE_REPORTS)
def make_draft(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """Ask for the draft PDF and lead to the run that makes it."""
    school, term = reported_school(
        request.access, school_id=school_id, term_id=term_id, permission=Permission.MAKE_REPORTS
    )
    run = ask_for_draft(by=request.access, school=school, term=term)
    return redirect("report_run", run.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MAKE_REPORTS)
def publish(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """Say what publishing means, and do it once the person says so."""
    school, term = reported_school(
        request.access, school_id=school_id, term_id=term_id, permission=Permission.MAKE_REPORTS
    )
    state = report_state(request.access, school=school, term=term)
    if state.draft is None:
        messages.error(request, "There is no draft to publish. Make one and read it first.")
        return redirect("ht_report", school_id, term_id)
    form = PublishForm(request.POST or None, initial={"draft": state.draft.pk})
    if request.method == "POST" and form.is_valid():
        try:
            run = ask_to_publish(
                by=request.access, school=school, term=term, draft_id=form.cleaned_data["draft"]
            )
        except CannotPublish as reason:
            messages.error(request, str(reason))
            return redirect("ht_report", school_id, term_id)
        return redirect("report_run", run.pk)
    return render(
        request,
        "reporting/report_publish.html",
        {
            "school": school,
            "term": term,
            "state": state,
            "moved": _moved({**ht_report(request.access, school=school, term=term)}, state.draft),
            "form": form,
            "next_version": len(state.published) + 1,
            "crumbs": [
                ("Reports", reverse("reports")),
                (f"{school}, {term}", reverse("ht_report", args=(school_id, term_id))),
            ],
        },
    )


@require_safe
@requires(Permission.SEE_REPORTS)
def stored_report(request: TrustRequest, report_id: int) -> HttpResponse:
    """Show a report as it was made: every number comes from its snapshot."""
    found = report(request.access, report_id=report_id)
    return render(
        request,
        "reporting/report_stored.html",
        {
            "stored": found,
            "report": found.snapshot,
            "crumbs": [
                ("Reports", reverse("reports")),
                (
                    f"{found.school}, {found.term}",
                    reverse("ht_report", args=(found.school_id, found.term_id)),
                ),
            ],
        },
    )


@require_safe
@requires(Permission.SEE_REPORTS)
def report_pdf(request: TrustRequest, report_id: int) -> HttpResponse:
    """Send the PDF, byte for byte as it was stored."""
    found = report_file(request.access, report_id=report_id)
    version = f"version {found.version}" if found.version else "draft"
    # In plain letters: some programs that open the file know no others.
    name = slugify(f"{found.school} {found.term} head teacher report {version}")
    return HttpResponse(
        bytes(found.pdf),
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(
                as_attachment=False, filename=f"{name}.pdf"
            )
            or "inline",
            "Cache-Control": "no-store, private",
        },
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
    return render(
        request,
        template,
        {
            "run": run,
            "seen": seen,
            "may_make": _may_make(request, run.school_id),
            "crumbs": [
                ("Reports", reverse("reports")),
                (
                    f"{run.school}, {run.term}",
                    reverse("ht_report", args=(run.school_id, run.term_id)),
                ),
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
        return redirect("ht_report", run.school_id, run.term_id)
    return redirect("report_run", again.pk)


def _may_make(request: TrustRequest, school_id: int | None) -> bool:
    return request.access.reach(Permission.MAKE_REPORTS).covers(school_id=school_id)

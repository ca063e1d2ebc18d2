"""Head teacher reports: the list, the live draft, making, publishing, reading."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.class_lists import lists_in_season
from reporting.choices import Part, ReportStatus
from reporting.forms import PublishForm, ReadyForm
from reporting.reports.document import Cell, Document, table_of
from reporting.reports.ht import ht_report
from reporting.selectors.reports import report_list, report_state, reported_school
from reporting.services.pictures import sketches
from reporting.services.reports import (
    CannotPublish,
    ask_for_draft,
    ask_to_publish,
    set_ready,
)
from reporting.tables.documents import reports_sheet


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
            "charts": {
                code: {"src": f"charts/{code}.svg", "alt": each.alt}
                for code, each in sketches(live).items()
            },
            "state": state,
            "moved": _moved(live, state.draft),
            "may_make": _may_make(request, school_id),
            "may_write": request.access.reach(Permission.WRITE_REPORTS).covers(school_id=school_id),
            "crumbs": [("Reports", reverse("reports"))],
        },
    )


@require_safe
@requires(Permission.SEE_REPORTS)
def ht_chart(request: TrustRequest, school_id: int, term_id: int, code: str) -> HttpResponse:
    """Draw a picture of the report as the data are now."""
    school, term = reported_school(
        request.access, school_id=school_id, term_id=term_id, permission=Permission.SEE_REPORTS
    )
    live = ht_report(request.access, school=school, term=term)
    sketch = sketches(live).get(code)
    if sketch is None:
        raise Http404
    return HttpResponse(
        sketch.draw().svg,
        content_type="image/svg+xml",
        headers={"Cache-Control": "private, max-age=60"},
    )


def _moved(live: Document, draft: Any) -> bool:
    return draft is not None and live["sections"] != draft.snapshot["sections"]


@require_POST
@requires(Permission.WRITE_REPORTS)
def ready(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """Call the draft ready for review, or take that back."""
    school, term = reported_school(
        request.access, school_id=school_id, term_id=term_id, permission=Permission.WRITE_REPORTS
    )
    form = ReadyForm(request.POST)
    state = report_state(request.access, school=school, term=term)
    if not form.is_valid() or state.draft is None or state.draft.pk != form.cleaned_data["draft"]:
        messages.error(request, "The draft has been replaced since. Read the one that is here.")
        return redirect("ht_report", school_id, term_id)
    try:
        set_ready(by=request.access, draft=state.draft, ready=form.cleaned_data["ready"])
    except CannotPublish as reason:
        messages.error(request, str(reason))
    return redirect("ht_report", school_id, term_id)


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
    if state.draft is None or state.draft.status != ReportStatus.READY:
        messages.error(
            request, "There is no draft that is ready. Make one, read it and call it ready first."
        )
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
            "moved": _moved(ht_report(request.access, school=school, term=term), state.draft),
            "missing": _missing(state.draft.snapshot),
            "form": form,
            "next_version": len(state.published) + 1,
            "crumbs": [
                ("Reports", reverse("reports")),
                (f"{school}, {term}", reverse("ht_report", args=(school_id, term_id))),
            ],
        },
    )


def _missing(report: Document) -> Cell | None:
    """Return judged of due where something due is not judged."""
    found = table_of(report["sections"], Part.STANDARDS, "coverage")
    cell = found["rows"][0]["cells"][0] if found else None
    return cell if cell and cell["n"] < cell["of"] else None


def _may_make(request: TrustRequest, school_id: int | None) -> bool:
    return request.access.reach(Permission.MAKE_REPORTS).covers(school_id=school_id)

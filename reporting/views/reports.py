"""Reports in the making, of schools and of the trust: the list, the live draft, publishing."""

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
from reporting.forms import PublishForm, ReadyForm, ReplaceForm
from reporting.reports.behind import with_links
from reporting.reports.document import Cell, Document, table_of
from reporting.reports.ht import ht_report
from reporting.selectors.reports import (
    Reported,
    ReportList,
    ReportState,
    draft_content,
    report_list,
    report_state,
    reported,
)
from reporting.services.editions import editions_of
from reporting.services.pictures import sketches
from reporting.services.reports import (
    CannotPublish,
    ReadyStands,
    ask_for_draft,
    ask_to_publish,
    set_ready,
)
from reporting.tables.documents import reports_sheet


@require_safe
@requires(Permission.SEE_REPORTS, Permission.READ_PUBLISHED)
def reports(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List the reports of the person's schools; who reads only what is published is led there."""
    if not request.access.may(Permission.SEE_REPORTS):
        if ending:
            raise Http404
        return redirect("reading_room")
    found = report_list(request.access, year_id=request.GET.get("year", ""))
    if ending:
        return sent_list(ending, f"reports {found.year or ''}", reports_sheet(found))
    lists = lists_in_season(request.access)
    return render(
        request,
        "reporting/reports.html",
        {
            "list": found,
            "class_lists": lists,
            "may_read": request.access.may(Permission.READ_PUBLISHED),
            "terms": _terms(found) if _may(request, Permission.MAKE_REPORTS, None) else (),
        },
    )


def _terms(found: ReportList) -> list[Reported]:
    """Return the terms of a list, each as what the report of the trust is about."""
    return [Reported(None, term) for term in dict.fromkeys(each.term for each in found.reports)]


@require_safe
@requires(Permission.SEE_REPORTS)
def report_page(request: TrustRequest, term_id: int, school_id: int | None = None) -> HttpResponse:
    """Show what a report would say now, and what has been made of it."""
    access = request.access
    of = _reported(request, school_id, term_id, Permission.SEE_REPORTS)
    shown, whole = _live(request, of)
    state = report_state(access, of=of)
    may_see = _may(request, Permission.SEE_PUPILS, school_id)
    return render(
        request,
        "reporting/report.html",
        {
            "of": of,
            "report": with_links(shown, of.path) if may_see else shown,
            "charts": {
                code: {"src": f"charts/{code}.svg", "alt": each.alt}
                for code, each in sketches(shown).items()
            },
            "state": state,
            "moved": _moved(request, whole, state),
            "may_make": _may(request, Permission.MAKE_REPORTS, school_id),
            "may_write": _may(request, Permission.WRITE_REPORTS, school_id),
            "crumbs": [("Reports", reverse("reports"))],
        },
    )


@require_safe
@requires(Permission.SEE_REPORTS)
def live_chart(
    request: TrustRequest, term_id: int, code: str, school_id: int | None = None
) -> HttpResponse:
    """Draw a picture of a report as the data are now."""
    of = _reported(request, school_id, term_id, Permission.SEE_REPORTS)
    sketch = sketches(_live(request, of)[0]).get(code)
    if sketch is None:
        raise Http404
    return HttpResponse(
        sketch.draw().svg,
        content_type="image/svg+xml",
        headers={"Cache-Control": "private, max-age=60"},
    )


@require_POST
@requires(Permission.WRITE_REPORTS)
def ready(request: TrustRequest, term_id: int, school_id: int | None = None) -> HttpResponse:
    """Call the draft ready for review, or take that back."""
    of = _reported(request, school_id, term_id, Permission.WRITE_REPORTS)
    form = ReadyForm(request.POST)
    draft = report_state(request.access, of=of).draft
    if not form.is_valid() or draft is None or draft.pk != form.cleaned_data["draft"]:
        messages.error(request, "The draft has been replaced since. Read the one that is here.")
        return redirect(of.path)
    try:
        set_ready(by=request.access, draft=draft, ready=form.cleaned_data["ready"])
    except CannotPublish as reason:
        messages.error(request, str(reason))
    return redirect(of.path)


@require_POST
@requires(Permission.MAKE_REPORTS)
def make_draft(request: TrustRequest, term_id: int, school_id: int | None = None) -> HttpResponse:
    """Ask for the draft PDF and lead to the run that makes it; ask first where one is ready."""
    of = _reported(request, school_id, term_id, Permission.MAKE_REPORTS)
    form = ReplaceForm(request.POST)
    replaces = form.cleaned_data["replaces"] if form.is_valid() else None
    try:
        run = ask_for_draft(by=request.access, of=of, replaces=replaces)
    except ReadyStands as stands:
        crumbs = [("Reports", reverse("reports")), (of.name, of.path)]
        page = {"of": of, "draft": stands.draft, "crumbs": crumbs}
        return render(request, "reporting/report_replace.html", page)
    return redirect("report_run", run.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MAKE_REPORTS)
def publish(request: TrustRequest, term_id: int, school_id: int | None = None) -> HttpResponse:
    """Say what publishing means, and do it once the person says so."""
    of = _reported(request, school_id, term_id, Permission.MAKE_REPORTS)
    state = report_state(request.access, of=of)
    if state.draft is None or state.draft.status != ReportStatus.READY:
        messages.error(
            request, "There is no draft that is ready. Make one, read it and call it ready first."
        )
        return redirect(of.path)
    form = PublishForm(request.POST or None, initial={"draft": state.draft.pk})
    if request.method == "POST" and form.is_valid():
        try:
            run = ask_to_publish(by=request.access, of=of, draft_id=form.cleaned_data["draft"])
        except CannotPublish as reason:
            messages.error(request, str(reason))
            return redirect(of.path)
        return redirect("report_run", run.pk)
    whole = _live(request, of)[1]
    return render(
        request,
        "reporting/report_publish.html",
        {
            "of": of,
            "state": state,
            "moved": _moved(request, whole, state),
            "missing": _missing(state.draft.snapshot),
            "form": form,
            "next_version": len(state.published) + 1,
            "crumbs": [("Reports", reverse("reports")), (of.name, of.path)],
        },
    )


def _reported(
    request: TrustRequest, school_id: int | None, term_id: int, permission: Permission
) -> Reported:
    return reported(request.access, school_id=school_id, term_id=term_id, permission=permission)


def _live(request: TrustRequest, of: Reported) -> tuple[Document, Document]:
    """Return a report as it would be read now, and before anything is hidden in it."""
    if of.school:
        live = ht_report(request.access, school=of.school, term=of.term)
        return live, live
    (edition,) = editions_of(request.access, school=None, term=of.term).editions
    return edition.document, edition.figures["whole"]


def _moved(request: TrustRequest, live: Document, state: ReportState) -> bool:
    """Say whether a draft says something else than the data do now."""
    if state.draft is None:
        return False
    return bool(live["sections"] != draft_content(request.access, draft=state.draft)["sections"])


def _missing(report: Document) -> Cell | None:
    """Return judged of due where something due is not judged."""
    found = table_of(report["sections"], Part.STANDARDS, "coverage")
    cell = found["rows"][0]["cells"][0] if found else None
    return cell if cell and cell["kind"] == "part" and cell["n"] < cell["of"] else None


def _may(request: TrustRequest, permission: Permission, school_id: int | None) -> bool:
    return request.access.reach(permission).covers(school_id=school_id)

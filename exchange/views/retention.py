"""Retention: for how long records are kept, what is due, and what was erased."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from exchange.forms.records import ConfirmForm, YearsForm
from exchange.selectors.retention import (
    REMOVED,
    due_records,
    erasures,
    one_erasure,
    waiting_erasures,
    years_kept,
)
from exchange.services.erasing import DueChanged, erase_due, may_erase_due, set_years
from exchange.tables import erasures_sheet
from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires

# So many erasures stand on the page; the file has all.
LATEST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_RETENTION)
def retention(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show what is due and what was erased, and set the years."""
    if ending:
        return sent_list(ending, "what was erased", erasures_sheet(erasures(request.access)))
    sent = request.POST if request.method == "POST" else None
    form = YearsForm(sent, years=years_kept(request.access))
    if sent is not None and form.is_valid():
        set_years(by=request.access, years=form.years)
        messages.success(request, "The years are saved. Nothing was erased.")
        return redirect("retention")
    log = erasures(request.access)
    return render(
        request,
        "exchange/retention/page.html",
        {
            "due": due_records(request.access, today=timezone.localdate()),
            "form": form,
            "waiting": waiting_erasures(request.access),
            "log": log[:LATEST],
            "log_count": log.count(),
            "may_erase": may_erase_due(request.access),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERASE)
def retention_erase(request: TrustRequest) -> HttpResponse:
    """Show whom it is about, and have it erased once somebody types that they mean it."""
    if not may_erase_due(request.access):
        raise PermissionDenied
    today = timezone.localdate()
    due = due_records(request.access, today=today)
    sent = request.POST if request.method == "POST" else None
    # Who is ticked goes: should a tick be lost on the way, a record is kept and not erased.
    ticked = {str(each.pk) for each in due.names} if sent is None else {*sent.getlist("pupils")}
    kept = {each.pk for each in due.names if str(each.pk) not in ticked}
    chosen = due.without(kept)
    nobody = bool(kept) and not chosen.pupils and not chosen.records
    if nobody or (sent is not None and "count" in sent):
        sent = None
    form = ConfirmForm(sent, phrase=(due if nobody else chosen).phrase, initial={"seen": due.seen})
    if sent is not None and form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            erasure = erase_due(by=request.access, today=today, seen=seen, kept=kept)
        except DueChanged:
            messages.error(
                request, "What is due has changed since you looked. Look through it again."
            )
            return redirect("retention_erase")
        return redirect("erasure", erasure.pk)
    return render(
        request,
        "exchange/retention/erase.html",
        {
            "due": chosen,
            "kept": kept,
            "nobody": nobody,
            "form": form,
            "removed": REMOVED,
            "crumbs": _crumbs(),
        },
    )


@require_safe
@requires(Permission.ERASE, Permission.SET_RETENTION)
def erasure(request: TrustRequest, erasure_id: int) -> HttpResponse:
    """Show how far an erasure is, or how it ended."""
    found, log = one_erasure(request.access, erasure_id=erasure_id)
    if request.htmx:
        if request.GET.get("seen") == found.state:
            # Nothing to swap: a screen reader would read the same words again each second.
            return HttpResponse(status=204)
        if not found.unfinished:
            return HttpResponseClientRefresh()
        return render(request, "exchange/retention/_progress.html", {"erasure": found})
    sets = request.access.may(Permission.SET_RETENTION)
    return render(
        request,
        "exchange/retention/erasure.html",
        {
            "erasure": found,
            "log": log,
            "rows": sum(log.counts.values()) if log else 0,
            "crumbs": _crumbs() if sets else [("Pupils", reverse("pupils"))],
        },
    )


def _crumbs() -> list[tuple[str, str]]:
    return [("Retention", reverse("retention"))]

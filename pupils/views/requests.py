"""Placement requests for an ARB: recorded here, decided by the LA."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.forms.requests import LinkForm, RequestForm
from pupils.selectors.requests import pupils_to_link, requests_of, requests_page, sees_requests
from pupils.services.requests import RequestRefused, link_pupil, remove_request, save_request
from pupils.tables import requests_sheet
from pupils.views.pupils import sent
from schools.selectors import places
from schools.selectors.agreements import manages
from schools.services.seen import ChangedMeanwhile


@require_safe
@requires(Permission.SEE_REQUESTS)
def arb_requests(request: TrustRequest, arb_id: int, ending: str = "") -> HttpResponse:
    """Show the requests for an ARB, with the places in use beside them."""
    arb = get_object_or_404(places.arbs(request.access), pk=arb_id)
    if not sees_requests(request.access, arb):
        raise PermissionDenied
    page = requests_page(request.access, arb=arb, today=timezone.localdate())
    if ending:
        return sent_list(ending, f"placement requests {arb}", requests_sheet(page, arb=arb))
    crumbs = _crumbs(arb)[:-1]
    return render(request, "pupils/requests.html", {"arb": arb, "page": page, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def request_add(request: TrustRequest, arb_id: int) -> HttpResponse:
    """Record a request."""
    return _edit(request, arb_id, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def request_change(request: TrustRequest, arb_id: int, request_id: int) -> HttpResponse:
    """Correct a request, or record our response or the LA's decision."""
    return _edit(request, arb_id, request_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def request_link(request: TrustRequest, arb_id: int, request_id: int) -> HttpResponse:
    """Link a named child to the pupil the child has become."""
    arb, row = _found(request, arb_id, request_id)
    form = LinkForm(sent(request), access=request.access, row=row)
    if request.method == "POST" and form.is_valid():
        pupil = form.cleaned_data["pupil"]
        try:
            link_pupil(by=request.access, arb=arb, row=row, pupil=pupil)
        except RequestRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, f"Linked to {pupil}." if pupil else "The link is gone.")
            return redirect("arb_requests", arb.pk)
    page = {
        "arb": arb,
        "row": row,
        "form": form,
        "candidates": pupils_to_link(request.access, request=row).count(),
        "crumbs": _crumbs(arb),
    }
    return render(request, "pupils/request_link.html", page)


def _edit(request: TrustRequest, arb_id: int, request_id: int | None) -> HttpResponse:
    """Show the form of a request and save it; `remove` asks once more and then removes it."""
    arb, row = _found(request, arb_id, request_id)
    page = {"arb": arb, "row": row, "crumbs": _crumbs(arb)}
    asked = request.POST.get("remove") if row is not None else None
    if asked == "yes":
        remove_request(by=request.access, arb=arb, row=row)
        messages.success(request, "The request is removed.")
        return redirect("arb_requests", arb.pk)
    if asked:
        return render(request, "pupils/request_remove.html", page)
    initial = {**RequestForm.said_of(row), "seen": row.words_seen} if row is not None else None
    form = RequestForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            save_request(by=request.access, arb=arb, row=row, facts=form.facts, seen=seen)
        except RequestRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "The request is saved.")
            return redirect("arb_requests", arb.pk)
    return render(request, "pupils/request_form.html", {**page, "form": form})


def _found(request: TrustRequest, arb_id: int, request_id: int | None) -> tuple[Any, Any]:
    """Return the ARB and the request, of which the person has to be the one who writes."""
    arb = get_object_or_404(places.arbs(request.access), pk=arb_id)
    row = None
    if request_id is not None:
        row = get_object_or_404(requests_of(request.access, arb=arb), pk=request_id)
    if not manages(request.access, arb):
        raise PermissionDenied
    return arb, row


def _crumbs(arb: Any) -> list[tuple[str, str]]:
    return [
        ("Schools", reverse("schools")),
        (arb.school.name, reverse("school", args=[arb.school_id])),
        (arb.name, reverse("arb", args=[arb.pk])),
        ("Placement requests", reverse("arb_requests", args=[arb.pk])),
    ]

"""Writing the agreement about an ARB, part by part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Access, Permission
from parrcs.core.views import TrustRequest, requires
from schools.forms.agreements import (
    AgreementForm,
    ContactForm,
    FundingForm,
    LeaseForm,
    StaffForm,
    VisitForm,
)
from schools.selectors import agreements, places
from schools.services import agreements as writing
from schools.services.seen import ChangedMeanwhile


@dataclass(frozen=True)
class _Part:
    """One part of an agreement: how it is called, found, filled in and saved."""

    name: str
    add: str
    change: str
    lead: str
    form: type[AgreementForm]
    rows: Callable[[Access], Any]
    save: Callable[..., Any]


_STAFF = _Part(
    "staff",
    "Add staff",
    "Change staff",
    "Who leads the ARB and who works in it. The trust employs them; the host reads the names.",
    StaffForm,
    agreements.staff_of,
    writing.save_staff,
)
_CONTACT = _Part(
    "contacts",
    "Add a contact for safeguarding",
    "Change a contact for safeguarding",
    "Whom to turn to about a child. Everybody who sees the ARB reads it, the host too.",
    ContactForm,
    agreements.contacts_of,
    writing.save_contact,
)
_LEASE = _Part(
    "lease",
    "Add a lease",
    "Change the lease",
    "Heads and trust leads are reminded by e-mail 12, 6 and 3 months before notice is due and"
    " before the lease ends, until the next one is recorded.",
    LeaseForm,
    agreements.leases_of,
    writing.save_lease,
)
_VISIT = _Part(
    "visits",
    "Add a joint visit",
    "Change the joint visit",
    "The trust assures the quality of the ARB together with the host. The host reads the day and"
    " who takes part, and not what was written.",
    VisitForm,
    agreements.visits_of,
    writing.save_visit,
)
_FUNDING = _Part(
    "funding",
    "Add a year's funding",
    "Change the funding",
    "What the trust gets for the ARB in a school year, and the agreed share passed to the host."
    " The host reads its share in pounds, and nothing else of this.",
    FundingForm,
    agreements.fundings_of,
    writing.save_funding,
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def staff_add(request: TrustRequest, arb_id: int) -> HttpResponse:
    """Name somebody who leads the ARB or works in it."""
    return _edit(request, arb_id, _STAFF)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def staff_change(request: TrustRequest, arb_id: int, staff_id: int) -> HttpResponse:
    """Correct who works in the ARB, and until when."""
    return _edit(request, arb_id, _STAFF, staff_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def contact_add(request: TrustRequest, arb_id: int) -> HttpResponse:
    """Add a contact for safeguarding."""
    return _edit(request, arb_id, _CONTACT)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def contact_change(request: TrustRequest, arb_id: int, contact_id: int) -> HttpResponse:
    """Correct a contact for safeguarding."""
    return _edit(request, arb_id, _CONTACT, contact_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def lease_add(request: TrustRequest, arb_id: int) -> HttpResponse:
    """Record a lease."""
    return _edit(request, arb_id, _LEASE)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def lease_change(request: TrustRequest, arb_id: int, lease_id: int) -> HttpResponse:
    """Correct a lease."""
    return _edit(request, arb_id, _LEASE, lease_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def visit_add(request: TrustRequest, arb_id: int) -> HttpResponse:
    """Record or plan a joint visit."""
    return _edit(request, arb_id, _VISIT)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def visit_change(request: TrustRequest, arb_id: int, visit_id: int) -> HttpResponse:
    """Correct a joint visit, or write what was seen."""
    return _edit(request, arb_id, _VISIT, visit_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def funding_add(request: TrustRequest, arb_id: int) -> HttpResponse:
    """Record the funding of a year."""
    return _edit(request, arb_id, _FUNDING)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_ARBS)
def funding_change(request: TrustRequest, arb_id: int, funding_id: int) -> HttpResponse:
    """Correct the funding of a year."""
    return _edit(request, arb_id, _FUNDING, funding_id)


def _edit(
    request: TrustRequest, arb_id: int, part: _Part, row_id: int | None = None
) -> HttpResponse:
    """Show the form of a part and save it; `remove` asks once more and then removes it."""
    arb = get_object_or_404(places.arbs(request.access), pk=arb_id)
    row = None
    if row_id is not None:
        row = get_object_or_404(part.rows(request.access).filter(arb=arb), pk=row_id)
    if not agreements.manages(request.access, arb):
        raise PermissionDenied
    page = {
        "arb": arb,
        "row": row,
        "part": part,
        "heading": part.add if row is None else part.change,
        "crumbs": [
            ("Schools", reverse("schools")),
            (arb.school.name, reverse("school", args=[arb.school_id])),
            (arb.name, reverse("arb", args=[arb.pk])),
        ],
    }
    asked = request.POST.get("remove") if row is not None else None
    if row is not None and asked == "yes":
        writing.remove_part(by=request.access, arb=arb, row=row)
        messages.success(request, "It is removed.")
        return _back(arb.pk, part)
    if asked:
        return render(request, "schools/agreement_remove.html", page)
    form = part.form(
        request.POST if request.method == "POST" else None,
        access=request.access,
        arb=arb,
        row=row,
        initial={"side": request.GET.get("side")},
    )
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            part.save(by=request.access, arb=arb, row=row, facts=form.facts, seen=seen)
        except writing.AgreementRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "It is saved.")
            return _back(arb.pk, part)
    return render(request, "schools/agreement_form.html", {**page, "form": form})


def _back(arb_id: int, part: _Part) -> HttpResponse:
    return redirect(f"{reverse('arb', args=[arb_id])}#{part.name}")

"""A pupil's provision beside the core areas: giving, changing, ending and reviewing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.forms.provision import EndForm, ProvisionForm, ReviewForm
from pupils.selectors.provision import provisions_of, terms_to_review
from pupils.services.provision import (
    ProvisionRefused,
    add_provision,
    change_provision,
    end_provision,
    facts_of,
    review_provision,
)
from pupils.views.pupils import crumbs_of, permitted_file, sent


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def provision_add(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Give a pupil a provision."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    form = ProvisionForm(sent(request), initial={"starts_on": file.today})
    if request.method == "POST" and form.is_valid():
        try:
            add_provision(by=request.access, file=file, facts=form.facts)
        except ProvisionRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, "The provision is saved.")
            return _back(pupil_id)
    page = {"heading": "Add provision", "form": form, "file": file, "crumbs": crumbs_of(file)}
    return render(request, "pupils/provision.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def provision_change(request: TrustRequest, pupil_id: int, provision_id: int) -> HttpResponse:
    """Correct what is known of a provision."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    provision = get_object_or_404(provisions_of(request.access, file=file), pk=provision_id)
    form = ProvisionForm(sent(request), initial={**facts_of(provision)})
    if request.method == "POST" and form.is_valid():
        try:
            change_provision(by=request.access, file=file, provision=provision, facts=form.facts)
        except ProvisionRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, "The provision is saved.")
            return _back(pupil_id)
    page = {"heading": "Change provision", "form": form, "file": file, "crumbs": crumbs_of(file)}
    return render(request, "pupils/provision.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def provision_end(request: TrustRequest, pupil_id: int, provision_id: int) -> HttpResponse:
    """Say on which day a provision ends."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    provision = get_object_or_404(provisions_of(request.access, file=file), pk=provision_id)
    form = EndForm(sent(request), initial={"ends_on": provision.ends_on or file.today})
    if request.method == "POST" and form.is_valid():
        try:
            end_provision(by=request.access, file=file, provision=provision, **form.cleaned_data)
        except ProvisionRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, "The last day is saved.")
            return _back(pupil_id)
    page = {
        "heading": f"End {provision.get_kind_display().lower()}",
        "form": form,
        "file": file,
        "provision": provision,
        "crumbs": crumbs_of(file),
    }
    return render(request, "pupils/provision.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def provision_review(request: TrustRequest, pupil_id: int, provision_id: int) -> HttpResponse:
    """Say how far a provision brought the pupil in a term."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    provision = get_object_or_404(provisions_of(request.access, file=file), pk=provision_id)
    terms = terms_to_review(file, provision=provision)
    page: dict[str, Any] = {
        "heading": f"Review {provision.get_kind_display().lower()}",
        "file": file,
        "provision": provision,
        "crumbs": crumbs_of(file),
    }
    if not terms:
        return render(request, "pupils/provision_none.html", page)
    asked = next((t for t in terms if str(t.pk) == request.GET.get("term")), terms[0])
    said = next((r for r in provision.reviews.all() if r.term == asked), None)
    initial: dict[str, Any] = {"term": str(asked.pk)}
    if said:
        initial |= {"progress": said.progress, "comment": said.comment}
    form = ReviewForm(sent(request), terms=terms, initial=initial)
    if request.method == "POST" and form.is_valid():
        term = form.chosen_term
        try:
            review_provision(
                by=request.access,
                file=file,
                provision=provision,
                term=term,
                progress=form.cleaned_data["progress"],
                comment=form.cleaned_data["comment"],
            )
        except ProvisionRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, f"The review for {term} is saved.")
            return _back(pupil_id)
    return render(request, "pupils/provision_review.html", {**page, "form": form})


def _back(pupil_id: int) -> HttpResponse:
    return redirect(f"{reverse('pupil', args=[pupil_id])}#provision")

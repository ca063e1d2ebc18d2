"""A pupil's provision beside the core areas: giving, changing, ending and reviewing it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

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
from pupils.services.seen import ChangedMeanwhile
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
    form = ProvisionForm(
        sent(request), initial={**facts_of(provision), "seen": provision.words_seen}
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_provision(
                by=request.access,
                file=file,
                provision=provision,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
            )
        except ProvisionRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, {**facts_of(changed.stands)})
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
    form = EndForm(
        sent(request),
        initial={"ends_on": provision.ends_on or file.today, "seen": provision.words_seen},
    )
    if request.method == "POST" and form.is_valid():
        try:
            end_provision(by=request.access, file=file, provision=provision, **form.cleaned_data)
        except ProvisionRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, {**facts_of(changed.stands)})
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


@require_safe
@requires(Permission.RECORD)
def provision_review(request: TrustRequest, pupil_id: int, provision_id: int) -> HttpResponse:
    """Lead to the review of the latest term in which a provision ran, if there is one."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    provision = get_object_or_404(provisions_of(request.access, file=file), pk=provision_id)
    terms = terms_to_review(file, provision=provision)
    if terms:
        return redirect("provision_review_term", pupil_id, provision_id, terms[0].pk)
    page = {"heading": _review_of(provision), "file": file, "provision": provision}
    return render(request, "pupils/provision_none.html", {**page, "crumbs": crumbs_of(file)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def provision_review_term(
    request: TrustRequest, pupil_id: int, provision_id: int, term_id: int
) -> HttpResponse:
    """Say how far a provision brought the pupil in a term."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    provision = get_object_or_404(provisions_of(request.access, file=file), pk=provision_id)
    terms = terms_to_review(file, provision=provision)
    term = next((each for each in terms if each.pk == term_id), None)
    if term is None:
        raise Http404
    said = next((each for each in provision.reviews.all() if each.term == term), None)
    initial = (
        {"progress": said.progress, "comment": said.comment, "seen": said.words_seen}
        if said
        else {}
    )
    form = ReviewForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            review_provision(
                by=request.access,
                file=file,
                provision=provision,
                term=term,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
            )
        except ProvisionRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            stands = changed.stands
            form.begin_from(
                stands.words_seen, {"progress": stands.progress, "comment": stands.comment}
            )
        else:
            messages.success(request, f"The review for {term} is saved.")
            return _back(pupil_id)
    page = {"heading": f"{_review_of(provision)}, {term}", "file": file, "provision": provision}
    return render(
        request,
        "pupils/provision_review.html",
        {**page, "form": form, "term": term, "terms": terms, "crumbs": crumbs_of(file)},
    )


def _review_of(provision: Any) -> str:
    return f"Review {provision.get_kind_display().lower()}"


def _back(pupil_id: int) -> HttpResponse:
    return redirect(f"{reverse('pupil', args=[pupil_id])}#provision")

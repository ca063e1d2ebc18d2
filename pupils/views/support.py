"""What supports a pupil: short plans with their reviews, and what staff must know."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.choices import SupportKind
from pupils.forms.support import NeedsForm, SupportPlanForm, SupportReviewForm
from pupils.selectors.pupils import PupilFile
from pupils.selectors.support import changes_of_needs, needs_of, support_of, support_plans_of
from pupils.services.seen import ChangedMeanwhile
from pupils.services.support import (
    SupportRefused,
    add_support_plan,
    change_support_plan,
    review_support_plan,
    write_needs,
)
from pupils.views.pupils import crumbs_of, permitted_file, sent


@require_safe
@requires(Permission.SEE_SUPPORT)
def pupil_support(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Show a pupil's wellbeing, support and individual plans."""
    file = permitted_file(request, pupil_id, Permission.SEE_SUPPORT)
    page = {
        "file": file,
        "support": support_of(request.access, file=file),
        "may_plan": file.may(Permission.EDIT_PLANS),
        "crumbs": crumbs_of(file),
    }
    return render(request, "pupils/support/plans.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def support_add(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Give a pupil a wellbeing, support or individual plan."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    kind = request.GET.get("kind")
    initial = {"starts_on": file.today, "kind": kind if kind in SupportKind.values else ""}
    form = SupportPlanForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            plan = add_support_plan(by=request.access, file=file, facts=form.facts)
        except SupportRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, f"The {plan.get_kind_display().lower()} is saved.")
            return redirect("pupil_support", pupil_id)
    support = support_of(request.access, file=file)
    page = {"heading": "Add a plan", "form": form, "file": file, "support": support}
    return render(request, "pupils/support/plan.html", {**page, "crumbs": _crumbs(file)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def support_change(request: TrustRequest, pupil_id: int, support_id: int) -> HttpResponse:
    """Correct what a short plan says."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    plan = get_object_or_404(support_plans_of(request.access, file=file), pk=support_id)
    initial = {**SupportPlanForm.said_of(plan), "seen": plan.words_seen}
    form = SupportPlanForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            change_support_plan(
                by=request.access, file=file, plan=plan, facts=form.facts, seen=seen
            )
        except SupportRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "The plan is saved.")
            return redirect("pupil_support", pupil_id)
    page = {"heading": f"Change the {plan.get_kind_display().lower()}", "form": form, "file": file}
    return render(request, "pupils/support/plan.html", {**page, "crumbs": _crumbs(file)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def support_review(request: TrustRequest, pupil_id: int, support_id: int) -> HttpResponse:
    """Say what came of a short plan: it goes on, or ends."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    plan = get_object_or_404(support_plans_of(request.access, file=file), pk=support_id)
    initial = {"reviewed_on": file.today, "seen": plan.words_seen}
    form = SupportReviewForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            review_support_plan(
                by=request.access, file=file, plan=plan, facts=form.facts, seen=seen
            )
        except SupportRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            stands = changed.stands
            form.begin_from(
                stands.words_seen,
                {"reviewed_on": stands.reviewed_on, "outcome": stands.outcome},
            )
        else:
            messages.success(request, "The review is saved.")
            return redirect("pupil_support", pupil_id)
    page = {"heading": f"Review the {plan.get_kind_display().lower()}", "form": form, "plan": plan}
    return render(
        request, "pupils/support/review.html", {**page, "file": file, "crumbs": _crumbs(file)}
    )


@require_safe
@requires(Permission.SEE_SUPPORT)
def pupil_needs(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Show what staff must know of a pupil's health and communication, and how it changed."""
    file = permitted_file(request, pupil_id, Permission.SEE_SUPPORT)
    needs = needs_of(request.access, file=file)
    page = {
        "file": file,
        "needs": needs,
        "changes": changes_of_needs(needs) if needs else (),
        "may_plan": file.may(Permission.EDIT_PLANS),
        "crumbs": crumbs_of(file),
    }
    return render(request, "pupils/support/needs.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def needs_change(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Write what staff must know of a pupil."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    needs = needs_of(request.access, file=file)
    said = {**NeedsForm.said_of(needs), "seen": needs.words_seen} if needs else {}
    form = NeedsForm(sent(request), initial={"confirmed_on": file.today, **said})
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            write_needs(by=request.access, file=file, facts=form.facts, seen=seen)
        except SupportRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "What staff must know is saved.")
            return redirect("pupil_needs", pupil_id)
    page = {"heading": "Medical and communication needs", "form": form, "file": file}
    crumbs = [*crumbs_of(file), ("Needs", reverse("pupil_needs", args=[pupil_id]))]
    return render(
        request,
        "pupils/support/needs_change.html",
        {**page, "crumbs": crumbs},
    )


def _crumbs(file: PupilFile) -> list[tuple[str, str]]:
    back = reverse("pupil_support", args=[file.pupil.pk])
    return [*crumbs_of(file), ("Wellbeing and support", back)]

"""Writing a pupil's plans and their outcomes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.forms.plans import OutcomeForm, PlanForm
from pupils.selectors.plans import outcomes_of, plans_of
from pupils.services.plans import (
    PlanRefused,
    add_outcome,
    add_plan,
    change_outcome,
    change_plan,
)
from pupils.services.seen import ChangedMeanwhile
from pupils.views.pupils import crumbs_of, permitted_file, sent


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def plan_add(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Give a pupil a plan."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    form = PlanForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_plan(by=request.access, file=file, facts=form.facts)
        except PlanRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, "The plan is saved. Add its outcomes next.")
            return redirect("pupil", pupil_id)
    return render(
        request,
        "pupils/plan.html",
        {"heading": "Add a plan", "form": form, "file": file, "crumbs": crumbs_of(file)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def plan_change(request: TrustRequest, pupil_id: int, plan_id: int) -> HttpResponse:
    """Correct a plan's kind and dates, or end it."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    plan = get_object_or_404(plans_of(request.access, file=file), pk=plan_id)
    form = PlanForm(sent(request), initial={**_said(plan), "seen": plan.words_seen})
    if request.method == "POST" and form.is_valid():
        try:
            change_plan(
                by=request.access,
                file=file,
                plan=plan,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
            )
        except PlanRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, _said(changed.stands))
        else:
            messages.success(request, "The plan is saved.")
            return redirect("pupil", pupil_id)
    return render(
        request,
        "pupils/plan.html",
        {"heading": "Change the plan", "form": form, "file": file, "crumbs": crumbs_of(file)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def outcome_add(request: TrustRequest, pupil_id: int, plan_id: int) -> HttpResponse:
    """Add an outcome to a plan."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    plan = get_object_or_404(plans_of(request.access, file=file), pk=plan_id)
    form = OutcomeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_outcome(by=request.access, file=file, plan=plan, facts=form.facts)
        except PlanRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, "The outcome is saved.")
            return redirect("pupil", pupil_id)
    return render(
        request,
        "pupils/outcome.html",
        {
            "heading": "Add an outcome",
            "form": form,
            "file": file,
            "plan": plan,
            "crumbs": crumbs_of(file),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def outcome_change(request: TrustRequest, pupil_id: int, outcome_id: int) -> HttpResponse:
    """Correct an outcome."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    outcome = get_object_or_404(outcomes_of(request.access, file=file), pk=outcome_id)
    form = OutcomeForm(
        sent(request),
        initial={"area": outcome.area, "text": outcome.text, "seen": outcome.words_seen},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_outcome(
                by=request.access,
                file=file,
                outcome=outcome,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
            )
        except PlanRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            stands = changed.stands
            form.begin_from(stands.words_seen, {"area": stands.area, "text": stands.text})
        else:
            messages.success(request, "The outcome is saved.")
            return redirect("pupil", pupil_id)
    return render(
        request,
        "pupils/outcome.html",
        {
            "heading": "Change the outcome",
            "form": form,
            "file": file,
            "plan": outcome.plan,
            "crumbs": crumbs_of(file),
        },
    )


def _said(plan: Any) -> dict[str, Any]:
    """Return what a plan says, as its form names it."""
    return {"kind": plan.kind, "starts_on": plan.starts_on, "ends_on": plan.ends_on}

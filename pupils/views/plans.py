"""Writing a pupil's plans, their outcomes, and termly targets."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.forms.plans import OutcomeForm, PlanForm, TargetForm
from pupils.selectors.plans import outcomes_of, plans_of, targets_of, terms_to_plan
from pupils.services.plans import (
    PlanRefused,
    TargetJudged,
    add_outcome,
    add_plan,
    add_target,
    change_outcome,
    change_plan,
    change_target,
    remove_target,
)
from pupils.views.pupils import crumbs_of, permitted_file, sent


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def plan_add(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Give a pupil a plan."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    form = PlanForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            add_plan(by=request.access, file=file, **form.cleaned_data)
        except PlanRefused as refused:
            form.add_error("starts_on", str(refused))
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
    initial = {"kind": plan.kind, "starts_on": plan.starts_on, "ends_on": plan.ends_on}
    form = PlanForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_plan(by=request.access, file=file, plan=plan, **form.cleaned_data)
        except PlanRefused as refused:
            form.add_error("starts_on", str(refused))
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
        add_outcome(by=request.access, file=file, plan=plan, **form.cleaned_data)
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
    form = OutcomeForm(sent(request), initial={"area": outcome.area, "text": outcome.text})
    if request.method == "POST" and form.is_valid():
        change_outcome(by=request.access, file=file, outcome=outcome, **form.cleaned_data)
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


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def target_add(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Write a termly target; where there is no outcome or term yet, say who makes them."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    outcomes, terms = list(outcomes_of(request.access, file=file)), terms_to_plan(file)
    page = {"file": file, "crumbs": crumbs_of(file)}
    if not (outcomes and terms):
        missing = "outcome" if terms else "term"
        may_plan = file.may(Permission.EDIT_PLANS)
        return render(
            request, "pupils/target_none.html", {**page, "missing": missing, "may_plan": may_plan}
        )
    form = TargetForm(
        sent(request),
        outcomes=outcomes,
        terms=terms,
        initial={"term": request.GET.get("term") or str(terms[0].pk)},
    )
    if request.method == "POST" and form.is_valid():
        target = add_target(
            by=request.access,
            file=file,
            outcome=form.chosen_outcome,
            term=form.chosen_term,
            texts=form.texts,
        )
        messages.success(request, f"Target {target.position} for {target.term} is saved.")
        return redirect("pupil", pupil_id)
    return render(
        request, "pupils/target.html", {**page, "heading": "Add a termly target", "form": form}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def target_change(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Correct what a target says."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    form = TargetForm(
        sent(request),
        outcomes=list(outcomes_of(request.access, file=file)),
        initial={
            "outcome": str(target.outcome_id),
            "walt": target.walt,
            "wilf": target.wilf,
            "starting_point": target.starting_point,
            "next_step": target.next_step,
        },
    )
    if request.method == "POST" and form.is_valid():
        change_target(
            by=request.access,
            file=file,
            target=target,
            outcome=form.chosen_outcome,
            texts=form.texts,
        )
        messages.success(request, f"Target {target.position} for {target.term} is saved.")
        return redirect("pupil", pupil_id)
    return render(
        request,
        "pupils/target.html",
        {
            "heading": f"Target {target.position}, {target.term}",
            "form": form,
            "file": file,
            "target": target,
            "crumbs": crumbs_of(file),
        },
    )


@require_POST
@requires(Permission.RECORD)
def target_remove(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Remove a target that was never judged."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    try:
        remove_target(by=request.access, file=file, target=target)
    except TargetJudged as judged:
        messages.error(request, str(judged))
    else:
        messages.success(request, f"Target {target.position} for {target.term} is removed.")
    return redirect("pupil", pupil_id)

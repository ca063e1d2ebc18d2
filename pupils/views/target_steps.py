"""How termly targets go on or end: carried forward, split, retired."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.forms.targets import CarryForm, RetireForm, SplitForm, TargetForm
from pupils.selectors.targets import targets_of
from pupils.services.target_writing import (
    TargetRefused,
    add_target,
    carry_targets,
    proposal,
    retire_target,
    split_target,
)
from pupils.views.pupils import permitted_file, sent
from pupils.views.targets import (
    back,
    back_to_retired,
    crumbs_to,
    editor,
    nothing_to_write_for,
    page_of,
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def target_carry(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Go on from a target with one in another term, or the same: as it is proposed, or changed."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    page = page_of(request, file, request.GET.get("into") or request.POST.get("term"))
    if page is None or not (page.open_terms and page.offered):
        return nothing_to_write_for(request, file, page)
    term = page.term if page.is_open else page.open_terms[0]
    filled = "fill" in request.POST
    initial = {"term": str(term.pk), "outcome": str(target.outcome_id), **proposal(target)}
    if term.pk == target.term_id:
        initial["starting_point"] = target.starting_point
    if filled:
        initial |= {name: request.POST.get(name, "") for name in ("walt", "wilf")}
    form = TargetForm(
        None if filled else sent(request),
        outcomes=page.offered,
        terms=page.open_terms,
        initial=initial,
    )
    if request.method == "POST" and not filled and form.is_valid():
        try:
            added = add_target(
                by=request.access,
                file=file,
                outcome=form.chosen_outcome,
                term=form.chosen_term,
                texts=form.texts,
                carried_from=target,
            )
        except TargetRefused as refused:
            form.add_error("outcome", str(refused))
        else:
            messages.success(
                request,
                f"Target {target.position} of {target.term} goes on as target {added.position} for"
                f" {added.term}.",
            )
            return back(file, added.term_id, added.pk)
    return editor(
        request,
        file,
        page,
        doing="carry",
        form=form,
        at_outcome=target.outcome_id,
        title=f"Go on from target {target.position} of {target.term}",
        lead="As it is proposed, or changed. The starting point comes from how the last one went.",
        action=request.path,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def targets_carry(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Show what the targets of the term before would say now, and carry forward those ticked."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    page = page_of(request, file, request.GET.get("term") or request.POST.get("term"))
    if page is None or not (page.open_terms and page.offered):
        return nothing_to_write_for(request, file, page)
    in_force = {each.pk for each in page.in_force}
    unmet = [each.target for each in page.to_carry] if page.is_open else []
    ready = [each for each in unmet if each.outcome_id in in_force]
    form = CarryForm(sent(request), targets=ready, split=page.split)
    if request.method == "POST" and form.is_valid():
        try:
            added = carry_targets(
                by=request.access, file=file, term=page.term, target_ids=form.target_ids
            )
        except TargetRefused as refused:
            form.add_error(None, str(refused))
        else:
            several = f"{len(added)} targets are" if len(added) != 1 else "1 target is"
            messages.success(request, f"{several} carried into {page.term}.")
            return back(file, page.term.pk)
    return render(
        request,
        "pupils/targets_carry.html",
        {
            "file": file,
            "page": page,
            "form": form,
            "ready": [(each, proposal(each)) for each in ready],
            "split": page.split,
            "apart": [each for each in unmet if each.outcome_id not in in_force],
            "crumbs": crumbs_to(file, page.term.pk),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def target_split(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Go on from a target with two or more."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    page = page_of(request, file, request.GET.get("into") or request.POST.get("term"))
    if page is None or not (page.open_terms and page.offered):
        return nothing_to_write_for(request, file, page)
    term = page.term if page.is_open else page.open_terms[0]
    said = proposal(target)
    form = SplitForm(
        sent(request),
        outcomes=page.offered,
        terms=page.open_terms,
        start=said["starting_point"],
        initial={
            "term": str(term.pk),
            "outcome": str(target.outcome_id),
            "walt_1": said["walt"],
            "wilf_1": said["wilf"],
        },
    )
    grows = "more" in request.POST
    if request.method == "POST" and not grows and form.is_valid():
        try:
            added = split_target(
                by=request.access,
                file=file,
                target=target,
                outcome=form.chosen_outcome,
                term=form.chosen_term,
                parts=form.texts,
            )
        except TargetRefused as refused:
            form.add_error("outcome", str(refused))
        else:
            messages.success(
                request,
                f"Target {target.position} of {target.term} goes on as {len(added)} targets for"
                f" {form.chosen_term}.",
            )
            return back(file, added[0].term_id, added[0].pk)
    if grows:
        form = form.grown()
    return editor(
        request, file, page, doing="split", form=form, at_outcome=target.outcome_id, source=target
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def target_retire(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Retire a target, with the reason."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    if target.retired_on:
        return back_to_retired(request, file, target.term_id)
    form = RetireForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            retire_target(
                by=request.access, file=file, target=target, because=form.cleaned_data["because"]
            )
        except TargetRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Target {target.position} for {target.term} is retired.")
            return back(file, target.term_id)
    page = page_of(request, file, target.term_id)
    return editor(request, file, page, doing="retire", form=form, place=target_id, source=target)

"""The editor of a pupil's termly targets: one page for a term, whose forms open in place."""

from typing import Any, Never

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.forms.targets import BankForm, HintForm, TargetForm
from pupils.selectors.plans import outcomes_of
from pupils.selectors.pupils import PupilFile
from pupils.selectors.target_bank import target_bank
from pupils.selectors.target_history import target_story
from pupils.selectors.targets import TargetPage, target_page, targets_of
from pupils.services.target_writing import (
    TargetChanged,
    TargetRefused,
    add_target,
    change_target,
    move_target,
    remove_target,
    restore_target,
)
from pupils.tables import targets_sheet
from pupils.views.pupils import crumbs_of, permitted_file, seen_file, sent

CHANGED = (
    "Somebody changed this target while you had it open. What stands now is shown above the form."
    " Save again to put yours in its place."
)
JUDGED = (
    "This target has been judged. Its words can be corrected; the judgement stays, and the record"
    " keeps what it said before."
)
RETIRED = "This target is retired. Bring it back first."


@require_safe
@requires(Permission.SEE_PUPILS)
def targets(request: TrustRequest, pupil_id: int, ending: str = "") -> HttpResponse:
    """Show a pupil's targets of a term, beside those of the term before."""
    file = seen_file(request, pupil_id)
    if ending:
        page = page_of(request, file, request.GET.get("term"))
        shown = [page.now, page.before] if page else []
        return sent_list(ending, f"targets {file.pupil}", targets_sheet(file, filter(None, shown)))
    return editor(request, file)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def target_add(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Write a termly target; where there is no outcome or term yet, say who makes them.

    A wording of the bank comes as a form that is to be filled with it, and saves nothing yet.
    """
    file = permitted_file(request, pupil_id, Permission.RECORD)
    page = page_of(request, file, request.GET.get("term") or request.POST.get("term"))
    if page is None or not (page.open_terms and page.offered):
        return nothing_to_write_for(request, file, page)
    filled = "fill" in request.POST
    chosen = request.GET if request.method in {"GET", "HEAD"} else request.POST
    initial = {
        "term": str((page.term if page.is_open else page.open_terms[0]).pk),
        "outcome": chosen.get("outcome", ""),
    }
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
            target = add_target(
                by=request.access,
                file=file,
                outcome=form.chosen_outcome,
                term=form.chosen_term,
                texts=form.texts,
            )
        except TargetRefused as refused:
            form.add_error("outcome", str(refused))
        else:
            messages.success(request, f"Target {target.position} for {target.term} is saved.")
            return back(file, target.term_id, target.pk)
    return editor(
        request,
        file,
        page,
        doing="add",
        form=form,
        at_outcome=_number(initial["outcome"]),
        title="Add a termly target",
        action=request.path,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def target_change(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Correct what a target says."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    if target.retired_on:
        return back_to_retired(request, file, target.term_id)
    form = TargetForm(
        sent(request),
        outcomes=list(outcomes_of(request.access, file=file)),
        initial={
            "outcome": str(target.outcome_id),
            "walt": target.walt,
            "wilf": target.wilf,
            "starting_point": target.starting_point,
            "next_step": target.next_step,
            "seen": target.words_seen,
        },
    )
    stands = None
    if request.method == "POST" and form.is_valid():
        try:
            change_target(
                by=request.access,
                file=file,
                target=target,
                outcome=form.chosen_outcome,
                texts=form.texts,
                seen=form.cleaned_data["seen"],
            )
        except TargetRefused as refused:
            form.add_error(None, str(refused))
        except TargetChanged as changed:
            form.add_error(None, CHANGED)
            stands = changed.target
            form.begin_from(stands)
        else:
            messages.success(request, f"Target {target.position} for {target.term} is saved.")
            return back(file, target.term_id, target_id)
    return editor(
        request,
        file,
        page_of(request, file, target.term_id),
        doing="change",
        form=form,
        place=target_id,
        title=f"Target {target.position}, {target.term}",
        lead=JUDGED if target.was_judged else "",
        action=request.path,
        stands=stands,
    )


@require_POST
@requires(Permission.RECORD)
def target_remove(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Remove a target that nothing rests on."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    try:
        remove_target(by=request.access, file=file, target=target)
    except TargetRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Target {target.position} for {target.term} is removed.")
    return back(file, target.term_id)


@require_POST
@requires(Permission.RECORD)
def target_move(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Put a target one place up or down among those towards the same outcome."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    up = request.POST.get("to") == "up"
    move_target(by=request.access, file=file, target=target, up=up)
    messages.success(request, f"The target was moved {'up' if up else 'down'}.")
    return back(file, target.term_id, target_id)


@require_POST
@requires(Permission.RECORD)
def target_restore(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Bring a retired target back."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    try:
        restore_target(by=request.access, file=file, target=target)
    except TargetRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Target {target.position} for {target.term} is back.")
    return back(file, target.term_id, target_id)


@require_safe
@requires(Permission.SEE_PUPILS)
def target_history(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Show what a target came from, what became of it, and how its words changed."""
    file = seen_file(request, pupil_id)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    story = target_story(request.access, file=file, target=target)
    return render(
        request,
        "pupils/target_history.html",
        {"file": file, "story": story, "target": target, "crumbs": crumbs_to(file, target.term_id)},
    )


@require_POST
@requires(Permission.RECORD)
def target_hints(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Say how the words of a target could say more, while they are typed."""
    permitted_file(request, pupil_id, Permission.RECORD)
    return render(request, "pupils/_target_hints.html", {"hints": HintForm(request.POST).hints})


@require_safe
@requires(Permission.RECORD)
def target_banked(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Find past targets of the trust to start from."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    form = BankForm(request.GET)
    found = target_bank(request.access, **form.asked)
    term_id, outcome_id = (_number(request.GET.get(name)) for name in ("term", "outcome"))
    return render(
        request,
        "pupils/target_bank.html",
        {
            "file": file,
            "bank": form,
            "found": found,
            "looked": bool(form.asked["words"]),
            "term_id": term_id,
            "outcome_id": outcome_id,
            "crumbs": crumbs_to(file, term_id),
        },
    )


def page_of(request: TrustRequest, file: PupilFile, term: object) -> TargetPage | None:
    """Return the editor for a term that is asked for, else for the present one; None for no term.

    A term that does not exist for this pupil is 404; a form that names it says so itself.
    """
    if term:
        page = target_page(request.access, file=file, term_id=_number(str(term)) or 0)
        if page or request.method != "POST":
            return page or _no_page()
    return target_page(request.access, file=file, term_id=None)


def _no_page() -> Never:
    raise Http404


def editor(
    request: TrustRequest,
    file: PupilFile,
    page: TargetPage | None = None,
    *,
    doing: str = "",
    place: object = "",
    at_outcome: int | None = None,
    **more: Any,
) -> HttpResponse:
    """Show the editor; `doing` opens a form in it, for a target of the term or at an outcome."""
    page = page or page_of(request, file, request.GET.get("term"))
    if page is None:
        return nothing_to_write_for(request, file, page)
    may_record = file.may(Permission.RECORD)
    return render(
        request,
        "pupils/targets.html",
        {
            "file": file,
            "page": page,
            "doing": doing,
            "place": str(place),
            "at_outcome": at_outcome,
            "at_top": not place and at_outcome not in {g.outcome.pk for g in page.groups},
            "bank": BankForm(),
            "may_record": may_record,
            "may_write": may_record and page.is_open,
            "may_plan": file.may(Permission.EDIT_PLANS),
            "crumbs": crumbs_of(file),
            **more,
        },
    )


def back(file: PupilFile, term_id: int, target_id: int | None = None) -> HttpResponse:
    """Lead back to the editor of a term, at a target."""
    at = "" if target_id is None else f"#target-{target_id}"
    return redirect(f"{reverse('targets', args=[file.pupil.pk])}?term={term_id}{at}")


def back_to_retired(request: TrustRequest, file: PupilFile, term_id: int) -> HttpResponse:
    """Lead back from what cannot be done with a retired target, and say so."""
    messages.error(request, RETIRED)
    return back(file, term_id)


def crumbs_to(file: PupilFile, term_id: int | None) -> list[tuple[str, str]]:
    """Return the way back over the editor of a term."""
    term = f"?term={term_id}" if term_id else ""
    return [
        *crumbs_of(file),
        ("Termly targets", f"{reverse('targets', args=[file.pupil.pk])}{term}"),
    ]


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isdecimal() and len(said) < 19 else None


def nothing_to_write_for(
    request: TrustRequest, file: PupilFile, page: TargetPage | None
) -> HttpResponse:
    """Say what is missing for a target, and who makes it."""
    return render(
        request,
        "pupils/target_none.html",
        {
            "file": file,
            "missing": "outcome" if page and page.open_terms else "term",
            "may_plan": file.may(Permission.EDIT_PLANS),
            "crumbs": crumbs_of(file),
        },
    )

"""How a target went: its judgement on the four points, a comment, and what comes next."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.forms.targets import CommentForm, JudgeForm
from pupils.selectors.targets import targets_of
from pupils.services.operations import Conflict, Refused
from pupils.services.target_writing import TargetChanged
from pupils.services.targets import class_to_judge_in, comment_target, conclude_target
from pupils.views.pupils import permitted_file, sent
from pupils.views.targets import CHANGED, back, back_to_retired, crumbs_to, editor, page_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def target_judge(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Judge a target, with a comment and a next step; where it cannot be judged, say why."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    if target.retired_on:
        return back_to_retired(request, file, target.term_id)
    shut = ""
    try:
        class_to_judge_in(request.access, file=file, term=target.term)
    except Refused as refused:
        shut = str(refused)
    form = JudgeForm(sent(request), target=target, is_open=not shut)
    stands = None
    if request.method == "POST" and form.is_valid():
        try:
            conclude_target(
                by=request.access,
                file=file,
                target=target,
                verdict=form.verdict,
                comment=form.cleaned_data["comment"],
                next_step=form.cleaned_data["next_step"],
                seen=form.cleaned_data["seen"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        except (Conflict, TargetChanged):
            stands = targets_of(request.access, file=file).get(pk=target_id)
            form.add_error(None, CHANGED)
            form.begin_from(stands)
        else:
            messages.success(request, f"Target {target.position} for {target.term} is saved.")
            return back(file, target.term_id, target_id)
    page = page_of(request, file, target.term_id)
    return editor(
        request, file, page, doing="judge", form=form, place=target_id, shut=shut, stands=stands
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def target_comment(request: TrustRequest, pupil_id: int, target_id: int) -> HttpResponse:
    """Write how a target went and what comes next: the piece for the grid's side sheet.

    Asked for by htmx it is that piece alone, else a page of its own.
    """
    file = permitted_file(request, pupil_id, Permission.RECORD)
    target = get_object_or_404(targets_of(request.access, file=file), pk=target_id)
    form, saved = CommentForm(sent(request), auto_id=f"comment-{target_id}-%s"), False
    if request.method == "POST" and form.is_valid():
        try:
            target = comment_target(
                by=request.access, file=file, target=target, **form.cleaned_data
            )
            saved = True
        except TargetChanged as changed:
            target = changed.target
            form.add_error(None, CHANGED)
        if saved and not request.htmx:
            messages.success(request, f"Target {target.position} for {target.term} is saved.")
            return back(file, target.term_id, target_id)
    piece = request.htmx and not request.htmx.boosted
    return render(
        request,
        "pupils/_target_comment.html" if piece else "pupils/target_comment.html",
        {
            "file": file,
            "target": target,
            "comment_form": form,
            "saved": saved,
            "may_record": True,
            "crumbs": crumbs_to(file, target.term_id),
        },
    )

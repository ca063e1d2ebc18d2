"""A pupil's test scores: entering, correcting and removing them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assessment.forms.scores import ScoreForm
from assessment.selectors.scores import core_areas, scores_of
from assessment.services.scores import ScoreRefused, add_score, change_score, remove_score
from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.services.seen import ChangedMeanwhile
from pupils.views.pupils import crumbs_of, permitted_file, sent


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def score_add(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Enter what a pupil reached in a test."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    form = ScoreForm(
        sent(request), areas=list(core_areas(request.access)), initial={"taken_on": file.today}
    )
    if request.method == "POST" and form.is_valid():
        try:
            score = add_score(by=request.access, file=file, facts=form.facts)
        except ScoreRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, f"The score of {score.test} is saved.")
            return _back(pupil_id)
    page = {"heading": "Add a test score", "form": form, "file": file, "crumbs": crumbs_of(file)}
    return render(request, "assessment/score.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def score_change(request: TrustRequest, pupil_id: int, score_id: int) -> HttpResponse:
    """Correct a test score."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    score = get_object_or_404(scores_of(request.access, file=file), pk=score_id)
    form = ScoreForm(
        sent(request),
        areas=list(core_areas(request.access)),
        initial={**_said(score), "seen": score.words_seen},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_score(
                by=request.access,
                file=file,
                score=score,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
            )
        except ScoreRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, _said(changed.stands))
        else:
            messages.success(request, "The score is saved.")
            return _back(pupil_id)
    return render(
        request,
        "assessment/score.html",
        {
            "heading": "Change a test score",
            "form": form,
            "file": file,
            "score": score,
            "crumbs": crumbs_of(file),
        },
    )


@require_POST
@requires(Permission.RECORD)
def score_remove(request: TrustRequest, pupil_id: int, score_id: int) -> HttpResponse:
    """Take a test score back."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    score = get_object_or_404(scores_of(request.access, file=file), pk=score_id)
    try:
        remove_score(by=request.access, file=file, score=score)
    except ScoreRefused as refused:
        raise Http404 from refused
    messages.success(request, f"The score of {score.test} is removed.")
    return _back(pupil_id)


def _said(score: Any) -> dict[str, Any]:
    """Return what a score says, as its form names it."""
    return {
        "test": score.test,
        "taken_on": score.taken_on,
        "score": score.score,
        "out_of": score.out_of,
        "core_area": str(score.core_area_id or ""),
    }


def _back(pupil_id: int) -> HttpResponse:
    return redirect(f"{reverse('pupil', args=[pupil_id])}#tests")

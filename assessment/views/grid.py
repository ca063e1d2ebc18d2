"""The entry grid of a class and a term, and the address that each choice in it is saved at."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assessment.forms import ChoiceForm
from assessment.selectors.cells import when_said
from assessment.selectors.coverage import SECONDS_A_JUDGEMENT
from assessment.selectors.grid import class_grid, entered, terms, visible_classes
from assessment.services.judgements import record_judgement
from parrcs.core.access import Access, Permission
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.registers import visible_pupils
from pupils.services.operations import Conflict, Operation, Refused, Standing, may_record
from pupils.services.targets import judge_target


class _NotUnderstood(Exception):
    """A request that is not a choice at all."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@require_safe
@requires(Permission.RECORD)
def grid(request: TrustRequest, class_group_id: int, term_id: int) -> HttpResponse:
    """Show the grid; it can be changed while the term's window is open."""
    class_group = get_object_or_404(visible_classes(request.access), pk=class_group_id)
    term = get_object_or_404(terms(), pk=term_id)
    if not may_record(request.access, class_group):
        raise PermissionDenied
    shown = class_grid(request.access, class_group=class_group, term=term)
    return render(
        request,
        "assessment/grid.html",
        {
            "grid": shown,
            "seconds": SECONDS_A_JUDGEMENT,
            "crumbs": [("Record", reverse("classes"))],
            "page": {
                **shown.as_json(),
                "person": request.access.person_id,
                "save": reverse("judge", args=[class_group_id, term_id]),
                "pupil_page": reverse("pupil", args=[0]),
            },
        },
    )


@require_POST
@requires(Permission.RECORD)
def judge(request: TrustRequest, class_group_id: int, term_id: int) -> HttpResponse:
    """Save one choice, and answer with what the cell shows now.

    200 saved, 409 someone else has saved there since, 422 refused, 400 or 413 not understood,
    403 when another person has signed in than the one who opened the page.
    """
    try:
        asked = _asked(request)
    except _NotUnderstood as reason:
        return _answer(reason.status, "refused", reason.words)
    if asked["person"] != request.access.person_id:
        return _answer(
            403,
            "someone else",
            f"{request.user.name} is signed in now. Sign in as yourself to save.",
        )
    class_group = get_object_or_404(visible_classes(request.access), pk=class_group_id)
    term = get_object_or_404(terms(), pk=term_id)
    pupil = get_object_or_404(visible_pupils(request.access), pk=asked["pupil"])
    choice: dict[str, Any] = {
        "by": request.access,
        "class_group": class_group,
        "term": term,
        "pupil": pupil,
        "base_version": asked["base_version"],
        "operation_id": asked["operation_id"],
    }
    strand, target, point = asked["strand"], asked["target"], asked["point"]
    saved: Operation | Conflict
    try:
        if strand is not None:
            saved = record_judgement(**choice, strand_id=strand, point_id=point)
        else:
            saved = judge_target(**choice, target_id=target, outcome=point)
    except Refused as refusal:
        return _answer(422, "refused", str(refusal))
    except Conflict as conflict:
        saved = conflict
    now = entered(
        request.access,
        class_group=class_group,
        term=term,
        pupil=pupil,
        strand_id=strand,
        target_id=target,
    )
    shown = {
        "cell": now.cell and now.cell.as_json(),
        "progress": {
            "judged": now.coverage.judged,
            "due": now.coverage.due,
            "left": now.coverage.left,
        },
    }
    if isinstance(saved, Conflict):
        code = now.cell.code if now.cell else ""
        words = _conflict_words(request.access, saved.standing, code)
        return _answer(409, "conflict", words, **shown)
    words = f"Saved {when_said(saved.made_at)}"
    return _answer(200, "saved", words, version=saved.id, **shown)


def _asked(request: TrustRequest) -> dict[str, Any]:
    """Return the choice that was sent, as far as its form goes."""
    try:
        sent = json.loads(request.body)
    except RequestDataTooBig as error:
        raise _NotUnderstood(413, "This save is far too large, so it was not read.") from error
    except (ValueError, RecursionError) as error:
        raise _NotUnderstood(400, "This save could not be read.") from error
    if not isinstance(sent, dict):
        raise _NotUnderstood(400, "This save could not be read.")
    form = ChoiceForm(sent)
    if not form.is_valid():
        words = " ".join(
            f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()
        )
        raise _NotUnderstood(400, f"This save could not be read. {words}")
    return form.cleaned_data


def _conflict_words(access: Access, standing: Standing, code: str) -> str:
    mine = standing.person_id == access.person_id
    who = "You" if mine else standing.who or "Someone"
    did = "cleared it" if standing.value is None else f"saved {code}"
    where = "on another page" if mine else "while you had this page open"
    return f"{who} {did} {when_said(standing.at)} {where}."


def _answer(status: int, result: str, words: str, **more: Any) -> JsonResponse:
    return JsonResponse({"result": result, "words": words, **more}, status=status)

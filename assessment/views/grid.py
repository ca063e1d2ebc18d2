"""The entry grid of a class and a term, and the address that each choice in it is saved at."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from assessment.filters import shown_in
from assessment.forms.grid import ChoiceForm
from assessment.selectors.cells import when_said
from assessment.selectors.coverage import SECONDS_A_JUDGEMENT
from assessment.selectors.grid import class_grid, entered, grid_place, terms, visible_classes
from assessment.services.judgements import record_judgement
from parrcs.core.access import Access, Permission
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.registers import visible_pupils
from pupils.services.operations import Conflict, Operation, Refused, Standing, may_record
from pupils.services.targets import judge_target
from schools.selectors.people import Workplace


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
    place = grid_place(request.access, class_group_id=class_group_id, term_id=term_id)
    if place is None:
        raise Http404
    if not may_record(request.access, place.class_group):
        raise PermissionDenied
    shown = class_grid(request.access, place=place, shown=shown_in(request.GET))
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
                "trust": request.access.trust_id,
                "where": f"{place.class_group.name}, {place.term}",
                "save": reverse("judge", args=[class_group_id, term_id]),
                "pupil_page": reverse("pupil", args=[0]),
                "history": {
                    "strand": reverse("strand_history", args=[class_group_id, term_id, 0, 0]),
                    "target": reverse("target_history", args=[class_group_id, term_id, 0, 0]),
                },
                "record": _record_page(),
                "seconds": SECONDS_A_JUDGEMENT,
            },
        },
    )


def _record_page() -> str:
    """Return the address of notes and files, if they are kept."""
    try:
        return reverse("cell_record", args=[0])
    except NoReverseMatch:
        return ""


@require_POST
@requires()
def judge(request: TrustRequest, class_group_id: int, term_id: int) -> HttpResponse:
    """Save one choice, and answer with what the cell shows now.

    200 saved, 409 someone else has saved there since, 422 refused, 400 or 413 not understood,
    403 when the browser is in the hands of another person or trust than the page was opened in.
    Who may not record here is refused in words, as a bare 403 is for a page that is out of date.
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
    if asked["trust"] != request.access.trust_id:
        return _of_another_trust(request, asked["trust"])
    class_group = get_object_or_404(visible_classes(request.access), pk=class_group_id)
    all_terms = list(terms())
    term = next((each for each in all_terms if each.pk == term_id), None)
    if term is None:
        raise Http404
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
    except (PermissionDenied, Refused) as refusal:
        words = str(refusal) or f"You no longer record for {class_group.name}."
        return _answer(422, "refused", words)
    except Conflict as conflict:
        saved = conflict
    now = entered(
        request.access,
        class_group=class_group,
        term=term,
        terms=all_terms,
        pupil=pupil,
        strand_id=strand,
        target_id=target,
    )
    shown = {"cell": now and now.as_json()}
    if isinstance(saved, Conflict):
        code = now.code if now else ""
        words = _conflict_words(request.access, saved.standing, code)
        own = saved.standing.person_id == request.access.person_id
        return _answer(409, "conflict", words, own=own, **shown)
    words = f"Saved {when_said(saved.made_at)}"
    return _answer(200, "saved", words, version=saved.id, **shown)


def _of_another_trust(request: TrustRequest, trust_id: int) -> JsonResponse:
    """Answer a choice for another trust than the one that is open in this browser now."""
    places: list[Workplace] = request.workplaces  # type: ignore[attr-defined]  # the middleware sets it
    name = next((each.name for each in places if each.access.trust_id == trust_id), None)
    if name is None:
        return _answer(422, "refused", "You no longer work in the trust of this page.")
    return _answer(
        403,
        "another trust",
        f"Another trust is open in this browser now. Change back to {name} to save.",
    )


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

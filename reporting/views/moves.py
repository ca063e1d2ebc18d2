"""Moving a pupil, or the pupils of a class, with a look at what it changes before it is saved."""

from collections.abc import Sequence
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.forms.moves import ClassMoveForm, ConfirmForm
from pupils.forms.pupils import PlacementForm
from pupils.selectors.class_lists import class_page
from pupils.selectors.places import places_to_fill
from pupils.selectors.pupils import pupil_files
from pupils.services.moves import Asked, MovesRefused, PlacedMeanwhile, move_pupils, planned_moves
from pupils.services.operations import Refused
from pupils.views.placements import file_to_place
from pupils.views.pupils import crumbs_of, sent
from reporting.selectors.moves import move_preview

_MEANWHILE = (
    "Somebody placed one of these pupils anew while you looked. This is what the move changes now."
)
# What the steps of the form itself send beside what was typed.
_OF_THE_STEPS = {"csrfmiddlewaretoken", "step", "seen", "operation"}

type Crumbs = list[tuple[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PUPILS)
def pupil_place(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Give a pupil a new placement from a day on."""
    file = file_to_place(request, pupil_id)
    now = file.placement
    initial = now and {
        "school": str(now.school_id),
        "arb": str(now.arb_id or ""),
        "route": str(now.route_id),
    }
    form = PlacementForm(
        sent(request), initial=initial or {}, places=places_to_fill(request.access)
    )

    def page() -> HttpResponse:
        return render(
            request,
            "reporting/moves/pupil.html",
            {
                "heading": "New placement",
                "action": "See what it changes",
                "form": form,
                "file": file,
                "crumbs": crumbs_of(file),
            },
        )

    if request.method != "POST" or _back(request) or not form.is_valid():
        return page()
    asked = [Asked(file, form.place, form.cleaned_data["starts_on"])]
    crumbs = crumbs_of(file)
    try:
        preview = _saved_or_preview(request, asked, crumbs)
    except MovesRefused as refused:
        why = refused.each[file.pupil.pk]
        form.add_error(why.part, str(why))
        return page()
    if preview is not None:
        return preview
    place = asked[0].place
    where = place.class_group or place.arb or place.school
    since = date_format(asked[0].starts_on, "j F Y")
    messages.success(request, f"{file.pupil} is placed in {where} from {since}.")
    return redirect("pupil", pupil_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PUPILS)
def class_move(request: TrustRequest, class_group_id: int) -> HttpResponse:
    """Move pupils of a class into other classes from a day on, as into those of the next year."""
    found = class_page(request.access, class_group_id=class_group_id)
    if found is None:
        raise Http404
    if not found.may_manage:
        raise PermissionDenied
    group = found.class_group
    crumbs: Crumbs = [("Class lists", reverse("class_lists")), (str(group), found.url)]
    form = ClassMoveForm(
        sent(request),
        rows=found.rows,
        class_group=group,
        next_year_on=found.next_year_on,
        places=places_to_fill(request.access),
    )

    def page() -> HttpResponse:
        return render(
            request,
            "reporting/moves/class.html",
            {"form": form, "group": group, "crumbs": crumbs},
        )

    if request.method != "POST" or _back(request) or not form.is_valid():
        return page()
    files = pupil_files(request.access, pupil_ids=[pk for pk, _ in form.chosen])
    day = form.cleaned_data["starts_on"]
    asked = [Asked(files[pk], place, day) for pk, place in form.chosen if pk in files]
    try:
        preview = _saved_or_preview(request, asked, [*crumbs, ("Move pupils", request.path)])
    except MovesRefused as refused:
        form.refuse(refused.each)
        return page()
    if preview is not None:
        return preview
    count = f"{len(asked)} pupil{'' if len(asked) == 1 else 's'}"
    are = "is" if len(asked) == 1 else "are"
    messages.success(request, f"{count} {are} placed anew from {date_format(day, 'j F Y')}.")
    return redirect(found.url)


def _back(request: TrustRequest) -> bool:
    """Say whether the person goes back from the preview to what was typed."""
    return request.POST.get("step") == "back"


def _saved_or_preview(
    request: TrustRequest, asked: Sequence[Asked], crumbs: Crumbs
) -> HttpResponse | None:
    """Save what the person has looked at, else show what it changes. Raises `MovesRefused`."""
    note = ""
    confirm = ConfirmForm(request.POST)
    if confirm.is_valid():
        try:
            move_pupils(
                by=request.access,
                asked=asked,
                seen=confirm.cleaned_data["seen"],
                operation_id=confirm.cleaned_data["operation"],
            )
        except PlacedMeanwhile:
            note = _MEANWHILE
        except Refused as refused:
            note = str(refused)
        else:
            return None
    moves = planned_moves(by=request.access, asked=asked)
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _OF_THE_STEPS
        for value in values
    ]
    return render(
        request,
        "reporting/moves/preview.html",
        {
            "preview": move_preview(request.access, moves=moves),
            "typed": typed,
            "operation": uuid4(),
            "note": note,
            "crumbs": crumbs,
        },
    )

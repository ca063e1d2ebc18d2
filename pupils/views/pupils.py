"""The list of pupils, adding one, and correcting what is known of one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.filters import PupilFilters
from pupils.forms.pupils import NewPupilForm, PupilForm
from pupils.selectors.class_lists import lists_in_season
from pupils.selectors.lenses import Lens
from pupils.selectors.lists import list_counts, pupil_list
from pupils.selectors.places import places_to_fill
from pupils.selectors.pupils import PupilFile, pupil_file, school_year_start, year_group_words
from pupils.services.pupils import PlacementRefused, SameChild, UPNTaken, add_pupil, change_pupil
from pupils.tables import pupils_sheet

PUPILS_A_PAGE = 50


@require_safe
@requires(Permission.SEE_PUPILS)
def pupils(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List the pupils whom the person sees, by name."""
    filters = PupilFilters(request.GET, access=request.access)
    rows = pupil_list(request.access, chosen=filters.chosen)
    year_starts = school_year_start(timezone.localdate())
    if ending:
        if filters.errors:
            raise Http404
        sheet = pupils_sheet(rows, about=filters.in_words, year_starts=year_starts)
        return sent_list(ending, "pupils", sheet)
    page = Paginator(rows, PUPILS_A_PAGE).get_page(request.GET.get("page"))
    lens = filters.chosen.lens
    # Who records sees on the page of the classes that their lists are to be checked.
    records = request.access.may(Permission.RECORD)
    response = render(
        request,
        "pupils/pupils.html",
        {
            "filters": filters,
            "page": page,
            "rows": [(row, year_group_words(row.pupil, year_starts)) for row in page],
            "class_lists": None if records else lists_in_season(request.access),
            "counts": list_counts(rows, lens=lens),
            "taught": lens is Lens.TAUGHT,
            "today": timezone.localdate(),
            "may_add": request.access.may(Permission.MANAGE_PUPILS),
        },
    )
    if request.headers.get("HX-Trigger") == "places":
        # A choice of place may stand in the browser's history, a name that was typed may not.
        response["HX-Push-Url"] = f"{reverse('pupils')}?{filters.query_of_places}".rstrip("?")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PUPILS)
def pupil_add(request: TrustRequest) -> HttpResponse:
    """Add a pupil with a first placement."""
    form = NewPupilForm(sent(request), places=places_to_fill(request.access))
    if request.method == "POST" and form.is_valid():
        try:
            pupil = add_pupil(
                by=request.access,
                known=form.known,
                place=form.place,
                starts_on=form.cleaned_data["starts_on"],
                another_than=form.cleaned_data["another_than"],
            )
        except SameChild as same:
            form.ask_whether_another(same.pupil.pk, f"{same} If it is not, tick the box.")
        except UPNTaken as taken:
            form.add_error("upn", str(taken))
        except PlacementRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, f"{pupil} was added.")
            return redirect("pupil", pupil.pk)
    return render(
        request,
        "pupils/add.html",
        {
            "heading": "Add a pupil",
            "action": "Add",
            "form": form,
            "crumbs": [("Pupils", reverse("pupils"))],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PUPILS)
def pupil_change(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Correct what is known of a pupil."""
    file = permitted_file(request, pupil_id, Permission.MANAGE_PUPILS)
    initial = {name: getattr(file.pupil, name) for name in PupilForm.known_fields}
    form = PupilForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_pupil(by=request.access, file=file, known=form.known)
        except UPNTaken as taken:
            form.add_error("upn", str(taken))
        else:
            messages.success(request, "The details are saved.")
            return redirect("pupil", pupil_id)
    return render(
        request,
        "pupils/change.html",
        {"heading": "Change details", "form": form, "file": file, "crumbs": crumbs_of(file)},
    )


def permitted_file(request: TrustRequest, pupil_id: int, permission: Permission) -> PupilFile:
    """Return a pupil for whom the person may do this: 404 for one unseen, 403 for one seen only."""
    file = seen_file(request, pupil_id)
    if not file.may(permission):
        raise PermissionDenied
    return file


def seen_file(request: TrustRequest, pupil_id: int) -> PupilFile:
    """Return a pupil whom the person sees; 404 for any other."""
    file = pupil_file(request.access, pupil_id=pupil_id)
    if file is None:
        raise Http404
    return file


def crumbs_of(file: PupilFile) -> list[tuple[str, str]]:
    """Return the way back from a form about a pupil."""
    return [
        ("Pupils", reverse("pupils")),
        (str(file.pupil), reverse("pupil", args=[file.pupil.pk])),
    ]


def sent(request: TrustRequest) -> QueryDict | None:
    """Return what was typed into a form; an empty form that was sent is still sent."""
    return request.POST if request.method == "POST" else None

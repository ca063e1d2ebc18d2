"""What there is to choose of places, and a pupil's last day."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.forms.pupils import LeaveForm, PlacementForm
from pupils.selectors.places import places_to_fill
from pupils.selectors.pupils import PupilFile
from pupils.services.pupils import PlacementRefused, end_placement
from pupils.views.pupils import crumbs_of, seen_file, sent


@require_safe
@requires(Permission.MANAGE_PUPILS)
def pupil_places(request: TrustRequest) -> HttpResponse:
    """Offer the ARBs of the chosen school, and the classes of the chosen place and year."""
    initial = {name: request.GET.get(name, "") for name in PlacementForm.place_fields}
    form = PlacementForm(initial=initial, places=places_to_fill(request.access), narrow=True)
    return render(request, "pupils/_place.html", {"form": form})


def file_to_place(request: TrustRequest, pupil_id: int) -> PupilFile:
    """Return a pupil with a placement that the person may change: 404 unseen, 403 seen only."""
    file = seen_file(request, pupil_id)
    if not file.may_place(request.access):
        raise PermissionDenied
    return file


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PUPILS)
def pupil_leave(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Set a pupil's last day."""
    file = file_to_place(request, pupil_id)
    form = LeaveForm(sent(request))
    if request.method == "POST" and form.is_valid():
        ends_on = form.cleaned_data["ends_on"]
        try:
            taken_back = end_placement(by=request.access, file=file, ends_on=ends_on)
        except PlacementRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            said = f"The last day of {file.pupil} is {date_format(ends_on, 'j F Y')}."
            if taken_back:
                said += " The placement planned for later was taken back."
            messages.success(request, said)
            return redirect("pupil", pupil_id)
    return render(
        request,
        "pupils/leave.html",
        {"heading": "Last day", "form": form, "file": file, "crumbs": crumbs_of(file)},
    )

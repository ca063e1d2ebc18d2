"""The list of classes that a person records for."""

from django.http import HttpResponse
from django.shortcuts import render

from assessment.selectors.classes import class_list
from assessment.tables import classes_sheet
from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.class_lists import lists_in_season


@requires(Permission.RECORD)
def classes(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show the classes of the current term with what is judged in each."""
    listed = class_list(request.access)
    if ending:
        return sent_list(ending, f"classes {listed.term or ''}", classes_sheet(listed))
    return render(
        request,
        "assessment/classes.html",
        {"list": listed, "class_lists": lists_in_season(request.access)},
    )

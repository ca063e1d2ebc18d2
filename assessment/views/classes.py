"""The list of classes that a person records for."""

from django.http import HttpResponse
from django.shortcuts import render

from assessment.selectors.classes import class_list
from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.class_lists import lists_in_season


@requires(Permission.RECORD)
def classes(request: TrustRequest) -> HttpResponse:
    """Show the classes of the current term with what is judged in each."""
    return render(
        request,
        "assessment/classes.html",
        {"list": class_list(request.access), "class_lists": lists_in_season(request.access)},
    )

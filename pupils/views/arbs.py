"""The list of ARBs, for who manages them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.arbs import arb_list
from pupils.tables import arbs_sheet


@require_safe
@requires(Permission.MANAGE_ARBS)
def arbs(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List the ARBs that the person manages, those that need a look first."""
    listed = arb_list(request.access, today=timezone.localdate())
    if ending:
        return sent_list(ending, "arbs", arbs_sheet(listed))
    page = {
        "arbs": listed,
        "urgent": sum(bool(each.urgent) for each in listed),
        "term": next((each.in_use.term for each in listed), None),
    }
    return render(request, "pupils/arbs.html", page)

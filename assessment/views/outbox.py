"""The key to what a browser keeps until it can be saved."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from assessment.selectors.outbox import outbox_keys, outbox_places
from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from schools.selectors.people import Workplace


@require_safe
@requires(Permission.RECORD)
def outbox_key(request: TrustRequest) -> HttpResponse:
    """Hand out the keys of the person who is signed in, for the trust that is open.

    A page keeps them in memory only; no browser keeps this answer.
    """
    places: list[Workplace] = request.workplaces  # type: ignore[attr-defined]  # the middleware sets it
    return JsonResponse(
        {
            "person": request.access.person_id,
            "trust": request.access.trust_id,
            "keys": outbox_keys(request.access),
            "places": outbox_places(places),
        }
    )

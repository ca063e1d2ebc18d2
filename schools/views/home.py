"""Where a person lands after signing in, and the choice between several trusts."""

from django.http import Http404, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from schools.choices import RoleChoice
from schools.middleware import TRUST_IN_SESSION
from schools.selectors.people import Workplace

# The first of these that a person may do says where they start.
_STARTS = (
    (Permission.COMPARE, "compare"),
    (Permission.MAKE_REPORTS, "reports"),
    (Permission.RECORD, "classes"),
    (Permission.READ_PUBLISHED, "reports"),
    (Permission.MANAGE_PEOPLE, "people"),
    (Permission.SEE_PUPILS, "pupils"),
    (Permission.SEE_SCHOOLS, "schools"),
)


@requires()
def home(request: TrustRequest) -> HttpResponse:
    """Send a person to what they mostly come for."""
    for permission, name in _STARTS:
        if request.access.may(permission) and not _for_an_arb_only(request, permission):
            return redirect(name)
    roles = dict.fromkeys(RoleChoice(grant.role).words for grant in request.access.grants)
    return render(request, "schools/nothing_yet.html", {"roles": list(roles)})


def _for_an_arb_only(request: TrustRequest, permission: Permission) -> bool:
    """Say whether the person leads ARBs alone: a report is about a whole school."""
    reach = request.access.reach(permission)
    return permission == Permission.MAKE_REPORTS and not (reach.whole_trust or reach.school_ids)


@requires()
def trusts(request: TrustRequest) -> HttpResponse:
    """Show the trusts that the person works in, and change to another of them."""
    places: list[Workplace] = request.workplaces  # type: ignore[attr-defined]  # the middleware sets it
    if request.method != "POST":
        return render(request, "schools/trusts.html", {"workplaces": places})
    for place in places:
        if str(place.access.trust_id) == request.POST.get("trust"):
            request.session[TRUST_IN_SESSION] = place.access.trust_id
            # What was opened in the trust before must not be done in this one.
            rotate_token(request)
            return redirect("home")
    raise Http404

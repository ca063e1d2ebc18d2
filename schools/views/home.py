"""Where a person lands after signing in, and the choice between several trusts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from schools.choices import RoleChoice
from schools.middleware import TRUST_IN_SESSION
from schools.selectors.agreements import due_by
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

_SAID_AT_HOME = 3


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # views take it
    """Lead to the icon of the site those browsers that ask for it without looking into a page.

    They do so beside a PDF or another file. It is public, as the sign-in page is that shows it.
    """
    response = redirect(static("icon.svg"))
    response["Cache-Control"] = "public, max-age=86400"
    return response


@requires()
def home(request: TrustRequest) -> HttpResponse:
    """Send a person to what they mostly come for, with a word on leases that end soon."""
    if request.access.may(Permission.MANAGE_ARBS):
        _say_what_is_due(request)
    for permission, name in _STARTS:
        if request.access.may(permission) and not _for_an_arb_only(request, permission):
            return redirect(name)
    roles = dict.fromkeys(RoleChoice(grant.role).words for grant in request.access.grants)
    return render(request, "schools/nothing_yet.html", {"roles": list(roles)})


def _say_what_is_due(request: TrustRequest) -> None:
    """Say the days of leases that people are reminded of, the first three of them."""
    due = due_by(request.access, today=timezone.localdate())
    for each in due[:_SAID_AT_HOME]:
        arb = each.lease.arb
        words = format_html(
            '<a href="{}#lease">{}</a>: {}', reverse("arb", args=[arb.pk]), arb.name, each.words
        )
        messages.warning(request, words)
    if (more := len(due) - _SAID_AT_HOME) > 0:
        words = format_html('{} more under <a href="{}">ARBs</a>.', more, reverse("arbs"))
        messages.warning(request, words)


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

"""What stands around every request: the trust it happens in, and nothing kept in browsers."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pghistory
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import in_trust
from schools.selectors.health import what_is_missing
from schools.selectors.notices import unread_notices
from schools.selectors.people import Workplace, workplaces

TRUST_IN_SESSION = "trust_id"

type Respond = Callable[[HttpRequest], HttpResponse]


class Probes:
    """Answer whoever watches over the server, before hosts, sessions and HTTPS are looked at.

    `/livez`: the process answers, whatever the database does. `/readyz`: it can do its work.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            missing = what_is_missing()
            return HttpResponse(
                missing or "ok", content_type="text/plain", status=503 if missing else 200
            )
        return self.get_response(request)


class NothingKept:
    """Let no browser or proxy keep a page about children, and clear what it has at sign-out."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        if signed_in and not request.user.is_authenticated:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class TrustOfRequest:
    """Open the transaction of the person's trust around the view and all that it renders.

    Sets `request.access` and `request.workplaces`; a person without a live membership has no
    access. The response leaves only after the transaction has been committed.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person_id = request.user.pk
        if person_id is None:
            return self.get_response(request)
        with in_trust(None, person_id=person_id):
            places = workplaces(person_id)
        request.workplaces = places  # type: ignore[attr-defined]  # declared on TrustRequest
        if not places:
            return self.get_response(request)
        access = self._chosen(request, places).access
        request.access = access  # type: ignore[attr-defined]  # declared on TrustRequest
        with (
            pghistory.context(person=person_id, request=f"{request.method} {request.path}"),
            in_trust(access.trust_id, person_id=person_id),
        ):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    def process_exception(self, request: HttpRequest, _exception: Exception) -> None:
        """Undo what a failed view wrote: Django turns its exception into a response in here."""
        if hasattr(request, "access"):
            transaction.set_rollback(True)

    @staticmethod
    def _chosen(request: HttpRequest, places: list[Workplace]) -> Workplace:
        """Return the trust that the person last chose, while it is still theirs; else the first."""
        chosen = request.session.get(TRUST_IN_SESSION)
        return next((place for place in places if place.access.trust_id == chosen), places[0])


class Destination(NamedTuple):
    """An entry of the main navigation."""

    name: str
    url: str
    current: bool


# Who may do one of these things finds that page in the navigation, in this order: what people do
# week by week, and then what they set up or look after.
_OFTEN: tuple[tuple[str, str, frozenset[Permission]], ...] = (
    ("Record", "classes", frozenset({Permission.RECORD})),
    ("Pupils", "pupils", frozenset({Permission.SEE_PUPILS})),
    ("Attendance", "attendance", frozenset({Permission.SEE_PUPILS})),
    ("Annual reviews", "annual_reviews", frozenset({Permission.SEE_SUPPORT})),
    ("Compliance", "compliance", frozenset({Permission.SEE_COMPLIANCE})),
    ("Compare", "compare", frozenset({Permission.COMPARE})),
    ("Reports", "reports", frozenset({Permission.SEE_REPORTS, Permission.READ_PUBLISHED})),
)
_NOW_AND_THEN: tuple[tuple[str, str, frozenset[Permission]], ...] = (
    ("Windows", "windows", frozenset({Permission.SET_WINDOWS})),
    ("Early years", "early_years", frozenset({Permission.SEE_PUPILS})),
    ("Streams", "streams", frozenset({Permission.SET_STREAMS})),
    ("ARBs", "arbs", frozenset({Permission.MANAGE_ARBS})),
    ("Schools", "schools", frozenset({Permission.SEE_SCHOOLS})),
    ("Imports", "imports", frozenset({Permission.IMPORT})),
    ("People", "people", frozenset({Permission.MANAGE_PEOPLE})),
    ("Downloads", "downloads", frozenset({Permission.SEE_DOWNLOADS})),
    ("Calendar", "calendar", frozenset({Permission.MANAGE_SCHOOLS})),
    ("Retention", "retention", frozenset({Permission.SET_RETENTION})),
)
# So many entries stand beside each other on a laptop; only beyond that is there a second menu.
_IN_THE_BAR = 8


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Give every page what its top bar shows: the trust, and where the person may go."""
    access: Access | None = getattr(request, "access", None)
    if access is None:
        return {}
    places: list[Workplace] = request.workplaces  # type: ignore[attr-defined]
    return {
        "access": access,
        "keeps_outbox": access.may(Permission.RECORD),
        "trust_name": next(p.name for p in places if p.access.trust_id == access.trust_id),
        "several_trusts": len(places) > 1,
        # Asked by the bar alone: the fragments of a page have none, and cost no query for it.
        "unread_notices": partial(unread_notices, access),
        **_navigation(request.path, access),
    }


def _navigation(path: str, access: Access) -> dict[str, list[Destination]]:
    often, more = (
        [
            Destination(name, reverse(view), path.startswith(reverse(view)))
            for name, view, any_of in destinations
            if any_of & access.permissions
        ]
        for destinations in (_OFTEN, _NOW_AND_THEN)
    )
    if len(often) + len(more) <= _IN_THE_BAR:
        often, more = often + more, []
    return {"navigation": often, "more": more}

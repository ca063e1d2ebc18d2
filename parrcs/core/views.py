"""What every view shares: the permission it asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from parrcs.core.access import Access, Permission


class TrustRequest(HttpRequest):
    """A request of a signed-in person who works in one trust at the moment."""

    access: Access
    user: Any  # the account; `parrcs.core` does not know its model
    htmx: HtmxDetails


type View[**P] = Callable[Concatenate[TrustRequest, P], HttpResponseBase]


def requires[**P](
    *permissions: Permission,
) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Let a signed-in person in who may do one of these things somewhere in the trust.

    Without a permission named, being a member of the trust is enough. The visitor who is not
    signed in is asked to; who is in no trust is told so; the one who may not gets 403. Whether
    a particular pupil or school is theirs is settled by `visible_to`, with 404.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: TrustRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not hasattr(request, "access"):
                return render(request, "no_trust.html", status=403)
            if permissions and not any(request.access.may(each) for each in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]  # read by the URL walk test
        return guarded

    return decorate


def _to_sign_in(request: TrustRequest) -> HttpResponse:
    """Lead to the sign-in page and back; htmx would swap a mere redirect into the page."""
    if request.htmx:
        back = request.htmx.current_url_abs_path or request.get_full_path()
        return HttpResponseClientRedirect(redirect_to_login(back).url)
    return redirect_to_login(request.get_full_path())

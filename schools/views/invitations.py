"""Taking up an invitation, from the link in its e-mail."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from schools.forms.account import AcceptForm
from schools.middleware import TRUST_IN_SESSION
from schools.services.invitations import (
    LinkClosed,
    NotInvited,
    Offer,
    accept_as,
    accept_as_new,
    offer,
)

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@sensitive_post_parameters("password1", "password2")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is offered, and take it up: with a new account, or as the person signed in."""
    try:
        offered = offer(token)
        if offered.has_account or request.user.is_authenticated:
            return _with_account(request, token, offered)
        return _without_account(request, token, offered)
    except LinkClosed as closed:
        return render(
            request,
            "schools/invitation_closed.html",
            {"reason": closed.reason},
            status=404 if closed.reason == "forged" else 410,
        )


def _with_account(request: HttpRequest, token: str, offered: Offer) -> HttpResponse:
    is_invited = False
    if request.user.is_authenticated:
        is_invited = request.user.email == offered.email
        if is_invited and request.method == "POST":
            accept_as(token=token, person=request.user)
            return _start(request, offered)
    return render(
        request,
        "schools/invitation.html",
        {"offer": offered, "is_invited": is_invited},
    )


def _without_account(request: HttpRequest, token: str, offered: Offer) -> HttpResponse:
    form = AcceptForm(
        request.POST if request.method == "POST" else None,
        email=offered.email,
        initial={"name": offered.name},
    )
    if request.method == "POST" and form.is_valid():
        try:
            person = accept_as_new(
                token=token,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password1"],
            )
        except NotInvited:  # the address got an account meanwhile: the link now says to sign in
            return redirect("invitation", token=token)
        login(request, person, backend=_BACKEND)
        return _start(request, offered)
    return render(request, "schools/invitation.html", {"offer": offered, "form": form})


def _start(request: HttpRequest, offered: Offer) -> HttpResponse:
    request.session[TRUST_IN_SESSION] = offered.trust_id
    messages.success(request, f"Welcome. You are {offered.role} ({offered.place}).")
    return redirect("home")

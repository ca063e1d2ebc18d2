"""The people of a trust: who is what, who is invited, and ending a role."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from schools.forms.people import FindForm, InviteForm
from schools.selectors.people import (
    invitations,
    members,
    memberships,
    past_memberships,
    pending_invitations,
)
from schools.selectors.places import places
from schools.services.invitations import (
    AlreadyInvited,
    AlreadyMember,
    Link,
    LinkUsed,
    LinkWithdrawn,
    MailNotSent,
    invite,
    resend,
    withdraw,
)
from schools.services.people import LastAdministrator, end_membership
from schools.tables import past_roles_sheet, people_sheet

_MAIL_NOT_SENT = "The e-mail could not be sent, and nothing was stored. Try again in a few minutes."


@requires(Permission.MANAGE_PEOPLE)
def people(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List the people of the trust with their roles, and the invitations that wait."""
    form = FindForm(request.GET)
    found = members(request.access, find=form.wanted)
    waiting = pending_invitations(request.access)
    if ending:
        return sent_list(ending, "people", people_sheet(found, waiting, find=form.wanted))
    return render(
        request,
        "schools/people.html",
        {
            "form": form,
            "find": form.wanted,
            "members": found,
            "invitations": waiting,
        },
    )


@requires(Permission.MANAGE_PEOPLE)
def people_past(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List the roles that have ended."""
    ended = past_memberships(request.access)
    if ending:
        return sent_list(ending, "roles that have ended", past_roles_sheet(ended))
    return render(
        request,
        "schools/people_past.html",
        {
            "memberships": ended,
            "crumbs": [("People", reverse("people"))],
        },
    )


@requires(Permission.MANAGE_PEOPLE)
def invite_person(request: TrustRequest) -> HttpResponse:
    """Ask whom to invite as what, and send the invitation.

    When the role changes, htmx asks for the places that it can be held for.
    """
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        places=places(request.access, today=timezone.localdate()),
    )
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invite(
                by=request.access,
                email=form.cleaned_data["email"],
                grant=form.grant,
                link=_link(request),
            )
        except AlreadyMember:
            form.add_error("email", "The person with this address has this role there already.")
        except AlreadyInvited:
            form.add_error(
                "email",
                "This address is invited to this role there already."
                " The invitation can be sent again from the list of people.",
            )
        except MailNotSent:
            form.add_error(None, _MAIL_NOT_SENT)
        else:
            messages.success(
                request,
                f"The invitation went to {invitation.email}. Its link works for two weeks.",
            )
            return redirect("people")
    if request.method != "POST":
        form.narrow(request.GET.get("role", ""))
    fragment = request.htmx and request.method == "GET"
    return render(
        request,
        "schools/_invite_place.html" if fragment else "schools/invite.html",
        {"form": form, "crumbs": [("People", reverse("people"))]},
    )


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def resend_invitation(request: TrustRequest, invitation_id: int) -> HttpResponse:
    """Send a pending invitation once more."""
    invitation = get_object_or_404(invitations(request.access), pk=invitation_id)
    try:
        resend(by=request.access, invitation=invitation, link=_link(request))
    except (LinkUsed, LinkWithdrawn):
        messages.error(request, "This invitation is no longer open, so it was not sent again.")
    except MailNotSent:
        messages.error(request, _MAIL_NOT_SENT)
    else:
        messages.success(request, f"The invitation went to {invitation.email} once more.")
    return redirect("people")


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def withdraw_invitation(request: TrustRequest, invitation_id: int) -> HttpResponse:
    """Take a pending invitation back."""
    invitation = get_object_or_404(invitations(request.access), pk=invitation_id)
    try:
        withdraw(by=request.access, invitation=invitation)
    except LinkUsed:
        messages.error(request, f"{invitation.email} has accepted meanwhile. End the role instead.")
    except LinkWithdrawn:
        messages.success(request, "This invitation had been withdrawn before.")
    else:
        messages.success(
            request,
            f"The invitation of {invitation.email} was withdrawn. Its link no longer works.",
        )
    return redirect("people")


@requires(Permission.MANAGE_PEOPLE)
def end_role(request: TrustRequest, membership_id: int) -> HttpResponse:
    """Ask once more, then end a role of a person."""
    membership = get_object_or_404(memberships(request.access), pk=membership_id)
    if membership.ended_at:
        messages.success(request, f"This role of {membership.person} has ended already.")
        return redirect("people")
    last = False
    if request.method == "POST":
        try:
            end_membership(by=request.access, membership=membership)
        except LastAdministrator:
            last = True
        else:
            messages.success(
                request,
                f"{membership.person} is no longer {membership.role_words} ({membership.place}).",
            )
            own = membership.person_id == request.access.person_id
            return redirect("home" if own else "people")
    return render(
        request,
        "schools/end_role.html",
        {"membership": membership, "last": last, "crumbs": [("People", reverse("people"))]},
    )


def _link(request: TrustRequest) -> Link:
    return lambda token: request.build_absolute_uri(reverse("invitation", args=[token]))

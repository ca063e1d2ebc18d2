"""Accounts and memberships."""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from parrcs.core.access import Access, Permission, Role
from schools.models import Membership, User


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # has no types
    """Nobody registers on their own: a trust administrator invites people."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail address and password do not go together."
        " Check both, or set a new password.",
        "too_many_login_attempts": "That was too many attempts. Wait five minutes,"
        " then try again, or set a new password.",
        "enter_current_password": "This is not your current password.",
        "invalid_password_reset": "This link cannot be used.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse every registration."""
        return False


class LastAdministrator(Exception):
    """Without this membership nobody could invite anyone to the trust any more."""


@transaction.atomic
def make_account(*, email: str, name: str, password: str | None) -> User:
    """Make an account whose e-mail address counts as proved."""
    user = User.objects.create_user(email=email, password=password, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def end_membership(*, by: Access, membership: Membership) -> None:
    """End a role from now on; it stays in the record. One that has ended stays as it is.

    The last trust administrator stays. Two who end each other at the same moment come one
    after the other: the second finds who is left.
    """
    if not by.reach(Permission.MANAGE_PEOPLE).whole_trust:
        raise PermissionDenied
    live = Membership.objects.visible_to(by).live()
    administrators = list(
        live.filter(role=Role.TRUST_ADMIN).order_by("pk").select_for_update(of=("self",))
    )
    if administrators == [membership]:
        raise LastAdministrator
    live.filter(pk=membership.pk).update(ended_at=timezone.now())

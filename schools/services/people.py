"""Accounts, invitations and memberships."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest

from schools.models import User


class InvitedOnly(DefaultAccountAdapter):
    """Nobody registers on their own: a trust administrator invites people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every registration."""
        return False


@transaction.atomic
def make_account(*, email: str, name: str, password: str | None) -> User:
    """Make an account whose e-mail address counts as proved."""
    user = User.objects.create_user(email=email, password=password, name=name)
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user

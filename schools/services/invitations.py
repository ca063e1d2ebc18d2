"""Inviting people to a role, and their taking it up.

An invitation is a row of a trust; its link carries a signed token that names both, because
who opens it has no trust yet in which the row could be read.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pghistory
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from parrcs.core.access import ROLE_SCOPES, Access, Grant, Permission, Role
from parrcs.core.tenancy import in_trust
from schools.models import Invitation, Membership, Trust, User
from schools.services.people import make_account

_SALT = "schools.invitation"

type Link = Callable[[str], str]


class AlreadyMember(Exception):
    """The person with this address holds this role there already."""


class AlreadyInvited(Exception):
    """An invitation of this address to this role there is pending already."""


class MailNotSent(Exception):
    """The mail server did not take the e-mail; nothing was stored."""


class UnknownTrust(Exception):
    """There is no trust with this UID."""


class LinkClosed(Exception):
    """The link of an invitation cannot be used, for the reason that a subclass names."""

    reason = ""


class LinkForged(LinkClosed):
    """It was never sent like this, or was cut short on its way."""

    reason = "forged"


class LinkExpired(LinkClosed):
    """It was sent more than two weeks ago."""

    reason = "expired"


class LinkUsed(LinkClosed):
    """The invitation has been accepted."""

    reason = "used"


class LinkWithdrawn(LinkClosed):
    """Whoever looks after people took the invitation back."""

    reason = "withdrawn"


class NotInvited(Exception):
    """The signed-in person is not the one who was invited."""


@dataclass(frozen=True)
class Offer:
    """What an invitation offers, in the words shown to who was invited."""

    trust_id: int
    trust: str
    inviter: str
    role: str
    place: str
    email: str
    name: str
    has_account: bool


def invite(*, by: Access, email: str, grant: Grant, link: Link) -> Invitation:
    """Invite whoever reads mail at this address to a role, and send them the link.

    Members of other trusts are invited like strangers: nothing here tells whether an address
    has an account.
    """
    if not by.reach(Permission.MANAGE_PEOPLE).whole_trust:
        raise PermissionDenied
    if grant.scope not in ROLE_SCOPES[grant.role]:
        raise ValueError(f"the role {grant.role} is not held for a {grant.scope}")
    place = {
        "role": grant.role,
        "school": grant.school_id,
        "arb": grant.arb_id,
        "class_group": grant.class_group_id,
    }
    if Membership.objects.visible_to(by).live().filter(person__email=email, **place).exists():
        raise AlreadyMember
    if Invitation.objects.visible_to(by).pending().filter(email=email, **place).exists():
        raise AlreadyInvited
    with transaction.atomic():
        invitation = Invitation.objects.create(
            email=email,
            role=grant.role,
            school_id=grant.school_id,
            arb_id=grant.arb_id,
            class_group_id=grant.class_group_id,
            invited_by_id=by.person_id,
        )
        _send(invitation, link)
    return invitation


def invite_administrator(*, uid: str, email: str, name: str, link: Link) -> str:
    """Invite the first administrator of a trust, by no person, and return the link sent."""
    trust = Trust.objects.filter(uid=uid).first()
    if trust is None:
        raise UnknownTrust
    with in_trust(trust.pk):
        invitation = Invitation.objects.create(
            email=email.strip().lower(), name=name, role=Role.TRUST_ADMIN
        )
        return _send(invitation, link)


def resend(*, by: Access, invitation: Invitation, link: Link) -> None:
    """Send a pending invitation again, with a link that works two weeks from now."""
    with transaction.atomic():
        invitation = _locked_pending(by, invitation)
        invitation.sent_at = timezone.now()
        invitation.save(update_fields=["sent_at"])
        _send(invitation, link)


def withdraw(*, by: Access, invitation: Invitation) -> None:
    """Take a pending invitation back: its links stop working."""
    with transaction.atomic():
        invitation = _locked_pending(by, invitation)
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])


def _locked_pending(by: Access, invitation: Invitation) -> Invitation:
    """Lock the invitation; while one waits for that, it may be accepted."""
    row = (
        Invitation.objects.visible_to(by)
        .select_for_update(of=("self",))
        .filter(pk=invitation.pk)
        .get()
    )
    if row.accepted_at is not None:
        raise LinkUsed
    if row.withdrawn_at is not None:
        raise LinkWithdrawn
    return row


def _send(invitation: Invitation, link: Link) -> str:
    """Send the e-mail before the row is committed: it is never said to be sent when it is not."""
    address = link(token_of(invitation))
    context = {"invitation": invitation, "trust": _trust_of(invitation), "link": address}
    message = EmailMultiAlternatives(
        subject=f"Invitation to {context['trust']}",
        body=render_to_string("schools/mail/invitation.txt", context),
        to=[invitation.email],
    )
    message.attach_alternative(
        render_to_string("schools/mail/invitation.html", context), "text/html"
    )
    try:
        message.send()
    except OSError as error:  # the errors of smtplib are OSErrors too
        raise MailNotSent from error
    return address


def _trust_of(invitation: Invitation) -> Trust:
    return Trust.objects.get(pk=invitation.trust_id)


def token_of(invitation: Invitation) -> str:
    """Return the signed token that the link of this invitation carries."""
    return signing.dumps([invitation.trust_id, invitation.pk], salt=_SALT)


def offer(token: str) -> Offer:
    """Return what the invitation behind a link offers, or say why the link is closed."""
    trust_id, invitation_id = _opened(token)
    with in_trust(trust_id):
        return _offer(_pending(token, invitation_id, lock=False))


def accept_as_new(*, token: str, name: str, password: str) -> User:
    """Make the account of who was invited, with its address proved by the link, and the role.

    Accepted once however often it is posted: the second one finds the link used.
    """
    trust_id, invitation_id = _opened(token)
    with in_trust(trust_id):
        invitation = _pending(token, invitation_id, lock=True)
        try:
            with transaction.atomic():
                person = make_account(email=invitation.email, name=name, password=password)
        except IntegrityError as error:  # the address got an account meanwhile
            raise NotInvited from error
        _take_up(invitation, person)
        return person


def accept_as(*, token: str, person: User) -> None:
    """Give the role to the signed-in person, whose address must be the one invited."""
    trust_id, invitation_id = _opened(token)
    with in_trust(trust_id):
        invitation = _pending(token, invitation_id, lock=True)
        if person.email != invitation.email:
            raise NotInvited
        _take_up(invitation, person)


def _opened(token: str) -> tuple[int, int]:
    """Return the trust and the invitation that a token names, however old it is."""
    try:
        trust_id, invitation_id = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise LinkForged from error
    return trust_id, invitation_id


def _pending(token: str, invitation_id: int, *, lock: bool) -> Invitation:
    """Return the invitation while it can be accepted; needs its trust opened."""
    rows = Invitation.objects.select_related(
        "trust", "invited_by", "school", "arb", "class_group__year", "class_group__school"
    )
    if lock:
        rows = rows.select_for_update(of=("self",))
    invitation = rows.filter(pk=invitation_id).first()
    if invitation is None:
        raise LinkForged
    if invitation.accepted_at is not None:
        raise LinkUsed
    if invitation.withdrawn_at is not None:
        raise LinkWithdrawn
    try:
        signing.loads(token, salt=_SALT, max_age=Invitation.LINK_LIVES)
    except signing.SignatureExpired as error:
        raise LinkExpired from error
    return invitation


def _offer(invitation: Invitation) -> Offer:
    return Offer(
        trust_id=invitation.trust_id,
        trust=invitation.trust.name,
        inviter=invitation.invited_by.name if invitation.invited_by else "",
        role=invitation.role_words,
        place=invitation.place,
        email=invitation.email,
        name=invitation.name,
        has_account=User.objects.filter(email=invitation.email).exists(),
    )


def _take_up(invitation: Invitation, person: User) -> None:
    with pghistory.context(person=person.pk, request="accepts an invitation"):
        Membership.objects.get_or_create(
            person=person,
            role=invitation.role,
            school=invitation.school,
            arb=invitation.arb,
            class_group=invitation.class_group,
            ended_at=None,
        )
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])

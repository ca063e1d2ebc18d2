"""Who works in which trust, as what, and who has been invited."""

from dataclasses import dataclass

from django.db.models import Q

from parrcs.core.access import ROLE_PERMISSIONS, Access, Grant, Permission, Role
from parrcs.core.tenancy import CurrentTrust
from schools.models import Invitation, Membership, User
from schools.models.people import InvitationQuerySet, MembershipQuerySet

_PLACE = ("school", "arb", "class_group__year", "class_group__school")


@dataclass(frozen=True)
class Workplace:
    """A trust in which a person has a live membership, and what they may do there."""

    name: str
    access: Access


@dataclass(frozen=True)
class Member:
    """A person of the trust with all the roles they hold in it."""

    person: User
    memberships: list[Membership]


def workplaces(person_id: int) -> list[Workplace]:
    """Return where a person works, by name of the trust.

    Works across trusts because a person may see their own memberships everywhere: needs
    `in_trust(..., person_id=person_id)` around it.
    """
    rows = (
        Membership.objects.live()
        .filter(person=person_id)
        .order_by("trust__name", "trust", "id")
        .values_list("trust", "trust__name", "role", "school", "arb", "class_group")
    )
    grants: dict[tuple[int, str], list[Grant]] = {}
    for trust_id, name, role, *place in rows:
        grants.setdefault((trust_id, name), []).append(Grant(Role(role), *place))
    return [
        Workplace(name, Access(person_id, trust_id, tuple(held)))
        for (trust_id, name), held in grants.items()
    ]


def people_who_may(permission: Permission, *, school_id: int | None) -> set[int]:
    """Return who may do something in a school, or without one in the whole trust that is open.

    It is for telling people of something, not for deciding what one of them sees.
    """
    roles = [role for role, may in ROLE_PERMISSIONS.items() if permission in may]
    whole_trust = Q(school__isnull=True, arb__isnull=True, class_group__isnull=True)
    place = whole_trust | Q(school=school_id) if school_id else whole_trust
    live = Membership.objects.live().filter(place, role__in=roles, trust=CurrentTrust())
    return set(live.values_list("person", flat=True))


def memberships(access: Access) -> MembershipQuerySet:
    """Return the memberships that the person sees, ended ones too, with person and place."""
    return Membership.objects.visible_to(access).select_related("person", *_PLACE)


def members(access: Access, *, find: str = "") -> list[Member]:
    """Return the people of the trust by name, each with the roles they hold now.

    `find` keeps those whose name, address or school contains these words.
    """
    rows = memberships(access).live()
    if find:
        holding = rows.filter(
            Q(person__name__icontains=find)
            | Q(person__email__icontains=find)
            | Q(school__name__icontains=find)
            | Q(arb__name__icontains=find)
            | Q(class_group__school__name__icontains=find)
        )
        rows = rows.filter(person__in=holding.values("person"))
    found: dict[int, Member] = {}
    for membership in rows.order_by("person__name", "person", "role", "id"):
        member = found.setdefault(membership.person_id, Member(membership.person, []))
        member.memberships.append(membership)
    return list(found.values())


def past_memberships(access: Access) -> MembershipQuerySet:
    """Return the memberships that have ended, the latest first."""
    return memberships(access).filter(ended_at__isnull=False).order_by("-ended_at", "-id")


def pending_invitations(access: Access) -> InvitationQuerySet:
    """Return the invitations that wait for an answer, the latest first."""
    return invitations(access).pending()


def invitations(access: Access) -> InvitationQuerySet:
    """Return the invitations that the person sees, with who sent them and for which place."""
    return (
        Invitation.objects.visible_to(access)
        .select_related("invited_by", *_PLACE)
        .order_by("-sent_at", "-id")
    )

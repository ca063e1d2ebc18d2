"""Who a person is in which trust."""

from dataclasses import dataclass

from parrcs.core.access import Access, Grant, Role
from schools.models import Membership


@dataclass(frozen=True)
class Workplace:
    """A trust in which a person has a live membership, and what they may do there."""

    name: str
    access: Access


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

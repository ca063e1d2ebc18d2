"""Every kind of import, one file each, in the order in which the page offers them."""

from exchange.choices import ImportKind
from exchange.services.kinds.attendance import AttendanceKind
from exchange.services.kinds.base import Kind
from exchange.services.kinds.ctf import CTFKind
from exchange.services.kinds.judgements import JudgementsKind
from exchange.services.kinds.pupils import PupilsKind
from exchange.services.kinds.targets import TargetsKind
from parrcs.core.access import Access

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (PupilsKind(), CTFKind(), AttendanceKind(), TargetsKind(), JudgementsKind())
}


def kinds_for(access: Access) -> list[Kind]:
    """Return the kinds of import that the person may make."""
    return [kind for kind in KINDS.values() if access.may(kind.permission)]


__all__ = ["KINDS", "ImportKind", "Kind", "kinds_for"]

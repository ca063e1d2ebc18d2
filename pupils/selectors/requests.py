"""Placement requests for an ARB, and whom a named child has become on our roll."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from parrcs.core.access import Access, Permission
from pupils.choices import LADecision
from pupils.models import Placement, PlacementRequest, Pupil
from pupils.selectors.arbs import InUse, places_in_use
from schools.models import ARB


@dataclass(frozen=True)
class RequestsPage:
    """The placement requests for an ARB: those still open first, then those decided."""

    open: Sequence[PlacementRequest]
    decided: Sequence[PlacementRequest]
    in_use: InUse
    may_write: bool

    @property
    def unanswered(self) -> int:
        """How many wait for our response."""
        return sum(not each.response for each in self.open)


def requests_of(access: Access, *, arb: ARB) -> QuerySet[PlacementRequest]:
    """Return the requests for an ARB, the latest first."""
    rows = PlacementRequest.objects.visible_to(access).filter(arb=arb)
    return rows.select_related("pupil")


def requests_page(access: Access, *, arb: ARB, today: dt.date) -> RequestsPage:
    """Return what the page of an ARB's placement requests shows."""
    rows = list(requests_of(access, arb=arb))
    still = ("", LADecision.TRIBUNAL)
    return RequestsPage(
        [each for each in rows if each.decision in still],
        [each for each in rows if each.decision not in still],
        places_in_use(access, arbs=[arb], today=today)[arb.pk],
        access.reach(Permission.MANAGE_ARBS).covers(school_id=arb.school_id, arb_id=arb.pk),
    )


def sees_requests(access: Access, arb: ARB) -> bool:
    """Say whether the person may know of the requests for an ARB."""
    return access.reach(Permission.SEE_REQUESTS).covers(school_id=arb.school_id, arb_id=arb.pk)


def pupils_to_link(access: Access, *, request: PlacementRequest) -> QuerySet[Pupil]:
    """Return who the child can be: pupils placed in the ARB, now or to come, born that day."""
    there = Placement.objects.visible_to(access).filter(arb=request.arb, pupil=OuterRef("pk"))
    return (
        Pupil.objects.visible_to(access)
        .filter(Exists(there), born_on=request.born_on)
        .order_by("last_name", "first_name")
    )

"""What is known of pupils' attendance: sums over some days, each in one place."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from parrcs.core.access import Access, Permission, Reach
from pupils.measures import Sessions
from pupils.models import AttendanceTotal, Placement

PERMISSION = Permission.MANAGE_PUPILS
SUMS = ("possible", "attended", "authorised", "unauthorised", "late")


@dataclass(frozen=True)
class Stretch:
    """Sums over some days in one place."""

    starts_on: dt.date
    ends_on: dt.date
    sessions: Sessions


@dataclass(frozen=True)
class Days:
    """Days of a pupil within a half term: what is now said of them, and what is known."""

    half_term: str
    first: dt.date
    last: dt.date
    now: Sequence[Stretch]
    before: Sequence[Stretch]

    @property
    def are_new(self) -> bool:
        """Whether nothing is known of them."""
        return not self.before

    @property
    def change(self) -> bool:
        """Whether something else is known of them, or nothing."""
        return list(self.now) != list(self.before)


def places_of(by: Access, upns: Iterable[str], *, within: Reach) -> dict[str, list[Placement]]:
    """Return the placements where the person may do this, by UPN, in order of time.

    `within` narrows them to the places of one file.
    """
    placements = Placement.objects.visible_to(by).filter(pupil__upn__in=set(upns))
    for reach in (by.reach(PERMISSION), within):
        if not reach.whole_trust:
            placements = placements.filter(
                Q(school__in=reach.school_ids) | Q(arb__in=reach.arb_ids)
            )
    held: dict[str, list[Placement]] = defaultdict(list)
    for each in placements.select_related("pupil").order_by("starts_on"):
        held[each.pupil.upn].append(each)
    return held


def known_totals(pupil_ids: Iterable[int]) -> dict[int, list[AttendanceTotal]]:
    """Return what is known of pupils, by id of the pupil, in order of time."""
    known: dict[int, list[AttendanceTotal]] = defaultdict(list)
    for row in AttendanceTotal.objects.filter(pupil__in=list(pupil_ids)).order_by("starts_on"):
        known[row.pupil_id].append(row)
    return known


def place_on(placements: Sequence[Placement], day: dt.date) -> Placement | None:
    """Return the placement that holds on a day."""
    return next(
        (
            each
            for each in placements
            if each.starts_on <= day and (each.ends_on is None or each.ends_on >= day)
        ),
        None,
    )


def stretch_of(row: AttendanceTotal) -> Stretch:
    """Return what a stored row says."""
    return Stretch(
        row.starts_on, row.ends_on, Sessions(**{name: getattr(row, name) for name in SUMS})
    )

"""A pupil's half term of attendance: what a table says of it, and what is known."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from parrcs.core.access import Access, Permission
from pupils.measures import Sessions
from pupils.models import AttendanceTotal, Placement

PERMISSION = Permission.MANAGE_PUPILS
SUMS = ("possible", "attended", "authorised", "unauthorised", "late")


class Outcome(StrEnum):
    """What becomes of a pupil's half term."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Stretch:
    """Sums over some days in one place."""

    starts_on: dt.date
    ends_on: dt.date
    sessions: Sessions


@dataclass(frozen=True)
class Line:
    """A pupil's half term: what the table says of its days, and what is known of them."""

    line: int
    pupil_id: int
    pupil: str
    half_term: str
    first: dt.date
    last: dt.date
    now: Sequence[Stretch]
    before: Sequence[Stretch]

    @property
    def outcome(self) -> Outcome:
        """What becomes of it."""
        if not self.before:
            return Outcome.NEW
        return Outcome.UNCHANGED if list(self.now) == list(self.before) else Outcome.CHANGED

    @property
    def sessions(self) -> Sessions:
        """What the table says, summed up."""
        return _sum(self.now)

    @property
    def sessions_before(self) -> Sessions:
        """What is known, summed up."""
        return _sum(self.before)


@dataclass(frozen=True)
class Refused:
    """A line of the table that cannot be, with the reason; its pupil is left as is."""

    line: int
    upn: str
    pupil: str
    words: str


@dataclass(frozen=True)
class Checked:
    """What a table would change, and what of it is refused."""

    lines: Sequence[Line]
    refused: Sequence[Refused]

    def of(self, outcome: Outcome) -> list[Line]:
        """Return the lines with this outcome."""
        return [each for each in self.lines if each.outcome is outcome]

    @property
    def new(self) -> list[Line]:
        """Half terms of which nothing is known."""
        return self.of(Outcome.NEW)

    @property
    def changed(self) -> list[Line]:
        """Half terms of which something else is known."""
        return self.of(Outcome.CHANGED)

    @property
    def unchanged(self) -> list[Line]:
        """Half terms of which the same is known."""
        return self.of(Outcome.UNCHANGED)

    @property
    def to_apply(self) -> list[Line]:
        """The lines that are new or change something."""
        return [each for each in self.lines if each.outcome is not Outcome.UNCHANGED]

    @property
    def pupils(self) -> int:
        """How many pupils would be new or changed."""
        return len({each.pupil_id for each in self.to_apply})

    @property
    def pupils_refused(self) -> int:
        """How many pupils, by UPN, are left as they are."""
        return len({each.upn for each in self.refused})


def check_may(by: Access) -> None:
    """Ask that the person may bring in attendance somewhere. Raises `PermissionDenied`."""
    if not by.may(PERMISSION):
        raise PermissionDenied


def places_within(by: Access, of: Q) -> dict[int, list[Placement]]:
    """Return the placements within the person's reach by id of the pupil, in order of time."""
    reach = by.reach(PERMISSION)
    placements = Placement.objects.visible_to(by).filter(of)
    if not reach.whole_trust:
        placements = placements.filter(Q(school__in=reach.school_ids) | Q(arb__in=reach.arb_ids))
    held: dict[int, list[Placement]] = defaultdict(list)
    for each in placements.select_related("pupil").order_by("starts_on"):
        held[each.pupil_id].append(each)
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


def _sum(stretches: Iterable[Stretch]) -> Sessions:
    return sum((each.sessions for each in stretches), Sessions(0, 0))

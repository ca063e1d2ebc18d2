"""Whose PEP is due in a term, and which were done.

A PEP is due for who was looked after, by the record of that day, on the last day of the term, or
today while the term runs: who came into care by then, and not who has left it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from parrcs.core.access import Access, Permission
from pupils.models import Placement, Pupil, TermlyPEP
from schools.models import Term


def day_of(term: Term, today: dt.date) -> dt.date:
    """Return the day by which a term says for whom a PEP is due."""
    return min(max(today, term.starts_on), term.ends_on)


class InCare:
    """Which pupils were looked after on which day, by what was recorded by the end of it.

    History holds each superseded state with the moment it was superseded. What was recorded
    first of a pupil counts for the time before.
    """

    def __init__(self, pupil_ids: Collection[int], *, today: dt.date) -> None:
        self._today = today
        events: Any = Pupil.events.rel.related_model._default_manager  # type: ignore[attr-defined]  # pghistory adds it
        in_care = events.filter(pgh_obj=OuterRef("pk"), looked_after=True)
        self._now = dict(
            Pupil.objects.filter(Q(looked_after=True) | Exists(in_care), pk__in=pupil_ids)
            .order_by()
            .values_list("pk", "looked_after")
        )
        self._before: dict[int, list[tuple[dt.date, bool]]] = defaultdict(list)
        rows = events.filter(pgh_obj__in=self._now).order_by("pgh_created_at", "pgh_id")
        for pupil, at, was in rows.values_list("pgh_obj", "pgh_created_at", "looked_after"):
            self._before[pupil].append((timezone.localdate(at), was))

    def on(self, pupil_id: int, day: dt.date) -> bool:
        """Say whether a pupil was looked after at the end of a day."""
        if day >= self._today:
            return self._now.get(pupil_id, False)
        later = (was for until, was in self._before.get(pupil_id, ()) if until > day)
        return next(later, self._now.get(pupil_id, False))


def peps_of(access: Access, *, terms: Sequence[Term]) -> Mapping[tuple[int, int], TermlyPEP]:
    """Return the PEPs done in some terms, by pupil and term, as far as the person sees them."""
    return {
        (pep.pupil_id, pep.term_id): pep
        for pep in TermlyPEP.objects.visible_to(access).filter(term__in=terms)
    }


@dataclass(frozen=True)
class PEPFile:
    """What a person may know and do about the PEP of a pupil in a term."""

    pupil: Pupil
    term: Term
    placement: Placement
    pep: TermlyPEP | None
    may_write: bool


def pep_file(access: Access, *, pupil_id: int, term_id: int, today: dt.date) -> PEPFile | None:
    """Return the PEP that is due, or was done, in a term; None where there is nothing to see.

    Before a term begins none is due in it.
    """
    term = Term.objects.select_related("year").filter(pk=term_id, starts_on__lte=today).first()
    if term is None:
        return None
    day = day_of(term, today)
    reach = access.reach(Permission.SEE_COMPLIANCE)
    placement = (
        Placement.objects.visible_to(access)
        .on(day)
        .filter(pupil=pupil_id)
        .select_related("pupil", "school", "arb")
        .first()
    )
    if placement is None or not reach.covers(
        school_id=placement.school_id, arb_id=placement.arb_id
    ):
        return None
    pep = TermlyPEP.objects.visible_to(access).filter(pupil=pupil_id, term=term).first()
    if pep is None and not InCare([pupil_id], today=today).on(pupil_id, day):
        return None
    writes = access.reach(Permission.EDIT_PLANS)
    may_write = writes.covers(school_id=placement.school_id, arb_id=placement.arb_id)
    return PEPFile(placement.pupil, term, placement, pep, may_write)

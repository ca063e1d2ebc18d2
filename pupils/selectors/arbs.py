"""The list of ARBs: places in use of places funded, and what needs a look first."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from parrcs.core.access import Access
from pupils.models import Placement, PlacementRequest
from pupils.models.placements import PlacementQuerySet
from pupils.selectors.cohorts import cohort
from schools.models import ARB, Term
from schools.selectors.agreements import Agreement, Finding, agreements, managed_arbs, places_funded
from schools.selectors.calendar import current_term


@dataclass(frozen=True)
class InUse:
    """Places of an ARB in use today and on the census day of the term, of those funded.

    `funded` is of the school year of the term; None where nobody has recorded it.
    """

    today: int
    on_census: int
    term: Term | None
    funded: int | None

    @property
    def is_over(self) -> bool:
        """Whether more pupils are placed today than places are funded."""
        return self.funded is not None and self.today > self.funded


@dataclass(frozen=True)
class ListedARB:
    """An ARB in the list, with what is missing or due there."""

    agreement: Agreement
    in_use: InUse
    unanswered: int
    undecided: int

    @property
    def arb(self) -> ARB:
        """The ARB."""
        return self.agreement.arb

    @property
    def findings(self) -> Sequence[Finding]:
        """What is missing or due, what cannot wait first."""
        found = [*self.agreement.findings]
        if self.in_use.is_over:
            words = f"{self.in_use.today} pupils in {self.in_use.funded} funded places."
            found.append(Finding(words, now=False))
        if self.unanswered:
            many = "" if self.unanswered == 1 else "s"
            words = f"{self.unanswered} placement request{many} without our response."
            found.append(Finding(words, now=False))
        return found

    @property
    def urgent(self) -> int:
        """How much cannot wait."""
        return sum(each.now for each in self.findings)


def arb_list(access: Access, *, today: dt.date) -> list[ListedARB]:
    """Return the open ARBs that the person manages, those that need a look first."""
    arbs = list(managed_arbs(access, today=today))
    held = agreements(access, arbs, today=today)
    used = places_in_use(access, arbs=arbs, today=today)
    waiting = _waiting(access, arbs)
    listed = [ListedARB(held[arb.pk], used[arb.pk], *waiting.get(arb.pk, (0, 0))) for arb in arbs]
    return sorted(listed, key=lambda each: (-each.urgent, -len(each.findings), each.arb.name))


def places_in_use(access: Access, *, arbs: Collection[ARB], today: dt.date) -> Mapping[int, InUse]:
    """Return for each ARB how many places are in use, of those funded."""
    term = current_term(today).term
    now = _counted(Placement.objects.visible_to(access).on(today).filter(arb__in=arbs))
    census = _counted(cohort(access, term=term).filter(arb__in=arbs).placements) if term else {}
    funded = places_funded(access, arbs, year_id=term.year_id) if term else {}
    return {
        arb.pk: InUse(now.get(arb.pk, 0), census.get(arb.pk, 0), term, funded.get(arb.pk))
        for arb in arbs
    }


def _counted(placements: PlacementQuerySet) -> Mapping[int, int]:
    """Return the pupils of each ARB; a pupil is in one place a day."""
    return dict(placements.order_by().values_list("arb").annotate(pupils=Count("pupil")))


def _waiting(access: Access, arbs: Collection[ARB]) -> Mapping[int, tuple[int, int]]:
    """Return for each ARB how many requests have no response of ours, and no decision."""
    rows = (
        PlacementRequest.objects.visible_to(access)
        .filter(arb__in=arbs, decision="")
        .order_by()
        .values_list("arb")
        .annotate(unanswered=Count("id", filter=Q(response="")), undecided=Count("id"))
    )
    return {arb: (unanswered, undecided) for arb, unanswered, undecided in rows}

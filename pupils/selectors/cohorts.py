"""The pupils that a term's numbers count: where they were placed on its census date."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import FilteredRelation, Q

from parrcs.core.access import Access, Permission
from pupils.models import Placement, Pupil
from pupils.models.placements import PlacementQuerySet
from pupils.selectors.lenses import Lens
from schools.models import Term


@dataclass(frozen=True)
class Cohort:
    """Pupils on roll on a term's census date, as far as the viewer may see them.

    `placements` has one row a pupil; narrow it with `filter` for a school, a need or a route.
    """

    term: Term
    placements: PlacementQuerySet

    def filter(self, **conditions: object) -> "Cohort":
        """Return the part of the cohort whose placements meet these conditions."""
        return Cohort(self.term, self.placements.filter(**conditions))

    def within(self, lens: Lens, *, school_id: int | None, arb_id: int | None) -> "Cohort":
        """Return the part that the row of a school, an ARB or the trust counts under a lens."""
        return Cohort(
            self.term, self.placements.filter(lens.within(school_id=school_id, arb_id=arb_id))
        )


def on_census(term: Term) -> FilteredRelation:
    """Join the placement that a pupil has on a term's census date, to be called `placed`."""
    return FilteredRelation(
        "pupil__placements",
        condition=Q(pupil__placements__starts_on__lte=term.census_on)
        & (
            Q(pupil__placements__ends_on__isnull=True)
            | Q(pupil__placements__ends_on__gte=term.census_on)
        ),
    )


def placed(lookups: Sequence[str]) -> list[str]:
    """Return lookups from a placement as they are where it is joined as `placed`."""
    return [f"placed__{each}" for each in lookups]


def cohort(access: Access, *, term: Term) -> Cohort:
    """Return all pupils on roll on the term's census date whom the person may see."""
    placements = Placement.objects.on(term.census_on)
    if not access.reach(Permission.SEE_PUPILS).whole_trust:
        placements = placements.filter(pupil__in=Pupil.objects.visible_to(access))
    return Cohort(term, placements.order_by())

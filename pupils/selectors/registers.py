"""Which pupils belong to a class for a term: each pupil to one class only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from parrcs.core.access import Access, Permission
from pupils.models import Placement, Pupil
from schools.models import Term

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class JudgedBy(TypedDict):
    """The route by which a pupil is judged in a term: its id and its name."""

    judged_route: int
    judged_route_name: str


type Registered = WithAnnotations[Placement, JudgedBy]


def overlapping(term: Term) -> QuerySet[Placement]:
    """Return the placements that hold on some day of the term."""
    return Placement.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=term.starts_on),
        starts_on__lte=term.ends_on,
    )


def registers(access: Access, *, term: Term) -> QuerySet[Registered]:
    """Return the last placement of each pupil in a term, as far as the person may see them.

    A pupil who moved during the term is judged once, by the class they moved to, but by the
    route of the census date, as in every report; who joined after it, by the route they joined on.
    """
    later = overlapping(term).filter(pupil=OuterRef("pupil"), starts_on__gt=OuterRef("starts_on"))
    placements = overlapping(term).filter(~Exists(later))
    if not access.reach(Permission.SEE_PUPILS).whole_trust:
        placements = placements.filter(pupil__in=Pupil.objects.visible_to(access))
    census = Placement.objects.on(term.census_on).filter(pupil=OuterRef("pupil"))
    return placements.annotate(
        judged_route=Coalesce(
            Subquery(census.values("route")[:1]), F("route"), output_field=BigIntegerField()
        ),
        judged_route_name=Coalesce(Subquery(census.values("route__name")[:1]), F("route__name")),
    ).order_by()


def judged_route(placements: Sequence[Placement], term: Term) -> int | None:
    """Return the route by which a pupil with these placements is judged in a term.

    The same rule as in `registers`; None for a pupil who was nowhere in the term.
    """
    census = term.census_on
    on_census = [
        each
        for each in placements
        if each.starts_on <= census and (each.ends_on is None or each.ends_on >= census)
    ]
    judged = next(iter(on_census), None) or placement_of(placements, term)
    return judged.route_id if judged else None


def placement_of(placements: Sequence[Placement], term: Term) -> Placement | None:
    """Return the last of a pupil's placements in a term, by which a class judges them."""
    held = [
        each
        for each in placements
        if each.starts_on <= term.ends_on
        and (each.ends_on is None or each.ends_on >= term.starts_on)
    ]
    return max(held, key=lambda each: each.starts_on, default=None)


def visible_pupils(access: Access) -> QuerySet[Pupil]:
    """Return the pupils whom the person may see."""
    return Pupil.objects.visible_to(access)

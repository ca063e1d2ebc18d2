"""Where a person may place pupils."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from parrcs.core.access import Access, Permission
from pupils.models import Route
from schools.models import ARB, ClassGroup, School
from schools.selectors.calendar import year_at_hand


@dataclass(frozen=True)
class Places:
    """The schools, ARBs, classes and routes that a placement may name."""

    schools: Sequence[School]
    arbs: Sequence[ARB]
    class_groups: Sequence[ClassGroup]
    routes: Sequence[Route]
    # Schools in which pupils may also be placed outside an ARB.
    whole_school_ids: frozenset[int]


def places_to_fill(access: Access) -> Places:
    """Return the places that are open and within the person's reach for managing pupils.

    The head of an ARB places pupils in the ARB; its school is there for the name of it.
    """
    reach = access.reach(Permission.MANAGE_PUPILS)
    schools = School.objects.filter(of_trust=True, closed_on__isnull=True)
    arbs = ARB.objects.filter(closed_on__isnull=True).select_related("host", "school")
    classes = ClassGroup.objects.select_related("school", "arb", "year")
    if not reach.whole_trust:
        arbs = arbs.filter(Q(school__in=reach.school_ids) | Q(id__in=reach.arb_ids))
        schools = schools.filter(Q(id__in=reach.school_ids) | Q(arbs__in=reach.arb_ids)).distinct()
        classes = classes.filter(Q(school__in=reach.school_ids) | Q(arb__in=reach.arb_ids))
    found = list(schools)
    return Places(
        found,
        list(arbs),
        list(by_place(classes)),
        list(Route.objects.all()),
        frozenset(
            school.pk for school in found if reach.whole_trust or school.pk in reach.school_ids
        ),
    )


def by_place(groups: QuerySet[ClassGroup]) -> QuerySet[ClassGroup]:
    """Order classes to choose from: by place, in each the year at hand first, then the latest."""
    year = year_at_hand(timezone.localdate())
    at_hand = Case(When(year=year.pk if year else None, then=0), default=1)
    return groups.order_by("school__name", "arb__name", at_hand, "-year__starts_on", "name")


def class_choices(groups: Sequence[ClassGroup]) -> list[Any]:
    """Return classes as the choices of a form, under their places where these are several.

    The classes come sorted by place and year.
    """
    several_years = len({group.year_id for group in groups}) > 1

    def heading(group: ClassGroup) -> str:
        place = str(group.arb or group.school)
        return f"{place} · {group.year}" if several_years else place

    under = [
        (place, [(str(group.pk), group.name) for group in classes])
        for place, classes in groupby(groups, heading)
    ]
    return under if len(under) > 1 else [choice for _, classes in under for choice in classes]

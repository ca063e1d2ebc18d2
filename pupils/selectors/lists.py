"""The list of pupils: each once, where they are within the reach of the person who looks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.lookups import Unaccent
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from parrcs.core.access import Access, Permission
from pupils.models import Placement
from pupils.models.placements import PlacementQuerySet
from pupils.selectors.lenses import Lens, Place
from pupils.selectors.places import by_place
from schools.models import ARB, ClassGroup, School


@dataclass(frozen=True)
class Chosen:
    """What the list is narrowed to. `left` shows leavers instead of the pupils on roll.

    `lens` says whether a school has the pupils of its ARBs.
    """

    words: str = ""
    school_id: int | None = None
    arb_id: int | None = None
    class_group_id: int | None = None
    left: bool = False
    lens: Lens = Lens.REGISTERED


@dataclass(frozen=True)
class ListPlaces:
    """The places that the list can be narrowed to."""

    schools: Sequence[School]
    arbs: Sequence[ARB]
    class_groups: Sequence[ClassGroup]
    has_leavers: bool

    @property
    def has_lenses(self) -> bool:
        """Whether it matters where the pupils of an ARB count."""
        return bool(self.schools and self.arbs)


def pupil_list(access: Access, *, chosen: Chosen) -> QuerySet[Placement]:
    """Return one placement a pupil, by name: the one that holds or comes next, or the last.

    Only placements within the person's own reach count, so that a head reads a pupil who moved
    to another school as a leaver, and does not read here where they are now.
    """
    today = timezone.localdate()
    mine = Placement.objects.visible_to(access)
    if chosen.left:
        later = mine.filter(pupil=OuterRef("pupil"), starts_on__gt=OuterRef("starts_on"))
        rows = mine.filter(~Exists(later), ends_on__lt=today)
    else:
        live = mine.not_ended(today)
        earlier = live.filter(pupil=OuterRef("pupil"), starts_on__lt=OuterRef("starts_on"))
        rows = live.filter(~Exists(earlier))
    return (
        _narrowed(rows, chosen)
        .select_related("pupil", "school", "arb__host", "class_group", "route")
        # Names of many origins, in the order in which people look for them.
        .order_by(
            Lower(Unaccent("pupil__last_name")), Lower(Unaccent("pupil__first_name")), "pupil"
        )
    )


def _narrowed(rows: PlacementQuerySet, chosen: Chosen) -> PlacementQuerySet:
    # As the list writes a name, with a comma, or as people say it.
    for word in chosen.words.replace(",", " ").split():
        rows = rows.filter(
            Q(pupil__first_name__unaccent__icontains=word)
            | Q(pupil__last_name__unaccent__icontains=word)
            | Q(pupil__upn__istartswith=word)
        )
    if chosen.class_group_id is not None:
        rows = rows.filter(class_group=chosen.class_group_id)
    return rows.filter(chosen.lens.within(school_id=chosen.school_id, arb_id=chosen.arb_id))


@dataclass(frozen=True)
class ListCount:
    """How many pupils of a list are on roll today (or have left), and how many are to come."""

    name: str
    here: int
    to_come: int


@dataclass(frozen=True)
class ListCounts:
    """The pupils of a list, counted by place."""

    places: Sequence[ListCount]

    @property
    def here(self) -> int:
        """How many are on roll today; of the list of leavers, how many have left."""
        return sum(each.here for each in self.places)

    @property
    def to_come(self) -> int:
        """How many have a first day that is still to come."""
        return sum(each.to_come for each in self.places)


def list_counts(rows: QuerySet[Placement], *, lens: Lens) -> ListCounts:
    """Count the pupils of a list by the row that counts them under a lens, by name.

    Each pupil is on the list once and in one row, so that the counts add up to the list.
    """
    here, to_come = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    later = Q(starts_on__gt=timezone.localdate())
    for school, school_name, arb, arb_name, pupils, coming in (
        rows.order_by()
        .values_list("school", "school__name", "arb", "arb__name")
        .annotate(pupils=Count("id"), coming=Count("id", filter=later))
    ):
        row = lens.row_of(Place(school, arb))
        place = (school_name, arb_name if row.arb_id else "")
        here[place] += pupils - coming
        to_come[place] += coming
    return ListCounts(
        [ListCount(each[1] or each[0], here[each], to_come[each]) for each in sorted(here)]
    )


def list_places(access: Access, *, left: bool) -> ListPlaces:
    """Return the schools, ARBs and classes within reach in which there are pupils to list."""
    today = timezone.localdate()
    reach, leavers = access.reach(Permission.SEE_PUPILS), access.reach(Permission.SEE_LEAVERS)
    mine = Placement.objects.visible_to(access)
    live = mine.filter(ends_on__lt=today) if left else mine.not_ended(today)
    schools, arbs = School.objects.filter(of_trust=True), ARB.objects.select_related("host")
    if not reach.whole_trust:
        schools = schools.filter(id__in=reach.school_ids)
        arbs = arbs.filter(Q(school__in=reach.school_ids) | Q(id__in=reach.arb_ids))
    return ListPlaces(
        list(schools),
        list(arbs),
        list(
            by_place(
                ClassGroup.objects.filter(
                    Exists(live.filter(class_group=OuterRef("pk")))
                ).select_related("school", "arb", "year")
            )
        ),
        has_leavers=leavers.whole_trust or bool(leavers.school_ids or leavers.arb_ids),
    )

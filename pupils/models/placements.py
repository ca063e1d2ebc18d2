"""Where a pupil is registered and taught, and on which route, from when to when."""

import datetime as dt
from functools import reduce
from operator import or_
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from parrcs.core.access import Access, Permission, Reach
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from schools.models.calendar import BOTH_DAYS, DateRange


@keep_history
class Route(TrustOwned):
    """A personal learning route, such as pre-formal; it decides streams and expectations."""

    code = models.SlugField(max_length=30, db_index=False)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["trust", "code"], name="route_once"),)

    def __str__(self) -> str:
        return self.name


_NOWHERE = Q(pk__in=())


def _within(reach: Reach, today: dt.date) -> Q:
    """Return what a placement within this reach meets.

    A class is within reach until its year is over: nothing else ends it for its teacher.
    """
    if reach.whole_trust:
        return Q()
    places = []
    if reach.school_ids:
        places.append(Q(school__in=reach.school_ids))
    if reach.arb_ids:
        places.append(Q(arb__in=reach.arb_ids))
    if reach.class_group_ids:
        of_now = Q(class_group__year__ends_on__gte=today)
        places.append(Q(class_group__in=reach.class_group_ids) & of_now)
    return reduce(or_, places) if places else _NOWHERE


class PlacementQuerySet(models.QuerySet["Placement"]):
    """Placements, by date and narrowed to the person who asks."""

    def on(self, day: dt.date) -> Self:
        """Keep those that hold on that day."""
        return self.not_ended(day).filter(starts_on__lte=day)

    def not_ended(self, day: dt.date) -> Self:
        """Keep those that hold on that day or are to come."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def visible_to(self, access: Access) -> Self:
        """Keep the placements that are themselves in the person's places.

        Those that have ended only where the person sees leavers: past records and reports rest
        on them. A teacher sees the pupils in the class, no longer the others.
        """
        leavers = access.reach(Permission.SEE_LEAVERS)
        if leavers.whole_trust:
            return self
        today = timezone.localdate()
        not_ended = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
        return self.filter(
            (_within(access.reach(Permission.SEE_PUPILS), today) & not_ended)
            | _within(leavers, today)
        )

    def where_supported(self, access: Access) -> Self:
        """Keep those in the places where the person reads what concerns support.

        The ones that hold or are to come; of a pupil who has left, the last one.
        """
        reach, leavers = (
            access.reach(each) for each in (Permission.SEE_SUPPORT, Permission.SEE_LEAVERS)
        )
        today = timezone.localdate()
        later = Placement.objects.filter(
            pupil=OuterRef("pupil"), starts_on__gt=OuterRef("starts_on")
        )
        not_ended = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
        return self.filter(
            (_within(reach, today) & not_ended) | (_within(leavers, today) & ~Exists(later))
        )


@keep_history
class Placement(TrustOwned):
    """One stretch of a pupil's time: registered school, ARB, class and route, both days included.

    The host and the school named on the plan follow from the ARB.
    """

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="placements")
    school = TenantForeignKey("schools.School", related_name="placements")
    arb = TenantForeignKey("schools.ARB", related_name="placements", null=True, blank=True)
    class_group = TenantForeignKey(
        "schools.ClassGroup", related_name="placements", null=True, blank=True
    )
    route = TenantForeignKey("pupils.Route", related_name="placements")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ("starts_on",)
        indexes = (
            models.Index(fields=["trust", "pupil", "starts_on"], name="placement_by_pupil"),
            models.Index(fields=["trust", "school", "starts_on"], name="placement_by_school"),
            models.Index(fields=["trust", "class_group", "starts_on"], name="placement_by_class"),
            models.Index(fields=["trust", "arb", "starts_on"], name="placement_by_arb"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="placement_ends_after_it_starts",
            ),
            ExclusionConstraint(
                name="pupil_in_one_place",
                expressions=[
                    (F("trust"), RangeOperators.EQUAL),
                    (F("pupil"), RangeOperators.EQUAL),
                    (
                        DateRange("starts_on", "ends_on", BOTH_DAYS),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.school_id} from {self.starts_on}"

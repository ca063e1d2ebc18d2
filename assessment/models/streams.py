"""Assessment streams: strands, a scale of points, and the gain expected by route; versioned.

A version is a whole set of rows of its own. Judgements point at the rows of the version
they were made in, so that a new version can never move an old number.
"""

import datetime as dt
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from schools.models.calendar import BOTH_DAYS, DateRange


@keep_history
class CoreArea(TrustOwned):
    """An area of learning that the trust reports on for all pupils."""

    code = models.SlugField(max_length=30, db_index=False)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["trust", "code"], name="core_area_once"),)

    def __str__(self) -> str:
        return self.name


class StreamQuerySet(models.QuerySet["Stream"]):
    """Streams by date."""

    def in_force(self, day: dt.date) -> Self:
        """Keep the versions that the trust had approved for use on that day."""
        return self.filter(
            Q(approved_until__isnull=True) | Q(approved_until__gte=day),
            approved_from__lte=day,
        )


@keep_history
class Stream(TrustOwned):
    """One version of an assessment stream; in use from the day on that the trust approves it."""

    code = models.SlugField(max_length=40, db_index=False)
    version = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=400, blank=True)
    for_whom = models.CharField(max_length=140, blank=True)
    loaded_at = models.DateTimeField(auto_now_add=True)
    loaded_by = models.ForeignKey(
        "schools.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="None for what came with the application, or by command",
    )
    replaces = TenantForeignKey("self", related_name="replaced_by", null=True, blank=True)
    proposed = models.JSONField(
        help_text="What its file proposes: `better`, and `expected` points a term by code of route"
    )
    approved_from = models.DateField(null=True, blank=True)
    approved_until = models.DateField(null=True, blank=True)
    cut_short = TenantForeignKey(
        "self",
        related_name="cut_short_by",
        null=True,
        blank=True,
        help_text="The version whose use ended because this one came into use",
    )
    cut_short_until = models.DateField(
        null=True, blank=True, help_text="Until when that one was to be in use; None: with no end"
    )

    objects = StreamQuerySet.as_manager()

    class Meta:
        ordering = ("code", "version")
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "code", "version"], name="stream_version_once"
            ),
            models.UniqueConstraint(
                fields=["trust", "code"],
                condition=Q(approved_from__isnull=False, approved_until__isnull=True),
                name="stream_one_version_open",
            ),
            models.CheckConstraint(
                condition=Q(approved_until__isnull=True)
                | Q(approved_from__isnull=False, approved_until__gte=F("approved_from")),
                name="stream_until_after_from",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def is_in_use(self, day: dt.date) -> bool:
        """Say whether the trust has approved this version for use on that day."""
        return (
            self.approved_from is not None
            and self.approved_from <= day
            and (self.approved_until is None or self.approved_until >= day)
        )


@keep_history
class Strand(TrustOwned):
    """One thing that is judged within a stream, such as reading."""

    stream = TenantForeignKey("assessment.Stream", models.CASCADE, related_name="strands")
    core_area = TenantForeignKey(
        "assessment.CoreArea", related_name="strands", null=True, blank=True
    )
    code = models.SlugField(max_length=40, db_index=False)
    name = models.CharField(max_length=80)
    area = models.CharField(
        "area of learning", max_length=80, blank=True, help_text="What strands are grouped by"
    )
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("stream", "position")
        constraints = (
            models.UniqueConstraint(fields=["trust", "stream", "code"], name="strand_once"),
        )

    def __str__(self) -> str:
        return self.name


@keep_history
class Point(TrustOwned):
    """One step of a stream's scale; `value` is what gains are reckoned in."""

    stream = TenantForeignKey("assessment.Stream", models.CASCADE, related_name="points")
    code = models.CharField(max_length=12)
    label = models.CharField(max_length=120)
    value = models.DecimalField(max_digits=6, decimal_places=2)

    class Meta:
        ordering = ("stream", "value")
        constraints = (
            models.UniqueConstraint(fields=["trust", "stream", "code"], name="point_code_once"),
            models.UniqueConstraint(fields=["trust", "stream", "value"], name="point_value_once"),
        )

    def __str__(self) -> str:
        return self.code


@keep_history
class Expectation(TrustOwned):
    """That pupils on a route are judged in a stream, and what a term should bring; dated.

    The trust's own cuts: other figures from a term on are a row of their own, so that no
    earlier term is measured by them.
    """

    stream = TenantForeignKey("assessment.Stream", models.CASCADE, related_name="expectations")
    route = TenantForeignKey("pupils.Route", related_name="expectations")
    points_a_term = models.DecimalField(max_digits=5, decimal_places=2)
    better = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        help_text="Times the expected gain from which it is better",
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("stream", "route", "starts_on")
        constraints = (
            models.CheckConstraint(
                condition=Q(points_a_term__gte=0), name="expected_gain_not_negative"
            ),
            models.CheckConstraint(condition=Q(better__gte=1), name="better_at_least_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="expectation_ends_after_it_starts",
            ),
            ExclusionConstraint(
                name="one_expectation_a_day",
                expressions=[
                    (F("trust"), RangeOperators.EQUAL),
                    (F("stream"), RangeOperators.EQUAL),
                    (F("route"), RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", BOTH_DAYS), RangeOperators.OVERLAPS),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.stream_id} on route {self.route_id}: {self.points_a_term} a term"


@keep_history
class StrandMapping(TrustOwned):
    """That a strand of a new version goes on from one of the version it replaces."""

    before = TenantForeignKey("assessment.Strand", models.CASCADE, related_name="successors")
    after = TenantForeignKey("assessment.Strand", models.CASCADE, related_name="predecessors")

    class Meta:
        ordering = ("after",)
        indexes = (models.Index(fields=["trust", "before"], name="mapping_by_strand_before"),)
        constraints = (
            models.UniqueConstraint(fields=["trust", "after"], name="strand_goes_on_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.before_id} goes on as {self.after_id}"


@keep_history
class PointMapping(TrustOwned):
    """Which point of a new version a point of the version before becomes."""

    before = TenantForeignKey("assessment.Point", models.CASCADE, related_name="successors")
    after = TenantForeignKey("assessment.Point", models.CASCADE, related_name="predecessors")

    class Meta:
        ordering = ("before",)
        constraints = (
            models.UniqueConstraint(fields=["trust", "before", "after"], name="point_mapping_once"),
        )

    def __str__(self) -> str:
        return f"{self.before_id} becomes {self.after_id}"

"""Assessment streams: strands, a scale of points, and the gain expected by route; versioned.

A version is a whole set of rows of its own. Judgements point at the rows of the version
they were made in, so that a new version can never move an old number.
"""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history


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
    """One version of an assessment stream, approved by the trust from a day on."""

    code = models.SlugField(max_length=40, db_index=False)
    version = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=400, blank=True)
    better = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        help_text="Times the expected gain from which it is better",
    )
    approved_from = models.DateField()
    approved_until = models.DateField(null=True, blank=True)

    objects = StreamQuerySet.as_manager()

    class Meta:
        ordering = ("code", "version")
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "code", "version"], name="stream_version_once"
            ),
            models.UniqueConstraint(
                fields=["trust", "code"],
                condition=Q(approved_until__isnull=True),
                name="stream_one_version_open",
            ),
            models.CheckConstraint(
                condition=Q(approved_until__isnull=True)
                | Q(approved_until__gte=F("approved_from")),
                name="stream_until_after_from",
            ),
            models.CheckConstraint(condition=Q(better__gte=1), name="stream_better_at_least_1"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@keep_history
class Strand(TrustOwned):
    """One thing that is judged within a stream, such as reading."""

    stream = TenantForeignKey("assessment.Stream", models.CASCADE, related_name="strands")
    core_area = TenantForeignKey(
        "assessment.CoreArea", related_name="strands", null=True, blank=True
    )
    code = models.SlugField(max_length=40, db_index=False)
    name = models.CharField(max_length=80)
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
    """That pupils on a route are judged in a stream, and how far a term should take them."""

    stream = TenantForeignKey("assessment.Stream", models.CASCADE, related_name="expectations")
    route = TenantForeignKey("pupils.Route", related_name="expectations")
    points_a_term = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        ordering = ("stream", "route")
        constraints = (
            models.UniqueConstraint(fields=["trust", "stream", "route"], name="expectation_once"),
            models.CheckConstraint(
                condition=Q(points_a_term__gte=0), name="expected_gain_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.stream_id} on route {self.route_id}: {self.points_a_term} a term"

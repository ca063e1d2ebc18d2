"""The trust and its places: schools, area resource bases (ARBs) and classes."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from schools.choices import SchoolKind


class Trust(models.Model):
    """A multi-academy trust: the tenant.

    It holds only what the public register of schools says of it, so it needs no policy of
    its own; all that a trust keeps for itself stands in tables that it owns.
    """

    uid = models.CharField(
        max_length=16, unique=True, help_text="Group UID in the register of schools"
    )
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class SchoolQuerySet(models.QuerySet["School"]):
    """Schools, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the schools that the person has any role in: in it, its ARBs or its classes."""
        reach = access.reach(Permission.SEE_SCHOOLS)
        published = access.reach(Permission.READ_PUBLISHED)
        if reach.whole_trust or published.whole_trust:
            return self
        return self.filter(
            Q(id__in=reach.school_ids | published.school_ids)
            | Q(arbs__in=reach.arb_ids)
            | Q(class_groups__in=reach.class_group_ids)
        ).distinct()


@keep_history
class School(TrustOwned):
    """A school of the trust, or a mainstream school that hosts one of its ARBs."""

    urn = models.CharField("URN", max_length=6)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=SchoolKind)
    la_code = models.CharField("LA code", max_length=3, blank=True)
    establishment_number = models.CharField(max_length=4, blank=True)
    phase = models.CharField(max_length=40, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    of_trust = models.BooleanField(
        default=True, help_text="False for a host school that belongs to another trust"
    )

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["trust", "urn"], name="school_urn_once"),)

    def __str__(self) -> str:
        return self.name


class ARBQuerySet(models.QuerySet["ARB"]):
    """ARBs, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the ARBs of the person's schools, their own ARBs and those of their classes."""
        reach = access.reach(Permission.SEE_SCHOOLS)
        if reach.whole_trust:
            return self
        return self.filter(
            Q(school__in=reach.school_ids)
            | Q(id__in=reach.arb_ids)
            | Q(class_groups__in=reach.class_group_ids)
        ).distinct()


@keep_history
class ARB(TrustOwned):
    """An area resource base: special provision of the trust inside a host mainstream school.

    Its pupils are registered at `school`, a special school, and performance counts there.
    """

    school = TenantForeignKey("schools.School", related_name="arbs")
    host = TenantForeignKey("schools.School", related_name="hosted_arbs")
    name = models.CharField(max_length=120)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    objects = ARBQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = "ARB"
        constraints = (
            models.UniqueConstraint(fields=["trust", "name"], name="arb_name_once"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gt=F("opened_on")),
                name="arb_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=~Q(host=F("school")), name="arb_host_is_another_school"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ClassGroupQuerySet(models.QuerySet["ClassGroup"]):
    """Classes, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the classes of the person's schools and ARBs, and their own."""
        reach = access.reach(Permission.SEE_SCHOOLS)
        if reach.whole_trust:
            return self
        return self.filter(
            Q(school__in=reach.school_ids)
            | Q(arb__in=reach.arb_ids)
            | Q(id__in=reach.class_group_ids)
        )


@keep_history
class ClassGroup(TrustOwned):
    """A class of one academic year, in a school or in one of its ARBs."""

    school = TenantForeignKey("schools.School", related_name="class_groups")
    arb = TenantForeignKey("schools.ARB", related_name="class_groups", null=True, blank=True)
    year = TenantForeignKey("schools.AcademicYear", related_name="class_groups")
    name = models.CharField(max_length=80)

    objects = ClassGroupQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = "class"
        verbose_name_plural = "classes"
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "school", "year", "name"],
                name="class_name_once_a_year",
            ),
        )

    def __str__(self) -> str:
        return self.name

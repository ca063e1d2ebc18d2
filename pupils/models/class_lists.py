"""A class list as a teacher looked through it and signed it, with what was wrong."""

from typing import Self

from django.db import models
from django.db.models import Q

from parrcs.core.access import Access
from parrcs.core.tenancy import (
    TenantForeignKey,
    TrustOwned,
    keep_history,
    keep_history_without,
)
from pupils.choices import PrimaryNeed
from schools.models import ClassGroup


class ClassListCheckQuerySet(models.QuerySet["ClassListCheck"]):
    """Signed class lists, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep those of the classes that the person sees."""
        return self.filter(class_group__in=ClassGroup.objects.visible_to(access))


@keep_history
class ClassListCheck(TrustOwned):
    """That somebody signed the list of a class as it stood; the last one of a class counts."""

    class_group = TenantForeignKey("schools.ClassGroup", related_name="list_checks")
    signed_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    objects = ClassListCheckQuerySet.as_manager()

    class Meta:
        ordering = ("-signed_at", "-id")
        indexes = (
            models.Index(fields=["trust", "class_group", "-signed_at"], name="check_by_class"),
        )

    def __str__(self) -> str:
        return f"list of {self.class_group_id}, signed {self.signed_at:%d.%m.%Y}"


# What is said may name a child, and history cannot be deleted from.
@keep_history_without("remark")
class ClassListLine(TrustOwned):
    """A pupil as the signed list had them, and in words what is wrong; nothing said: it is right.

    A line without a pupil says who is missing from the list.
    """

    list_check = TenantForeignKey("pupils.ClassListCheck", models.CASCADE, related_name="lines")
    pupil = TenantForeignKey(
        "pupils.Pupil", models.CASCADE, related_name="list_lines", null=True, blank=True
    )
    route = TenantForeignKey("pupils.Route", related_name="+", null=True, blank=True)
    primary_need = models.CharField(max_length=4, choices=PrimaryNeed, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    remark = models.CharField(max_length=300, blank=True)
    settled_by = models.ForeignKey(
        "schools.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["trust", "pupil"], name="list_line_by_pupil"),)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "list_check", "pupil"],
                nulls_distinct=False,
                name="pupil_once_on_a_signed_list",
            ),
            models.CheckConstraint(
                condition=Q(pupil__isnull=True, route__isnull=True, starts_on__isnull=True)
                | Q(pupil__isnull=False, route__isnull=False, starts_on__isnull=False),
                name="list_line_is_of_a_pupil_or_of_the_missing",
            ),
            models.CheckConstraint(
                condition=Q(pupil__isnull=False) | ~Q(remark=""),
                name="list_line_of_the_missing_says_who",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True, settled_at__isnull=True)
                | (Q(settled_by__isnull=False, settled_at__isnull=False) & ~Q(remark="")),
                name="list_line_settled_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} on signed list {self.list_check_id}"

    @property
    def is_open(self) -> bool:
        """Whether something is said that nobody has settled."""
        return bool(self.remark) and self.settled_at is None

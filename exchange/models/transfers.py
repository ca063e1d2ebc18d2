"""That a pupil's details went to another school in a common transfer file (CTF)."""

from typing import Self

from django.db import models
from django.db.models import Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Transfers, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep those out of the places for which the person imports and exports."""
        reach = access.reach(Permission.IMPORT)
        if reach.whole_trust:
            return self
        return self.filter(Q(school__in=reach.school_ids) | Q(arb__in=reach.arb_ids))


@keep_history
class Transfer(TrustOwned):
    """A pupil in a common transfer file that somebody downloaded; the file itself is not kept.

    `to` is LA and establishment number of the school that it is for, or seven X where that is not
    known; `number` counts the files from one school to another, as their names do.
    """

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="transfers")
    school = TenantForeignKey("schools.School", related_name="+")
    arb = TenantForeignKey("schools.ARB", related_name="+", null=True, blank=True)
    to = models.CharField(max_length=7)
    number = models.PositiveSmallIntegerField()
    sent_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-id")
        indexes = (
            models.Index(fields=["trust", "-sent_at"], name="transfer_by_day"),
            models.Index(fields=["trust", "pupil"], name="transfer_by_pupil"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "school", "to", "number", "pupil"], name="transfer_once_a_file"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="transfer_is_numbered"),
        )

    def __str__(self) -> str:
        return f"{self.to}, number {self.number}"

"""The personal education plan (PEP) of a child looked after, term by term."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.measures import mark_of
from pupils.models.placements import Placement


class TermlyPEPQuerySet(models.QuerySet["TermlyPEP"]):
    """PEPs, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep those of pupils in the places whose compliance the person sees.

        Not what a teacher or a host sees of a pupil: a PEP is between the designated teacher, the
        social worker and the virtual school.
        """
        reach = access.reach(Permission.SEE_COMPLIANCE)
        if reach.whole_trust:
            return self
        placed = Placement.objects.visible_to(access).filter(
            Q(school__in=reach.school_ids) | Q(arb__in=reach.arb_ids)
        )
        return self.filter(Exists(placed.filter(pupil=OuterRef("pupil"))))


@keep_history
class TermlyPEP(TrustOwned):
    """That a pupil's PEP was written or reviewed in a term: when, by whom, and how good it is."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="peps")
    term = TenantForeignKey("schools.Term", related_name="+")
    held_on = models.DateField()
    held_by = models.CharField(max_length=120)
    quality = models.CharField("quality, in short", max_length=300, blank=True)

    objects = TermlyPEPQuerySet.as_manager()

    class Meta:
        ordering = ("held_on",)
        verbose_name = "PEP"
        constraints = (
            models.UniqueConstraint(fields=["trust", "pupil", "term"], name="pep_once_a_term"),
        )

    def __str__(self) -> str:
        return f"PEP of {self.pupil_id} in term {self.term_id}"

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.held_on, self.held_by, self.quality)

"""How long records are kept, what is decided to be erased, and what was."""

from typing import Self

from django.db import models
from django.db.models import Q

from exchange.choices import ErasureReason, ErasureState, RecordKind
from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history


@keep_history
class RetentionRule(TrustOwned):
    """How many years the trust keeps records of a kind; without years as long as the pupil's.

    Pupils' own records are counted from the date of birth, all others from their own day.
    """

    kind = models.CharField(max_length=11, choices=RecordKind)
    years = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["trust", "kind"], name="retention_rule_once"),
            models.CheckConstraint(
                condition=Q(years__isnull=False) | ~Q(kind=RecordKind.PUPIL),
                name="retention_of_pupils_has_years",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.years}"


class ErasureQuerySet(models.QuerySet["Erasure"]):
    """Erasures, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep all for who sees to how long things are kept, else what the person decided."""
        if access.reach(Permission.SET_RETENTION).whole_trust:
            return self
        return self.filter(asked_by=access.person_id)


@keep_history
class Erasure(TrustOwned):
    """A decision to erase, carried out by a worker at once or not at all.

    It says how many and why, and never whom. The row is the truth; a message is only a bell.
    """

    reason = models.CharField(max_length=10, choices=ErasureReason)
    pupils = models.PositiveIntegerField(help_text="Whole records of pupils")
    records = models.PositiveIntegerField(help_text="Other records, of pupils whose own one stays")
    kept = models.PositiveIntegerField(
        default=0, help_text="Pupils who were due and whom somebody kept out of it"
    )
    state = models.CharField(max_length=8, choices=ErasureState, default=ErasureState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(pupils__gt=0) | Q(records__gt=0), name="erasure_of_something"
            ),
        )

    def __str__(self) -> str:
        return f"erasure of {self.pupils} pupils and {self.records} records: {self.state}"

    @property
    def unfinished(self) -> bool:
        """Whether a worker is at it, or is to be."""
        return self.state in (ErasureState.WAITING, ErasureState.ERASING)


class ErasureItem(TrustOwned):
    """One row that is to be erased; it goes with that row, so it keeps no history."""

    erasure = TenantForeignKey("exchange.Erasure", models.CASCADE, related_name="items")
    kind = models.CharField(max_length=11, choices=RecordKind)
    # Not a reference: it has to outlive, within one transaction, what it names.
    row = models.BigIntegerField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "erasure", "kind", "row"], name="erasure_item_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"


class ErasureLog(TrustOwned):
    """That an erasure was carried out, with how many rows went; it names nobody.

    The database itself writes it, with the erasure. The application may neither write nor change
    nor delete it, so it keeps no history.
    """

    # Not a reference: the log stays as it is, whatever becomes of the decision.
    erasure = models.BigIntegerField(help_text="The number of the decision")
    reason = models.CharField(max_length=10, choices=ErasureReason)
    pupils = models.PositiveIntegerField()
    records = models.PositiveIntegerField()
    counts = models.JSONField(help_text="How many rows of each table went, history among them")
    mentions = models.PositiveIntegerField(
        help_text="How many rows about others named a pupil, and do so no longer"
    )
    erased_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    erased_at = models.DateTimeField()

    class Meta:
        ordering = ("-erased_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["trust", "erasure"], name="erasure_logged_once"),
        )

    def __str__(self) -> str:
        return f"{self.pupils} pupils and {self.records} records erased"

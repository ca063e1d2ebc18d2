"""Files that were sent to be taken in, line by line, and what became of each line."""

import datetime as dt
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from exchange.choices import UNFINISHED, ImportKind, ImportState, LineOutcome
from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned

# So long what was applied can be undone, and so long the lines and the file are kept.
DAYS_TO_UNDO = 7


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the imports for the places for which the person imports too."""
        reach = access.reach(Permission.IMPORT)
        if reach.whole_trust:
            return self
        return self.filter(
            Q(school__in=reach.school_ids)
            | Q(arb__school__in=reach.school_ids)
            | Q(arb__in=reach.arb_ids)
        )

    def unfinished(self) -> Self:
        """Keep those that a worker is at, or is to be."""
        return self.filter(state__in=UNFINISHED)


# Each state is kept, but not each step; nor the file, or its name, in which a child's may stand.
@pghistory.track(
    pghistory.UpdateEvent(
        "superseded",
        row=pghistory.Old,
        condition=pghistory.AnyChange("state", "attempts", "problem"),
    ),
    pghistory.DeleteEvent("deleted"),
    exclude=["content", "columns", "name"],
)
class Import(TrustOwned):
    """A file that was sent to be taken in: checked, previewed, applied, and perhaps undone.

    The row is the truth; the Celery message is only a bell that names it. It is for the pupils
    of one school or ARB, or with neither for those of the whole trust.
    """

    kind = models.CharField(max_length=10, choices=ImportKind)
    name = models.CharField("file name", max_length=200)
    content = models.BinaryField(null=True, help_text="The file; emptied after seven days")
    size = models.PositiveIntegerField("size in bytes")
    sha256 = models.CharField("SHA-256", max_length=64)
    school = TenantForeignKey("schools.School", related_name="+", null=True, blank=True)
    arb = TenantForeignKey("schools.ARB", related_name="+", null=True, blank=True)
    options = models.JSONField(default=dict, help_text="What was chosen beside the file")
    columns = models.JSONField(
        default=list, help_text="Each heading of the file with the column it was understood as"
    )
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.WAITING)
    step = models.CharField(max_length=80, blank=True)
    done_lines = models.PositiveIntegerField(default=0)
    all_lines = models.PositiveIntegerField(default=0)
    new_lines = models.PositiveIntegerField(default=0)
    changed_lines = models.PositiveIntegerField(default=0)
    unchanged_lines = models.PositiveIntegerField(default=0)
    refused_lines = models.PositiveIntegerField(default=0)
    left_lines = models.PositiveIntegerField(default=0, help_text="What undoing had to leave")
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=400, blank=True)
    sent_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField(help_text="When a worker was last asked to go on")
    applied_by = models.ForeignKey(
        "schools.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        "schools.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-id")
        indexes = (models.Index(fields=["trust", "-sent_at"], name="import_by_day"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(done_lines__lte=F("all_lines")), name="import_done_of_all"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(ImportState.APPLIED, ImportState.UNDONE))
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="import_applied_by_someone",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"

    @property
    def unfinished(self) -> bool:
        """Whether a worker is at it, or is to be."""
        return self.state in UNFINISHED

    @property
    def is_forgotten(self) -> bool:
        """Whether it was applied so long ago that what its lines said is not kept."""
        kept = dt.timedelta(days=DAYS_TO_UNDO)
        return self.applied_at is not None and timezone.now() >= self.applied_at + kept

    @property
    def undo_until(self) -> dt.datetime | None:
        """Until when it can be undone; None where there is nothing to undo."""
        if self.state != ImportState.APPLIED or self.applied_at is None:
            return None
        return self.applied_at + dt.timedelta(days=DAYS_TO_UNDO)

    @property
    def may_be_undone(self) -> bool:
        """Whether it was applied in the last seven days."""
        return self.undo_until is not None and timezone.now() < self.undo_until

    @property
    def place(self) -> str:
        """For which pupils it is."""
        return str(self.arb or self.school or "Whole trust")


class ImportLine(TrustOwned):
    """One line of a file: what it says, what it does, or why it is refused.

    It is working material: after seven days only its outcome and the pupil stay. What it did is
    in the history of what it changed, so it keeps none of its own.
    """

    run = TenantForeignKey("exchange.Import", models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(help_text="1 for the first line below the headings")
    number = models.PositiveIntegerField(help_text="The line in the file")
    texts = models.JSONField(default=list, help_text="What stands in it, column by column")
    outcome = models.CharField(max_length=9, choices=LineOutcome, default=LineOutcome.WAITING)
    about = models.CharField(max_length=200, blank=True, help_text="Whom or what it is about")
    problems = models.JSONField(default=list, help_text="Column and reason of each refusal")
    changes = models.JSONField(default=list, help_text="What changes, from what, to what")
    traces = models.JSONField(default=dict, help_text="What it wrote, to undo it by")
    left = models.CharField(max_length=300, blank=True, help_text="What undoing had to leave")
    pupil = TenantForeignKey(
        "pupils.Pupil", models.SET_NULL, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ("position",)
        indexes = (
            models.Index(fields=["trust", "run", "outcome", "position"], name="line_by_outcome"),
            models.Index(fields=["trust", "pupil"], name="line_by_pupil"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "run", "position"], name="line_once_an_import"
            ),
        )

    def __str__(self) -> str:
        return f"{self.where}: {self.outcome}"

    @property
    def where(self) -> str:
        """Where it stands in the file: “line 7”, or “pupil 3” if pupils share a line of XML."""
        return f"pupil {self.number}" if self.counts_pupils else f"line {self.number}"

    @property
    def counts_pupils(self) -> bool:
        """Whether it is numbered by pupils; a table has its headings above the first line."""
        return self.number == self.position

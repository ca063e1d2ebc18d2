"""The runs that make reports, one by one or for all schools at once."""

from typing import Self

import pghistory
from django.db import models
from django.db.models import Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from reporting.choices import UNFINISHED, Purpose, ReportKind, RunState


class ReportBatchQuerySet(models.QuerySet["ReportBatch"]):
    """Batches, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep all for who makes the reports of the whole trust, and else none."""
        return self if access.reach(Permission.MAKE_REPORTS).whole_trust else self.none()


@keep_history
class ReportBatch(TrustOwned):
    """The reports of all schools for a term, asked for together; each has a run of its own."""

    term = TenantForeignKey("schools.Term", related_name="report_batches")
    asked_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    objects = ReportBatchQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes = (models.Index(fields=["trust", "term", "-asked_at"], name="batch_by_term"),)

    def __str__(self) -> str:
        return f"Reports of all schools, term {self.term_id}"


class ReportRunQuerySet(models.QuerySet["ReportRun"]):
    """Runs, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the runs of the schools whose reports the person may see before publication."""
        reach = access.reach(Permission.SEE_REPORTS)
        return self if reach.whole_trust else self.filter(school__in=reach.school_ids)

    def unfinished(self) -> Self:
        """Keep those that wait or run."""
        return self.filter(state__in=UNFINISHED)


# Each state is kept, but not each step: a run tells of every page that it lays out.
@pghistory.track(
    pghistory.UpdateEvent(
        "superseded",
        row=pghistory.Old,
        condition=pghistory.AnyChange("state", "attempts", "problem"),
    ),
    pghistory.DeleteEvent("deleted"),
)
class ReportRun(TrustOwned):
    """One making of a report: asked for, worked on step by step, and how it ended.

    The row is the truth; the Celery message is only a bell that names it.
    """

    kind = models.CharField(max_length=10, choices=ReportKind, default=ReportKind.HT)
    school = TenantForeignKey("schools.School", null=True, blank=True, related_name="report_runs")
    term = TenantForeignKey("schools.Term", related_name="report_runs")
    batch = TenantForeignKey(
        "reporting.ReportBatch", models.CASCADE, null=True, blank=True, related_name="runs"
    )
    purpose = models.CharField(max_length=10, choices=Purpose)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    step = models.CharField(max_length=80, blank=True)
    done_steps = models.PositiveSmallIntegerField(default=0)
    all_steps = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    report = TenantForeignKey(
        "reporting.Report",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="runs",
        help_text="What came of it; until then, the draft that is to be published",
    )

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes = (
            models.Index(fields=["trust", "school", "term", "-asked_at"], name="run_by_report"),
            models.Index(fields=["trust", "report"], name="run_by_outcome"),
            models.Index(fields=["trust", "batch"], name="run_by_batch"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "kind", "school", "term"],
                condition=Q(state__in=UNFINISHED),
                nulls_distinct=False,
                name="run_one_unfinished",
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} of {self.school_id}, term {self.term_id}: {self.state}"

    @property
    def unfinished(self) -> bool:
        """Say whether it still waits or runs."""
        return self.state in UNFINISHED

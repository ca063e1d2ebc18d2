"""Reports as they were made, and the runs that make them."""

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned
from reporting.choices import (
    UNFINISHED,
    Purpose,
    ReportKind,
    ReportStatus,
    RunState,
)


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the reports of the schools whose reports the person may see before publication.

        Published ones too: small numbers are not hidden in them, so they are not what
        governors and trustees read.
        """
        reach = access.reach(Permission.SEE_REPORTS)
        return self if reach.whole_trust else self.filter(school__in=reach.school_ids)

    def without_content(self) -> Self:
        """Leave the numbers and the PDF in the database, for a list of reports."""
        return self.defer("snapshot", "pdf")


# A draft is replaced, never changed, so there is only its deletion to keep; the PDF itself
# can be made again from the snapshot.
@pghistory.track(pghistory.DeleteEvent("deleted"), exclude=["pdf"])
class Report(TrustOwned):
    """A report of a school for a term, as it was made: every number and word, and its PDF.

    There is at most one draft, replaced by the next; published versions count from 1 and
    stand for ever. A trigger sees to it that what has been made does not change.
    """

    kind = models.CharField(max_length=10, choices=ReportKind, default=ReportKind.HT)
    school = TenantForeignKey("schools.School", related_name="reports")
    term = TenantForeignKey("schools.Term", related_name="reports")
    status = models.CharField(max_length=10, choices=ReportStatus)
    version = models.PositiveSmallIntegerField(null=True, blank=True)
    snapshot = models.JSONField(help_text="Every number and word in the report")
    pdf = models.BinaryField("PDF")
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField(help_text="The moment whose data it shows")
    made_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "schools.User", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "school", "term", "kind"],
                condition=Q(status=ReportStatus.DRAFT),
                name="report_one_draft",
            ),
            models.UniqueConstraint(
                fields=["trust", "school", "term", "kind", "version"],
                name="report_version_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=ReportStatus.DRAFT,
                    version__isnull=True,
                    published_at__isnull=True,
                    published_by__isnull=True,
                )
                | Q(
                    status=ReportStatus.PUBLISHED,
                    version__gte=1,
                    published_at__isnull=False,
                    published_by__isnull=False,
                ),
                name="report_published_with_version_and_date",
            ),
        )
        triggers = (
            # Not the references, whose composite keys guard them.
            pgtrigger.ReadOnly(
                name="never_changes",
                fields=[
                    "kind",
                    "status",
                    "version",
                    "snapshot",
                    "pdf",
                    "sha256",
                    "made_at",
                    "published_at",
                ],
            ),
            pgtrigger.Protect(
                name="published_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status=ReportStatus.PUBLISHED),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.school_id}, term {self.term_id}: {self.status}"


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
    school = TenantForeignKey("schools.School", related_name="report_runs")
    term = TenantForeignKey("schools.Term", related_name="report_runs")
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
        )
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "kind", "school", "term"],
                condition=Q(state__in=UNFINISHED),
                name="run_one_unfinished",
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} of {self.school_id}, term {self.term_id}: {self.state}"

    @property
    def unfinished(self) -> bool:
        """Say whether it still waits or runs."""
        return self.state in UNFINISHED

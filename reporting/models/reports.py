"""Reports as they were made."""

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned
from reporting.choices import OUT, UNPUBLISHED, ReportKind, ReportStatus


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep what a person may read: of their schools while it is made, else what is out.

        Governors and trustees never read the head teacher report, in which small numbers stand.
        """
        making, reading = (
            access.reach(Permission.SEE_REPORTS),
            access.reach(Permission.READ_PUBLISHED),
        )
        if making.whole_trust:
            return self
        published = Q(status__in=OUT)
        seen = Q(school__in=making.school_ids)
        seen |= published & Q(kind=ReportKind.LGB, school__in=reading.school_ids)
        if reading.whole_trust:
            seen |= published & Q(kind__in=(ReportKind.LGB, ReportKind.TRUSTEE))
        return self.filter(seen)

    def without_content(self) -> Self:
        """Leave the numbers, the pictures and the PDF in the database, for a list of reports."""
        return self.defer("snapshot", "charts", "page", "figures", "pdf")


# What has been made is replaced, never changed but in its state, so there is only its deletion
# and its states to keep; the PDF itself can be made again from the snapshot.
@pghistory.track(
    pghistory.DeleteEvent("deleted"),
    pghistory.UpdateEvent("superseded", row=pghistory.Old, condition=pghistory.AnyChange("status")),
    exclude=["pdf", "charts", "page", "figures"],
)
class Report(TrustOwned):
    """A report for a term, as it was made: every number and word, its page, pictures and PDF.

    There is at most one that is not published, replaced by the next; published versions count
    from 1 and stand for ever. Triggers see to it that what has been made does not change.
    A report to the trustees is of the whole trust, and has no school.
    """

    kind = models.CharField(max_length=10, choices=ReportKind, default=ReportKind.HT)
    school = TenantForeignKey("schools.School", null=True, blank=True, related_name="reports")
    term = TenantForeignKey("schools.Term", related_name="reports")
    status = models.CharField(max_length=10, choices=ReportStatus)
    version = models.PositiveSmallIntegerField(null=True, blank=True)
    snapshot = models.JSONField(help_text="Every number and word in the report")
    charts = models.JSONField(default=dict, help_text="Its pictures as SVG, each with its words")
    page = models.TextField(blank=True, help_text="The report as HTML")
    figures = models.JSONField(
        default=dict,
        help_text="Of a report with hidden numbers: all of them, for what later ones must hide",
    )
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
                condition=Q(status__in=UNPUBLISHED),
                nulls_distinct=False,
                name="report_one_draft",
            ),
            models.UniqueConstraint(
                fields=["trust", "school", "term", "kind"],
                condition=Q(status=ReportStatus.PUBLISHED),
                nulls_distinct=False,
                name="report_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["trust", "school", "term", "kind", "version"],
                condition=Q(version__isnull=False),
                nulls_distinct=False,
                name="report_version_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=ReportKind.TRUSTEE, school__isnull=True)
                | Q(kind__in=(ReportKind.HT, ReportKind.LGB), school__isnull=False),
                name="report_of_a_school_or_the_trust",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=UNPUBLISHED,
                    version__isnull=True,
                    published_at__isnull=True,
                    published_by__isnull=True,
                )
                | Q(
                    status__in=OUT,
                    # Without this, a version that is null passes: of null nothing is known.
                    version__isnull=False,
                    version__gte=1,
                    published_at__isnull=False,
                    published_by__isnull=False,
                ),
                name="report_published_with_version_and_date",
            ),
        )
        triggers = (
            pgtrigger.ReadOnly(
                name="never_changes",
                fields=[
                    "kind",
                    "school",
                    "term",
                    "made_by",
                    "published_by",
                    "version",
                    "snapshot",
                    "charts",
                    "page",
                    "figures",
                    "pdf",
                    "sha256",
                    "made_at",
                    "published_at",
                ],
            ),
            pgtrigger.FSM(
                name="goes_forward",
                field="status",
                transitions=[
                    (ReportStatus.DRAFT, ReportStatus.READY),
                    (ReportStatus.READY, ReportStatus.DRAFT),
                    (ReportStatus.PUBLISHED, ReportStatus.SUPERSEDED),
                ],
            ),
            pgtrigger.Protect(
                name="published_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=OUT),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.school_id}, term {self.term_id}: {self.status}"

    @property
    def is_out(self) -> bool:
        """Say whether it has been published, be it superseded since."""
        return self.status in OUT

"""What people write into a report: the words of a section, the next steps, and bare counts."""

from typing import Self

from django.db import models
from django.db.models import Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from reporting.choices import Counted, ReportKind
from reporting.measures.reading import Reading, reading_of
from schools.measures import mark_of


class WritingQuerySet[T: models.Model](models.QuerySet[T]):
    """What belongs to the reports of schools, or of the trust, narrowed to who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep what belongs to the schools whose reports the person sees in the making."""
        reach = access.reach(Permission.SEE_REPORTS)
        return self if reach.whole_trust else self.filter(school__in=reach.school_ids)


class Writing(TrustOwned):
    """Something that belongs to the report of a school, or of the trust, for a term."""

    kind = models.CharField(max_length=10, choices=ReportKind, default=ReportKind.HT)
    school = TenantForeignKey("schools.School", null=True, blank=True, related_name="+")
    term = TenantForeignKey("schools.Term", related_name="+")

    class Meta:
        abstract = True


@keep_history
class SectionText(Writing):
    """The comment under one section, as it stands; `version` counts its saves.

    It is a draft of its own: making the report copies it, publishing freezes the copy.
    """

    section = models.CharField(max_length=30)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects = WritingQuerySet["SectionText"].as_manager()

    class Meta:
        ordering = ("section",)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "kind", "school", "term", "section"],
                nulls_distinct=False,
                name="section_text_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.section}, version {self.version}"

    @property
    def reading(self) -> Reading:
        """How long it is, and how old one is who reads it with ease."""
        return reading_of(self.text)


@keep_history
class NextStep(Writing):
    """What is to be done next, by whom and by when; the end of a report."""

    what = models.CharField(max_length=300)
    owner = models.CharField(max_length=120, help_text="Who sees to it: a name or a post")
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)

    objects = WritingQuerySet["NextStep"].as_manager()

    class Meta:
        ordering = ("due_on", "id")
        indexes = (
            models.Index(fields=["trust", "school", "term", "due_on"], name="next_step_by_report"),
        )

    def __str__(self) -> str:
        return self.what

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.what, self.owner, self.due_on, self.done_on)


@keep_history
class TermCount(TrustOwned):
    """A bare count of a school for a term: how many, never who. What has no row is not counted."""

    school = TenantForeignKey("schools.School", related_name="+")
    term = TenantForeignKey("schools.Term", related_name="+")
    what = models.CharField(max_length=20, choices=Counted)
    number = models.PositiveIntegerField()

    objects = WritingQuerySet["TermCount"].as_manager()

    class Meta:
        ordering = ("what",)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "school", "term", "what"], name="term_count_once"
            ),
            models.CheckConstraint(condition=Q(number__lte=99_999), name="term_count_likely"),
        )

    def __str__(self) -> str:
        return f"{self.what}: {self.number}"

"""What a school owes by law and has to show for it: its premiums, and its statutory dates."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from schools.choices import Premium, PremiumAim
from schools.measures import mark_of


class OfSchoolQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows about what a school owes, for whoever sees that of it."""

    to_school = "school"

    def visible_to(self, access: Access) -> Self:
        """Keep the rows about the schools whose compliance the person sees."""
        reach = access.reach(Permission.SEE_COMPLIANCE)
        if reach.whole_trust:
            return self
        return self.filter(**{f"{self.to_school}__in": reach.school_ids})


class OfPlanQuerySet(OfSchoolQuerySet["PremiumActivity"]):
    """Activities, by the school of their plan."""

    to_school = "plan__school"


@keep_history
class PremiumPlan(TrustOwned):
    """What a school got of a premium in a school year, and where it published its plan."""

    school = TenantForeignKey("schools.School", related_name="premium_plans")
    year = TenantForeignKey("schools.AcademicYear", related_name="+")
    premium = models.CharField(max_length=5, choices=Premium)
    received = models.DecimalField("amount received", max_digits=12, decimal_places=2)
    published_on = models.DateField(null=True, blank=True)
    published_at = models.URLField("address", max_length=300, blank=True)

    objects = OfSchoolQuerySet["PremiumPlan"].as_manager()

    class Meta:
        ordering = ("-year__starts_on", "premium")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                fields=["trust", "school", "year", "premium"], name="premium_once_a_year"
            ),
            models.CheckConstraint(condition=Q(received__gte=0), name="premium_not_negative"),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True, published_at="")
                | (Q(published_on__isnull=False) & ~Q(published_at="")),
                name="premium_published_on_a_day_at_an_address",
            ),
        )

    def __str__(self) -> str:
        return self.get_premium_display()

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.received, self.published_on, self.published_at)


@keep_history
class PremiumActivity(TrustOwned):
    """Something that a premium pays for: what it is to bring, and what it brought."""

    plan = TenantForeignKey("schools.PremiumPlan", models.CASCADE, related_name="activities")
    what = models.CharField(max_length=200)
    aim = models.CharField(max_length=10, choices=PremiumAim)
    planned = models.DecimalField("planned cost", max_digits=12, decimal_places=2)
    spent = models.DecimalField("spent so far", max_digits=12, decimal_places=2, default=0)
    intended = models.CharField("intended impact", max_length=500)
    impact = models.CharField("impact found", max_length=500, blank=True)
    impact_on = models.DateField(null=True, blank=True)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        ordering = ("aim", "id")
        indexes = (models.Index(fields=["trust", "plan"], name="activity_by_plan"),)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=Q(planned__gte=0, spent__gte=0), name="activity_costs_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(impact_on__isnull=True, impact="")
                | (Q(impact_on__isnull=False) & ~Q(impact="")),
                name="activity_impact_found_on_a_day",
            ),
        )

    def __str__(self) -> str:
        return self.what

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(
            self.what,
            self.aim,
            self.planned,
            self.spent,
            self.intended,
            self.impact,
            self.impact_on,
        )


@keep_history
class StatutoryDeadline(TrustOwned):
    """What a school says of a statutory date in a year: its own date, and when it was done.

    Which there are, for whom and by when stands in `fixtures/compliance`; a row is only there
    once somebody has said something.
    """

    school = TenantForeignKey("schools.School", related_name="deadlines")
    year = TenantForeignKey("schools.AcademicYear", related_name="+")
    rule = models.SlugField(max_length=30, db_index=False, help_text="Its code in the file")
    due_on = models.DateField(
        null=True, blank=True, help_text="In place of the date that the file says or suggests"
    )
    done_on = models.DateField(null=True, blank=True)
    done_by = models.CharField(max_length=120, blank=True)
    pupils = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many pupils it was done for"
    )
    note = models.CharField(max_length=300, blank=True)

    objects = OfSchoolQuerySet["StatutoryDeadline"].as_manager()

    class Meta:
        ordering = ("year__starts_on", "rule")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                fields=["trust", "school", "year", "rule"], name="deadline_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, done_by="", pupils__isnull=True)
                | (Q(done_on__isnull=False, pupils__isnull=False) & ~Q(done_by="")),
                name="deadline_done_by_someone_for_some",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} of {self.school_id} in year {self.year_id}"

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.due_on, self.done_on, self.done_by, self.pupils, self.note)

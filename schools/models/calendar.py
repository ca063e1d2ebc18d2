"""The calendar of a trust: academic years, terms, and the windows in which judgements are made."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from schools.choices import Season


class DateRange(Func):
    """PostgreSQL's `daterange` over two date columns."""

    function = "DATERANGE"
    output_field = DateRangeField()


BOTH_DAYS = RangeBoundary(inclusive_lower=True, inclusive_upper=True)


@keep_history
class AcademicYear(TrustOwned):
    """A school year, such as 2026/27."""

    name = models.CharField(max_length=9)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ("starts_on",)
        constraints = (
            models.UniqueConstraint(fields=["trust", "name"], name="year_name_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="year_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return self.name


@keep_history
class Term(TrustOwned):
    """One of the three terms of a year; pupils are counted where they are on its census date."""

    year = TenantForeignKey("schools.AcademicYear", related_name="terms")
    season = models.CharField(max_length=6, choices=Season)
    starts_on = models.DateField()
    ends_on = models.DateField()
    census_on = models.DateField()
    break_starts_on = models.DateField(
        null=True, blank=True, help_text="First day of the half-term holiday"
    )
    break_ends_on = models.DateField(
        null=True, blank=True, help_text="Last day of the half-term holiday"
    )

    class Meta:
        ordering = ("starts_on",)
        constraints = (
            models.UniqueConstraint(fields=["trust", "year", "season"], name="term_once_a_year"),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("census_on"), census_on__lte=F("ends_on")),
                name="census_within_term",
            ),
            models.CheckConstraint(
                condition=Q(break_starts_on__isnull=True, break_ends_on__isnull=True)
                | Q(
                    break_starts_on__gt=F("starts_on"),
                    break_ends_on__gte=F("break_starts_on"),
                    break_ends_on__lt=F("ends_on"),
                ),
                name="half_term_within_term",
            ),
            ExclusionConstraint(
                name="terms_do_not_overlap",
                # Checked at the end of a statement, so that one may move several terms at once.
                deferrable=Deferrable.IMMEDIATE,
                expressions=[
                    (F("trust"), RangeOperators.EQUAL),
                    (
                        DateRange("starts_on", "ends_on", BOTH_DAYS),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_season_display()} {self.starts_on.year}"

    @property
    def ends_its_year(self) -> bool:
        """Whether it is the last term of its school year, the one that summaries are read in."""
        return self.season == Season.SUMMER


@keep_history
class Window(TrustOwned):
    """The days, both included, in which a term's judgements are entered.

    Without a school it is the trust's; a school that has its own goes by that alone.
    """

    term = TenantForeignKey("schools.Term", related_name="windows")
    school = TenantForeignKey("schools.School", related_name="windows", null=True, blank=True)
    opens_on = models.DateField()
    closes_on = models.DateField()

    class Meta:
        ordering = ("opens_on",)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "term", "school"],
                name="window_once_a_term",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="window_closes_after_it_opens",
            ),
        )

    def __str__(self) -> str:
        return f"{self.term}: {self.opens_on} to {self.closes_on}"

    def is_open(self, day: dt.date) -> bool:
        """Say whether judgements may be entered on that day."""
        return self.opens_on <= day <= self.closes_on


@keep_history
class LateEntry(TrustOwned):
    """Leave for a class to enter a term's judgements after its window has closed, with a reason."""

    term = TenantForeignKey("schools.Term", related_name="late_entries")
    class_group = TenantForeignKey("schools.ClassGroup", related_name="late_entries")
    until = models.DateField()
    reason = models.CharField(max_length=300)
    allowed_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    allowed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("until",)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "term", "class_group"], name="late_entry_once_a_term"
            ),
        )

    def __str__(self) -> str:
        return f"late entry of {self.class_group_id} in term {self.term_id} until {self.until}"

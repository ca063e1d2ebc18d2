"""What a trust and a host agree about an ARB: people, lease, joint visits and funding by year."""

from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from schools.choices import LeaseDay, ShareBy, Side
from schools.measures import Split, mark_of, split
from schools.models.calendar import BOTH_DAYS, DateRange
from schools.models.places import ARB


class OfARBQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows about one ARB each, for whoever sees the ARB."""

    def visible_to(self, access: Access) -> Self:
        """Keep the rows about the ARBs that the person sees."""
        if access.reach(Permission.SEE_SCHOOLS).whole_trust:
            return self
        return self.filter(arb__in=ARB.objects.visible_to(access))


def about_arb(access: Access, permission: Permission, arb: str = "arb") -> Q:
    """Return what a row about an ARB meets where the person holds the permission for the ARB.

    `arb` leads to it from the row; empty where the row is the ARB.
    """
    reach = access.reach(permission)
    if reach.whole_trust:
        return Q()
    school, place = (f"{arb}__school", arb) if arb else ("school", "id")
    return Q(**{f"{school}__in": reach.school_ids}) | Q(**{f"{place}__in": reach.arb_ids})


class OfAgreementQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows of an agreement, for whoever reads the agreement about the ARB."""

    def visible_to(self, access: Access) -> Self:
        """Keep the rows about the ARBs whose agreement the person reads."""
        return self.filter(about_arb(access, Permission.READ_AGREEMENTS))


@keep_history
class ARBStaff(TrustOwned):
    """Somebody who leads an ARB or works in it, named, from when to when."""

    arb = TenantForeignKey("schools.ARB", related_name="staff")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120, help_text="In words, such as higher-level assistant")
    leads = models.BooleanField(default=False, help_text="Leads the ARB")
    person = models.ForeignKey(
        "schools.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = OfARBQuerySet["ARBStaff"].as_manager()

    class Meta:
        ordering = ("-leads", "name", "id")
        indexes = (models.Index(fields=["trust", "arb"], name="arb_staff_by_arb"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="arb_staff_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(
            self.name, self.role, self.leads, self.person_id, self.starts_on, self.ends_on
        )


@keep_history
class SafeguardingContact(TrustOwned):
    """Whom to turn to for safeguarding in an ARB, on the side of the trust or of the host."""

    arb = TenantForeignKey("schools.ARB", related_name="contacts")
    side = models.CharField(max_length=5, choices=Side)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120)
    email = models.EmailField("e-mail address", blank=True)
    telephone = models.CharField(max_length=30, blank=True)

    objects = OfARBQuerySet["SafeguardingContact"].as_manager()

    class Meta:
        ordering = ("side", "id")
        indexes = (models.Index(fields=["trust", "arb"], name="arb_contact_by_arb"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(email="", telephone=""), name="arb_contact_can_be_reached"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.side, self.name, self.role, self.email, self.telephone)


@keep_history
class Lease(TrustOwned):
    """What the host lets the trust use for an ARB, both days included; one at a time."""

    arb = TenantForeignKey("schools.ARB", related_name="leases")
    starts_on = models.DateField()
    ends_on = models.DateField()
    notice_by = models.DateField(null=True, blank=True)
    covers = models.CharField(max_length=1000)

    objects = OfAgreementQuerySet["Lease"].as_manager()

    class Meta:
        ordering = ("-starts_on",)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="lease_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(notice_by__isnull=True)
                | Q(notice_by__gte=F("starts_on"), notice_by__lte=F("ends_on")),
                name="notice_within_lease",
            ),
            ExclusionConstraint(
                name="one_lease_at_a_time",
                expressions=[
                    (F("trust"), RangeOperators.EQUAL),
                    (F("arb"), RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", BOTH_DAYS), RangeOperators.OVERLAPS),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{date_format(self.starts_on, 'j F Y')} to {date_format(self.ends_on, 'j F Y')}"

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.starts_on, self.ends_on, self.notice_by, self.covers)


@keep_history
class LeaseReminder(TrustOwned):
    """A mail that a lease ends, or that notice is due, so many months before that day."""

    lease = TenantForeignKey("schools.Lease", models.CASCADE, related_name="reminders")
    of = models.CharField(max_length=6, choices=LeaseDay)
    day = models.DateField(help_text="The day it told of, as the lease stood then")
    months = models.PositiveSmallIntegerField()
    sent_on = models.DateField()

    class Meta:
        ordering = ("sent_on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "lease", "of", "day", "months"], name="lease_reminder_once"
            ),
        )

    def __str__(self) -> str:
        return f"reminder of lease {self.lease_id}, {self.months} months before {self.day}"


@keep_history
class JointVisit(TrustOwned):
    """A visit by which trust and host assure an ARB's quality together: past, or planned."""

    arb = TenantForeignKey("schools.ARB", related_name="visits")
    on = models.DateField()
    who = models.CharField(max_length=200)
    words = models.CharField(max_length=1000, blank=True)

    objects = OfAgreementQuerySet["JointVisit"].as_manager()

    class Meta:
        ordering = ("-on",)
        constraints = (
            models.UniqueConstraint(fields=["trust", "arb", "on"], name="joint_visit_once_a_day"),
        )

    def __str__(self) -> str:
        return f"joint visit on {date_format(self.on, 'j F Y')}"

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.on, self.who, self.words)


@keep_history
class ARBFunding(TrustOwned):
    """What an ARB is paid for in a school year, and the share of it that its host gets."""

    arb = TenantForeignKey("schools.ARB", related_name="fundings")
    year = TenantForeignKey("schools.AcademicYear", related_name="+")
    places = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=60)
    amount = models.DecimalField("formula amount", max_digits=12, decimal_places=2)
    share_by = models.CharField(max_length=7, choices=ShareBy, help_text="Which of the two leads")
    share_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    share_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    objects = OfAgreementQuerySet["ARBFunding"].as_manager()

    class Meta:
        ordering = ("-year__starts_on", "arb__name")
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                fields=["trust", "arb", "year"], name="arb_funding_once_a_year"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="arb_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(
                    share_by=ShareBy.PERCENT,
                    share_percent__gte=0,
                    share_percent__lte=100,
                    share_percent__isnull=False,
                    share_amount__isnull=True,
                )
                | Q(
                    share_by=ShareBy.AMOUNT,
                    share_amount__gte=0,
                    share_amount__lte=F("amount"),
                    share_amount__isnull=False,
                    share_percent__isnull=True,
                ),
                name="arb_share_by_what_leads",
            ),
        )

    def __str__(self) -> str:
        return f"funding of ARB {self.arb_id} in year {self.year_id}"

    @property
    def split(self) -> Split:
        """The host's share, and what stays with the trust."""
        return split(self.amount, percent=self.share_percent, fixed=self.share_amount)

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(
            self.year_id,
            self.places,
            self.band,
            self.amount,
            self.share_by,
            self.share_percent,
            self.share_amount,
        )

"""A pupil's plan, its outcomes, and each term's step towards them."""

from django.db import models
from django.db.models import F, Q

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.choices import AreaOfNeed, PlanKind, TargetOutcome
from pupils.measures import mark_of
from pupils.models.pupils import OfPupilQuerySet


@keep_history
class Plan(TrustOwned):
    """A plan for a pupil: an EHCP or one of the other kinds."""

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="plans")
    kind = models.CharField(max_length=12, choices=PlanKind)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("starts_on",)
        indexes = (models.Index(fields=["trust", "pupil"], name="plan_by_pupil"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="plan_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def words_seen(self) -> str:
        """The mark of its kind and dates."""
        return mark_of(self.kind, self.starts_on, self.ends_on)


@keep_history
class Outcome(TrustOwned):
    """What a plan wants a pupil to reach, in one of the four areas of need."""

    plan = TenantForeignKey("pupils.Plan", models.CASCADE, related_name="outcomes")
    area = models.CharField("area of need", max_length=13, choices=AreaOfNeed)
    text = models.CharField("outcome", max_length=400)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["trust", "plan"], name="outcome_by_plan"),)

    def __str__(self) -> str:
        return self.text

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.area, self.text)


def target_is_due(of: str = "") -> Q:
    """Return what a target meets that counts: not retired, or judged all the same.

    `of` leads to the targets from another table, such as `pupil__targets__`.
    """
    return Q(**{f"{of}retired_on__isnull": True}) | Q(**{f"{of}judged__isnull": False})


@keep_history
class TermlyTarget(TrustOwned):
    """One term's step towards an outcome, and how far the pupil came."""

    outcome = TenantForeignKey("pupils.Outcome", models.CASCADE, related_name="targets")
    # Also the plan's pupil: reports count targets by pupil without passing two tables.
    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="targets")
    term = TenantForeignKey("schools.Term", related_name="targets")
    position = models.PositiveSmallIntegerField(default=1)
    walt = models.CharField("we are learning to (WALT)", max_length=300)
    wilf = models.CharField("what I'm looking for (WILF)", max_length=300)
    starting_point = models.CharField(max_length=300, blank=True)
    next_step = models.CharField(max_length=300, blank=True)
    carried_from = TenantForeignKey(
        "self",
        related_name="carried_to",
        null=True,
        blank=True,
        help_text="The target of an earlier term that this one goes on from, or is a part of",
    )
    retired_on = models.DateField(null=True, blank=True)
    retired_because = models.CharField(max_length=300, blank=True)
    comment = models.CharField(max_length=500, blank=True, help_text="On how it went")
    judged = models.PositiveSmallIntegerField(choices=TargetOutcome, null=True, blank=True)
    judged_by = models.ForeignKey(
        "schools.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    judged_at = models.DateTimeField(null=True, blank=True)
    version = models.BigIntegerField(default=0, help_text="The last save; 0 when never judged")

    objects = OfPupilQuerySet["TermlyTarget"].as_manager()

    class Meta:
        ordering = ("position",)
        indexes = (
            models.Index(fields=["trust", "outcome"], name="target_by_outcome"),
            models.Index(fields=["trust", "pupil"], name="target_by_pupil"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "term", "pupil", "position"],
                name="target_position_once",
            ),
            models.CheckConstraint(
                condition=Q(retired_on__isnull=True, retired_because="")
                | (Q(retired_on__isnull=False) & ~Q(retired_because="")),
                name="target_retired_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.walt

    @property
    def was_judged(self) -> bool:
        """Whether it is judged, or was before the judgement was taken back."""
        return self.judged is not None or self.version > 0

    @property
    def is_due(self) -> bool:
        """Whether it counts in "n of N judged": not retired, or judged all the same."""
        return self.retired_on is None or self.judged is not None

    @property
    def words_seen(self) -> str:
        """The mark of what the target says: another mark, and somebody has changed it since."""
        return mark_of(self.outcome_id, self.walt, self.wilf, self.starting_point, self.next_step)

    @property
    def comment_seen(self) -> str:
        """The mark of the comment and the next step, as of its words."""
        return mark_of(self.comment, self.next_step)

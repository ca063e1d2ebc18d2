"""The annual review of an education, health and care plan (EHCP): its day, steps and views."""

from django.db import models
from django.db.models import Q

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from pupils.choices import ReviewDecision, ReviewStepKind, Transfer, VoiceSymbol
from pupils.measures import mark_of
from pupils.models.support import SupportQuerySet


@keep_history
class AnnualReview(TrustOwned):
    """The review of a plan in a school year; the clock of its steps runs from the meeting."""

    plan = TenantForeignKey("pupils.Plan", models.CASCADE, related_name="reviews")
    # Also the plan's pupil, as with termly targets.
    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="reviews")
    meets_on = models.DateField("day of the meeting")
    school_year = models.PositiveSmallIntegerField(help_text="The year in which it begins")
    transfer = models.CharField(max_length=7, choices=Transfer, blank=True)
    transfer_year = models.PositiveSmallIntegerField("year of the move", null=True, blank=True)
    form = models.SlugField(max_length=30, db_index=False, help_text="By whose form the pack goes")
    decision = models.CharField(
        "the LA's decision", max_length=5, choices=ReviewDecision, blank=True
    )
    pupil_views = models.CharField("views of the pupil", max_length=2000, blank=True)
    pupil_symbols = models.CharField(
        max_length=80, blank=True, help_text="Symbols that the pupil chose, with blanks between"
    )
    family_views = models.CharField("views of the family", max_length=2000, blank=True)
    recommendations = models.CharField("what is recommended", max_length=2000, blank=True)

    objects = SupportQuerySet["AnnualReview"].as_manager()

    class Meta:
        ordering = ("-meets_on",)
        indexes = (models.Index(fields=["trust", "pupil"], name="review_by_pupil"),)
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "plan", "school_year"], name="plan_reviewed_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(transfer="", transfer_year__isnull=True)
                | (~Q(transfer="") & Q(transfer_year__isnull=False)),
                name="review_transfer_has_a_year",
            ),
        )

    def __str__(self) -> str:
        return f"review of plan {self.plan_id} on {self.meets_on}"

    @property
    def chosen_symbols(self) -> list[VoiceSymbol]:
        """The symbols that the pupil chose."""
        return [VoiceSymbol(each) for each in self.pupil_symbols.split()]

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(
            self.meets_on,
            self.transfer,
            self.transfer_year,
            self.form,
            self.pupil_views,
            self.pupil_symbols,
            self.family_views,
            self.recommendations,
        )


@keep_history
class ReviewStep(TrustOwned):
    """A step of a review that was done; `done_by` is who said so."""

    review = TenantForeignKey("pupils.AnnualReview", models.CASCADE, related_name="steps")
    step = models.CharField(max_length=8, choices=ReviewStepKind)
    done_on = models.DateField()
    done_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")

    class Meta:
        ordering = ("done_on", "id")
        constraints = (
            models.UniqueConstraint(fields=["trust", "review", "step"], name="review_step_once"),
        )

    def __str__(self) -> str:
        return self.get_step_display()


@keep_history
class ReviewAdvice(TrustOwned):
    """Advice that somebody gave for a review, in short."""

    review = TenantForeignKey("pupils.AnnualReview", models.CASCADE, related_name="advice")
    source = models.CharField("whose advice", max_length=120)
    received_on = models.DateField()
    words = models.CharField("what it says", max_length=2000)

    class Meta:
        ordering = ("received_on", "id")
        verbose_name_plural = "review advice"
        indexes = (models.Index(fields=["trust", "review"], name="advice_by_review"),)

    def __str__(self) -> str:
        return self.source

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.source, self.received_on, self.words)

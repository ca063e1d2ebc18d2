"""The formative record between judgements: dated notes, small steps, and files as evidence."""

from typing import Self

from django.db import models
from django.db.models import Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import (
    TenantForeignKey,
    TrustOwned,
    keep_history,
    keep_history_without,
)
from pupils.models import Pupil


class NoteQuerySet(models.QuerySet["Note"]):
    """Notes, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the notes on the pupils that the person sees."""
        if access.reach(Permission.SEE_PUPILS).whole_trust:
            return self
        return self.filter(pupil__in=Pupil.objects.visible_to(access))


@keep_history
class Note(TrustOwned):
    """What was seen on a day: of a pupil, and as a rule in a strand or for a termly target.

    With a point it is a small step: worked on, or secured.
    """

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="notes")
    strand = TenantForeignKey("assessment.Strand", related_name="+", null=True, blank=True)
    target = TenantForeignKey(
        "pupils.TermlyTarget", models.CASCADE, related_name="notes", null=True, blank=True
    )
    point = TenantForeignKey("assessment.Point", related_name="+", null=True, blank=True)
    secured = models.BooleanField(null=True, blank=True, help_text="Of a small step only")
    seen_on = models.DateField()
    text = models.CharField(max_length=1000, blank=True)
    written_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ("-seen_on", "-id")
        indexes = (models.Index(fields=["trust", "pupil", "seen_on"], name="note_by_pupil"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(strand__isnull=True) | Q(target__isnull=True),
                name="note_of_a_strand_or_a_target",
            ),
            models.CheckConstraint(
                condition=Q(point__isnull=True, secured__isnull=True)
                | Q(point__isnull=False, secured__isnull=False, strand__isnull=False),
                name="small_step_is_of_a_strand",
            ),
        )

    def __str__(self) -> str:
        return f"note on {self.pupil_id} of {self.seen_on}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Files, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the files on the pupils that the person sees."""
        return self.filter(note__in=Note.objects.visible_to(access))

    def without_content(self) -> Self:
        """Leave the files themselves in the database, for a list of them."""
        return self.defer("content", "thumbnail")


@keep_history_without("content", "thumbnail")
class Evidence(TrustOwned):
    """A file that belongs to a note, in the database: what holds for the row holds for it."""

    note = TenantForeignKey("assessment.Note", models.CASCADE, related_name="evidence")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, help_text="Media type, found from the content")
    size = models.PositiveIntegerField(help_text="Bytes")
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField()
    thumbnail = models.BinaryField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["trust", "note"], name="evidence_by_note"),)

    def __str__(self) -> str:
        return self.name


class TestScoreQuerySet(models.QuerySet["TestScore"]):
    """Test scores, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the scores of the pupils that the person sees."""
        if access.reach(Permission.SEE_PUPILS).whole_trust:
            return self
        return self.filter(pupil__in=Pupil.objects.visible_to(access))


@keep_history
class TestScore(TrustOwned):
    """What a pupil reached in a test, to stand beside the teacher's judgements."""

    __test__ = False  # not a test of ours

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="test_scores")
    core_area = TenantForeignKey("assessment.CoreArea", related_name="+", null=True, blank=True)
    test = models.CharField(max_length=80)
    taken_on = models.DateField()
    score = models.DecimalField(max_digits=6, decimal_places=2)
    out_of = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    entered_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")

    objects = TestScoreQuerySet.as_manager()

    class Meta:
        ordering = ("-taken_on", "test")
        constraints = (
            models.UniqueConstraint(
                fields=["trust", "pupil", "test", "taken_on"], name="test_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0) & (Q(out_of__isnull=True) | Q(out_of__gt=0)),
                name="test_score_not_negative",
            ),
        )

    def __str__(self) -> str:
        return f"{self.test}: {self.score}"

"""The formative record between judgements: dated notes, small steps, and files as evidence."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import (
    TenantForeignKey,
    TrustOwned,
    keep_history,
    keep_history_without,
)
from pupils.measures import mark_of
from pupils.models import Placement
from pupils.models.pupils import OfPupilQuerySet

# How long a note that was removed can be brought back.
WAY_BACK = dt.timedelta(hours=1)


class NoteQuerySet(models.QuerySet["Note"]):
    """Notes, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the notes on the pupils that the person sees; none that was removed."""
        return self._of_pupils_seen_by(access).filter(removed_at__isnull=True)

    def removed_lately(self, access: Access) -> Self:
        """Keep those on the same pupils that were removed and can still be brought back."""
        return self._of_pupils_seen_by(access).filter(removed_at__gt=timezone.now() - WAY_BACK)

    def removed_for_good(self) -> Self:
        """Keep those that nobody can bring back any more."""
        return self.filter(removed_at__lte=timezone.now() - WAY_BACK)

    def _of_pupils_seen_by(self, access: Access) -> Self:
        """Keep the notes on pupils seen; where a pupil has left, those until the last day there.

        So a placement of theirs has not ended by the day of the note.
        """
        if access.reach(Permission.SEE_PUPILS).whole_trust:
            return self
        held = Placement.objects.visible_to(access).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("seen_on")),
            pupil=OuterRef("pupil"),
        )
        return self.filter(Exists(held))


# Whoever removes a note may have written about the wrong child: no old words of it stay behind.
@keep_history_without("text")
class Note(TrustOwned):
    """What was seen on a day: of a pupil, and as a rule in a strand or for a termly target.

    With a point it is a small step: worked on, or secured.
    """

    pupil = TenantForeignKey("pupils.Pupil", models.CASCADE, related_name="notes")
    strand = TenantForeignKey("assessment.Strand", related_name="+", null=True, blank=True)
    target = TenantForeignKey(
        # A target that was never judged may be removed; what was seen stays.
        "pupils.TermlyTarget",
        models.SET_NULL,
        related_name="notes",
        null=True,
        blank=True,
    )
    point = TenantForeignKey("assessment.Point", related_name="+", null=True, blank=True)
    secured = models.BooleanField(null=True, blank=True, help_text="Of a small step only")
    seen_on = models.DateField()
    text = models.CharField(max_length=1000, blank=True)
    written_by = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    # Of each change the history keeps a row: without this one, of changed words it would not.
    changed_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="Removed, with a way back for a moment"
    )

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

    @property
    def words_seen(self) -> str:
        """The mark of what it says, without its files."""
        about = self.strand_id, self.target_id
        return mark_of(*about, self.seen_on, self.text, self.point_id, self.secured)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Files, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the files on the pupils that the person sees."""
        return self.filter(note__in=Note.objects.visible_to(access))

    def without_content(self) -> Self:
        """Leave the files themselves in the database, for a list of them."""
        return self.defer("content", "thumbnail")


# Nor the name of a file, in which a child's may stand.
@keep_history_without("content", "thumbnail", "name")
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

    @property
    def is_picture(self) -> bool:
        """Whether a browser may show it, and a thumbnail of it; a PDF is only downloaded."""
        return self.kind.startswith("image/")


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

    objects = OfPupilQuerySet["TestScore"].as_manager()

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

    @property
    def words_seen(self) -> str:
        """The mark of what it says."""
        return mark_of(self.test, self.taken_on, self.score, self.out_of, self.core_area_id)

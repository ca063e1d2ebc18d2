"""The formative record of a pupil: notes and small steps, and what they may be about."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from assessment.models import Evidence, Expectation, Note, Strand
from assessment.selectors.baselines import due_strands, term_now
from assessment.selectors.versions import ancestors
from parrcs.core.access import Access, Permission
from pupils.models import TermlyTarget
from pupils.selectors.pupils import PupilFile

IN_A_CELL = 20
LATEST = 5


@dataclass(frozen=True)
class Subject:
    """What a note is about: a strand, a termly target, or neither: the pupil in general."""

    strand: Strand | None = None
    target: TermlyTarget | None = None

    @property
    def key(self) -> str:
        """How a form names it."""
        if self.strand:
            return f"strand-{self.strand.pk}"
        return f"target-{self.target.pk}" if self.target else ""

    @property
    def query(self) -> str:
        """How an address names it."""
        return self.key.replace("-", "=")

    @property
    def name(self) -> str:
        """What a person calls it."""
        if self.strand:
            return self.strand.name
        if self.target:
            return f"Target {self.target.position}, {self.target.term}"
        return "In general"


@dataclass(frozen=True)
class ShownNote:
    """A note as a person sees it."""

    note: Note
    may_change: bool
    version: str = ""

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.note.strand, self.note.target)


@dataclass(frozen=True)
class CellRecord:
    """What is noted of a pupil in a strand or for a target, the latest first."""

    subject: Subject
    notes: Sequence[ShownNote]
    total: int
    removed: Sequence[Note]


def notes_of(
    access: Access,
    *,
    file: PupilFile,
    about: Subject | None = None,
    files_only: bool = False,
) -> QuerySet[Note]:
    """Return the notes on a pupil as far as the file is seen, the latest first, with their files.

    Who sees the pupil until a day sees no target of a term that began later, nor its notes.
    """
    begun = Q(target__isnull=True) | Q(target__term__starts_on__lte=file.seen_until or dt.date.max)
    evidence = Evidence.objects.visible_to(access)
    notes = (
        Note.objects.visible_to(access)
        .filter(begun, pupil=file.pupil)
        .select_related("strand__stream", "target__term", "point", "written_by")
        .prefetch_related(Prefetch("evidence", evidence.without_content()))
    )
    if about is not None:
        notes = notes.filter(strand=about.strand, target=about.target)
    return notes.filter(Exists(evidence.filter(note=OuterRef("pk")))) if files_only else notes


def shown(file: PupilFile, notes: Iterable[Note], *, now: Strand | None = None) -> list[ShownNote]:
    """Return notes as the person sees them; `now` is the strand that others came before."""
    return [
        ShownNote(
            note,
            may_change(file, note),
            note.strand.stream.version if now and note.strand and note.strand != now else "",
        )
        for note in notes
    ]


def may_change(file: PupilFile, note: Note) -> bool:
    """Say whether the person may change a note: their own, or anybody's where they lead."""
    return file.may(Permission.RECORD) and (
        note.written_by_id == file.access.person_id or file.may(Permission.CORRECT_RECORD)
    )


def removed_notes(access: Access, *, file: PupilFile) -> list[Note]:
    """Return the notes that the person may still bring back."""
    removed = (
        Note.objects.removed_lately(access)
        .filter(pupil=file.pupil)
        .select_related("strand", "target__term")
        .order_by("-removed_at")
    )
    return [note for note in removed if may_change(file, note)]


def subject_of(
    access: Access, *, file: PupilFile, strand_id: int | None, target_id: int | None
) -> Subject | None:
    """Return the strand, or the target of this pupil, that is asked for; None if there is none.

    A strand is one that is or was due on a route of the pupil's, one that such a strand goes on
    from, or one in which something is noted already.
    """
    if strand_id is not None:
        strand = Strand.objects.select_related("stream").filter(pk=strand_id).first()
        if strand and _is_the_pupils(access, file, strand):
            return Subject(strand=strand)
        return None
    if target_id is None:
        return None
    target = _targets(access, file).filter(pk=target_id).first()
    return Subject(target=target) if target else None


def cell_record(access: Access, *, file: PupilFile, subject: Subject) -> CellRecord:
    """Return the notes on a pupil in a strand, its earlier versions included, or for a target."""
    strand_ids: set[int] = set()
    if subject.strand:
        before = ancestors([subject.strand.pk]).get(subject.strand.pk, [])
        strand_ids = {subject.strand.pk, *(each.strand_id for each in before)}
        about = Q(strand__in=strand_ids)
    else:
        about = Q(target=subject.target)
    notes = notes_of(access, file=file).filter(about)
    total = notes.count()
    removed = [
        note
        for note in removed_notes(access, file=file)
        if note.strand_id in strand_ids or (subject.target and note.target == subject.target)
    ]
    return CellRecord(subject, shown(file, notes[:IN_A_CELL], now=subject.strand), total, removed)


def latest_notes(access: Access, *, file: PupilFile) -> list[ShownNote]:
    """Return the latest few notes on a pupil."""
    return shown(file, notes_of(access, file=file)[:LATEST])


def subjects(access: Access, *, file: PupilFile) -> list[Subject]:
    """Return what a new note may be about: the strands due, and the targets not yet over."""
    term = term_now(file)
    targets = _targets(access, file).filter(retired_on__isnull=True)
    if term is not None:
        targets = targets.filter(term__starts_on__gte=term.starts_on)
    return [
        *(Subject(strand=strand) for strand in due_strands(file, term=term)),
        *(Subject(target=target) for target in targets),
    ]


def subjects_noted(access: Access, *, file: PupilFile) -> list[Subject]:
    """Return the strands and targets that the notes on a pupil are about."""
    strands, targets = set(), set()
    for strand, target in notes_of(access, file=file).order_by().values_list("strand", "target"):
        strands.add(strand)
        targets.add(target)
    return [
        *(
            Subject(strand=strand)
            for strand in Strand.objects.select_related("stream")
            .filter(pk__in=strands - {None})
            .order_by("stream__code", "stream__version", "position")
        ),
        *(Subject(target=each) for each in _targets(access, file).filter(pk__in=targets - {None})),
    ]


type Step = tuple[Decimal, bool, dt.date]


def small_steps(access: Access, *, pupil_ids: Iterable[int]) -> dict[int, dict[int, list[Step]]]:
    """Return the small steps of some pupils by strand, by time: the point's value, secured, day.

    Each stands under the strand it was noted in, in the points of that strand's version.
    """
    found: dict[int, dict[int, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for pupil, strand, value, secured, day in (
        Note.objects.visible_to(access)
        .filter(pupil__in=list(pupil_ids), point__isnull=False)
        .order_by("seen_on", "id")
        .values_list("pupil", "strand", "point__value", "secured", "seen_on")
    ):
        found[pupil][strand].append((value, bool(secured), day))
    return {pupil: dict(by_strand) for pupil, by_strand in found.items()}


def _is_the_pupils(access: Access, file: PupilFile, strand: Strand) -> bool:
    expected = Expectation.objects.filter(
        route__in={each.route_id for each in file.placements}, stream__approved_from__isnull=False
    )
    if expected.filter(stream=strand.stream_id).exists():
        return True
    if notes_of(access, file=file, about=Subject(strand=strand)).exists():
        return True
    due = Strand.objects.filter(stream__expectations__in=expected).values_list("pk", flat=True)
    lines = ancestors(set(due)).values()
    return any(strand.pk == each.strand_id for line in lines for each in line)


def _targets(access: Access, file: PupilFile) -> QuerySet[TermlyTarget]:
    return (
        TermlyTarget.objects.visible_to(access)
        .filter(pupil=file.pupil, term__starts_on__lte=file.seen_until or dt.date.max)
        .select_related("term")
        .order_by("-term__starts_on", "position")
    )

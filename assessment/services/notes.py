"""Writing the formative record: notes, small steps and their files."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from assessment.models import Note, Point
from assessment.selectors.notes import Subject, may_change, notes_of, removed_notes
from assessment.services.evidence import MOST_FILES, CheckedFile, store
from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import in_trust
from pupils.selectors.pupils import PupilFile
from pupils.services.operations import Refused, begin
from schools.models import Trust


class NoteRefused(Exception):
    """A note that cannot be; says why in words, and of which part."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


@dataclass(frozen=True)
class NoteContent:
    """What a note says; with a point it is a small step, worked on or secured."""

    subject: Subject
    seen_on: dt.date
    text: str
    point: Point | None
    secured: bool


@transaction.atomic
def write_note(
    *,
    by: Access,
    file: PupilFile,
    content: NoteContent,
    files: Sequence[CheckedFile],
    operation_id: UUID,
) -> None:
    """Write a note on a pupil. A repeat of an operation does nothing. Raises `NoteRefused`."""
    if not file.lets(by, Permission.RECORD):
        raise PermissionDenied
    _check(file, content, len(files))
    asked = {"pupil": file.pupil.pk, "note": _digest(content, files)}
    try:
        repeated = begin(by=by, operation_id=operation_id, asked=asked).repeated
    except Refused as refused:
        # The words themselves do not stay with the save: a note can be removed, a save cannot.
        raise NoteRefused(
            None, "This form was saved before with other words. Look at the notes, then save again."
        ) from refused
    if repeated:
        return
    note = Note.objects.create(pupil=file.pupil, written_by_id=by.person_id, **_columns(content))
    store(note, files)


@transaction.atomic
def change_note(
    *,
    by: Access,
    file: PupilFile,
    note: Note,
    content: NoteContent,
    files: Sequence[CheckedFile],
    without: Collection[int],
) -> None:
    """Change a note, add files and take away those of some ids; history keeps what it said.

    Raises `NoteRefused`.
    """
    note = _own(by, file, note)
    kept = [each for each in note.evidence.without_content() if each.pk not in without]
    _check(file, content, len(kept) + len(files), has_files=bool(kept or files))
    for name, value in _columns(content).items():
        setattr(note, name, value)
    note.save(update_fields=list(_columns(content)))
    note.evidence.filter(pk__in=without).delete()
    store(note, files)


@transaction.atomic
def remove_note(*, by: Access, file: PupilFile, note: Note) -> None:
    """Take a note away; for a while it can be brought back, then it is deleted with its files."""
    note = _own(by, file, note)
    note.removed_at = timezone.now()
    note.save(update_fields=["removed_at"])
    Note.objects.removed_for_good().delete()


@transaction.atomic
def bring_back_note(*, by: Access, file: PupilFile, note: Note) -> None:
    """Undo the removal of a note, while that is possible."""
    if note not in removed_notes(by, file=file):
        raise PermissionDenied
    note.removed_at = None
    note.save(update_fields=["removed_at"])


def delete_removed_notes() -> None:
    """Delete, in every trust, the notes that nobody can bring back any more."""
    # The trusts themselves have no policy: they are what the register of schools says.
    for trust_id in Trust.objects.values_list("pk", flat=True):
        with in_trust(trust_id):
            Note.objects.removed_for_good().delete()


def _own(by: Access, file: PupilFile, note: Note) -> Note:
    """Return a note that the person may change, held against other changes."""
    if by != file.access or not may_change(file, note):
        raise PermissionDenied
    return notes_of(by, file=file).select_for_update(of=("self",)).get(pk=note.pk)


def _check(
    file: PupilFile, content: NoteContent, files: int, *, has_files: bool | None = None
) -> None:
    day = content.seen_on
    if day > timezone.localdate():
        raise NoteRefused("seen_on", "This day is still to come.")
    if day < file.pupil.born_on:
        raise NoteRefused("seen_on", "This is before the pupil was born.")
    if file.seen_until and day > file.seen_until:
        raise NoteRefused(
            "seen_on",
            f"{file.pupil} left on {date_format(file.seen_until, 'j F Y')}."
            " A note is of a day until then.",
        )
    strand = content.subject.strand
    if content.point and strand is None:
        raise NoteRefused("point", "A small step is a step in a strand. Choose the strand.")
    if content.point and strand and content.point.stream_id != strand.stream_id:
        raise NoteRefused("point", f"This step is not on the scale of {strand.name}.")
    if files > MOST_FILES:
        raise NoteRefused(
            "attached",
            f"These are {files} files. A note holds up to {MOST_FILES}; write another one.",
        )
    if not (content.text or content.point or (has_files if has_files is not None else files)):
        raise NoteRefused("text", "Write what you saw, choose a small step, or add a file.")


def _columns(content: NoteContent) -> dict[str, object]:
    return {
        "strand": content.subject.strand,
        "target": content.subject.target,
        "seen_on": content.seen_on,
        "text": content.text,
        "point": content.point,
        "secured": content.secured if content.point else None,
    }


def _digest(content: NoteContent, files: Sequence[CheckedFile]) -> str:
    """Return a mark of what a note says, by which a repeat of its save is known."""
    said = [
        content.subject.key,
        content.seen_on.isoformat(),
        content.text,
        content.point.pk if content.point else None,
        content.secured,
        [hashlib.sha256(each.content).hexdigest() for each in files],
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()

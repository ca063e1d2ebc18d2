"""Writing the formative record: notes, small steps and their files."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from assessment.models import Note, Point
from assessment.selectors.notes import Subject, may_change, notes_of
from assessment.services.evidence import MOST_FILES, CheckedFile, store
from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import in_trust
from pupils.selectors.pupils import PupilFile
from pupils.services.operations import Refused, begin
from pupils.services.seen import correct
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
    asked: dict[str, object] = {"pupil": file.pupil.pk, "note": _digest(content, files)}
    if _repeated(by, operation_id, asked):
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
    operation_id: UUID,
    seen: str,
) -> None:
    """Change a note, add files and take away those of some ids. A repeat does nothing.

    `seen` is the mark of the words that the person saw. Raises `NoteRefused`, and
    `ChangedMeanwhile` where others stand by now.
    """
    note = _own(by, file, note)
    asked: dict[str, object] = {"changes": note.pk, "without": sorted(without)}
    if _repeated(by, operation_id, asked | {"note": _digest(content, files)}):
        return
    kept = [each for each in note.evidence.without_content() if each.pk not in without]
    _check(file, content, len(kept) + len(files), has_files=bool(kept or files))
    if correct(note, _columns(content), seen=seen):
        note.changed_at = timezone.now()
        note.save(update_fields=["changed_at", *_columns(content)])
    note.evidence.filter(pk__in=without).delete()
    store(note, files)


@transaction.atomic
def remove_note(*, by: Access, file: PupilFile, note: Note) -> None:
    """Take a note away; for a while it can be brought back, then it is deleted with its files.

    Raises `NoteRefused` for one that is gone.
    """
    note = _own(by, file, note)
    note.removed_at = timezone.now()
    note.save(update_fields=["removed_at"])
    _delete_for_good()


@transaction.atomic
def bring_back_note(*, by: Access, file: PupilFile, note: Note) -> None:
    """Undo the removal of a note, while that is possible. Raises `NoteRefused` once it is not."""
    if by != file.access or not may_change(file, note):
        raise PermissionDenied
    note = _held(Note.objects.removed_lately(by).filter(pupil=file.pupil), note)
    note.removed_at = None
    note.save(update_fields=["removed_at"])


def delete_removed_notes() -> None:
    """Delete, in every trust, the notes that nobody can bring back any more."""
    # The trusts themselves have no policy: they are what the register of schools says.
    for trust_id in Trust.objects.values_list("pk", flat=True):
        with in_trust(trust_id):
            _delete_for_good()


def _delete_for_good() -> None:
    # Held first: what somebody brings back at this moment is left to them.
    gone = Note.objects.removed_for_good().select_for_update(skip_locked=True)
    Note.objects.filter(pk__in=[note.pk for note in gone]).delete()


def _repeated(by: Access, operation_id: UUID, asked: dict[str, object]) -> bool:
    """Say whether a save was done before; one with the mark of another is refused."""
    try:
        return begin(by=by, operation_id=operation_id, asked=asked).repeated
    except Refused as refused:
        # The words themselves do not stay with the save: a note can be removed, a save cannot.
        raise NoteRefused(
            None, "This form was saved before with other words. Look at the notes, then save again."
        ) from refused


def _own(by: Access, file: PupilFile, note: Note) -> Note:
    """Return a note that the person may change, held against other changes."""
    if by != file.access or not may_change(file, note):
        raise PermissionDenied
    return _held(notes_of(by, file=file), note)


def _held(notes: QuerySet[Note], note: Note) -> Note:
    """Return a note as it is now, if it is one of these; who else changes it waits."""
    held = notes.filter(pk=note.pk).select_for_update(of=("self",)).first()
    if held is None:
        raise NoteRefused(None, "This note is no longer there: removed, or brought back.")
    return held


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

"""Words that imports are described with."""

from django.db.models import TextChoices


class ImportKind(TextChoices):
    """What a file brings."""

    PUPILS = "pupils", "Pupils and their placements"
    CTF = "ctf", "Pupils from a common transfer file (CTF)"
    TARGETS = "targets", "Termly targets"
    JUDGEMENTS = "judgements", "Judgements of a term"
    ATTENDANCE = "attendance", "Attendance"


class ImportState(TextChoices):
    WAITING = "waiting", "Waiting to be checked"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked, not applied"
    REFUSED = "refused", "Refused"
    APPLYING = "applying", "Being applied"
    APPLIED = "applied", "Applied"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"


# A worker is at it, or is to be.
UNFINISHED = (
    ImportState.WAITING,
    ImportState.CHECKING,
    ImportState.APPLYING,
    ImportState.UNDOING,
)


class LineOutcome(TextChoices):
    """What a line of the file does, or has done."""

    WAITING = "waiting", "Not yet checked"
    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    UNCHANGED = "unchanged", "Unchanged"
    REFUSED = "refused", "Refused"


class RecordKind(TextChoices):
    """What is kept for a time of its own."""

    PUPIL = "pupil", "Pupils who have left, with all that is kept of them"
    NOTE = "note", "Notes, with their files"
    EVIDENCE = "evidence", "Files that belong to notes"
    ACHIEVEMENT = "achievement", "Achievements, with their photos"
    ATTENDANCE = "attendance", "Attendance"
    REQUEST = "request", "Placement requests of children who did not come"


class ErasureReason(TextChoices):
    """Why something is erased; what a log may say without naming anybody."""

    KEPT_LONG_ENOUGH = "retention", "Kept as long as the trust keeps it"
    RIGHT = "right", "Asked for by the pupil or somebody with parental responsibility"
    MISTAKE = "mistake", "The record should never have been made"
    ORDER = "order", "Ordered by a court or the Information Commissioner"


class ErasureState(TextChoices):
    WAITING = "waiting", "Waiting for a worker"
    ERASING = "erasing", "Being erased"
    DONE = "done", "Erased"
    FAILED = "failed", "Not done"


class AskedBy(TextChoices):
    """Who asked for a copy of a record."""

    PUPIL = "pupil", "The pupil"
    PARENT = "parent", "A parent or carer"
    OTHER = "other", "Somebody on their behalf"


# For how many years, where a trust has not said otherwise; None: as long as the pupil's own record.
# The toolkit of the Information and Records Management Society (IRMS) for academies says the same.
USUAL_YEARS = {
    RecordKind.PUPIL: 25,
    RecordKind.NOTE: None,
    RecordKind.EVIDENCE: None,
    RecordKind.ACHIEVEMENT: None,
    RecordKind.ATTENDANCE: 6,
    RecordKind.REQUEST: 1,
}

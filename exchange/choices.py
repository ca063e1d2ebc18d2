"""Words that imports are described with."""

from django.db.models import TextChoices


class ImportKind(TextChoices):
    """What a file brings."""

    PUPILS = "pupils", "Pupils and their placements"
    CTF = "ctf", "Pupils from a common transfer file (CTF)"
    TARGETS = "targets", "Termly targets"
    JUDGEMENTS = "judgements", "Judgements of a term"


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

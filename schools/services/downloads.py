"""Writing down which file was sent to whom."""

from parrcs.core.access import Access
from schools.choices import FileFormat
from schools.models import Download

_LONGEST = 200


def log_download(
    *, by: Access, what: str, kind: str, thing_id: int, file_format: FileFormat
) -> None:
    """Write down that a file is sent to a person, in the transaction of the sending itself.

    `what` says in words what it is and names no pupil: whoever reads the log may see none.
    `kind` is one word for its sort, `thing_id` its id there.
    """
    Download.objects.create(
        person_id=by.person_id,
        what=what[:_LONGEST],
        kind=kind,
        thing_id=thing_id,
        format=file_format,
    )


def format_of(ending: str, *, several: bool = False) -> FileFormat:
    """Return how a list with this ending is sent: several tables as CSV are a ZIP."""
    return FileFormat.ZIP if several and ending == FileFormat.CSV else FileFormat(ending)

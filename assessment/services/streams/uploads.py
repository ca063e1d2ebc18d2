"""Streams that a trust makes itself: uploaded as a file, downloaded to start from."""

from collections.abc import Mapping
from typing import NamedTuple

from django.core.exceptions import PermissionDenied

from assessment.models import Stream
from assessment.selectors.streams import core_areas_of_trust, routes_of_trust
from assessment.services.streams.content import content_of
from assessment.services.streams.files import (
    Problem,
    StreamFile,
    StreamFileError,
    Where,
    read_yaml,
)
from assessment.services.streams.sheets import as_xlsx, read_xlsx
from assessment.services.streams.versions import more_faults, store_stream
from parrcs.core.access import Access, Permission
from parrcs.core.workbooks import ZIP_STARTS, other_kind

_WANTED = "A stream is a workbook made from the template (.xlsx), or a YAML file"


class Uploaded(NamedTuple):
    """The version that a file has made, or had made before."""

    stream: Stream
    is_new: bool


def upload_stream(*, by: Access, name: str, content: bytes) -> Uploaded:
    """Keep the version of a stream that a file describes, to be approved.

    What kind of file it is shows in its content; `name` only names it in errors. Raises
    `StreamFileError`, and then nothing has been stored.
    """
    if not by.reach(Permission.SET_STREAMS).whole_trust:
        raise PermissionDenied
    try:
        stream_file, where = read_upload(name=name, content=content)
    except StreamFileError as error:
        raise more_faults(error, source=name) from error
    before = set(Stream.objects.filter(code=stream_file.code).values_list("pk", flat=True))
    stream = store_stream(stream_file=stream_file, source=name, where=where, loaded_by=by.person_id)
    return Uploaded(stream, stream.pk not in before)


def read_upload(*, name: str, content: bytes) -> tuple[StreamFile, Where]:
    """Read a stream from a file of any kind. Raises `StreamFileError`."""
    if not content.strip():
        raise _refused(name, "is empty")
    if content.startswith(ZIP_STARTS):
        return read_xlsx(source=name, content=content)
    if words := other_kind(content):
        raise _refused(name, words)
    if name.lower().endswith((".xlsx", ".xls", ".ods")):
        raise _refused(name, "is not an Excel workbook, whatever its name says")
    if b"\x00" in content:
        raise _refused(name, "is neither a workbook nor text")
    try:
        return read_yaml(source=name, content=content)
    except StreamFileError as error:
        said = error.found if isinstance(error.found, Mapping) else {}
        if name.lower().endswith((".yaml", ".yml")) or said.keys() & {"code", "scale", "strands"}:
            raise
        is_table = name.lower().endswith((".csv", ".tsv"))
        raise _refused(
            name,
            "is a table of text, which has no sheets, and is not a stream"
            if is_table
            else "is text, but not a stream",
            "Download the template and copy what you have into its sheets",
        ) from error


def stream_workbook(*, by: Access, stream: Stream | None) -> bytes:
    """Write a version as a workbook; without one, the template with the trust's own routes."""
    return as_xlsx(
        content_of(stream) if stream else None,
        routes=[each.code for each in routes_of_trust(by)],
        areas=[each.code for each in core_areas_of_trust(by)],
    )


def _refused(name: str, words: str, advice: str = "") -> StreamFileError:
    return StreamFileError(name, [Problem("", ". ".join(filter(None, (words, _WANTED, advice))))])

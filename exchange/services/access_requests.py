"""What is done for a subject access request: written down, answered with a copy, closed."""

import datetime as dt
import json
import zipfile
from collections.abc import Iterator, Sequence
from io import RawIOBase
from typing import Any, override

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder

from exchange.models import AccessCopy, AccessRequest
from exchange.selectors.records import KeptFile, Record, whole_record
from exchange.services.record_print import record_pdf
from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import in_trust
from pupils.selectors.pupils import PupilFile

READ_ME = "read-me.txt"


def note_request(
    *, by: Access, file: PupilFile, asked_by: str, received_on: dt.date
) -> AccessRequest:
    """Write down that somebody asked for all that is kept of a pupil."""
    _check_may(by, file)
    return AccessRequest.objects.create(
        pupil=file.pupil, asked_by=asked_by, received_on=received_on, entered_by_id=by.person_id
    )


def close_request(*, by: Access, file: PupilFile, request: AccessRequest, on: dt.date) -> None:
    """Write down that a request was answered; saying so again changes nothing."""
    _check_may(by, file)
    AccessRequest.objects.visible_to(by).filter(pk=request.pk, answered_on=None).update(
        answered_on=on
    )


def make_copy(*, by: Access, file: PupilFile, request: AccessRequest) -> Iterator[bytes]:
    """Write down that a copy is made, and return it: a ZIP file, piece by piece.

    It is kept nowhere. Record and PDF are made at once, so that what goes wrong with them does
    so before anything is sent; files come out of the database one by one as they are sent.
    """
    _check_may(by, file)
    AccessCopy.objects.create(request=request, made_by_id=by.person_id)
    record = whole_record(by, file=file)
    return _packed(
        by,
        record.files,
        {
            READ_ME: _read_me(file).encode(),
            "record.json": _as_json(record, file),
            "record.pdf": record_pdf(by=by, file=file, record=record),
        },
    )


def _check_may(by: Access, file: PupilFile) -> None:
    if by != file.access or not file.may_for_school(Permission.COPY_RECORD):
        raise PermissionDenied


def _as_json(record: Record, file: PupilFile) -> bytes:
    """Return the record for other programs; a column has its name, and its label beside it."""
    sections = [
        {
            "name": each.name,
            "about": each.about,
            "columns": each.labels,
            "rows": [{"id": row.number, **row.values} for row in each.entries],
            "history": [
                {
                    "id": change.number,
                    "what": change.what,
                    "at": change.at,
                    "by": change.by,
                    "as_it_was": change.values,
                }
                for change in each.changes
            ],
        }
        for each in record.sections
    ]
    whole = {
        "pupil": str(record.pupil),
        "upn": record.pupil.upn,
        "trust": file.pupil.trust.name,
        "made_on": file.today,
        "record": sections,
    }
    return json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()


def _read_me(file: PupilFile) -> str:
    return (
        f"All that {file.pupil.trust.name} keeps of {file.pupil}, as of"
        f" {file.today:%-d %B %Y}.\r\n\r\n"
        "record.pdf   to read\r\n"
        "record.json  the same and every column, for other programs; with what was changed\r\n"
        "files/       photos and files\r\n\r\n"
        "Members of staff are named where they recorded something. The full names and UPNs of\r\n"
        "other pupils have been left out.\r\n"
    )


class _Pieces(RawIOBase):
    """What a ZIP file is written to: it is handed on and not gone back in."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[bytes] = []

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, piece: Any) -> int:
        self.waiting.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """Return what has been written since the last time."""
        piece = b"".join(self.waiting)
        self.waiting.clear()
        return piece


def _packed(by: Access, files: Sequence[KeptFile], made: dict[str, bytes]) -> Iterator[bytes]:
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in made.items():
            packed.writestr(name, content)
            yield pieces.taken()
        for file in files:
            kept = _content(by, file)
            if kept is not None:
                # Pictures and PDFs are packed already.
                packed.writestr(file.path, kept, zipfile.ZIP_STORED)
                yield pieces.taken()
    yield pieces.taken()


def _content(by: Access, file: KeptFile) -> bytes | None:
    """Return a file; None when somebody has taken it away in the meantime.

    The request's own transaction is over by the time it is sent.
    """
    with in_trust(by.trust_id, person_id=by.person_id):
        found = file.model._base_manager.filter(pk=file.row).values_list(file.column, flat=True)
        content = found.first()
        return None if content is None else bytes(content)

"""What people ask of imports: to take a file in, to apply it, to undo it, to leave it."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from exchange.choices import ImportState
from exchange.models import Import, ImportLine
from exchange.services.bells import ring
from exchange.services.files.tables import FileRefused
from exchange.services.kinds import KINDS
from exchange.services.kinds.base import scope_of
from parrcs.core.access import Access, Permission
from parrcs.core.jobs import LINES_OF_IMPORTS, share_until_the_end
from schools.models import ARB, School

__all__ = ["CannotGoOn", "FileRefused", "apply_import", "discard_import", "send_file"]
BATCH = 1000


class CannotGoOn(Exception):
    """What was asked for cannot be done now; says why in words."""


@transaction.atomic
def send_file(
    *,
    by: Access,
    kind: str,
    name: str,
    content: bytes,
    school: School | None = None,
    arb: ARB | None = None,
    options: Mapping[str, Any] | None = None,
) -> Import:
    """Take a file in, to be checked by a worker; nothing it is about changes yet.

    It is for the pupils of an ARB, of a school, or without both of the whole trust. Raises
    `FileRefused` for one that cannot be read; then nothing is stored.
    """
    run = Import(
        kind=kind,
        name=name[-200:],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        school=None if arb else school,
        arb=arb,
        options=dict(options or {}),
        sent_by_id=by.person_id,
        asked_at=timezone.now(),
    )
    _check_may(by, run)
    sheet = KINDS[kind].read(name, content)
    run.content = content
    run.columns = [list(pair) for pair in sheet.columns]
    run.all_lines = len(sheet.lines)
    run.save()
    ImportLine.objects.bulk_create(
        [
            ImportLine(run=run, position=position, number=line.number, texts=list(line.texts))
            for position, line in enumerate(sheet.lines, start=1)
        ],
        batch_size=BATCH,
    )
    _ring(by, run)
    return run


def apply_import(*, by: Access, run: Import) -> None:
    """Have a worker do what the preview shows. Raises `CannotGoOn`."""
    _check_may(by, run)
    _ask(
        by,
        run,
        (ImportState.CHECKED, ImportState.APPLYING),
        words="This file is not waiting to be applied any more.",
        applied_by_id=by.person_id,
    )


def undo_import(*, by: Access, run: Import) -> None:
    """Have a worker put back what an import changed. Raises `CannotGoOn`."""
    _check_may(by, run)
    if not run.may_be_undone:
        raise CannotGoOn("An import can be undone for seven days after it was applied.")
    _ask(
        by,
        run,
        (ImportState.APPLIED, ImportState.UNDOING),
        words="This import is not there to be undone any more.",
        undone_by_id=by.person_id,
    )


def discard_import(*, by: Access, run: Import) -> None:
    """Delete a file that was checked and not applied, with its lines. Raises `CannotGoOn`."""
    _check_may(by, run)
    share_until_the_end(LINES_OF_IMPORTS, by.trust_id)
    deleted, _ = (
        Import.objects.visible_to(by)
        .filter(pk=run.pk, state__in=(ImportState.CHECKED, ImportState.REFUSED))
        .delete()
    )
    if not deleted:
        raise CannotGoOn("This file is being worked on, or has been applied.")


def _ask(
    by: Access,
    run: Import,
    states: tuple[ImportState, ImportState],
    *,
    words: str,
    **who: int,
) -> None:
    """Move an import on, if it stands where the person saw it, and call a worker to it."""
    asked = (
        Import.objects.visible_to(by)
        .filter(pk=run.pk, state=states[0])
        .update(state=states[1], attempts=0, problem="", asked_at=timezone.now(), **who)
    )
    if not asked:
        raise CannotGoOn(words)
    _ring(by, run)


def _check_may(by: Access, run: Import) -> None:
    """Ask that the person may take in files of this kind for this place."""
    for permission in (Permission.IMPORT, KINDS[run.kind].permission):
        reach, scope = by.reach(permission), scope_of(run)
        school_id = run.arb.school_id if run.arb else run.school_id
        if not reach.whole_trust and (
            scope.whole_trust or not reach.covers(school_id=school_id, arb_id=run.arb_id)
        ):
            raise PermissionDenied


def _ring(by: Access, run: Import) -> None:
    # Only a committed row may be rung for. Should the broker be away, `resume_imports` rings later.
    transaction.on_commit(partial(ring, trust_id=by.trust_id, import_id=run.pk), robust=True)

"""What people decide about keeping: for how many years, and what is to be erased."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction

from exchange.choices import ErasureReason, RecordKind
from exchange.models import Erasure, ErasureItem, RetentionRule
from exchange.selectors.retention import due_records, years_kept
from exchange.services.bells import ring_to_erase
from parrcs.core.access import Access, Permission
from pupils.selectors.pupils import PupilFile

BATCH = 5000


class DueChanged(Exception):
    """What is due is no longer what the person saw."""


def set_years(*, by: Access, years: Mapping[RecordKind, int | None]) -> None:
    """Say for how many years records of each kind are kept; nothing is erased by it."""
    before = years_kept(by)
    for kind, number in years.items():
        if before[kind] != number:
            RetentionRule.objects.update_or_create(kind=kind, defaults={"years": number})


@transaction.atomic
def erase_due(
    *, by: Access, today: dt.date, seen: str, kept: Collection[int] = frozenset()
) -> Erasure:
    """Have a worker erase all that is due, if it is what the person saw. Raises `DueChanged`.

    The pupils whose ids are `kept` stay out of it and stay due; the decision says how many, and
    not whom.
    """
    if not may_erase_due(by):
        raise PermissionDenied
    due = due_records(by, today=today)
    if due.seen != seen:
        raise DueChanged
    due = due.without(kept)
    if not due.pupils and not due.records:
        raise DueChanged
    return _decide(
        by,
        ErasureReason.KEPT_LONG_ENOUGH,
        pupils=due.pupils,
        records=due.records,
        kept=due.kept,
        items=((each.kind, row) for each in due.kinds for row in each.rows),
    )


@transaction.atomic
def erase_pupil(*, by: Access, file: PupilFile, reason: ErasureReason) -> Erasure:
    """Have a worker erase all that is kept of one pupil now."""
    if by != file.access or not file.may_for_school(Permission.ERASE):
        raise PermissionDenied
    return _decide(by, reason, pupils=1, records=0, items=[(RecordKind.PUPIL, file.pupil.pk)])


def may_erase_due(by: Access) -> bool:
    """Say whether the person has what is due erased, for which they must see whom it is about."""
    return all(
        by.reach(permission).whole_trust
        for permission in (Permission.ERASE, Permission.SET_RETENTION, Permission.SEE_LEAVERS)
    )


def _decide(
    by: Access,
    reason: ErasureReason,
    *,
    pupils: int,
    records: int,
    items: Iterable[tuple[RecordKind, int]],
    kept: int = 0,
) -> Erasure:
    decided = Erasure.objects.create(
        reason=reason, pupils=pupils, records=records, kept=kept, asked_by_id=by.person_id
    )
    ErasureItem.objects.bulk_create(
        [ErasureItem(erasure=decided, kind=kind, row=row) for kind, row in items],
        batch_size=BATCH,
    )
    # Only a committed row may be rung for. Should the broker be away, `resume_erasures` rings.
    transaction.on_commit(
        partial(ring_to_erase, trust_id=by.trust_id, erasure_id=decided.pk), robust=True
    )
    return decided

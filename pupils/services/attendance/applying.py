"""Storing attendance that was checked, and handing what was checked from page to page."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import Q

from parrcs.core.access import Access
from pupils.measures import Sessions
from pupils.models import AttendanceTotal, Pupil
from pupils.services.attendance.lines import (
    SUMS,
    Line,
    Stretch,
    check_may,
    known_totals,
    place_on,
    places_within,
    stretch_of,
)

PREVIEW_LIVES = dt.timedelta(hours=2)


class Outdated(Exception):
    """What a preview rests on has changed since, or it is too old."""


@transaction.atomic
def apply_attendance(*, by: Access, lines: Sequence[Line]) -> int:
    """Store what a check has found, all of it or nothing; return how many pupils it changes.

    Raises `Outdated` where a pupil's days or places are not what they were at the check.
    """
    check_may(by)
    ids = {each.pupil_id for each in lines}
    # Who else brings in the same pupils waits.
    list(Pupil.objects.filter(pk__in=ids).order_by("pk").select_for_update())
    places = places_within(by, Q(pupil__in=ids))
    known = known_totals(ids)
    new: list[AttendanceTotal] = []
    changed: list[AttendanceTotal] = []
    gone: list[int] = []
    for line in lines:
        held = places[line.pupil_id]
        stands = [
            each
            for each in known[line.pupil_id]
            if line.first <= each.starts_on <= line.last and place_on(held, each.starts_on)
        ]
        covered = all(
            place_on(held, day) for each in line.now for day in (each.starts_on, each.ends_on)
        )
        if not covered or [stretch_of(each) for each in stands] != list(line.before):
            raise Outdated
        rows = {each.starts_on: each for each in stands}
        for stretch in line.now:
            row = rows.pop(stretch.starts_on, None)
            (new if row is None else changed).append(
                _filled(row or AttendanceTotal(pupil_id=line.pupil_id), stretch)
            )
        gone += [each.pk for each in rows.values()]
    AttendanceTotal.objects.filter(pk__in=gone).delete()
    AttendanceTotal.objects.bulk_update(changed, ["ends_on", *SUMS], batch_size=1000)
    AttendanceTotal.objects.bulk_create(new, batch_size=1000)
    return len(ids)


def sealed(by: Access, lines: Sequence[Line]) -> str:
    """Write lines for the person's own browser to hold, so that nobody can change them there."""
    return signing.dumps([_as_data(each) for each in lines], salt=_salt(by), compress=True)


def unsealed(by: Access, text: str) -> list[Line]:
    """Read lines back. Raises `Outdated` for any but those that this person was shown lately."""
    try:
        found: list[Any] = signing.loads(text, salt=_salt(by), max_age=PREVIEW_LIVES)
    except signing.BadSignature as error:
        raise Outdated from error
    return [_from_data(each) for each in found]


def _filled(row: AttendanceTotal, stretch: Stretch) -> AttendanceTotal:
    row.starts_on, row.ends_on = stretch.starts_on, stretch.ends_on
    for name in SUMS:
        setattr(row, name, getattr(stretch.sessions, name))
    return row


def _salt(by: Access) -> str:
    return f"attendance-{by.trust_id}-{by.person_id}"


def _as_data(line: Line) -> dict[str, Any]:
    days = {"first": line.first.isoformat(), "last": line.last.isoformat()}
    return asdict(line) | days | {name: _packed(getattr(line, name)) for name in ("now", "before")}


def _packed(stretches: Sequence[Stretch]) -> list[list[Any]]:
    return [
        [
            each.starts_on.isoformat(),
            each.ends_on.isoformat(),
            *(getattr(each.sessions, name) for name in SUMS),
        ]
        for each in stretches
    ]


def _from_data(data: dict[str, Any]) -> Line:
    days = {name: dt.date.fromisoformat(data[name]) for name in ("first", "last")}
    stretches = {
        name: [
            Stretch(dt.date.fromisoformat(start), dt.date.fromisoformat(end), Sessions(*sums))
            for start, end, *sums in data[name]
        ]
        for name in ("now", "before")
    }
    return Line(**(data | days | stretches))

"""Aims: what the pupils of a class are to reach by the end of the year, set together."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from assessment.models import Aim
from assessment.selectors.aims import AimedAt, AimsPage, aims_of
from assessment.selectors.versions import Ancestor, ancestors
from parrcs.core.access import Access
from schools.models import ClassGroup


class Wanted(NamedTuple):
    """What a person wants in one cell, and the point that they saw there; None for no aim."""

    cell: AimedAt
    point_id: int | None
    seen: int | None


class AimsRefused(Exception):
    """Aims that may not be set any more; says why in words."""


class AimsChanged(Exception):
    """Somebody else has set some of these aims since; has the codes that stand, by cell."""

    def __init__(self, standing: Mapping[str, str]) -> None:
        super().__init__("Some aims were set by somebody else while you had this page open.")
        self.standing = standing


@transaction.atomic
def set_aims(*, by: Access, page: AimsPage, wanted: Sequence[Wanted]) -> int:
    """Set, change and take back aims of a class, all or none; return how many moved.

    Raises `AimsRefused` once the year is over, and `AimsChanged` where another point stands by
    now than the person saw.
    """
    if not page.may_set:
        raise PermissionDenied
    if page.over:
        raise AimsRefused(
            f"The year {page.class_group.year} is over, so its aims stay as they are."
        )
    # Two people who set aims of one class at the same time come one after the other.
    ClassGroup.objects.visible_to(by).select_for_update(of=("self",)).get(pk=page.class_group.pk)
    year = page.class_group.year_id
    strands = {each.cell.strand.strand_id for each in wanted}
    lines = ancestors(strands)
    standing = aims_of(
        by, pupils={w.cell.pupil_id for w in wanted}, strands=strands, year=year, lines=lines
    )
    moved, conflicts = [], {}
    for each in wanted:
        now, code = standing.get((each.cell.pupil_id, each.cell.strand.strand_id), (None, ""))
        if now == each.point_id:
            continue
        if now != each.seen:
            conflicts[each.cell.name] = code
        moved.append(each)
    if conflicts:
        raise AimsChanged(conflicts)
    _write(by, moved, year, lines)
    return len(moved)


def _write(
    by: Access,
    moved: Sequence[Wanted],
    year_id: int,
    lines: Mapping[int, Sequence[Ancestor]],
) -> None:
    rows = {
        (aim.pupil_id, aim.strand_id): aim
        for aim in Aim.objects.visible_to(by).filter(
            pupil__in={each.cell.pupil_id for each in moved}, year=year_id
        )
    }
    now, made = timezone.now(), []
    for cell, point, _ in moved:
        key = (cell.pupil_id, cell.strand.strand_id)
        aim = rows.get(key)
        if point is None:
            # One that was set in a version before would shine through the one taken back.
            for strand in (key[1], *(each.strand_id for each in lines.get(key[1], ()))):
                if (key[0], strand) in rows:
                    rows[key[0], strand].delete()
            continue
        if aim is None:
            aim = Aim(pupil_id=key[0], strand_id=key[1], year_id=year_id)
            made.append(aim)
        aim.point_id = point
        aim.suggested = cell.suggested
        aim.set_by_id, aim.set_at = by.person_id, now
        if aim.pk:
            aim.save(update_fields=["point", "suggested", "set_by", "set_at"])
    Aim.objects.bulk_create(made)

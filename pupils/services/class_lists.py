"""Signing a class list, and settling what was found wrong in it."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from parrcs.core.access import Access
from pupils.models import ClassListCheck, ClassListLine
from pupils.selectors.class_lists import ClassPage, class_page
from schools.models import ClassGroup


class ListChanged(Exception):
    """The list is another one than the person looked through; `page` is as it is now."""

    def __init__(self, page: ClassPage) -> None:
        super().__init__("The list has changed.")
        self.page = page


@transaction.atomic
def sign_class_list(
    *, by: Access, page: ClassPage, seen: str, remarks: Mapping[int, str], missing: str
) -> ClassListCheck:
    """Sign a class list: each pupil is right, or has a remark by the pupil's id.

    `seen` is the mark of the list that the person looked through. The same again by the same
    person signs nothing twice. Raises `ListChanged`.
    """
    if not page.may_sign:
        raise PermissionDenied
    # One after the other, so that the second of two sees the first.
    ClassGroup.objects.select_for_update(of=("self",)).get(pk=page.class_group.pk)
    now = class_page(by, class_group_id=page.class_group.pk)
    if now is None:
        raise PermissionDenied
    if now.seen != seen:
        raise ListChanged(now)
    said = {pupil: text for pupil, text in remarks.items() if text}
    last, lines = now.checked.check, now.checked.lines
    asked = {row.pupil_id: said.get(row.pupil_id, "") for row in now.rows}
    before = {line.pupil_id: line.remark for line in lines if line.pupil_id}
    was_missing = "".join(line.remark for line in lines if line.pupil_id is None)
    same = (asked, missing) == (before, was_missing) and not now.checked.changes
    # What was settled and is said again is said anew.
    settled = any(line.settled_at for line in lines)
    if last and same and not settled and last.signed_by_id == by.person_id:
        return last
    check = ClassListCheck.objects.create(
        class_group=page.class_group, signed_by_id=by.person_id, signed_at=timezone.now()
    )
    ClassListLine.objects.bulk_create(
        [
            ClassListLine(
                list_check=check,
                pupil_id=row.pupil_id,
                route_id=row.route_id,
                primary_need=row.pupil.primary_need,
                starts_on=row.starts_on,
                remark=asked[row.pupil_id],
            )
            for row in now.rows
        ]
        + ([ClassListLine(list_check=check, remark=missing)] if missing else [])
    )
    return check


def settle_remark(*, by: Access, page: ClassPage, line_id: int, settled: bool) -> bool:
    """Mark a remark of the last check as settled, or as not settled after all.

    Returns False where there is no such remark (any longer).
    """
    if not page.may_manage:
        raise PermissionDenied
    lines = ClassListLine.objects.filter(list_check=page.checked.check, pk=line_id).exclude(
        remark=""
    )
    line = lines.first()
    if line is None:
        return False
    if settled is line.is_open:
        line.settled_by_id = by.person_id if settled else None
        line.settled_at = timezone.now() if settled else None
        line.save(update_fields=["settled_by", "settled_at"])
    return True

"""Judgements on termly targets."""

from uuid import UUID

from django.db import transaction

from parrcs.core.access import Access
from pupils.choices import TargetOutcome
from pupils.models import Pupil, SavedOperation, TermlyTarget
from pupils.services.operations import (
    Conflict,
    Operation,
    Refused,
    Standing,
    begin,
    placement_to_judge,
)
from schools.models import ClassGroup, Term


@transaction.atomic
def judge_target(
    *,
    by: Access,
    class_group: ClassGroup,
    term: Term,
    pupil: Pupil,
    target_id: int,
    outcome: int | None,
    base_version: int | None,
    operation_id: UUID,
) -> Operation:
    """Save how far a pupil came with a termly target; no outcome takes the judgement back.

    `base_version` is the version of the judgement that the person saw, None where they saw
    none. Raises `Conflict` when another one stands, `Refused` when it may not be saved.
    """
    operation = begin(
        by=by,
        operation_id=operation_id,
        asked={
            "class": class_group.pk,
            "term": term.pk,
            "pupil": pupil.pk,
            "target": target_id,
            "point": outcome,
            "base_version": base_version,
        },
    )
    if operation.repeated:
        return operation
    placement_to_judge(by=by, class_group=class_group, term=term, pupil=pupil)
    target = (
        TermlyTarget.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("judged_by")
        .filter(pk=target_id, pupil=pupil, term=term)
        .first()
    )
    if target is None:
        raise Refused(f"This is not a target of {pupil} in {term}.")
    if outcome is not None and outcome not in TargetOutcome:
        raise Refused("That is not on the scale for termly targets.")
    if base_version != (target.version if target.judged else None):
        raise Conflict(_standing(target))
    target.judged = outcome
    target.judged_by_id = None if outcome is None else by.person_id
    target.judged_at = None if outcome is None else operation.made_at
    target.version = operation.id
    target.save(update_fields=["judged", "judged_by", "judged_at", "version"])
    return operation


def _standing(target: TermlyTarget) -> Standing:
    """Say what stands; who took a judgement back is known by the save that did."""
    if target.judged and target.judged_at:
        who = target.judged_by.name if target.judged_by else ""
        return Standing(target.judged, target.version, target.judged_by_id, who, target.judged_at)
    last = SavedOperation.objects.select_related("person").get(pk=target.version)
    return Standing(None, None, last.person_id, last.person.name, last.made_at)

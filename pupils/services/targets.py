"""Judgements on termly targets, and comments on how they went."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from pupils.choices import TargetOutcome
from pupils.models import Pupil, SavedOperation, TermlyTarget
from pupils.selectors.pupils import PupilFile
from pupils.selectors.registers import registers
from pupils.selectors.targets import targets_of
from pupils.services.operations import (
    Conflict,
    Operation,
    Refused,
    Standing,
    begin,
    placement_to_judge,
)
from pupils.services.target_writing import TargetChanged
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
    if target.retired_on is not None:
        day = date_format(target.retired_on, "j F Y")
        raise Refused(f"This target was retired on {day}. Bring it back to judge it.")
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


@transaction.atomic
def comment_target(
    *, by: Access, file: PupilFile, target: TermlyTarget, comment: str, next_step: str, seen: str
) -> TermlyTarget:
    """Save how a target went and what comes next; return the target as it stands then.

    `seen` is the mark of the two that the person saw. Raises `TargetChanged` where others stand
    by now, unless they are the very same: to save twice does nothing twice.
    """
    if not file.lets(by, Permission.RECORD):
        raise PermissionDenied
    target = targets_of(by, file=file).select_for_update(of=("self",)).get(pk=target.pk)
    if (target.comment, target.next_step) == (comment, next_step):
        return target
    if target.comment_seen != seen:
        raise TargetChanged(target)
    target.comment, target.next_step = comment, next_step
    target.save(update_fields=["comment", "next_step"])
    return target


@dataclass(frozen=True)
class Verdict:
    """A judgement as a form sends it; no outcome takes it back. See `judge_target`."""

    outcome: int | None
    base_version: int | None
    operation_id: UUID


@transaction.atomic
def conclude_target(
    *,
    by: Access,
    file: PupilFile,
    target: TermlyTarget,
    verdict: Verdict | None,
    comment: str,
    next_step: str,
    seen: str,
) -> None:
    """Save a judgement with its comment and next step: all of it, or nothing.

    Without a verdict, or where it is what the person saw, the judgement stays as it is. Raises
    `Refused`, `Conflict` and `TargetChanged`.
    """
    target = comment_target(
        by=by, file=file, target=target, comment=comment, next_step=next_step, seen=seen
    )
    standing = target.version if target.judged else None
    if verdict and (verdict.outcome, verdict.base_version) != (target.judged, standing):
        judge_target(
            by=by,
            class_group=class_to_judge_in(by, file=file, term=target.term),
            term=target.term,
            pupil=file.pupil,
            target_id=target.pk,
            outcome=verdict.outcome,
            base_version=verdict.base_version,
            operation_id=verdict.operation_id,
        )


def class_to_judge_in(by: Access, *, file: PupilFile, term: Term) -> ClassGroup:
    """Return the class by which a pupil's targets of a term are judged now.

    Raises `Refused` where there is none, or the person may not judge in it, or not today.
    """
    placed = registers(by, term=term).filter(pupil=file.pupil).select_related("class_group").first()
    if placed is None or placed.class_group is None:
        raise Refused(f"{file.pupil} is in no class in {term}, so nothing is judged in it.")
    group: ClassGroup = placed.class_group
    try:
        placement_to_judge(by=by, class_group=group, term=term, pupil=file.pupil)
    except PermissionDenied:
        raise Refused(f"{group} judges the targets of {term}.") from None
    return group


def _standing(target: TermlyTarget) -> Standing:
    """Say what stands; who took a judgement back is known by the save that did."""
    if target.judged and target.judged_at:
        who = target.judged_by.name if target.judged_by else ""
        return Standing(target.judged, target.version, target.judged_by_id, who, target.judged_at)
    last = SavedOperation.objects.select_related("person").get(pk=target.version)
    return Standing(None, None, last.person_id, last.person.name, last.made_at)

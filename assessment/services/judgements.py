"""Termly judgements: recording one, changing it, taking it back."""

from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from assessment.models import Judgement, Point
from assessment.selectors.progress import strands_due
from assessment.services.streams.turns import while_streams_stay
from parrcs.core.access import Access
from pupils.models import Pupil
from pupils.services.operations import (
    Conflict,
    Operation,
    Refused,
    Standing,
    begin,
    placement_to_judge,
)
from schools.models import ClassGroup, Term, User


@transaction.atomic
def record_judgement(
    *,
    by: Access,
    class_group: ClassGroup,
    term: Term,
    pupil: Pupil,
    strand_id: int,
    point_id: int | None,
    base_version: int | None,
    operation_id: UUID,
) -> Operation:
    """Save a pupil's point in a strand for a term; no point takes the judgement back.

    `base_version` is the version of the judgement that the person saw, None where they saw
    none: an import leaves judgements of version 0. Raises `Conflict` when another one stands,
    `Refused` when it may not be saved. A repeat of an operation does nothing.
    """
    operation = begin(
        by=by,
        operation_id=operation_id,
        asked={
            "class": class_group.pk,
            "term": term.pk,
            "pupil": pupil.pk,
            "strand": strand_id,
            "point": point_id,
            "base_version": base_version,
        },
    )
    if operation.repeated:
        return operation
    while_streams_stay()
    placement = placement_to_judge(by=by, class_group=class_group, term=term, pupil=pupil)
    due = strands_due(term).get(placement.judged_route, [])
    strand = next((each for each in due if each.strand_id == strand_id), None)
    if strand is None:
        raise Refused(
            f"This strand is not due for {pupil}, who is on the"
            f" {placement.judged_route_name.lower()} route."
        )
    scale = Point.objects.filter(stream=strand.stream_id)
    point = None if point_id is None else scale.filter(pk=point_id).first()
    if point_id is not None and point is None:
        raise Refused(f"That point is not on the scale of {strand.stream}.")

    judgements = Judgement.objects.visible_to(by).filter(term=term, pupil=pupil, strand=strand_id)
    standing = _locked(judgements)
    if base_version != (standing.version if standing else None):
        raise Conflict(_standing(standing, pupil, strand_id, term))
    if standing is None and point is not None:
        made = Judgement(
            pupil=pupil,
            strand_id=strand_id,
            term=term,
            point=point,
            judged_by_id=by.person_id,
            judged_at=operation.made_at,
            version=operation.id,
        )
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            # Another person's first judgement came between the look and the save.
            standing = _locked(judgements)
            raise Conflict(_standing(standing, pupil, strand_id, term)) from error
    elif standing is not None and point is None:
        standing.delete()
    elif standing is not None and point is not None:
        standing.point = point
        standing.judged_by_id = by.person_id
        standing.judged_at = operation.made_at
        standing.version = operation.id
        standing.save(update_fields=["point", "judged_by", "judged_at", "version"])
    return operation


def _locked(judgements: QuerySet[Judgement]) -> Judgement | None:
    return judgements.select_for_update(of=("self",)).select_related("judged_by").first()


def _standing(judgement: Judgement | None, pupil: Pupil, strand_id: int, term: Term) -> Standing:
    """Say what stands; who took a judgement back is known by its history."""
    if judgement is not None:
        who = judgement.judged_by.name if judgement.judged_by else ""
        return Standing(
            judgement.point_id,
            judgement.version,
            judgement.judged_by_id,
            who,
            judgement.judged_at,
        )
    cleared = (
        apps.get_model("assessment", "JudgementEvent")
        .objects.filter(pupil=pupil.pk, strand=strand_id, term=term.pk, pgh_label="deleted")
        .order_by("-pgh_id")
        .first()
    )
    context = (cleared and cleared.pgh_context) or {}
    person = User.objects.filter(pk=context.get("person", 0)).first()
    return Standing(
        None,
        None,
        person.pk if person else None,
        person.name if person else "",
        cleared.pgh_created_at if cleared else timezone.now(),
    )

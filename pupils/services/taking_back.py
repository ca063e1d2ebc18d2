"""Taking back what was just written of a pupil, where nothing rests on it yet."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import SET_NULL, Exists, ForeignObjectRel, OuterRef

from parrcs.core.access import Access, Permission
from pupils.models import Placement, Pupil
from pupils.selectors.pupils import PupilFile
from pupils.selectors.targets import targets_of, terms_to_plan
from pupils.services.targets import class_to_judge_in

# What a placement says, as JSON holds it.
type PlacementFacts = dict[str, Any]


class CannotTakeBack(Exception):
    """Something rests on it by now; says what, in words."""


def placement_facts(placement: Placement) -> PlacementFacts:
    """Return what a placement says, to recognise it by."""
    return {
        "id": placement.pk,
        "school": placement.school_id,
        "arb": placement.arb_id,
        "class_group": placement.class_group_id,
        "route": placement.route_id,
        "starts_on": placement.starts_on.isoformat(),
        "ends_on": placement.ends_on.isoformat() if placement.ends_on else None,
    }


@dataclass(frozen=True)
class Added:
    """A pupil who was just added: with what was known of them then, and where they were placed."""

    file: PupilFile
    facts: Mapping[str, Any]
    placements: Sequence[PlacementFacts]


@transaction.atomic
def take_back_pupils(*, by: Access, added: Sequence[Added]) -> dict[int, str]:
    """Remove pupils who were just added, where all is as it was then and nothing was recorded.

    Returns, by id, why others had to be left. As many statements for one pupil as for hundreds.
    """
    ids = [each.file.pupil.pk for each in added]
    # In order, so that two who take back the same pupils wait for each other, and not both at once.
    locked = Pupil.objects.visible_to(by).select_for_update(of=("self",)).order_by("pk")
    # Nothing can be recorded of a pupil while the row is locked: what refers to it waits.
    pupils = {each.pk: each for each in locked.filter(pk__in=ids)}
    placed = _facts_of(ids)
    rests = what_rests_on(ids)
    left: dict[int, str] = {}
    for each in added:
        pk = each.file.pupil.pk
        pupil = pupils.get(pk)
        if pupil is None or not each.file.lets(by, Permission.MANAGE_PUPILS):
            left[pk] = "they are in another place now"
        elif any(getattr(pupil, name) != value for name, value in each.facts.items()):
            left[pk] = "their details were changed since"
        elif placed[pk] != list(each.placements):
            left[pk] = "they were placed anew since"
        elif rests[pk]:
            left[pk] = f"there are {rests[pk]} since"
    Pupil.objects.filter(pk__in=set(pupils) - set(left)).delete()
    return left


@transaction.atomic
def take_back_placements(
    *,
    by: Access,
    file: PupilFile,
    before: Sequence[PlacementFacts],
    after: Sequence[PlacementFacts],
) -> None:
    """Put a pupil's placements back as they were before, if they are still as they were after.

    Raises `CannotTakeBack`.
    """
    if not file.may_place(by):
        raise PermissionDenied
    pupil = _locked(by, file)
    if _facts_of([pupil.pk])[pupil.pk] != list(after):
        raise CannotTakeBack("the placement, which was changed since")
    wanted = {each["id"]: each for each in before}
    for placement in list(Placement.objects.filter(pupil=pupil).order_by("-starts_on")):
        if placement.pk not in wanted:
            placement.delete()
            continue
        facts = wanted[placement.pk]
        if facts != placement_facts(placement):
            for name in ("school", "arb", "class_group", "route"):
                setattr(placement, f"{name}_id", facts[name])
            placement.starts_on = dt.date.fromisoformat(facts["starts_on"])
            ends_on = facts["ends_on"]
            placement.ends_on = dt.date.fromisoformat(ends_on) if ends_on else None
            placement.save()


@transaction.atomic
def take_back_target(
    *, by: Access, file: PupilFile, target_id: int, seen: str, version: int
) -> None:
    """Remove a termly target that was just written, its judgement too, if nothing rests on it.

    `seen` is the mark of its words and `version` that of its judgement as they were written; a
    judgement is taken back only while it could be made. Raises `CannotTakeBack` and `Refused`.
    """
    if not file.lets(by, Permission.RECORD):
        raise PermissionDenied
    _locked(by, file)
    found = targets_of(by, file=file).select_for_update(of=("self",)).filter(pk=target_id)
    target = found.first()
    if target is None or (target.words_seen, target.version) != (seen, version):
        raise CannotTakeBack("it was changed since")
    if target.term not in terms_to_plan(file):
        raise CannotTakeBack(f"{target.term} is over, and its numbers count it")
    if target.notes.exists() or target.carried_to.exists():
        raise CannotTakeBack("there are notes on it, or another target goes on from it")
    if target.judged is not None:
        class_to_judge_in(by, file=file, term=target.term)
    target.delete()


def what_rests_on(pupil_ids: Collection[int]) -> dict[int, str]:
    """Name what is recorded of some pupils beside the placements, by id; nothing: an empty text."""
    relations = [
        relation
        for relation in Pupil._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel)
        and relation.related_model is not Placement
        # What merely names the pupil, or keeps what was, does not rest on them.
        and relation.on_delete is not SET_NULL
        and not hasattr(relation.related_model, "pgh_tracked_model")
    ]
    are_there = Pupil.objects.filter(pk__in=pupil_ids).values_list(
        "pk",
        *(
            Exists(each.related_model._default_manager.filter(**{each.field.name: OuterRef("pk")}))
            for each in relations
        ),
    )
    said = {}
    for pk, *there in are_there:
        found = [
            str(relation.related_model._meta.verbose_name_plural)
            for relation, is_there in zip(relations, there, strict=True)
            if is_there
        ]
        said[pk] = " and ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))
    return said


def _facts_of(pupil_ids: Collection[int]) -> dict[int, list[PlacementFacts]]:
    found: dict[int, list[PlacementFacts]] = defaultdict(list)
    for each in Placement.objects.filter(pupil__in=pupil_ids).order_by("starts_on"):
        found[each.pupil_id].append(placement_facts(each))
    return found


def _locked(by: Access, file: PupilFile) -> Pupil:
    return Pupil.objects.visible_to(by).select_for_update(of=("self",)).get(pk=file.pupil.pk)

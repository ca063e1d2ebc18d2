"""Moving pupils, one or a whole class, in one step that does nothing twice."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from parrcs.core.access import Access
from pupils.models import Placement, Pupil
from pupils.selectors.moves import Move, placements_seen
from pupils.selectors.pupils import PupilFile
from pupils.services.operations import begin
from pupils.services.pupils import Place, PlacementRefused, planned_move, save_moves


@dataclass(frozen=True)
class Asked:
    """That a pupil be placed somewhere from a day on."""

    file: PupilFile
    place: Place
    starts_on: dt.date

    @property
    def words(self) -> list[object]:
        """What is asked for, to know a repeat of it by."""
        fields = self.place.as_fields().values()
        ids = [each.pk if each else None for each in fields]
        return [self.file.pupil.pk, *ids, self.starts_on.isoformat()]


class MovesRefused(Exception):
    """Some moves cannot be, so none was done; `each` says why, by pupil."""

    def __init__(self, each: dict[int, PlacementRefused]) -> None:
        super().__init__("These pupils cannot be moved like this.")
        self.each = each


class PlacedMeanwhile(Exception):
    """Somebody placed one of the pupils anew since the person saw what a move would change."""


def planned_moves(*, by: Access, asked: Sequence[Asked]) -> list[Move]:
    """Return what some moves would do; nothing is written. Raises `MovesRefused`."""
    return _planned(by, asked, {each.file.pupil.pk: each.file.every_placement for each in asked})


@transaction.atomic
def move_pupils(*, by: Access, asked: Sequence[Asked], seen: str, operation_id: UUID) -> None:
    """Move all these pupils, or none of them.

    `seen` is the mark of the placements that the person looked at (`placements_seen`); the same
    `operation_id` again does nothing. Raises `MovesRefused` and `PlacedMeanwhile`.
    """
    words = [each.words for each in asked]
    if begin(by=by, operation_id=operation_id, asked={"move": words}).repeated:
        return
    pupils = [each.file.pupil.pk for each in asked]
    # In order, so that two moves of the same pupils wait for each other and not both at once.
    locked = Pupil.objects.visible_to(by).select_for_update(of=("self",)).order_by("pk")
    list(locked.filter(pk__in=pupils))
    held: dict[int, list[Placement]] = defaultdict(list)
    for placement in Placement.objects.filter(pupil__in=pupils).order_by("starts_on"):
        held[placement.pupil_id].append(placement)
    if placements_seen(held.values()) != seen:
        raise PlacedMeanwhile
    moves = _planned(by, asked, held)
    try:
        save_moves(moves)
    except PlacementRefused as refused:
        raise MovesRefused(dict.fromkeys(pupils, refused)) from refused


def _planned(
    by: Access, asked: Sequence[Asked], held: Mapping[int, Sequence[Placement]]
) -> list[Move]:
    moves, refused = [], {}
    for each in asked:
        pupil = each.file.pupil.pk
        try:
            moves.append(
                planned_move(
                    by=by,
                    file=each.file,
                    place=each.place,
                    starts_on=each.starts_on,
                    placements=held.get(pupil, ()),
                )
            )
        except PlacementRefused as error:
            refused[pupil] = error
    if refused:
        raise MovesRefused(refused)
    return moves

"""Adding pupils, correcting what is known of them, and placing them."""

import datetime as dt
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, TypedDict

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from pupils.models import Placement, Pupil, Route
from pupils.selectors.moves import Move, named
from pupils.selectors.pupils import PupilFile, covers, namesake
from schools.models import ARB, ClassGroup, School


class Characteristics(TypedDict):
    """What is known of a pupil; reports group by some of it."""

    upn: str
    first_name: str
    last_name: str
    born_on: dt.date
    sex: str
    primary_need: str
    pupil_premium: bool
    looked_after: bool
    eal: bool


@dataclass(frozen=True)
class Place:
    """Where a pupil is registered and taught, and on which route."""

    school: School
    route: Route
    arb: ARB | None = None
    class_group: ClassGroup | None = None

    def as_fields(self) -> dict[str, Any]:
        """Return the fields of a placement."""
        return {
            "school": self.school,
            "arb": self.arb,
            "class_group": self.class_group,
            "route": self.route,
        }


class UPNTaken(Exception):
    """Another pupil of the trust has this UPN; `pupil` is None where the person may not see who."""

    def __init__(self, pupil: Pupil | None) -> None:
        self.pupil = pupil
        super().__init__(
            f"This is the UPN of {pupil}, who is already in the trust."
            if pupil
            else "A pupil with this UPN is already in another school of the trust. The trust lead"
            " can move them to yours."
        )


class SameChild(Exception):
    """A pupil of this name and day of birth is here already, with another UPN."""

    def __init__(self, pupil: Pupil) -> None:
        self.pupil = pupil
        super().__init__(
            f"{pupil}, born on the same day, is here already with {pupil.upn}. If it is the same"
            " child, correct the UPN there."
        )


class PlacementRefused(Exception):
    """A placement that cannot be; says why in words, and which part of it is wrong."""

    def __init__(self, part: str, words: str) -> None:
        super().__init__(words)
        self.part = part


@transaction.atomic
def add_pupil(
    *,
    by: Access,
    known: Characteristics,
    place: Place,
    starts_on: dt.date,
    another_than: int | None = None,
) -> Pupil:
    """Add a pupil with a first placement.

    Raises `UPNTaken`, `PlacementRefused`, and `SameChild` unless the person has said that it is
    another child than the one with this id.
    """
    _check_reach(by, place)
    _check_place(place, starts_on, known["born_on"])
    pupil = Pupil(**known)
    _save_unless_taken(by, pupil)
    same = namesake(by, pupil)
    if same and same.pk != another_than:
        raise SameChild(same)
    Placement.objects.create(pupil=pupil, starts_on=starts_on, **place.as_fields())
    return pupil


@transaction.atomic
def change_pupil(*, by: Access, file: PupilFile, known: Characteristics) -> None:
    """Correct what is known of a pupil. Raises `UPNTaken`."""
    _check_manages(by, file)
    pupil = _locked(by, file.pupil)
    for name, value in known.items():
        setattr(pupil, name, value)
    _save_unless_taken(by, pupil)


def planned_move(
    *,
    by: Access,
    file: PupilFile,
    place: Place,
    starts_on: dt.date,
    placements: Sequence[Placement],
) -> Move:
    """Return what a pupil's placements become by a move from a day on; nothing is written.

    The placement that holds until then ends the day before; one that begins on that very day is
    corrected instead. Raises `PlacementRefused`, also where the placement that would end or be
    corrected is not within the person's reach. `placements` are all there are, in order of time.
    """
    _check_places(by, file)
    _check_reach(by, place)
    _check_place(place, starts_on, file.pupil.born_on)
    pupil = file.pupil
    later = [each for each in placements if each.starts_on > starts_on]
    if later:
        raise PlacementRefused(
            "starts_on",
            f"{pupil} already has a placement from {_day(later[0].starts_on)}. A new one begins"
            " on that day, which corrects it, or later.",
        )
    after = [copy(each) for each in placements]
    last = after[-1] if after else None
    corrects = last is not None and last.starts_on == starts_on
    if last and (corrects or last.ends_on is None or last.ends_on >= starts_on):
        _check_theirs(by, last, "starts_on")
        # By their ids: the places of these placements may not have been read.
        same = all(
            getattr(last, f"{name}_id") == (value.pk if value else None)
            for name, value in place.as_fields().items()
        )
        if same and (corrects or last.ends_on is None):
            raise PlacementRefused(
                "starts_on",
                f"{pupil} is placed just so from {_day(last.starts_on)}. Nothing would change.",
            )
        if not corrects:
            last.ends_on = starts_on - dt.timedelta(days=1)
    if last and corrects:
        for name, value in place.as_fields().items():
            setattr(last, name, value)
    else:
        after.append(Placement(pupil=pupil, starts_on=starts_on, **place.as_fields()))
    return Move(file, starts_on, placements, after)


@transaction.atomic
def place_pupil(*, by: Access, file: PupilFile, place: Place, starts_on: dt.date) -> Placement:
    """Place a pupil from a day on, as `planned_move` says. Raises `PlacementRefused`."""
    pupil = _locked(by, file.pupil)
    placements = list(Placement.objects.filter(pupil=pupil).order_by("starts_on"))
    move = planned_move(by=by, file=file, place=place, starts_on=starts_on, placements=placements)
    save_moves([move])
    return move.will


def save_moves(moves: Sequence[Move]) -> None:
    """Write planned moves, in as many queries for one pupil as for thirty.

    The pupils are locked, so only something that does not lock can have come between. Raises
    `PlacementRefused` then.
    """
    try:
        with transaction.atomic():
            Placement.objects.bulk_update(
                [row for move in moves for row in move.changed],
                ["school", "arb", "class_group", "route", "ends_on"],
            )
            Placement.objects.bulk_create([row for move in moves for row in move.added])
    except IntegrityError as error:
        raise PlacementRefused(
            "starts_on",
            f"Someone has just placed {named([move.file.pupil for move in moves])} elsewhere for"
            " the same days.",
        ) from error


@transaction.atomic
def end_placement(*, by: Access, file: PupilFile, ends_on: dt.date) -> int:
    """Say which day is a pupil's last; placements planned for after it are taken back.

    Returns how many were taken back. Raises `PlacementRefused` for a day before a placement
    that has begun, and where something would change that is not within the person's reach.
    """
    _check_places(by, file)
    pupil = _locked(by, file.pupil)
    today = timezone.localdate()
    begun, taken_back = None, 0
    for placement in Placement.objects.filter(pupil=pupil).order_by("starts_on"):
        if placement.starts_on <= ends_on:
            begun = placement
        elif placement.starts_on > today:
            _check_theirs(by, placement, "ends_on")
            placement.delete()
            taken_back += 1
        else:
            raise PlacementRefused(
                "ends_on",
                f"{pupil} was placed anew on {_day(placement.starts_on)}; the last day cannot be"
                " before that.",
            )
    if begun is None:
        raise PlacementRefused(
            "ends_on", f"{pupil} has no placement that had begun by {_day(ends_on)}."
        )
    if begun.ends_on != ends_on:
        _check_theirs(by, begun, "ends_on")
        begun.ends_on = ends_on
        begun.save(update_fields=["ends_on"])
    return taken_back


def _check_manages(by: Access, file: PupilFile) -> None:
    if not file.lets(by, Permission.MANAGE_PUPILS):
        raise PermissionDenied


def _check_places(by: Access, file: PupilFile) -> None:
    if not file.may_place(by):
        raise PermissionDenied


def _check_theirs(by: Access, placement: Placement, part: str) -> None:
    """Ask that the person manages pupils where this placement is, which is about to change."""
    reach = by.reach(Permission.MANAGE_PUPILS)
    if covers(reach, placement):
        return
    # The head of an ARB may meet the school around it, or another school.
    school = ARB.objects.filter(pk__in=reach.arb_ids, school=placement.school_id)
    where, ask = (
        ("another part of the school", "its head")
        if school.exists()
        else ("another school", "that school")
    )
    if placement.starts_on > timezone.localdate():
        words = f"A planned move to {where} stands from {_day(placement.starts_on)}; ask {ask}."
    else:
        words = (
            f"The pupil has been in {where} since {_day(placement.starts_on)}; ask {ask} to end"
            " that placement."
        )
    raise PlacementRefused(part, words)


def _check_reach(by: Access, place: Place) -> None:
    """Ask that the person manages pupils at this very place."""
    if not by.reach(Permission.MANAGE_PUPILS).covers(
        school_id=place.school.pk, arb_id=place.arb.pk if place.arb else None
    ):
        raise PermissionDenied


def _check_place(place: Place, starts_on: dt.date, born_on: dt.date) -> None:
    """Ask that school, ARB, class and day belong together."""
    if starts_on < born_on:
        raise PlacementRefused("starts_on", "This is before the pupil was born.")
    if place.arb and place.arb.school_id != place.school.pk:
        raise PlacementRefused("arb", f"{place.arb} is not an ARB of {place.school}.")
    group = place.class_group
    if group is None:
        return
    if (group.school_id, group.arb_id) != (place.school.pk, place.arb.pk if place.arb else None):
        where = f"{place.arb}" if place.arb else f"{place.school} outside its ARBs"
        raise PlacementRefused("class_group", f"{group} is not a class of {where}.")
    if not group.year.starts_on <= starts_on <= group.year.ends_on:
        raise PlacementRefused(
            "class_group",
            f"{group} is a class of {group.year}, which runs from {_day(group.year.starts_on)}"
            f" to {_day(group.year.ends_on)}.",
        )


def _locked(by: Access, pupil: Pupil) -> Pupil:
    """Lock the pupil, so that two changes of placements come one after the other."""
    return Pupil.objects.visible_to(by).select_for_update(of=("self",)).get(pk=pupil.pk)


def _save_unless_taken(by: Access, pupil: Pupil) -> None:
    try:
        with transaction.atomic():
            pupil.save()
    except IntegrityError as error:
        raise UPNTaken(Pupil.objects.visible_to(by).filter(upn=pupil.upn).first()) from error


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")

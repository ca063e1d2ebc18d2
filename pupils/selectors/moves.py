"""What a move of pupils would change, before it is saved: numbers, class lists, who sees whom."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils.formats import date_format

from parrcs.core.access import ROLE_PERMISSIONS, Access, Grant, Permission, Role
from pupils.measures import mark_of
from pupils.models import Placement, Pupil
from pupils.selectors.lenses import Lens, Place
from pupils.selectors.pupils import PupilFile, covers
from pupils.selectors.registers import judged_route, placement_of
from schools.models import ClassGroup, Membership, Term

NAMES_SHOWN = 3


@dataclass(frozen=True)
class Move:
    """A pupil's placements as they stand, and as they would be with a move from a day on."""

    file: PupilFile
    starts_on: dt.date
    before: Sequence[Placement]
    after: Sequence[Placement]

    @property
    def was(self) -> Placement | None:
        """Where the pupil would be on the day without the move; None: nowhere."""
        return next((each for each in self.before if _holds(each, self.starts_on)), None)

    @property
    def will(self) -> Placement:
        """Where the pupil is from the day on."""
        return self.after[-1]

    @property
    def corrects(self) -> bool:
        """Whether it corrects a placement from its first day on, and ends none."""
        return bool(self.will.pk)

    @property
    def changed(self) -> list[Placement]:
        """The placements that stand already and would say something else."""
        old = {each.pk: placement_facts(each) for each in self.before}
        return [each for each in self.after if each.pk and placement_facts(each) != old[each.pk]]

    @property
    def added(self) -> list[Placement]:
        """The placement that does not stand yet, if there is one."""
        return [each for each in self.after if not each.pk]


def placement_facts(placement: Placement) -> tuple[object, ...]:
    """Return all that a placement says."""
    return (
        placement.pupil_id,
        placement.school_id,
        placement.arb_id,
        placement.class_group_id,
        placement.route_id,
        placement.starts_on,
        placement.ends_on,
    )


def placements_seen(placements: Iterable[Sequence[Placement]]) -> str:
    """Return the mark of some pupils' placements: another one, and somebody was placed anew."""
    every = [(each.pk, *placement_facts(each)) for held in placements for each in held]
    return mark_of(*sorted(map(str, every)))


def named(pupils: Sequence[Pupil]) -> str:
    """Name some pupils within a sentence; of many only how many they are."""
    if len(pupils) > NAMES_SHOWN:
        return f"{len(pupils)} pupils"
    *most, last = [str(each) for each in pupils]
    return f"{', '.join(most)} and {last}" if most else last


class Standing(NamedTuple):
    """How a pupil stands in a term's numbers.

    `census` is the placement that counts, `judged` the one whose class enters the judgements.
    """

    census: Placement | None
    judged: Placement | None
    route_id: int | None

    def counted(self, lens: Lens) -> str:
        """Return the name of the school or ARB that counts the pupil under a lens."""
        if self.census is None:
            return "nobody"
        row = lens.row_of(Place(self.census.school_id, self.census.arb_id))
        return str(self.census.arb if row.arb_id else self.census.school)

    @property
    def grid(self) -> str:
        """The name of the class whose grid has the pupil."""
        if self.judged is None:
            return "none"
        return class_words(self.judged)

    @property
    def facts(self) -> tuple[object, ...]:
        """All of it, to compare two of them by."""
        return (
            self.census and (self.census.school_id, self.census.arb_id),
            self.judged and self.judged.class_group_id,
            self.route_id,
        )


def standing_in(placements: Sequence[Placement], term: Term) -> Standing:
    """Return how a pupil with these placements stands in a term: as `cohort` and `registers` do."""
    return Standing(
        next((each for each in placements if _holds(each, term.census_on)), None),
        placement_of(placements, term),
        judged_route(placements, term),
    )


def _holds(placement: Placement, day: dt.date) -> bool:
    return placement.starts_on <= day and (placement.ends_on is None or placement.ends_on >= day)


def terms_concerned(moves: Sequence[Move]) -> list[Term]:
    """Return the terms of the calendar in which a move may change anything."""
    first = min(each.starts_on for each in moves)
    return list(Term.objects.filter(ends_on__gte=first).order_by("starts_on"))


class TermLine(NamedTuple):
    """A term, some pupils who stand alike in it, and how: before the move and after."""

    term: Term
    pupils: Sequence[Pupil]
    before: Standing
    after: Standing

    @property
    def who(self) -> str:
        """Who they are."""
        return named(self.pupils)

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Who counts them where registered and as taught, and whose grid has them.

        Each with what it was before, or nothing where it stays.
        """
        now = [*(self.after.counted(lens) for lens in Lens), self.after.grid]
        was = [*(self.before.counted(lens) for lens in Lens), self.before.grid]
        return [(new, "" if new == old else old) for new, old in zip(now, was, strict=True)]


def term_lines(moves: Sequence[Move], terms: Sequence[Term]) -> list[TermLine]:
    """Return how the pupils stand in each term, those together who stand alike."""
    lines = []
    for term in terms:
        alike: dict[object, list[tuple[Move, Standing, Standing]]] = defaultdict(list)
        for move in moves:
            was, will = standing_in(move.before, term), standing_in(move.after, term)
            alike[was.facts, will.facts].append((move, was, will))
        for group in alike.values():
            pupils = [move.file.pupil for move, _, _ in group]
            _, was, will = group[0]
            lines.append(TermLine(term, pupils, was, will))
    return lines


def class_list_words(moves: Sequence[Move]) -> list[str]:
    """Say which class lists lose and gain whom, and how many each then has."""
    day = moves[0].starts_on
    groups: dict[int, ClassGroup] = {}
    gone: dict[int, list[Pupil]] = defaultdict(list)
    come: dict[int, list[Pupil]] = defaultdict(list)
    unplaced = []
    for move in moves:
        was, will = move.was, move.will
        old, new = was.class_group if was else None, will.class_group
        if new is None:
            unplaced.append(move.file.pupil)
        if old == new:
            continue
        for group, found in ((old, gone), (new, come)):
            if group is not None:
                groups[group.pk] = group
                found[group.pk].append(move.file.pupil)
    counts: dict[int | None, int] = dict(
        Placement.objects.on(day)
        .filter(class_group__in=groups)
        .order_by()
        .values_list("class_group")
        .annotate(pupils=Count("id"))
    )
    said = []
    for pk, group in sorted(groups.items(), key=lambda item: (item[0] not in gone, item[1].name)):
        then = counts.get(pk, 0)
        now = then - len(gone[pk]) + len(come[pk])
        changes = (("loses", gone[pk]), ("gains", come[pk]))
        parts = [f"{verb} {named(who)}" for verb, who in changes if who]
        said.append(
            f"{group.name} ({group.year}) {' and '.join(parts)}: {_pupils(now)} on"
            f" {day_words(day)} instead of {then}."
        )
    if unplaced:
        said.append(f"{named(unplaced)} {_is(unplaced)} in no class from that day.")
    return said or ["No class list changes."]


class _Person(NamedTuple):
    """Somebody who sees pupils, with all that they are and where."""

    name: str
    roles: str
    access: Access


def people_words(moves: Sequence[Move], today: dt.date) -> list[str]:
    """Say who stops and who starts seeing the pupils, and who then sees them as leavers."""
    day = moves[0].starts_on
    stops: dict[_Person, list[Pupil]] = defaultdict(list)
    leavers: dict[_Person, list[Pupil]] = defaultdict(list)
    starts: dict[_Person, list[Pupil]] = defaultdict(list)
    for person in _people(moves, today):
        sees = person.access.reach(Permission.SEE_PUPILS)
        keeps = person.access.reach(Permission.SEE_LEAVERS)
        for move in moves:
            saw = bool(move.was and covers(sees, move.was))
            will_see = covers(sees, move.will)
            if will_see and not saw:
                starts[person].append(move.file.pupil)
            elif saw and not will_see:
                kept = not move.corrects and move.was is not None and covers(keeps, move.was)
                (leavers if kept else stops)[person].append(move.file.pupil)
    stop = (
        f"no longer sees {{}} from {day_words(day)}" if day > today else "stops seeing {} at once"
    )
    last = day_words(day - dt.timedelta(days=1))
    said = [f"{each.name} ({each.roles}) {stop.format(named(who))}." for each, who in stops.items()]
    said += [
        f"{each.name} ({each.roles}) sees {named(who)} as they were until {last}, and records"
        " nothing later."
        for each, who in leavers.items()
    ]
    said += [
        f"{each.name} ({each.roles}) sees {named(who)} as soon as this is saved."
        for each, who in starts.items()
    ]
    return [*said, *_without_teacher(moves)] or ["Everyone who sees them now goes on seeing them."]


def _people(moves: Sequence[Move], today: dt.date) -> list[_Person]:
    """Return everybody with a role for one of the places, by name."""
    places = [each for move in moves for each in (move.was, move.will) if each]
    roles = [role for role, may in ROLE_PERMISSIONS.items() if Permission.SEE_PUPILS in may]
    rows = (
        Membership.objects.live()
        .filter(
            Q(school__in={each.school_id for each in places})
            | Q(arb__in={each.arb_id for each in places if each.arb_id})
            | Q(class_group__in={each.class_group_id for each in places if each.class_group_id})
            | Q(school=None, arb=None, class_group=None),
            Q(class_group=None) | Q(class_group__year__ends_on__gte=today),
            role__in=roles,
            person__is_active=True,
        )
        .select_related("person", "school", "arb", "class_group")
        .order_by("person__name", "person", "role", "id")
    )
    held: dict[int, list[Membership]] = defaultdict(list)
    for row in rows:
        held[row.person_id].append(row)
    found = []
    for person, own in held.items():
        grants = tuple(
            Grant(Role(each.role), each.school_id, each.arb_id, each.class_group_id) for each in own
        )
        words = [
            f"{each.role_words}, {each.class_group or each.arb or each.school or 'whole trust'}"
            for each in own
        ]
        found.append(
            _Person(own[0].person.name, "; ".join(words), Access(person, own[0].trust_id, grants))
        )
    return found


def _without_teacher(moves: Sequence[Move]) -> list[str]:
    """Name the classes that gain pupils and have no teacher yet."""
    groups = {m.will.class_group for m in moves if m.will.class_group}
    taught = set(
        Membership.objects.live()
        .filter(role=Role.TEACHER, class_group__in=groups)
        .values_list("class_group", flat=True)
    )
    return [
        f"Nobody teaches {group.name} ({group.year}) yet: the trust administrator says who does."
        for group in sorted(groups, key=lambda g: g.name)
        if group.pk not in taught
    ]


def class_words(placement: Placement) -> str:
    """Name the class of a placement; without one, the place itself."""
    if placement.class_group:
        return str(placement.class_group)
    return f"no class of {placement.arb or placement.school}"


def day_words(day: dt.date) -> str:
    """Write a day."""
    return date_format(day, "j F Y")


def _pupils(count: int) -> str:
    return f"{count} pupil{'' if count == 1 else 's'}"


def _is(pupils: Sequence[Pupil]) -> str:
    return "is" if len(pupils) == 1 else "are"

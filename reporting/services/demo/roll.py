"""Who is on roll in the demo, where and when: three years of joining, moving and leaving."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pupils.choices import PrimaryNeed, Sex
from pupils.measures import upn_check_letter
from pupils.models import Pupil
from pupils.models.pupils import national_year
from reporting.services.demo.calendar import Calendar
from reporting.services.demo.material import Namer, PlaceEntry, trusts
from schools.models import ARB, ClassGroup, School

ROUTES = ("pre-formal", "semi-formal", "formal")
LAST_YEAR_GROUP = 14

# How likely each route is, in the order above, by primary need.
ROUTE_WEIGHTS = {
    PrimaryNeed.PMLD: (92, 8, 0),
    PrimaryNeed.MSI: (60, 40, 0),
    PrimaryNeed.SLD: (20, 73, 7),
    PrimaryNeed.DS: (5, 65, 30),
    PrimaryNeed.ASD: (10, 45, 45),
    PrimaryNeed.SLCN: (0, 32, 68),
    PrimaryNeed.MLD: (0, 25, 75),
    PrimaryNeed.SEMH: (0, 12, 88),
    PrimaryNeed.SPLD: (0, 0, 100),
    PrimaryNeed.PD: (25, 30, 45),
    PrimaryNeed.VI: (15, 35, 50),
    PrimaryNeed.HI: (5, 35, 60),
}


@dataclass(eq=False)
class Room:
    """A class of one year."""

    unit: "Unit"
    year: int
    number: int
    group: ClassGroup
    pupils: list["Child"] = field(default_factory=list)


@dataclass(eq=False)
class Unit:
    """A school without its ARBs, or an ARB."""

    entry: PlaceEntry
    school: School
    arb: ARB | None
    rooms: dict[int, list[Room]] = field(default_factory=dict)

    def teaches(self, year_group: int) -> bool:
        """Say whether pupils of this year group are taught here."""
        return self.entry.years[0] <= year_group <= self.entry.years[1]


@dataclass(eq=False)
class Stay:
    """One placement of a child, both days included."""

    room: Room
    starts_on: dt.date
    ends_on: dt.date | None = None


@dataclass(eq=False)
class Child:
    """A pupil of the demo, with the route and all placements."""

    pupil: Pupil
    route: str
    stays: list[Stay] = field(default_factory=list)

    @property
    def joined_on(self) -> dt.date:
        """The first day on roll."""
        return self.stays[0].starts_on

    def on(self, day: dt.date) -> Stay | None:
        """Return where the child is on a day, if on roll."""
        return next(
            (
                stay
                for stay in self.stays
                if stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on)
            ),
            None,
        )


class Roll:
    """Lives three years of joining, moving and leaving; `children` and `units` are the result."""

    def __init__(
        self, units: list[Unit], calendar: Calendar, rng: random.Random, la_code: str
    ) -> None:
        self.units = units
        self.children: list[Child] = []
        self._calendar = calendar
        self._rng = rng
        self._la_code = la_code
        self._namer = Namer(rng)
        self._serials: Counter[str] = Counter()
        self._at: dict[Child, Unit] = {}
        for year in range(len(calendar.years)):
            self._september(year)
            for term in calendar.terms_of(year):
                self._term(year, term)

    def on_roll(self, day: dt.date) -> list[tuple[Child, Stay]]:
        """Return the children on roll on a day, and where they are."""
        found = ((child, child.on(day)) for child in self.children)
        return [(child, stay) for child, stay in found if stay is not None]

    def _september(self, year: int) -> None:
        starts_on = self._calendar.years[year].starts_on
        if year:
            self._move_up(starts_on)
        for unit in self.units:
            lowest, highest = unit.entry.years
            groups = range(lowest, highest + 1)
            # Most join where a phase of schooling begins.
            weights = [1] * len(groups)
            if year:
                weights = [6 if g in {lowest, 7} else 1 for g in groups]
            here = sum(1 for place in self._at.values() if place is unit)
            for group in self._rng.choices(groups, weights, k=max(0, unit.entry.pupils - here)):
                self._at[self._child(unit, group, starts_on)] = unit
        for number, unit in enumerate(self.units):
            self._form_classes(unit, number, year)

    def _move_up(self, starts_on: dt.date) -> None:
        """Let each child go into the next year group: here, elsewhere, or out of the trust."""
        for child, unit in list(self._at.items()):
            child.stays[-1].ends_on = starts_on - dt.timedelta(days=1)
            group = national_year(child.pupil.born_on, starts_on)
            chance = self._rng.random()
            # Of those whose school teaches the next year group, about one in fifty moves and
            # one in forty leaves; of the others, sixth form draws fewer than the next school.
            stays = 0.955 if unit.teaches(group) else 0
            moves = 0.975 if unit.teaches(group) else 0.6 if group == 12 else 0.9
            if group > LAST_YEAR_GROUP or chance > moves:
                del self._at[child]
            elif chance > stays:
                other = self._elsewhere(unit, group)
                if other is None:
                    del self._at[child]
                else:
                    self._at[child] = other

    def _elsewhere(self, unit: Unit, group: int) -> Unit | None:
        choices = [u for u in self.units if u is not unit and u.teaches(group)]
        if not choices:
            return None
        # Between a school and its ARB more often than anywhere else.
        weights = [4 if u.school is unit.school else 1 for u in choices]
        return self._rng.choices(choices, weights)[0]

    def _term(self, year: int, term: int) -> None:
        starts_on = self._calendar.terms[term].starts_on
        for child, unit in list(self._at.items()):
            day, chance = self._day_in(term), self._rng.random()
            if chance > 0.01 or day >= self._calendar.on:
                continue
            group = national_year(child.pupil.born_on, self._calendar.years[year].starts_on)
            other = self._elsewhere(unit, group) if chance < 0.006 else None
            if child.stays[-1].starts_on > starts_on:
                continue
            child.stays[-1].room.pupils.remove(child)
            child.stays[-1].ends_on = day - dt.timedelta(days=1)
            if other is None:
                del self._at[child]
            else:
                self._place(child, other, year, day)
        for unit in self.units:
            for _ in range(unit.entry.pupils):
                day, chance = self._day_in(term), self._rng.random()
                if chance < 0.006 and day < self._calendar.on:
                    group = self._rng.randint(*unit.entry.years)
                    self._place(self._child(unit, group, day, year), unit, year, day)

    def _day_in(self, term: int) -> dt.date:
        """Return a school day in the middle of a term."""
        held = self._calendar.terms[term]
        length = (held.ends_on - held.starts_on).days
        day = held.starts_on + dt.timedelta(days=self._rng.randint(10, length - 10))
        return day - dt.timedelta(days=max(0, day.weekday() - 4))

    def _place(self, child: Child, unit: Unit, year: int, day: dt.date) -> None:
        """Put a child into the class of a unit that is nearest in route, and small."""
        position = ROUTES.index(child.route)

        def distance(room: Room) -> tuple[bool, int, int, int]:
            routes = [abs(ROUTES.index(c.route) - position) for c in room.pupils]
            size = len(room.pupils)
            return size >= 12, 4 * sum(routes) // max(1, size), size, room.number

        room = min(unit.rooms[year], key=distance)
        room.pupils.append(child)
        child.stays.append(Stay(room, day))
        self._at[child] = unit

    def _form_classes(self, unit: Unit, number: int, year: int) -> None:
        starts_on = self._calendar.years[year].starts_on
        children = sorted(
            (child for child, place in self._at.items() if place is unit),
            key=lambda c: (
                ROUTES.index(c.route),
                national_year(c.pupil.born_on, starts_on),
                c.pupil.upn,
            ),
        )
        count = max(1, round(len(children) / unit.entry.class_size))
        names = trusts().themes[unit.entry.theme]
        turn = 11 * number + 7 * (len(self._calendar.years) - 1 - year)
        unit.rooms[year] = []
        for n in range(count):
            group = ClassGroup(
                school=unit.school,
                arb=unit.arb,
                year=self._calendar.years[year],
                name=names[(turn + n) % len(names)],
            )
            first, last = (len(children) * m // count for m in (n, n + 1))
            room = Room(unit, year, n, group, children[first:last])
            unit.rooms[year].append(room)
            for child in room.pupils:
                child.stays.append(Stay(room, starts_on))

    def _child(self, unit: Unit, group: int, day: dt.date, year: int | None = None) -> Child:
        year_starts = day if year is None else self._calendar.years[year].starts_on
        first_september = dt.date(year_starts.year - 5 - group, 9, 1)
        pupil, route = imagined_pupil(
            self._rng,
            self._namer,
            needs=trusts().needs[unit.entry.needs],
            first_september=first_september,
            upn=lambda: self._upn(unit, first_september.year + 5),
        )
        child = Child(pupil, route)
        self.children.append(child)
        return child

    def _upn(self, unit: Unit, start: int) -> str:
        """Make a number from the school where education began: this one, or one nearby."""
        number = unit.school.establishment_number
        if self._rng.random() < 0.5:
            number = f"{self._rng.randint(2201, 2260)}"
        place = f"{self._la_code}{number}{start % 100:02}"
        self._serials[place] += 1
        serial = f"{self._serials[place]:03}"
        if self._rng.random() < 0.004:  # a temporary number
            serial = serial[1:] + "A"
        return upn_check_letter(place + serial) + place + serial


def imagined_pupil(
    rng: random.Random,
    namer: Namer,
    *,
    needs: Mapping[str, int],
    first_september: dt.date,
    upn: Callable[[], str],
) -> tuple[Pupil, str]:
    """Think up a pupil born in the year from a first of September on, and the route for them.

    `needs` says how many of a hundred have which primary need.
    """
    sex = Sex.MALE if rng.random() < 0.69 else Sex.FEMALE
    first_name, last_name, origin = namer.name(sex)
    need = PrimaryNeed(rng.choices(list(needs), list(needs.values()))[0])
    looked_after = rng.random() < 0.036
    pupil = Pupil(
        upn=upn(),
        first_name=first_name,
        last_name=last_name,
        born_on=first_september + dt.timedelta(days=rng.randrange(365)),
        sex=sex,
        primary_need=need,
        looked_after=looked_after,
        pupil_premium=looked_after or rng.random() < 0.435,
        eal=rng.random() < origin.eal,
    )
    return pupil, rng.choices(ROUTES, ROUTE_WEIGHTS.get(need, (0, 50, 50)))[0]

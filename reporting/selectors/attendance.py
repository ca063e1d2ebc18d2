"""Attendance of a school, an ARB or a class over some days, and of whom to think first.

A pupil counts in a place with the sessions that were possible there: whoever moved has a part in
each of two places, and no session counts twice.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import F, Q, Sum

from parrcs.core.access import Access, Permission
from pupils.choices import PrimaryNeed
from pupils.measures import Sessions
from pupils.models import Placement
from pupils.models.placements import PlacementQuerySet
from pupils.models.pupils import national_year, year_words
from reporting.selectors.attendance_periods import Period, Place
from reporting.selectors.benchmarks import National, national_attendance
from schools.models import School
from schools.selectors.half_terms import HalfTerm

# So many percentage points under the half term before are a fall.
FALL = 5
_FIRST = 15
_SUMS = ("possible", "attended", "authorised", "unauthorised", "late")
_NONE = Sessions(0, 0)


@dataclass(frozen=True)
class Figures:
    """What pupils' sessions come to; `pupils` are those who had a possible one."""

    pupils: int
    sessions: Sessions
    persistent: int
    severe: int

    @property
    def attended(self) -> float | None:
        """The share attended, in per cent."""
        return self.sessions.percent

    @property
    def authorised(self) -> float | None:
        """The share missed with leave, in per cent."""
        return self._share(self.sessions.authorised)

    @property
    def unauthorised(self) -> float | None:
        """The share missed without leave, in per cent."""
        return self._share(self.sessions.unauthorised)

    @property
    def persistent_share(self) -> float | None:
        """The share of pupils persistently absent, in per cent."""
        return 100 * self.persistent / self.pupils if self.pupils else None

    def _share(self, n: int) -> float | None:
        return 100 * n / self.sessions.possible if self.sessions.possible else None


class Row(NamedTuple):
    """A line of a table: what it is of, and its figures; `key` leads to a page of its own."""

    name: str
    figures: Figures
    key: str = ""


class Group(NamedTuple):
    """A table of parts of the pupils."""

    title: str
    rows: Sequence[Row]


@dataclass
class PupilRow:
    """A pupil in a place, with sessions by the first day of each stretch."""

    pupil_id: int
    name: str
    known: dict[str, Any]
    stretches: list[tuple[dt.date, str, Sessions]] = field(default_factory=list)

    def within(self, first: dt.date, last: dt.date, where: str | None = None) -> Sessions:
        """Sum up the stretches that begin in these days, all or those in one class."""
        return sum(
            (
                sessions
                for day, place, sessions in self.stretches
                if first <= day <= last and where in (None, place)
            ),
            _NONE,
        )


@dataclass(frozen=True)
class Concern:
    """A pupil to think of: how often they came, and why they stand here."""

    pupil_id: int
    name: str
    class_name: str
    protected: bool
    sessions: Sessions
    now: Sessions | None  # of the latest half term and the one before it, where it fell
    before: Sessions | None

    @property
    def mark(self) -> tuple[str, str]:
        """The mark and the word that say why."""
        if self.sessions.severely_absent:
            return "none", "severe"
        if self.sessions.persistently_absent:
            return "some", "persistent"
        return "expected", "falling"


@dataclass(frozen=True)
class Attendance:
    """The attendance of a place over some days."""

    place: Place
    period: Period
    total: Figures
    on_roll: int
    national: National
    half_terms: Sequence[Row]
    groups: Sequence[Group]
    concerns: Sequence[Concern]
    fell: tuple[HalfTerm, HalfTerm] | None  # the half terms that were held against each other

    @property
    def first_concerns(self) -> Sequence[Concern]:
        """The first of them: more than these nobody looks at in one go."""
        return self.concerns[:_FIRST]

    @property
    def further_concerns(self) -> Sequence[Concern]:
        """The others."""
        return self.concerns[_FIRST:]

    @property
    def difference(self) -> float | None:
        """Percentage points above the national figure, of the two as they are shown."""
        if self.total.attended is None:
            return None
        return round(round(self.total.attended, 1) - float(self.national.figures.attended), 1)


def figures(pupils: Iterable[Sessions]) -> Figures:
    """Sum up the sessions of pupils, one entry a pupil."""
    had = [each for each in pupils if each.possible]
    return Figures(
        len(had),
        sum(had, _NONE),
        sum(each.persistently_absent for each in had),
        sum(each.severely_absent for each in had),
    )


def attendance(access: Access, *, place: Place, period: Period, as_taught: bool) -> Attendance:
    """Return the attendance of a place; `as_taught` leaves its ARBs' pupils out of a school."""
    conditions = dict(place.conditions)
    if as_taught and place.is_school:
        conditions["arb"] = None
    placements = Placement.objects.visible_to(access).filter(**conditions)
    first = period.before.starts_on if period.before else period.starts_on
    rows = _pupils(held(placements, first, period.ends_on))
    days = (period.starts_on, period.ends_on)
    in_days = [(each, each.within(*days)) for each in rows]
    present = [(each, sessions) for each, sessions in in_days if sessions.possible]
    concerns, fell = _concerns(present, period)
    return Attendance(
        place=place,
        period=period,
        total=figures(sessions for _, sessions in present),
        on_roll=_on_roll(placements, period),
        national=national_attendance(place.school),
        half_terms=[
            Row(half.name, figures(each.within(half.starts_on, half.ends_on) for each in rows))
            for half in period.half_terms
        ],
        groups=list(_groups(present, place, period)),
        concerns=concerns,
        fell=fell,
    )


def _on_roll(placements: PlacementQuerySet, period: Period) -> int:
    """Count the pupils who were there on any of these days that is over or is today."""
    return (
        placements.filter(starts_on__lte=period.ends_on)
        .not_ended(period.starts_on)
        .values("pupil")
        .distinct()
        .count()
    )


def held(placements: PlacementQuerySet, first: dt.date, last: dt.date) -> PlacementQuerySet:
    """Keep placements with the stretches of attendance that begin in these days and in them.

    A pupil counts in a place with what began while placed there.
    """
    return placements.filter(
        Q(ends_on__isnull=True) | Q(pupil__attendance__starts_on__lte=F("ends_on")),
        pupil__attendance__starts_on__gte=F("starts_on"),
        pupil__attendance__starts_on__range=(first, last),
    )


def _pupils(placements: PlacementQuerySet) -> list[PupilRow]:
    found: dict[int, PupilRow] = {}
    rows: Any = placements.order_by(
        "pupil__last_name", "pupil__first_name", "pupil", "pupil__attendance__starts_on"
    ).values(
        "pupil",
        "pupil__first_name",
        "pupil__last_name",
        "pupil__protected",
        "pupil__born_on",
        "pupil__primary_need",
        "pupil__pupil_premium",
        "pupil__looked_after",
        "arb__name",
        "class_group",
        "class_group__name",
        day=F("pupil__attendance__starts_on"),
        **{name: F(f"pupil__attendance__{name}") for name in _SUMS},
    )
    for row in rows:
        name = f"{row['pupil__first_name']} {row['pupil__last_name']}"
        pupil = found.setdefault(row["pupil"], PupilRow(row["pupil"], name, row))
        # Where the pupil is known to be last says what a group calls them.
        pupil.known = row
        sessions = Sessions(*(row[each] for each in _SUMS))
        where = f"{row['class_group'] or ''}|{row['class_group__name'] or 'No class'}"
        pupil.stretches.append((row["day"], where, sessions))
    return list(found.values())


def _groups(
    present: Sequence[tuple[PupilRow, Sessions]], place: Place, period: Period
) -> Iterable[Group]:
    needs = dict(PrimaryNeed.choices)
    by: list[tuple[str, Callable[[dict[str, Any]], Any], Callable[[Any], str]]] = [
        (
            "Pupil premium",
            lambda known: not known["pupil__pupil_premium"],
            lambda no: "No pupil premium" if no else "Pupil premium",
        ),
        (
            "Child looked after",
            lambda known: not known["pupil__looked_after"],
            lambda no: "Not looked after" if no else "Looked after",
        ),
        (
            "Year group",
            lambda known: national_year(known["pupil__born_on"], period.year_starts),
            year_words,
        ),
        ("Primary need", lambda known: known["pupil__primary_need"], lambda code: needs[code]),
    ]
    if place.is_school and any(each.known["arb__name"] for each, _ in present):
        by.append(
            (
                "Where taught",
                lambda known: known["arb__name"] or "",
                lambda name: name or "In the school itself",
            )
        )
    if place.class_group is None:
        yield Group("Class", _by_class(present, period))
    for title, key, words in by:
        parts: dict[Any, list[Sessions]] = defaultdict(list)
        for pupil, sessions in present:
            parts[key(pupil.known)].append(sessions)
        yield Group(title, [Row(words(part), figures(parts[part])) for part in sorted(parts)])


def _by_class(present: Sequence[tuple[PupilRow, Sessions]], period: Period) -> list[Row]:
    """Return the figures of each class, of the sessions while a pupil was in it."""
    days = (period.starts_on, period.ends_on)
    wheres = {
        where for pupil, _ in present for day, where, _ in pupil.stretches if _in(day, period)
    }
    rows = []
    for where in sorted(wheres, key=lambda each: (each.partition("|")[2], each)):
        number, _, name = where.partition("|")
        of_class = figures(pupil.within(*days, where) for pupil, _ in present)
        rows.append(Row(name, of_class, f"class-{number}" if number else ""))
    return rows


def _in(day: dt.date, period: Period) -> bool:
    return period.starts_on <= day <= period.ends_on


def _concerns(
    present: Sequence[tuple[PupilRow, Sessions]], period: Period
) -> tuple[list[Concern], tuple[HalfTerm, HalfTerm] | None]:
    """Return whom to think of, the most absent first, and which half terms were compared."""
    fell = _latest_two(present, period)
    found = []
    for pupil, sessions in present:
        now = before = None
        if fell:
            earlier, later = (pupil.within(each.starts_on, each.ends_on) for each in fell)
            if later.fell_since(earlier, points=FALL):
                now, before = later, earlier
        if now or sessions.persistently_absent:
            name, protected = (
                pupil.known["class_group__name"] or "",
                pupil.known["pupil__protected"],
            )
            found.append(
                Concern(pupil.pupil_id, pupil.name, name, protected, sessions, now, before)
            )
    order = {"severe": 0, "persistent": 1, "falling": 2}
    found.sort(key=lambda each: (order[each.mark[1]], each.sessions.percent or 0))
    return found, fell


def _latest_two(
    present: Sequence[tuple[PupilRow, Sessions]], period: Period
) -> tuple[HalfTerm, HalfTerm] | None:
    """Return the last half term of these days with sessions, after the one before it."""
    halves = [*([period.before] if period.before else []), *period.half_terms]
    for at in range(len(halves) - 1, 0, -1):
        half = halves[at]
        if any(p.within(half.starts_on, half.ends_on).possible for p, _ in present):
            return halves[at - 1], half
    return None


@dataclass(frozen=True)
class SchoolRow:
    """A school or one of its ARBs beside the national figures of its kind."""

    name: str
    key: str
    figures: Figures
    national: National
    arb: bool = False


@dataclass(frozen=True)
class TrustAttendance:
    """The attendance of all schools of the trust; ARBs stand under their schools, within them."""

    period: Period
    rows: Sequence[SchoolRow]
    total: Figures


def trust_attendance(access: Access, *, period: Period) -> TrustAttendance:
    """Return the attendance of each school, its ARBs counted in it, and of each ARB."""
    summed: Any = (
        held(Placement.objects.visible_to(access), period.starts_on, period.ends_on)
        .order_by()
        .values("pupil", "school", "arb", "arb__name")
        .annotate(**{f"n_{name}": Sum(f"pupil__attendance__{name}") for name in _SUMS})
    )
    by_school: dict[int, dict[int, Sessions]] = defaultdict(lambda: defaultdict(lambda: _NONE))
    by_arb: dict[tuple[int, int, str], list[Sessions]] = defaultdict(list)
    by_pupil: dict[int, Sessions] = defaultdict(lambda: _NONE)
    for row in summed:
        sessions = Sessions(*(row[f"n_{name}"] for name in _SUMS))
        by_school[row["school"]][row["pupil"]] += sessions
        by_pupil[row["pupil"]] += sessions
        if row["arb"]:
            by_arb[row["school"], row["arb"], row["arb__name"]].append(sessions)
    rows = []
    reach = access.reach(Permission.SEE_PUPILS)
    schools = School.objects.visible_to(access).filter(of_trust=True, closed_on__isnull=True)
    for school in schools:
        if not reach.covers(school_id=school.pk):
            continue
        national = national_attendance(school)
        of_school = figures(by_school[school.pk].values())
        rows.append(SchoolRow(school.name, f"school-{school.pk}", of_school, national))
        rows += [
            SchoolRow(name, f"arb-{arb}", figures(pupils), national, arb=True)
            for (school_id, arb, name), pupils in sorted(by_arb.items(), key=lambda x: x[0][2])
            if school_id == school.pk
        ]
    return TrustAttendance(period, rows, figures(by_pupil.values()))

"""The schools, ARBs and classes of a trust, as far as a person sees them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from parrcs.core.access import Access, Permission, Reach, Scope
from schools.choices import SchoolKind
from schools.models import ARB, AcademicYear, ClassGroup, School, Term
from schools.selectors.calendar import current_term, years_to_set_up


@dataclass(frozen=True)
class ListedARB:
    """An ARB in the list of schools."""

    arb: ARB
    classes: int


@dataclass(frozen=True)
class ListedSchool:
    """A school in the list, with its ARBs; `classes` are those of this year outside ARBs."""

    school: School
    classes: int
    arbs: list[ListedARB]


@dataclass(frozen=True)
class SchoolList:
    """The schools that a person sees, hosts that belong to other trusts apart."""

    year: AcademicYear | None
    schools: list[ListedSchool]
    hosts: list[School]

    @property
    def arbs(self) -> int:
        """How many ARBs there are in all."""
        return sum(len(each.arbs) for each in self.schools)


@dataclass(frozen=True)
class ListedClass:
    """A class of this year, whether the person records its judgements, and sees its pupils."""

    class_group: ClassGroup
    records: bool
    sees: bool


@dataclass(frozen=True)
class PlacePage:
    """What the page of a school or an ARB shows: its ARBs, and its classes of this year."""

    term: Term | None
    classes: list[ListedClass]
    arbs: list[ARB] = field(default_factory=list)
    hosted: list[ARB] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A place a role can be held for, in the words of a list to choose from."""

    scope: Scope
    id: int | None
    name: str
    group: str


def schools(access: Access) -> QuerySet[School]:
    """Return the schools that the person sees."""
    return School.objects.visible_to(access)


def arbs(access: Access) -> QuerySet[ARB]:
    """Return the ARBs that the person sees, with their school and host."""
    return ARB.objects.visible_to(access).select_related("school", "host")


def class_groups(access: Access) -> QuerySet[ClassGroup]:
    """Return the classes that the person sees, with school, ARB and year."""
    return ClassGroup.objects.visible_to(access).select_related("school", "arb", "year")


def school_list(access: Access, *, today: dt.date) -> SchoolList:
    """Return all schools that the person sees, with their ARBs and numbers of classes."""
    term = current_term(today).term
    year = AcademicYear.objects.filter(pk=term.year_id).first() if term else None
    counts = {
        (school, arb): count
        for school, arb, count in ClassGroup.objects.visible_to(access)
        .filter(year=year)
        .order_by()
        .values_list("school", "arb")
        .annotate(count=Count("id"))
    }
    by_school: dict[int, list[ListedARB]] = defaultdict(list)
    for arb in arbs(access):
        by_school[arb.school_id].append(ListedARB(arb, counts.get((arb.school_id, arb.pk), 0)))
    seen = list(schools(access))
    return SchoolList(
        year,
        [
            ListedSchool(each, counts.get((each.pk, None), 0), by_school[each.pk])
            for each in sorted(seen, key=lambda s: (s.kind != SchoolKind.SPECIAL, s.name))
            if each.of_trust
        ],
        [each for each in seen if not each.of_trust],
    )


def school_page(access: Access, school: School, *, today: dt.date) -> PlacePage:
    """Return what the page of a school shows to this person."""
    beside = list(arbs(access).filter(Q(school=school) | Q(host=school)))
    return PlacePage(
        current_term(today).term,
        _classes(access, today, school=school),
        [arb for arb in beside if arb.school_id == school.pk],
        [arb for arb in beside if arb.host_id == school.pk],
    )


def arb_page(access: Access, arb: ARB, *, today: dt.date) -> PlacePage:
    """Return what the page of an ARB shows to this person."""
    return PlacePage(current_term(today).term, _classes(access, today, arb=arb))


def _classes(access: Access, today: dt.date, **where: School | ARB) -> list[ListedClass]:
    """Return the classes of the current term's year and those set up for a coming one."""
    term = current_term(today).term
    records, sees = access.reach(Permission.RECORD), access.reach(Permission.SEE_PUPILS)
    wanted = class_groups(access).filter(**where)
    if term is not None:
        wanted = wanted.filter(
            year__starts_on__gte=AcademicYear.objects.filter(pk=term.year_id).values("starts_on")
        )
    return [
        ListedClass(
            each,
            term is not None and each.year_id == term.year_id and _covered(records, each),
            _covered(sees, each),
        )
        for each in wanted.order_by("year__starts_on", "name")
    ]


def _covered(reach: Reach, class_group: ClassGroup) -> bool:
    return reach.covers(
        school_id=class_group.school_id,
        arb_id=class_group.arb_id,
        class_group_id=class_group.pk,
    )


def registering_schools(access: Access) -> QuerySet[School]:
    """Return the special schools of the trust, where pupils of an ARB can be registered."""
    return schools(access).filter(kind=SchoolKind.SPECIAL, of_trust=True, closed_on__isnull=True)


def host_schools(access: Access) -> QuerySet[School]:
    """Return the mainstream schools, of this trust or another, that can host an ARB."""
    return schools(access).filter(kind=SchoolKind.MAINSTREAM, closed_on__isnull=True)


def open_arbs(access: Access, *, school: School) -> QuerySet[ARB]:
    """Return the ARBs of a school that have not closed."""
    return arbs(access).filter(school=school, closed_on__isnull=True)


def places(access: Access, *, today: dt.date) -> list[Place]:
    """Return every place of the trust that someone can be given a role for, in groups."""
    found = [Place(Scope.TRUST, None, "Whole trust", "Trust")]
    found += [
        Place(Scope.SCHOOL, each.pk, each.name, "Schools")
        for each in schools(access).filter(of_trust=True, closed_on__isnull=True)
    ]
    found += [
        Place(Scope.ARB, each.pk, f"{each.name}, at {each.host.name}", "ARBs")
        for each in arbs(access).filter(closed_on__isnull=True)
    ]
    found += [
        Place(
            Scope.CLASS,
            each.pk,
            f"{each.name}, {each.arb.name}" if each.arb else each.name,
            f"Classes of {each.school.name}, {each.year.name}",
        )
        for each in class_groups(access)
        .filter(year__in=years_to_set_up(today))
        .order_by("school__name", "year__starts_on", "name")
    ]
    return found

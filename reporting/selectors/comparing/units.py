"""What can be compared: the trust, its schools and ARBs, their classes, and pupils."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q

from parrcs.core.access import Access
from pupils.models import Pupil
from pupils.selectors.cohorts import Cohort
from pupils.selectors.lenses import Lens, Place
from reporting.selectors.benchmarks import PhaseFigures, national_attendance
from reporting.selectors.comparing.tallies import Part
from schools.models import ARB, ClassGroup, School, Term


@dataclass(frozen=True)
class Unit:
    """A row to be compared.

    `kind` is trust, school, ARB, class or pupil; `of` is what it is a part of. `national` are the
    figures of attendance of its kind of school. A class without an id are the pupils in no class.
    """

    key: str
    name: str
    kind: str
    school_id: int | None = None
    arb_id: int | None = None
    class_id: int | None = None
    pupil_id: int | None = None
    host: str = ""
    national: PhaseFigures | None = None
    of: "Unit | None" = None

    @property
    def opens(self) -> bool:
        """Whether it has parts to look into, one level down."""
        return self.kind in ("school", "ARB", "class")

    @property
    def way(self) -> "list[Unit]":
        """What it is a part of, the trust first."""
        return [*self.of.way, self.of] if self.of else []


class NoSuchUnit(LookupError):
    """There is no such row, or none that this person may see."""


WHOLE_TRUST = Unit("all", "Whole trust", "trust")


def units(access: Access, *, term: Term, places: Iterable[Part] = ()) -> list[Unit]:
    """Return the schools and ARBs that were open on the term's census date.

    Those of `places` are there in any case, so that no pupil counted is in no row.
    """
    day = term.census_on
    at = [Place(*each) for each in places]
    open_then = (Q(opened_on__isnull=True) | Q(opened_on__lte=day)) & (
        Q(closed_on__isnull=True) | Q(closed_on__gte=day)
    )
    arbs: dict[int, list[ARB]] = defaultdict(list)
    for arb in (
        ARB.objects.visible_to(access)
        .filter(open_then | Q(id__in={each.arb_id for each in at if each.arb_id}))
        .select_related("host")
    ):
        arbs[arb.school_id].append(arb)
    of_interest = {each.school_id for each in at} | set(arbs)
    schools = School.objects.visible_to(access).filter(
        (open_then & Q(of_trust=True)) | Q(id__in=of_interest)
    )
    found = []
    for school in schools:
        unit = _of_school(school)
        found.append(unit)
        found.extend(_of_arb(arb, unit) for arb in arbs[school.pk])
    return found


def places_of(cohort: Cohort) -> list[Part]:
    """Return every school and ARB where a pupil of a cohort is."""
    return list(cohort.placements.values_list("school", "arb").distinct())


def unit_called(access: Access, key: str) -> Unit:
    """Return the row with a key: of the trust, a school, an ARB, a class or a pupil.

    Of whatever the person may see, also where a choice counts nobody in it. Raises `NoSuchUnit`.
    """
    if key == WHOLE_TRUST.key:
        return WHOLE_TRUST
    kind, _, rest = key.partition("-")
    if kind == "none" and rest.startswith(("school-", "arb-")):
        return no_class(unit_called(access, rest))
    called = {
        "school": _school_called,
        "arb": _arb_called,
        "class": _class_called,
        "pupil": _pupil_called,
    }
    if kind not in called:
        raise NoSuchUnit
    return called[kind](access, _id(rest))


def unit_of_class(class_group: ClassGroup) -> Unit:
    """Return a class as a row; its school, ARB and host have to be at hand."""
    unit = _of_school(class_group.school)
    if class_group.arb:
        unit = _of_arb(class_group.arb, unit)
    return Unit(
        f"class-{class_group.pk}",
        class_group.name,
        "class",
        class_id=class_group.pk,
        national=unit.national,
        of=unit,
    )


def no_class(of: Unit) -> Unit:
    """Return the row of the pupils of a school or ARB who are in no class."""
    return Unit(f"none-{of.key}", "In no class", "class", national=of.national, of=of)


def _id(number: str) -> int:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NoSuchUnit
    return int(number)


def _school_called(access: Access, number: int) -> Unit:
    school = School.objects.visible_to(access).filter(pk=number).first()
    if school is None:
        raise NoSuchUnit
    return _of_school(school)


def _arb_called(access: Access, number: int) -> Unit:
    arbs = ARB.objects.visible_to(access).select_related("host", "school")
    arb = arbs.filter(pk=number).first()
    if arb is None:
        raise NoSuchUnit
    return _of_arb(arb, _of_school(arb.school))


def _class_called(access: Access, number: int) -> Unit:
    classes = ClassGroup.objects.visible_to(access).select_related("school", "arb__host", "year")
    class_group = classes.filter(pk=number).first()
    if class_group is None:
        raise NoSuchUnit
    return unit_of_class(class_group)


def _pupil_called(access: Access, number: int) -> Unit:
    pupil = Pupil.objects.visible_to(access).filter(pk=number).first()
    if pupil is None:
        raise NoSuchUnit
    key = f"pupil-{pupil.pk}"
    return Unit(key, pupil.marked_name, "pupil", pupil_id=pupil.pk, of=WHOLE_TRUST)


def _of_school(school: School) -> Unit:
    return Unit(
        f"school-{school.pk}",
        school.name,
        "school",
        school_id=school.pk,
        national=national_attendance(school).figures,
        of=WHOLE_TRUST,
    )


def _of_arb(arb: ARB, of: Unit) -> Unit:
    return Unit(
        f"arb-{arb.pk}",
        arb.name,
        "ARB",
        arb_id=arb.pk,
        host=arb.host.name,
        national=of.national,
        of=of,
    )


def within(cohort: Cohort, *, unit: Unit, lens: Lens) -> Cohort:
    """Return the part of a cohort that a row counts under a lens."""
    if unit.pupil_id:
        return cohort.filter(pupil=unit.pupil_id)
    if unit.class_id:
        return cohort.filter(class_group=unit.class_id)
    if unit.kind == "class" and unit.of:
        return within(cohort, unit=unit.of, lens=lens).filter(class_group=None)
    return cohort.within(lens, school_id=unit.school_id, arb_id=unit.arb_id)


def counted_in(unit: Unit, lens: Lens) -> Callable[[Part], bool]:
    """Return the question whether a school's, an ARB's or the trust's row counts a place.

    It is `within` in Python.
    """
    return lambda place: lens.counts(Place(*place), school_id=unit.school_id, arb_id=unit.arb_id)

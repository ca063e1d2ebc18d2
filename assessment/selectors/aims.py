"""What is aimed at: the points that pupils are to reach by the end of a school year."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assessment.measures import Rate, points_over, suggested_aim, terms_since
from assessment.models import Aim, Point
from assessment.selectors.baselines import scales_of
from assessment.selectors.paths import (
    Path,
    Step,
    expectations_of,
    paths_of,
    rates_of,
)
from assessment.selectors.progress import DueStrand, strands_due
from assessment.selectors.versions import Ancestor, ancestors
from parrcs.core.access import Access, Permission
from pupils.models import Pupil
from pupils.selectors.registers import Registered, registers
from schools.models import AcademicYear, ClassGroup, Term
from schools.selectors.calendar import term_of_class


def aims_of(
    access: Access,
    *,
    pupils: Iterable[Pupil | int],
    strands: Iterable[int],
    year: AcademicYear | int,
    lines: Mapping[int, Sequence[Ancestor]] | None = None,
) -> dict[tuple[int, int], tuple[int, str]]:
    """Return what is aimed at by the end of a year, as id and code of the point.

    By the ids of pupil and strand, in one query; nothing stands there where no aim is set. With
    `lines`, an aim that was set in the version before is read in the points of this one, which
    takes a second query where there is such an aim.
    """
    wanted = set(strands)
    read_as: dict[int, list[tuple[int, Ancestor]]] = {}
    for strand, line in (lines or {}).items():
        for each in line:
            read_as.setdefault(each.strand_id, []).append((strand, each))
    found: dict[tuple[int, int], tuple[int, str]] = {}
    carried: dict[tuple[int, int], int] = {}
    for pupil, made_in, point, code in (
        Aim.objects.visible_to(access)
        .filter(pupil__in=list(pupils), strand__in=wanted | set(read_as), year=year)
        .order_by("set_at")
        .values_list("pupil", "strand", "point", "point__code")
    ):
        if made_in in wanted:
            found[pupil, made_in] = (point, code)
        for strand, each in read_as.get(made_in, ()):
            carried[pupil, strand] = each.points[point]
    carried = {key: point for key, point in carried.items() if key not in found}
    if carried:
        codes = dict(Point.objects.filter(pk__in=carried.values()).values_list("pk", "code"))
        found |= {key: (point, codes[point]) for key, point in carried.items()}
    return found


class AimedAt(NamedTuple):
    """A pupil in a strand: where they stand, what is suggested, and what is aimed at."""

    pupil_id: int
    strand: DueStrand
    last: Step | None
    start: Point | None
    suggested: Point | None
    aim_id: int | None
    aim: str

    @property
    def name(self) -> str:
        """How this cell is called in a form."""
        return f"aim-{self.pupil_id}-{self.strand.strand_id}"


@dataclass(frozen=True)
class AimTable:
    """The strands of one stream, with a line for each pupil who is judged in it."""

    stream_id: int
    name: str
    scale: Sequence[Point]
    strands: Sequence[DueStrand]
    rows: Sequence[tuple[Registered, Sequence[AimedAt]]]


@dataclass(frozen=True)
class AimsPage:
    """The aims of a class for its year; `term` says what is due, None before the first one."""

    class_group: ClassGroup
    term: Term | None
    may_set: bool
    over: bool
    tables: Sequence[AimTable]
    last_set: Aim | None = None

    @property
    def cells(self) -> list[AimedAt]:
        """All cells of the page."""
        return [cell for table in self.tables for _, cells in table.rows for cell in cells]

    @property
    def set(self) -> int:
        """How many aims are set."""
        return sum(cell.aim_id is not None for cell in self.cells)

    @property
    def to_suggest(self) -> int:
        """How many aims are missing that could be taken from the suggestions."""
        return sum(cell.aim_id is None and cell.suggested is not None for cell in self.cells)

    @property
    def pupils(self) -> int:
        """How many pupils the page shows."""
        return len({cell.pupil_id for cell in self.cells})


def may_set_aims(access: Access, class_group: ClassGroup) -> bool:
    """Say whether the person sets the aims of this class."""
    return access.reach(Permission.SET_AIMS).covers(
        school_id=class_group.school_id,
        arb_id=class_group.arb_id,
        class_group_id=class_group.pk,
    )


def aims_page(access: Access, *, class_group: ClassGroup, today: dt.date) -> AimsPage:
    """Return what the pupils of a class aim at, beside what their own rate and route suggest.

    `class_group` comes with its year. The queries do not depend on how many pupils there are.
    """
    terms = list(Term.objects.order_by("starts_on"))
    of_year = [each for each in terms if each.year_id == class_group.year_id]
    term = term_of_class(class_group, today=today)
    may_set = may_set_aims(access, class_group)
    over = class_group.year.ends_on < today
    if term is None:
        return AimsPage(class_group, None, may_set, over, ())
    placements = list(
        registers(access, term=term)
        .filter(class_group=class_group)
        .select_related("pupil")
        .order_by("pupil__last_name", "pupil__first_name", "pupil")
    )
    due = strands_due(term)
    routes = {each.judged_route for each in placements}
    strands = {s.strand_id: s for route in sorted(routes) for s in due.get(route, ())}
    pupils = [each.pupil_id for each in placements]
    lines = ancestors(strands)
    scales = scales_of({each.stream_id for each in strands.values()})
    paths = paths_of(
        access, pupils=pupils, strands=strands, terms=terms, scales=scales, lines=lines
    )
    aims = aims_of(access, pupils=pupils, strands=strands, year=class_group.year_id, lines=lines)
    expected = expectations_of(routes)
    tables = []
    for stream, name in {s.stream_id: s.stream for s in strands.values()}.items():
        columns = [s for s in strands.values() if s.stream_id == stream]
        rows = []
        for placement in placements:
            if not any(s.stream_id == stream for s in due.get(placement.judged_route, ())):
                continue
            rates = rates_of(expected, stream_id=stream, route_id=placement.judged_route)
            rows.append(
                (
                    placement,
                    [
                        _aimed_at(
                            placement.pupil_id,
                            strand,
                            paths.get((placement.pupil_id, strand.strand_id), Path()),
                            aims.get((placement.pupil_id, strand.strand_id)),
                            _Setting(scales[stream], rates, terms, of_year[-1]),
                        )
                        for strand in columns
                    ],
                )
            )
        tables.append(AimTable(stream, name, scales[stream], columns, rows))
    last_set = (
        Aim.objects.visible_to(access)
        .filter(pupil__in=pupils, strand__in=strands, year=class_group.year_id)
        .select_related("set_by")
        .order_by("-set_at")
        .first()
    )
    return AimsPage(class_group, term, may_set, over, tables, last_set)


class _Setting(NamedTuple):
    """What a suggestion depends on beside the pupil's own path."""

    scale: Sequence[Point]
    rates: Sequence[Rate]
    terms: Sequence[Term]
    last_term: Term


def _aimed_at(
    pupil_id: int,
    strand: DueStrand,
    path: Path,
    aim: tuple[int, str] | None,
    setting: _Setting,
) -> AimedAt:
    """Suggest from the last point; from the baseline where that is newer, or all there is."""
    last = path.steps[-1] if path.steps else None
    base = path.starts[-1] if path.starts else None
    if base and last and base.judged_on > last.term.ends_on:
        last = None
    aim_id, code = aim or (None, "")
    start = last.point if last else base.point if base else None
    if start is None or not setting.rates:
        return AimedAt(pupil_id, strand, last, start, None, aim_id, code)
    days = [each.census_on for each in setting.terms]
    until = setting.last_term.census_on
    gain, terms = None, 0
    if last:
        left = [day for day in days if last.term.census_on < day <= until]
        if base:
            gain = last.point.value - base.point.value
            terms = terms_since(base.judged_on, last.term.census_on, days)
    else:
        left = [day for day in days if base and base.judged_on <= day <= until]
    value = suggested_aim(
        [each.value for each in setting.scale],
        start=start.value,
        expected=points_over(setting.rates, left),
        terms_left=len(left),
        gain=gain,
        terms=terms,
    )
    suggested = next(each for each in setting.scale if each.value == value)
    return AimedAt(pupil_id, strand, last, start, suggested, aim_id, code)

"""All rows that a report of a school or of the trust rests on, read once, with no sum made yet."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from assessment.models import CoreArea, Strand, Stream
from assessment.selectors.progress import (
    DueStrand,
    Progress,
    progress_of,
    strands_due,
)
from parrcs.core.access import Access
from pupils.models import Route, TermlyTarget
from pupils.models.plans import target_is_due
from pupils.selectors.cohorts import Cohort, cohort
from pupils.selectors.lenses import Lens
from reporting.choices import ReportKind
from reporting.selectors.report_more import FurtherRows, ReportOf, further_rows
from reporting.selectors.settings import report_settings
from schools.models import ARB, School, Term, Trust


class PupilOnRoll(NamedTuple):
    """A pupil registered at a school on a term's census date, and what reports group by."""

    pupil_id: int
    school_id: int
    route_id: int
    arb_id: int | None
    class_group_id: int | None
    born_on: dt.date
    sex: str
    primary_need: str
    pupil_premium: bool
    looked_after: bool
    eal: bool


class TargetRow(NamedTuple):
    """A termly target of a pupil on roll: its area of need, and the judgement if there is one.

    `carried`: it goes on from one of an earlier term.
    """

    pupil_id: int
    area: str
    judged: int | None
    outcome_id: int
    carried: bool


class ArbRow(NamedTuple):
    """An ARB, open on the census date, the school it belongs to, and the one that hosts it."""

    arb_id: int
    school_id: int
    name: str
    host: str


class SchoolRow(NamedTuple):
    """A school of the trust, open on the census date."""

    school_id: int
    name: str
    kind: str


class StrandRow(NamedTuple):
    """A strand; its codes are the same in all versions of its stream, its id is not."""

    stream_code: str
    code: str
    name: str
    stream: str
    core_area_id: int | None


@dataclass(frozen=True)
class TermRows:
    """One term: who was on roll, what was due, what was judged."""

    term_id: int
    name: str
    census_on: dt.date
    year_starts_on: dt.date
    pupils: list[PupilOnRoll]
    due: dict[int, list[DueStrand]]
    progress: list[Progress]
    targets: list[TargetRow]


@dataclass(frozen=True)
class ReportRows:
    """Everything that a report is made from. Names are in the order of tables.

    `place` is the part of its figures' names that says where: `school-3`, or `trust`. `streams`
    are those of the pupils on roll, with their versions.
    """

    place: str
    trust: str
    colour: str
    name: str
    schools: list[SchoolRow]
    this: TermRows
    last: TermRows | None
    core_areas: dict[int, str]
    strands: dict[int, StrandRow]
    routes: dict[int, str]
    arbs: list[ArbRow]
    streams: list[str]
    further: FurtherRows


def school_rows(access: Access, *, school: School, term: Term) -> ReportRows:
    """Return what the report of a school for a term is made from, with the term before it.

    The same number of queries for any number of pupils.
    """

    def registered(term: Term) -> Cohort:
        return cohort(access, term=term).within(Lens.REGISTERED, school_id=school.pk, arb_id=None)

    before = _term_before(term)
    of = ReportOf(ReportKind.HT, [school], term, before)
    return _rows(access, f"school-{school.pk}", school.trust.name, school.name, of, registered)


def trust_rows(access: Access, *, trust: Trust, term: Term) -> ReportRows:
    """Return what the report of the whole trust for a term is made from, with the term before.

    Schools that host an ARB and belong to another trust are none of it. The same number of
    queries for any number of schools.
    """

    def everyone(term: Term) -> Cohort:
        return cohort(access, term=term)

    before = _term_before(term)
    # Where nobody is any more, the figures of the term before have to stand somewhere.
    placed = Q(id__in=everyone(term).placements.values("school"))
    if before:
        placed |= Q(id__in=everyone(before).placements.values("school"))
    day = term.census_on
    open_then = Q(opened_on__isnull=True) | Q(opened_on__lte=day)
    open_then &= Q(closed_on__isnull=True) | Q(closed_on__gte=day)
    schools = School.objects.visible_to(access).filter(Q(open_then, of_trust=True) | placed)
    of = ReportOf(ReportKind.TRUSTEE, list(schools), term, before)
    return _rows(access, "trust", trust.name, trust.name, of, everyone)


def _term_before(term: Term) -> Term | None:
    before = Term.objects.filter(starts_on__lt=term.starts_on).select_related("year")
    return before.order_by("-starts_on").first()


def _rows(
    access: Access,
    place: str,
    trust: str,
    name: str,
    of: ReportOf,
    counted: Callable[[Term], Cohort],
) -> ReportRows:
    schools = [SchoolRow(each.pk, each.name, each.kind) for each in of.schools]
    this = counted(of.term)
    last = counted(of.before) if of.before else None
    rows, rows_last = term_rows(this), term_rows(last) if last else None
    return ReportRows(
        place=place,
        trust=trust,
        colour=report_settings().colour,
        name=name,
        schools=schools,
        this=rows,
        last=rows_last,
        core_areas=dict(CoreArea.objects.values_list("id", "name")),
        strands={
            row[0]: StrandRow(*row[1:])
            for row in Strand.objects.order_by("stream__code", "position", "id").values_list(
                "id", "stream__code", "code", "name", "stream__name", "core_area"
            )
        },
        routes=dict(Route.objects.values_list("id", "name")),
        arbs=_arbs(schools, this, last),
        streams=_streams(rows, rows_last),
        further=further_rows(access, of, this, last),
    )


def _streams(*terms: TermRows | None) -> list[str]:
    """Name the versions of streams that were due for anyone on roll in one of the terms."""
    used = {
        strand.stream_id
        for term in terms
        if term
        for route_id in {each.route_id for each in term.pupils}
        for strand in term.due.get(route_id, ())
    }
    return [str(each) for each in Stream.objects.filter(pk__in=used)]


def _arbs(schools: Sequence[SchoolRow], this: Cohort, last: Cohort | None) -> list[ArbRow]:
    day = this.term.census_on
    placed = Q(id__in=this.placements.values("arb"))
    if last:
        placed |= Q(id__in=last.placements.values("arb"))
    return [
        ArbRow(*row)
        for row in ARB.objects.filter(
            Q(
                Q(closed_on__isnull=True) | Q(closed_on__gte=day),
                school__in=[each.school_id for each in schools],
                opened_on__lte=day,
            )
            # Closing an ARB ends nobody's placement: who is or was in it must stand somewhere.
            | placed
        ).values_list("id", "school", "name", "host__name")
    ]


def term_rows(on_roll: Cohort) -> TermRows:
    """Return the rows of one term, of whoever is counted in it."""
    term = on_roll.term
    return TermRows(
        term_id=term.pk,
        name=str(term),
        census_on=term.census_on,
        year_starts_on=term.year.starts_on,
        pupils=[
            PupilOnRoll(*row)
            for row in on_roll.placements.values_list(
                "pupil",
                "school",
                "route",
                "arb",
                "class_group",
                "pupil__born_on",
                "pupil__sex",
                "pupil__primary_need",
                "pupil__pupil_premium",
                "pupil__looked_after",
                "pupil__eal",
            )
        ],
        due=strands_due(term),
        progress=progress_of(on_roll),
        targets=[
            TargetRow(pupil, area, judged, outcome, came_from not in (None, term.pk))
            for pupil, area, judged, outcome, came_from in TermlyTarget.objects.filter(
                target_is_due(), term=term, pupil__in=on_roll.placements.values("pupil")
            ).values_list("pupil", "outcome__area", "judged", "outcome", "carried_from__term")
        ],
    )

"""All rows that a head teacher report rests on, read once, with no sum made yet."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from assessment.models import CoreArea, Strand
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
from schools.models import ARB, School, Term


class PupilOnRoll(NamedTuple):
    """A pupil registered at the school on a term's census date, and what reports group by."""

    pupil_id: int
    route_id: int
    arb_id: int | None
    born_on: dt.date
    sex: str
    primary_need: str
    pupil_premium: bool
    looked_after: bool
    eal: bool


class TargetRow(NamedTuple):
    """A termly target of a pupil on roll: its area of need, and the judgement if there is one."""

    pupil_id: int
    area: str
    judged: int | None


class ArbRow(NamedTuple):
    """An ARB of the school, open on the census date, and the school that hosts it."""

    arb_id: int
    name: str
    host: str


class StrandRow(NamedTuple):
    """A strand; its codes are the same in all versions of its stream, its id is not."""

    stream_code: str
    code: str
    name: str
    stream: str
    core_area_id: int | None


@dataclass(frozen=True)
class TermRows:
    """One term of the school: who was on roll, what was due, what was judged."""

    term_id: int
    name: str
    census_on: dt.date
    year_starts_on: dt.date
    pupils: list[PupilOnRoll]
    due: dict[int, list[DueStrand]]
    progress: list[Progress]
    targets: list[TargetRow]


@dataclass(frozen=True)
class HTRows:
    """Everything that a head teacher report is made from. Names are in the order of tables."""

    trust: str
    school_id: int
    school: str
    this: TermRows
    last: TermRows | None
    core_areas: dict[int, str]
    strands: dict[int, StrandRow]
    routes: dict[int, str]
    arbs: list[ArbRow]


def ht_rows(access: Access, *, school: School, term: Term) -> HTRows:
    """Return what the report of a school for a term is made from, with the term before it.

    The same number of queries for any number of pupils.
    """
    registered = _registered(access, school, term)
    before = (
        Term.objects.filter(starts_on__lt=term.starts_on)
        .select_related("year")
        .order_by("-starts_on")
        .first()
    )
    return HTRows(
        trust=school.trust.name,
        school_id=school.pk,
        school=school.name,
        this=_term_rows(access, school, term),
        last=_term_rows(access, school, before) if before else None,
        core_areas=dict(CoreArea.objects.values_list("id", "name")),
        strands={
            row[0]: StrandRow(*row[1:])
            for row in Strand.objects.order_by("stream__code", "position").values_list(
                "id", "stream__code", "code", "name", "stream__name", "core_area"
            )
        },
        routes=dict(Route.objects.values_list("id", "name")),
        arbs=[
            ArbRow(*row)
            for row in ARB.objects.filter(
                Q(
                    Q(closed_on__isnull=True) | Q(closed_on__gte=term.census_on),
                    school=school,
                    opened_on__lte=term.census_on,
                )
                # Closing an ARB ends nobody's placement: who is in it must stand somewhere.
                | Q(id__in=registered.placements.values("arb"))
            ).values_list("id", "name", "host__name")
        ],
    )


def _registered(access: Access, school: School, term: Term) -> Cohort:
    """Return whom the report counts: those registered at the school on the census day."""
    return cohort(access, term=term).within(Lens.REGISTERED, school_id=school.pk, arb_id=None)


def _term_rows(access: Access, school: School, term: Term) -> TermRows:
    registered = _registered(access, school, term)
    return TermRows(
        term_id=term.pk,
        name=str(term),
        census_on=term.census_on,
        year_starts_on=term.year.starts_on,
        pupils=[
            PupilOnRoll(*row)
            for row in registered.placements.values_list(
                "pupil",
                "route",
                "arb",
                "pupil__born_on",
                "pupil__sex",
                "pupil__primary_need",
                "pupil__pupil_premium",
                "pupil__looked_after",
                "pupil__eal",
            )
        ],
        due=strands_due(term),
        progress=progress_of(registered),
        targets=[
            TargetRow(*row)
            for row in TermlyTarget.objects.filter(
                target_is_due(), term=term, pupil__in=registered.placements.values("pupil")
            ).values_list("pupil", "outcome__area", "judged")
        ],
    )

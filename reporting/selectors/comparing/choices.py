"""What a comparison may be narrowed to, and what somebody chose."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q

from assessment.models import Judgement, Strand, Stream
from parrcs.core.access import Access
from pupils.models import Route
from pupils.models.pupils import born_within
from pupils.selectors.cohorts import Cohort, cohort
from pupils.selectors.lenses import Lens
from schools.models import Term

CORE = "core"
ALL = "all"
# Whom a comparison may be narrowed to besides a route.
GROUPS = ("need", "pp", "cla", "eal", "sex", "year")
# Nursery to the third year of sixth form.
YEAR_GROUPS = range(-1, 15)
_YES_OR_NO = {
    "pp": "pupil__pupil_premium",
    "cla": "pupil__looked_after",
    "eal": "pupil__eal",
}


class StrandInForce(NamedTuple):
    """A strand of a stream that the trust had approved for a term."""

    id: int
    code: str
    name: str
    stream_id: int
    stream_code: str
    stream_name: str
    area_code: str | None
    area_name: str | None

    @property
    def choice(self) -> str:
        """The name of this strand in an address; the same in each version of its stream."""
        if self.area_code:
            return f"area.{self.area_code}"
        return f"strand.{self.stream_code}.{self.code}"

    @property
    def title(self) -> str:
        """The name of that choice: that of the core area, or of the strand in its stream."""
        return self.area_name or f"{self.stream_name}: {self.name}"


@dataclass(frozen=True)
class Choices:
    """What there is to choose from; `term` is the one asked for, or else the default."""

    terms: Sequence[Term]
    term: Term | None
    strands: list[StrandInForce]
    routes: list[tuple[str, str]]

    @property
    def streams(self) -> list[tuple[str, str]]:
        """The streams in force, by code."""
        return list({s.stream_code: s.stream_name for s in self.strands}.items())

    @property
    def areas(self) -> list[tuple[str, str]]:
        """The core areas that any stream in force judges, in the trust's order."""
        return list({s.choice: s.area_name for s in self.strands if s.area_name}.items())

    @property
    def other_strands(self) -> list[tuple[str, str]]:
        """The strands outside the core areas."""
        return list({s.choice: s.title for s in self.strands if not s.area_name}.items())

    def counted(self, *, stream: str, strand: str) -> tuple[StrandInForce, ...]:
        """Return the strands that a choice of stream and strand leaves."""
        return _counted(self.strands, stream, strand)


def compare_choices(*, term: str, today: dt.date) -> Choices:
    """Return the terms to compare, and the streams, strands and routes of the one asked for.

    Terms are offered once they have begun or hold judgements. The default is the latest that
    has begun and holds any, else the latest begun.
    """
    offered = list(
        Term.objects.select_related("year")
        .annotate(any_judged=Exists(Judgement.objects.filter(term=OuterRef("pk"))))
        .filter(Q(starts_on__lte=today) | Q(any_judged=True))
        .order_by("-starts_on")
    )
    begun = [each for each in offered if each.starts_on <= today]
    judged = [each for each in begun if each.any_judged]
    chosen = next(
        (each for each in offered if str(each.pk) == term),
        next(iter(judged or begun or offered), None),
    )
    return Choices(
        terms=offered,
        term=chosen,
        strands=_strands(chosen) if chosen else [],
        routes=list(Route.objects.order_by("position").values_list("code", "name")),
    )


def _counted(
    strands: Iterable[StrandInForce], stream: str, strand: str
) -> tuple[StrandInForce, ...]:
    return tuple(
        each
        for each in strands
        if stream in ("", each.stream_code)
        and (strand in (ALL, each.choice) or (strand == CORE and each.area_code is not None))
    )


def _strands(term: Term) -> list[StrandInForce]:
    rows = (
        Strand.objects.filter(stream__in=Stream.objects.in_force(term.census_on))
        .order_by("core_area__position", "stream__code", "position", "id")
        .values_list(
            "id",
            "code",
            "name",
            "stream",
            "stream__code",
            "stream__name",
            "core_area__code",
            "core_area__name",
        )
    )
    return [StrandInForce(*row) for row in rows]


@dataclass(frozen=True)
class Chosen:
    """What a comparison counts. Codes, not ids, so that an address outlives a stream's version."""

    term: Term
    strands: tuple[StrandInForce, ...]
    stream: str = ""
    strand: str = CORE
    route: str = ""
    need: str = ""
    pp: str = ""
    cla: str = ""
    eal: str = ""
    sex: str = ""
    year: str = ""
    lens: Lens = Lens.REGISTERED

    @property
    def query(self) -> str:
        """The choice as it stands in an address; what is not narrowed is left out."""
        return self.query_with()

    def query_with(self, **changes: str) -> str:
        """Return the query string of this choice with some of it changed, or more said."""
        said = {
            "term": str(self.term.pk),
            "stream": self.stream,
            "strand": "" if self.strand == CORE else self.strand,
            "route": self.route,
            **{name: getattr(self, name) for name in GROUPS},
            "lens": "" if self.lens is Lens.REGISTERED else str(self.lens),
            **changes,
        }
        return urlencode({name: value for name, value in said.items() if value})

    def in_term(self, term: Term) -> "Chosen":
        """Return the same choice in another term, with the strands in force there."""
        return replace(self, term=term, strands=_counted(_strands(term), self.stream, self.strand))

    @property
    def counted(self) -> str:
        """How to call the pupils that are counted: all on roll, or those among them chosen."""
        of_some = self.route or any(getattr(self, name) for name in GROUPS)
        return "counted" if of_some else "on roll"

    @property
    def strand_ids(self) -> frozenset[int]:
        """The ids of the strands that count."""
        return frozenset(each.id for each in self.strands)

    @property
    def strand_names(self) -> dict[str, str]:
        """The names of the strands that count, by choice: those of a core area have its name."""
        return {each.choice: each.title for each in self.strands}

    @property
    def areas(self) -> dict[str, str]:
        """The core areas that count: the name of each by its choice."""
        return {each.choice: each.area_name for each in self.strands if each.area_name}

    def cohort(self, access: Access) -> Cohort:
        """Return the pupils on roll in the term who are chosen and whom the person may see."""
        narrow: dict[str, object] = {}
        if self.route:
            narrow["route__code"] = self.route
        if self.need:
            narrow["pupil__primary_need"] = self.need
        if self.sex:
            narrow["pupil__sex"] = self.sex
        if self.year:
            narrow["pupil__born_on__range"] = born_within(int(self.year), self.term.year.starts_on)
        for name, lookup in _YES_OR_NO.items():
            if said := getattr(self, name):
                narrow[lookup] = said == "yes"
        return cohort(access, term=self.term).filter(**narrow)


def in_sentence(names: Iterable[str]) -> str:
    """Join names as a sentence does: with commas, and "and" before the last."""
    *most, last = list(names)
    return f"{', '.join(most)} and {last}" if most else last

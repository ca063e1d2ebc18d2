"""Of which days, and of which place, attendance can be looked at."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parrcs.core.access import Access, Permission
from pupils.selectors.lists import list_places
from schools.models import ARB, ClassGroup, School
from schools.selectors.half_terms import HalfTerm, half_terms


@dataclass(frozen=True)
class Period:
    """A school year, a term or half a term; `half_terms` are those within it, in order."""

    key: str
    name: str
    starts_on: dt.date
    ends_on: dt.date
    half_terms: Sequence[HalfTerm]
    before: HalfTerm | None  # the half term before its first one

    @property
    def year_starts(self) -> dt.date:
        """When the school year starts that it is in."""
        starts_on: dt.date = self.half_terms[0].term.year.starts_on
        return starts_on


@dataclass(frozen=True)
class Place:
    """A school, an ARB or a class whose pupils the person sees."""

    key: str
    name: str
    school: School
    arb: ARB | None = None
    class_group: ClassGroup | None = None

    @property
    def conditions(self) -> dict[str, Any]:
        """What a placement in it meets."""
        if self.class_group:
            return {"class_group": self.class_group.pk}
        return {"arb": self.arb.pk} if self.arb else {"school": self.school.pk}

    @property
    def is_school(self) -> bool:
        """Whether it is a whole school."""
        return not (self.arb or self.class_group)


def periods(access: Access, *, today: dt.date) -> list[Period]:
    """Return what has begun: each year with its terms and half terms, the latest year first."""
    begun = [each for each in half_terms(access) if each.starts_on <= today]
    found: list[Period] = []
    years = dict.fromkeys(each.term.year for each in begun)
    for year in reversed(years):
        of_year = [each for each in begun if each.term.year == year]
        found.append(_period(f"year-{year.pk}", f"School year {year}", of_year, begun))
        for term in dict.fromkeys(each.term for each in of_year):
            of_term = [each for each in of_year if each.term == term]
            found.append(_period(f"term-{term.pk}", str(term), of_term, begun))
            if len(of_term) > 1 or of_term[0].part:
                found += [_period(each.key, each.name, [each], begun) for each in of_term]
    return found


def _period(key: str, name: str, parts: Sequence[HalfTerm], begun: Sequence[HalfTerm]) -> Period:
    first = begun.index(parts[0])
    before = begun[first - 1] if first else None
    return Period(key, name, parts[0].starts_on, parts[-1].ends_on, parts, before)


def places(access: Access) -> list[Place]:
    """Return the schools, ARBs and classes with pupils whom the person sees, in this order."""
    found = list_places(access, left=False)
    return [
        *(Place(f"school-{each.pk}", each.name, each) for each in found.schools),
        *(
            Place(f"arb-{each.pk}", f"{each.name} at {each.host}", each.school, arb=each)
            for each in found.arbs
        ),
        *(
            Place(
                f"class-{each.pk}",
                f"{each.name} {each.year}, {each.arb or each.school}",
                each.school,
                class_group=each,
            )
            for each in found.class_groups
        ),
    ]


def whole_places(access: Access, found: Sequence[Place]) -> list[Place]:
    """Return the places to choose from: no class of a school or ARB that can be looked at whole."""
    reach = access.reach(Permission.SEE_PUPILS)
    return [
        each
        for each in found
        if each.class_group is None
        or not reach.covers(school_id=each.school.pk, arb_id=each.class_group.arb_id)
    ]

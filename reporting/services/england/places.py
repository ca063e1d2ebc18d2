"""The small tables of a trust of England: places, calendar, streams, classes and people."""

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal

from assessment.models import Expectation, Strand, Stream
from assessment.services.streams.approval import Expected, put_in_use
from assessment.services.streams.versions import load_shipped_streams
from parrcs.core.tenancy import in_trust
from pupils.models import Route
from reporting.services.demo.calendar import Calendar, make_calendar
from reporting.services.demo.material import trusts as demo_trusts
from reporting.services.england import growth
from reporting.services.england.people import save_people
from reporting.services.england.pupils import Child, Imagination
from reporting.services.england.sizes import Sizes, share
from schools.choices import SchoolKind
from schools.models import ARB, AcademicYear, ClassGroup, School, Term, Trust, Window

UID = "england-"
LA_CODE = "999"  # no local authority has it
YEARS = 4
PUPILS_A_CLASS = 10
# Beside an ARB, a school has so many pupils: at least, and at most.
SCHOOL_TO_ARB = (5.5, 10.5)
YEAR_GROUPS = ((3, 14), (3, 11), (7, 14), (3, 6))
ARB_YEAR_GROUPS = ((3, 6), (7, 11))
BEHIND, SHINING = 0.08, 0.25  # of schools, of ARBs

# Twelve strands a pupil, whatever the route: what the developmental stream's file proposes, and
# for two more streams what these trusts set, by code of the route.
AS_PROPOSED = "developmental"
SET_BY_TRUSTS = {
    "independence": {"pre-formal": "0.25", "semi-formal": "0.5", "formal": "0.5"},
    "pre-key-stage": {"pre-formal": "0", "semi-formal": "0.25", "formal": "0.25"},
}


@dataclass(frozen=True)
class Settled:
    """A trust whose small tables are saved."""

    number: int
    id: int
    calendar: Calendar
    routes: dict[str, int]
    strands: tuple[growth.StrandOf, ...]


@dataclass(eq=False)
class Room:
    """A class whose pupils go up together: its rows of each year, and who teaches it now.

    `judged` is how many of its pupils are judged in the current term.
    """

    trust: Settled
    school_id: int
    arb_id: int | None
    groups: list[int]
    teacher_id: int
    children: list[Child]
    judged: int = 0
    # The moment at which each term was judged, in order.
    moments: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    """A school without its ARBs, or an ARB, before anything of it is saved."""

    school: School
    arb: ARB | None
    year_groups: tuple[int, int]
    needs: str
    pace: float
    pupils: int
    names: tuple[str, ...]


def save_places(number: int, *, seed: int, on: dt.date, sizes: Sizes, password: str) -> list[Room]:
    """Save the trust of a number, from 0 on, and return its classes with pupils to be saved."""
    uid = f"{UID}{number + 1:03}"
    rng = random.Random(f"{seed} {uid}")  # noqa: S311 - a story, no secret
    trust = Trust.objects.create(uid=uid, name=f"Trust {number + 1:03} of England")
    with in_trust(trust.pk):
        calendar = make_calendar(on, years=YEARS)
        first = calendar.terms[calendar.current - sizes.terms + 1]
        settled = Settled(number, trust.pk, calendar, *_streams(first.starts_on))
        AcademicYear.objects.bulk_create(calendar.years)
        Term.objects.bulk_create(calendar.terms)
        Window.objects.bulk_create(calendar.windows)
        places = _places(number, sizes, rng)
        School.objects.bulk_create([each.school for each in places if each.arb is None])
        arbs = [each.arb for each in places if each.arb is not None]
        School.objects.bulk_create([arb.host for arb in arbs])
        ARB.objects.bulk_create(arbs)
        return _rooms(settled, places, sizes, password, rng)


def _streams(first_day: dt.date) -> tuple[dict[str, int], tuple[growth.StrandOf, ...]]:
    """Load the shipped streams, approve three, and return routes and the strands due."""
    loaded = load_shipped_streams(approved_from=first_day, approve={AS_PROPOSED})
    routes = {route.code: route.pk for route in Route.objects.all()}
    for stream in loaded:
        points_a_term = SET_BY_TRUSTS.get(stream.code, {})
        better = Decimal(stream.proposed["better"])
        expected = {
            routes[route]: Expected(Decimal(points), better)
            for route, points in points_a_term.items()
        }
        if expected:
            put_in_use(stream=stream, starts_on=first_day, expected=expected)
    return routes, tuple(_strands())


def _strands() -> list[growth.StrandOf]:
    expected: dict[int, dict[str, float]] = {}
    for stream, route, points in Expectation.objects.values_list(
        "stream", "route__code", "points_a_term"
    ):
        expected.setdefault(stream, {})[route] = float(points)
    points_of = {
        stream.pk: (0, *(point.pk for point in stream.points.order_by("value")))
        for stream in Stream.objects.filter(pk__in=expected)
    }
    return [
        growth.StrandOf(strand.stream.code, strand.pk, points_of[strand.stream_id], rates)
        for strand in Strand.objects.select_related("stream").order_by("stream", "position")
        if (rates := expected.get(strand.stream_id))
    ]


def _places(number: int, sizes: Sizes, rng: random.Random) -> list[_Place]:
    themes = demo_trusts().themes
    schools, arbs = (share(each, number, sizes.trusts) for each in (sizes.schools, sizes.arbs))
    weights = [rng.uniform(*SCHOOL_TO_ARB) for _ in schools] + [1.0 for _ in arbs]
    pupils = _parted(len(share(sizes.pupils, number, sizes.trusts)), weights)
    school_names = rng.sample((*themes["trees"], *themes["moor"]), len(schools))
    arb_names = rng.sample(themes["shore"], len(arbs))
    made = [_school(n, name, rng) for n, name in zip(schools, school_names, strict=True)]
    places = [
        _Place(
            school,
            None,
            rng.choice(YEAR_GROUPS),
            rng.choice(("broad", "broad", "complex", "social")),
            growth.BEHIND if rng.random() < BEHIND else growth.USUAL_PACE,
            pupils[n],
            themes["birds"],
        )
        for n, school in enumerate(made)
    ]
    for n, (arb, name) in enumerate(zip(arbs, arb_names, strict=True)):
        # As far apart as there are schools.
        school = made[n * len(made) // len(arbs)]
        places.append(
            _Place(
                school,
                ARB(
                    school=school,
                    host=_host(arb, name),
                    name=f"{name} ARB",
                    opened_on=dt.date(2020, 9, 1),
                ),
                rng.choice(ARB_YEAR_GROUPS),
                "base",
                growth.SHINING if rng.random() < SHINING else growth.USUAL_PACE,
                pupils[len(made) + n],
                (f"{name} one", f"{name} two", f"{name} three", f"{name} four"),
            )
        )
    return places


def _parted(whole: int, weights: list[float]) -> list[int]:
    """Part a number of pupils by weights; all parts together are the whole."""
    parts, done, weight = [], 0, 0.0
    for each in weights:
        weight += each
        until = round(whole * weight / sum(weights))
        parts.append(until - done)
        done = until
    return parts


def _school(number: int, name: str, rng: random.Random) -> School:
    return School(
        urn=f"{970001 + number}",
        name=f"{name} School",
        kind=SchoolKind.SPECIAL,
        la_code=LA_CODE,
        establishment_number=f"{7000 + number}",
        phase="Not applicable",
        opened_on=dt.date(rng.randint(1965, 2019), 9, 1),
    )


def _host(number: int, name: str) -> School:
    return School(
        urn=f"{980001 + number}",
        name=f"{name} Academy",
        kind=SchoolKind.MAINSTREAM,
        la_code=LA_CODE,
        establishment_number=f"{4000 + number}",
        of_trust=False,
    )


def _rooms(
    settled: Settled, places: list[_Place], sizes: Sizes, password: str, rng: random.Random
) -> list[Room]:
    """Save classes and people, and return the classes with their pupils as imagined."""
    years = settled.calendar.years
    imagination = Imagination(settled.strands, settled.calendar, sizes.terms, rng)
    classes: list[tuple[_Place, list[ClassGroup], list[Child]]] = []
    for place in places:
        children = imagination.children(
            school=place.school,
            year_groups=place.year_groups,
            needs=demo_trusts().needs[place.needs],
            pace=place.pace,
            pupils=place.pupils,
        )
        count = max(1, round(len(children) / PUPILS_A_CLASS))
        turn = rng.randrange(len(place.names))
        for n in range(count):
            name = place.names[(turn + n) % len(place.names)]
            groups = [
                ClassGroup(school=place.school, arb=place.arb, year=year, name=name)
                for year in years
            ]
            first, last = (len(children) * m // count for m in (n, n + 1))
            classes.append((place, groups, children[first:last]))
    ClassGroup.objects.bulk_create([group for _, groups, _ in classes for group in groups])
    teachers = save_people(
        number=settled.number + 1,
        password=password,
        school=places[0].school,
        groups=[groups[-1] for _, groups, _ in classes],
    )
    return [
        Room(
            settled,
            place.school.pk,
            place.arb.pk if place.arb else None,
            [group.pk for group in groups],
            teacher.pk,
            children,
        )
        for (place, groups, children), teacher in zip(classes, teachers, strict=True)
    ]

"""Schools as large as wanted, with all that a report tells of: made in bulk, the same each time."""

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import count

from django.db.models import Model
from django.utils import timezone

from assessment.models import Achievement, Baseline, CoreArea, Judgement, Point, Strand
from parrcs.core.access import Role
from pupils.choices import (
    AreaOfNeed,
    PlanKind,
    PrimaryNeed,
    ProvisionKind,
    ReviewStepKind,
    Sex,
    WiderProgress,
)
from pupils.models import (
    AnnualReview,
    AttendanceTotal,
    Outcome,
    Placement,
    Plan,
    Provision,
    ProvisionReview,
    Pupil,
    ReviewStep,
    TermlyPEP,
    TermlyTarget,
)
from reporting.choices import Counted, Part, ReportKind
from reporting.models import NextStep, SectionText, TermCount
from schools.choices import SchoolKind
from schools.models import ARB, ClassGroup, School, Term, User
from tests.factories.assessment import CoreAreaFactory, StrandFactory, stream_with
from tests.world import World

IN_A_CLASS = 10
FROM = dt.date(2025, 9, 1)
WIDER = (
    "understanding", "movement", "music", "art", "outdoor", "independence", "play", "friendship",
)  # fmt: skip
COMMENT = (
    "Most pupils have gone on from where they began, and those who came in the autumn have settled"
    " well. Reading has come further than writing. Two classes had a new teacher in October; they"
    " are looked at again in the spring. What helped was a short time each day with the same adult."
)


def widen(world: World) -> None:
    """Give the trust five core areas and a stream of eight strands beside them, for all routes."""
    for position, code in enumerate(("number", "personal"), start=3):
        StrandFactory(
            stream=world.developmental,
            code=code,
            position=position,
            core_area=CoreAreaFactory(code=code, position=position),
        )
    routes = dict.fromkeys(world.routes.values(), Decimal(1))
    stream_with(code="wider", strands=list(WIDER), points=20, routes=routes, core=False)


def add_schools(world: World, number: int, *, first: int = 0) -> list[School]:
    """Add special schools to the trust, each with an ARB in a host of its own."""
    named = range(first, first + number)
    schools = School.objects.bulk_create(
        School(urn=f"{200_000 + each}", name=f"Bench {each:02} School", kind=SchoolKind.SPECIAL)
        for each in named
    )
    hosts = School.objects.bulk_create(
        School(
            urn=f"{300_000 + each}",
            name=f"Bench {each:02} Academy",
            kind=SchoolKind.MAINSTREAM,
            of_trust=False,
        )
        for each in named
    )
    ARB.objects.bulk_create(
        ARB(school=school, host=host, name=f"{school.name} ARB", opened_on=dt.date(2020, 9, 1))
        for school, host in zip(schools, hosts, strict=True)
    )
    return schools


def fill_schools(world: World, schools: Sequence[School], *, pupils: int, seed: int = 1) -> None:
    """Put so many pupils into each school, with two terms behind them; `widen` comes before."""
    chance = random.Random(seed)  # noqa: S311  # made-up lives, not secrets
    terms = world.terms[2:]
    who = world.people[Role.TRUST_LEAD]
    placed = [each for school in schools for each in _placed(chance, world, school, pupils, seed)]
    children = [each.pupil for each in placed]
    _insert(_judged(chance, children, terms))
    _insert(_planned(chance, children, terms))
    _insert(_celebrated(chance, children, terms, who))
    _insert(_attended(chance, children, terms))
    _insert(_looked_after(children, terms))
    _insert(_written(chance, schools, terms, who))
    _reviewed(chance, children, who)
    _provided(chance, children, terms, who)


def _insert(rows: Iterable[Model]) -> None:
    by_model: dict[type[Model], list[Model]] = {}
    for each in rows:
        by_model.setdefault(type(each), []).append(each)
    for model, found in by_model.items():
        model._default_manager.bulk_create(found, batch_size=5000)


def _placed(
    chance: random.Random, world: World, school: School, pupils: int, seed: int
) -> list[Placement]:
    arb = ARB.objects.filter(school=school).first()
    classes = ClassGroup.objects.bulk_create(
        ClassGroup(school=school, year=world.term.year, name=f"Class {each:02} of {school.pk}")
        for each in range(max(1, pupils // IN_A_CLASS))
    )
    made = Pupil.objects.bulk_create(
        Pupil(
            upn=f"{seed:02}{school.pk:06}{each:05}",
            first_name=f"First{each}",
            last_name=f"Last{each:03}",
            born_on=dt.date(chance.randint(2008, 2021), chance.randint(1, 12), 5),
            sex=chance.choice(Sex.values),
            primary_need=chance.choice(PrimaryNeed.values),
            pupil_premium=chance.random() < 0.4,
            looked_after=chance.random() < 0.1,
            eal=chance.random() < 0.2,
        )
        for each in range(pupils)
    )
    routes = list(world.routes.values())
    # One in eight is taught in the ARB, and one in twenty came this autumn.
    return Placement.objects.bulk_create(
        Placement(
            pupil=pupil,
            school=school,
            arb=arb if chance.random() < 0.12 else None,
            class_group=classes[place % len(classes)],
            route=chance.choice(routes),
            starts_on=FROM if chance.random() < 0.95 else dt.date(2026, 9, 1),
        )
        for place, pupil in enumerate(made)
    )


def _judged(
    chance: random.Random, children: Sequence[Pupil], terms: Sequence[Term]
) -> Iterator[Model]:
    scales: dict[int, list[Point]] = {}
    for point in Point.objects.order_by("value"):
        scales.setdefault(point.stream_id, []).append(point)
    now = timezone.now()
    strands = list(Strand.objects.all())
    for pupil in children:
        for strand in strands:
            scale = scales[strand.stream_id]
            at = chance.randrange(len(scale) // 2)
            if chance.random() < 0.95:
                yield Baseline(
                    pupil=pupil, strand=strand, point=scale[at], judged_on=dt.date(2025, 9, 15)
                )
            for term in terms:
                at = min(at + chance.randint(0, 4), len(scale) - 1)
                if chance.random() < 0.93:
                    yield Judgement(
                        pupil=pupil, strand=strand, term=term, point=scale[at], judged_at=now
                    )


def _planned(
    chance: random.Random, children: Sequence[Pupil], terms: Sequence[Term]
) -> Iterator[Model]:
    plans = Plan.objects.bulk_create(
        Plan(pupil=pupil, kind=PlanKind.EHCP, starts_on=FROM) for pupil in children
    )
    outcomes = Outcome.objects.bulk_create(
        Outcome(plan=plan, area=area, text="Joins in.")
        for plan in plans
        for area in chance.sample(AreaOfNeed.values, 3)
    )
    for place, outcome in enumerate(outcomes):
        for term in terms:
            yield TermlyTarget(
                outcome=outcome,
                pupil=outcome.plan.pupil,
                term=term,
                position=place % 3 + 1,
                walt="ask for help",
                wilf="three times of five",
                judged=chance.choice([None, 1, 2, 3, 3, 4]),
            )


def _reviewed(chance: random.Random, children: Sequence[Pupil], who: User) -> None:
    plans = list(Plan.objects.filter(pupil__in=children))
    reviews = AnnualReview.objects.bulk_create(
        AnnualReview(
            plan=plan,
            pupil_id=plan.pupil_id,
            meets_on=dt.date(2026, chance.randint(9, 12), 10),
            school_year=2026,
            form="general",
        )
        for plan in plans
        if chance.random() < 0.4
    )
    ReviewStep.objects.bulk_create(
        ReviewStep(review=each, step=ReviewStepKind.MEETING, done_on=each.meets_on, done_by=who)
        for each in reviews
        if chance.random() < 0.8
    )


def _provided(
    chance: random.Random, children: Sequence[Pupil], terms: Sequence[Term], who: User
) -> None:
    given = Provision.objects.bulk_create(
        Provision(pupil=pupil, kind=kind, aim="Calm and joy in it.", starts_on=FROM)
        for pupil in children
        for kind in chance.sample(ProvisionKind.values, chance.randint(0, 3))
    )
    ProvisionReview.objects.bulk_create(
        ProvisionReview(
            provision=each,
            term=term,
            progress=chance.choice(WiderProgress.values),
            reviewed_by=who,
        )
        for each in given
        for term in terms
        if chance.random() < 0.8
    )


def _celebrated(
    chance: random.Random, children: Sequence[Pupil], terms: Sequence[Term], who: User
) -> Iterator[Model]:
    areas = list(CoreArea.objects.all())
    for pupil in children:
        for term in terms:
            if chance.random() < 0.5:
                yield Achievement(
                    pupil=pupil,
                    achieved_on=term.census_on,
                    what="Chose a book.",
                    core_area=chance.choice(areas),
                    written_by=who,
                )


def _attended(
    chance: random.Random, children: Sequence[Pupil], terms: Sequence[Term]
) -> Iterator[Model]:
    for pupil in children:
        for term in terms:
            middle = term.starts_on + (term.ends_on - term.starts_on) / 2
            for starts_on, ends_on in (
                (term.starts_on, middle - dt.timedelta(days=1)),
                (middle, term.ends_on),
            ):
                attended = chance.choice([70, 68, 66, 64, 60, 30])
                authorised = chance.randint(0, 70 - attended)
                yield AttendanceTotal(
                    pupil=pupil,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    possible=70,
                    attended=attended,
                    authorised=authorised,
                    unauthorised=70 - attended - authorised,
                    late=chance.randint(0, 3),
                )


def _looked_after(children: Sequence[Pupil], terms: Sequence[Term]) -> Iterator[Model]:
    for pupil in children:
        if pupil.looked_after:
            yield TermlyPEP(
                pupil=pupil, term=terms[-1], held_on=terms[-1].census_on, held_by="Lead"
            )


def _written(
    chance: random.Random, schools: Sequence[School], terms: Sequence[Term], who: User
) -> Iterator[Model]:
    steps = count(1)
    for school in schools:
        for term in terms:
            for what in Counted.values:
                yield TermCount(school=school, term=term, what=what, number=chance.randint(0, 40))
        here = {"school": school, "term": terms[-1], "kind": ReportKind.HT}
        for part in Part.values:
            yield SectionText(
                **here, section=part, text=COMMENT, changed_by=who, changed_at=timezone.now()
            )
        for _ in range(5):
            yield NextStep(
                **here,
                what=f"Step {next(steps)}: a second adult in phonics, three mornings a week",
                owner="Deputy head",
                due_on=dt.date(2027, 1, 20),
            )

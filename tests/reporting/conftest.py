"""A school worth reporting on: movers, an ARB, gaps, new baselines, two versions of a stream."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any, cast

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.models import Baseline, Judgement, Point, Strand, Stream
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.choices import AreaOfNeed, PlanKind, PrimaryNeed, Sex
from pupils.models import Outcome, Placement, Plan, Pupil, TermlyTarget
from reporting.choices import OUT, ReportStatus
from reporting.models import Report
from reporting.reports.document import Document
from schools.models import School, Term
from tests.factories.assessment import (
    ExpectationFactory,
    PointFactory,
    StrandFactory,
    StreamFactory,
)
from tests.world import World, make_world

AUTUMN_25 = dt.date(2025, 9, 1)
SUMMER_26 = dt.date(2026, 5, 1)
AUTUMN_26 = dt.date(2026, 9, 1)
AFTER_CENSUS = dt.date(2026, 10, 15)


@pytest.fixture
def busy(world: World) -> World:
    """The standing cast's trust with forty more pupils and three terms of judgements."""
    add_life(world, pupils=40, seed=1)
    return world


def new_engagement(world: World) -> Stream:
    """Replace the engagement stream by a second version from autumn 2026 on."""
    Stream.objects.filter(pk=world.engagement.pk).update(approved_until=dt.date(2026, 8, 31))
    stream: Stream = StreamFactory(
        code="engagement", version="2.0", name="Engagement", approved_from=AUTUMN_26
    )
    for position, code in enumerate(("exploration", "persistence", "initiation")):
        StrandFactory(stream=stream, code=code, position=position)
    for value in range(1, 7):
        PointFactory(stream=stream, value=Decimal(value))
    ExpectationFactory(stream=stream, route=world.routes["pre-formal"], points_a_term=Decimal(0))
    return stream


def add_life(world: World, *, pupils: int, seed: int) -> None:
    """Add pupils with all that befalls them, always the same from the same seed."""
    chance = random.Random(seed)  # noqa: S311  # made-up lives, not secrets
    new_engagement(world)
    made = Pupil.objects.bulk_create(_pupil(chance, seed, n) for n in range(pupils))
    Placement.objects.bulk_create(
        place for pupil in made for place in _placements(chance, world, pupil)
    )
    everyone = [*made, *world.pupils, *world.other_pupils, *world.arb_pupils]
    strands = list(Strand.objects.all())
    points = {
        stream.pk: list(Point.objects.filter(stream=stream)) for stream in Stream.objects.all()
    }
    baselines: list[Baseline] = []
    judgements: list[Judgement] = []
    for pupil in everyone:
        for strand in strands:
            scale = points[strand.stream_id]
            start = chance.randrange(len(scale) // 2)
            baselines += _baselines(chance, pupil, strand, scale, start)
            # Some of these strands are not due on the pupil's route: they must not count.
            for later, term in enumerate(world.terms[1:], start=1):
                if chance.random() < 0.8:
                    reached = start + chance.randint(-1, 3 * later)
                    judgements.append(
                        Judgement(
                            pupil=pupil,
                            strand=strand,
                            term=term,
                            point=scale[min(max(reached, 0), len(scale) - 1)],
                            judged_at=timezone.now(),
                        )
                    )
    Baseline.objects.bulk_create(baselines)
    Judgement.objects.bulk_create(judgements)
    _targets(chance, world, everyone)


def _pupil(chance: random.Random, seed: int, n: int) -> Pupil:
    return Pupil(
        upn=f"S{seed % 10_000:04}{n:08}",
        first_name=f"First{n}",
        last_name=f"Last{n:03}",
        born_on=dt.date(chance.randint(2008, 2022), chance.randint(1, 12), 5),
        sex=chance.choice(Sex.values),
        primary_need=chance.choice(PrimaryNeed.values[:6]),
        pupil_premium=chance.random() < 0.4,
        looked_after=chance.random() < 0.1,
        eal=chance.random() < 0.2,
    )


def _placements(chance: random.Random, world: World, pupil: Pupil) -> list[Placement]:
    """Place a pupil: most stay, some move in or out, change route, join late or have left."""
    here = {"pupil": pupil, "school": world.school, "class_group": world.class_group}
    arb = {**here, "arb": world.arb, "class_group": world.arb_class}
    away = {"pupil": pupil, "school": world.other_school, "class_group": world.other_class}
    first, second = chance.choices(list(world.routes.values()), k=2)
    fate = chance.random()
    if fate < 0.5:
        return [Placement(**here, route=first, starts_on=AUTUMN_25)]
    if fate < 0.6:
        return [Placement(**arb, route=first, starts_on=AUTUMN_25)]
    before, after = {
        0: (here, away),
        1: (away, here),
        2: (here, arb),
        3: (here, None),
        4: (None, here),
    }[chance.randrange(5)]
    day = chance.choice([SUMMER_26, AUTUMN_26, AFTER_CENSUS])
    placed = []
    if before:
        placed.append(
            Placement(
                **before, route=first, starts_on=AUTUMN_25, ends_on=day - dt.timedelta(days=1)
            )
        )
    if after:
        placed.append(Placement(**after, route=second, starts_on=day))
    return placed


def _baselines(
    chance: random.Random, pupil: Pupil, strand: Strand, scale: list[Point], start: int
) -> list[Baseline]:
    """Give a baseline to most, to some a second one in mid-term, to some one after the term."""
    fate = chance.random()
    of = {"pupil": pupil, "strand": strand}
    first = dt.date(2025, chance.choice([9, 10, 12]), 15)
    if fate < 0.1:
        return []
    if fate < 0.3:
        day = chance.choice([dt.date(2026, 7, 1), dt.date(2026, 11, 3), dt.date(2027, 1, 20)])
        return [
            Baseline(**of, point=scale[start], judged_on=first, replaced_on=day),
            Baseline(**of, point=scale[start + 1], judged_on=day),
        ]
    if fate < 0.35:
        return [Baseline(**of, point=scale[start], judged_on=dt.date(2027, 2, 1))]
    return [Baseline(**of, point=scale[start], judged_on=first)]


def _targets(chance: random.Random, world: World, pupils: list[Pupil]) -> None:
    plans = Plan.objects.bulk_create(
        Plan(pupil=pupil, kind=PlanKind.EHCP, starts_on=AUTUMN_25) for pupil in pupils
    )
    outcomes = Outcome.objects.bulk_create(
        Outcome(plan=plan, area=area, text="Joins in.")
        for plan in plans
        for area in chance.sample(AreaOfNeed.values, 2)
    )
    TermlyTarget.objects.bulk_create(
        TermlyTarget(
            outcome=outcome,
            pupil=outcome.plan.pupil,
            term=term,
            position=position % 2 + 1,
            walt="ask for help",
            wilf="three times of five",
            judged=chance.choice([None, 1, 2, 3, 3, 4]),
            # Judged or not: one that was not judged is counted nowhere.
            retired_on=AUTUMN_25 if position % 5 == 3 else None,
            retired_because="No longer needed." if position % 5 == 3 else "",
        )
        for position, outcome in enumerate(outcomes)
        for term in world.terms[2:]
    )


@pytest.fixture
def settled(transactional_db: None) -> World:
    """The same trust, committed, for workers and other connections; with no trust open."""
    world = make_world("Harbour")
    with in_trust(world.trust.pk):
        add_life(world, pupils=25, seed=2)
    return world


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """Hear the bells instead of any worker."""
    heard: list[dict[str, int]] = []

    def send_task(name: str, *, kwargs: dict[str, int], expires: int) -> None:
        assert expires == 60
        # The bells of e-mails ring as well, and are not listened to.
        if name == "reporting.tasks.make_report":
            heard.append(kwargs)

    monkeypatch.setattr("reporting.services.bells.app.send_task", send_task)
    return heard


def page_of(world: World, school: School | None = None, term: Term | None = None) -> str:
    return reverse("ht_report", args=((school or world.school).pk, (term or world.term).pk))


def bare_document(**more: Any) -> Document:
    """Return a report that says nothing."""
    words = ("kind", "trust", "place", "term", "title", "about", "note")
    lists = ("lines", "sections", "glossary", "versions", "changes")
    nothing = {**dict.fromkeys(words, ""), **{name: [] for name in lists}}
    return cast("Document", {**nothing, "colour": "#14555a", "last_term": None, **more})


def stored(world: World, status: ReportStatus = ReportStatus.DRAFT, **more: Any) -> Report:
    """Store a report without the pains of making it."""
    published = status in OUT
    head = world.people[Role.HEAD]
    values = {
        "school": world.school,
        "term": world.term,
        "status": status,
        "version": 1 if published else None,
        "snapshot": {**bare_document(), "cover": {"version": "Draft", "made": "made up"}},
        "pdf": b"%PDF-1.7 made up",
        "sha256": "f" * 64,
        "made_at": timezone.now(),
        "made_by": head,
        "published_at": timezone.now() if published else None,
        "published_by": head if published else None,
        **more,
    }
    return Report.objects.create(**values)

"""A class as large as they come: 30 pupils in 12 strands of two streams, and a year behind it."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from assessment.models import Baseline, Judgement, Point, Strand, Stream
from parrcs.core.tenancy import in_trust
from pupils.choices import PrimaryNeed, Sex
from pupils.models import Placement, Pupil
from schools.models import ClassGroup
from tests.factories.assessment import stream_with
from tests.world import World

PUPILS, STRANDS = 30, 12

NAMES = (
    "Amara Okafor", "Ben Trelawny", "Chloé Dubois", "Dafydd Rees", "Ewa Nowak", "Farid Haidari",
    "Grace Pascoe", "Hamza Malik", "Isla Penrose", "Jago Bolitho", "Kamil Şahin", "Lowenna Tregear",
    "Maya Fernandes", "Noah Abbott", "Oluwaseun Adebayo-Williams", "Priya Nair", "Quinn Murphy",
    "Rosa Silva", "Sam Carter", "Tamsin Rowe", "Umar Farooq", "Violet Hughes", "Wren Nicholls",
    "Xin Yi Chen", "Yusuf Demir", "Zara Hussain", "Alfie Stone", "Bethan Morgan", "Callum Reid",
    "Demelza Jewell",
)  # fmt: skip

WORLD_AREAS = (
    "understanding", "movement", "music", "art", "outdoor", "independence", "play", "friendship",
)  # fmt: skip


def fill_class(world: World, class_group: ClassGroup, *, pupils: int = PUPILS) -> list[Pupil]:
    """Make pupils who were judged in all 12 strands in three terms, the last at 11 or above.

    Four strands are the developmental stream's own, eight of another; both have 20 points. The
    route is the formal one. Returns the pupils in the order of the grid.
    """
    with in_trust(world.trust.pk):
        _widen(world)
        made = Pupil.objects.bulk_create(
            Pupil(
                upn=f"F{class_group.pk:04}{number:08}",
                first_name=name.split(" ", 1)[0],
                last_name=name.split(" ", 1)[1],
                born_on=dt.date(2016, 3, 14),
                sex=Sex.FEMALE,
                primary_need=PrimaryNeed.ASD,
            )
            for number, name in enumerate(NAMES[:pupils])
        )
        Placement.objects.bulk_create(
            Placement(
                pupil=pupil,
                school=class_group.school,
                arb=class_group.arb,
                class_group=class_group,
                route=world.routes["formal"],
                starts_on=dt.date(2025, 9, 1),
            )
            for pupil in made
        )
        strands = list(Strand.objects.filter(stream__code__in=["developmental", "wider"]))
        assert len(strands) == STRANDS
        _judge_the_past(world, made, strands)
    return sorted(made, key=lambda pupil: (pupil.last_name, pupil.first_name))


def _widen(world: World) -> None:
    if Stream.objects.filter(code="wider").exists():
        return
    Strand.objects.create(stream=world.developmental, code="number", name="Number", position=3)
    stream_with(
        code="wider",
        strands=list(WORLD_AREAS),
        points=20,
        routes={world.routes["formal"]: Decimal(1)},
        core=False,
    )


def _judge_the_past(world: World, pupils: Sequence[Pupil], strands: Sequence[Strand]) -> None:
    points: dict[int, dict[int, Point]] = {}
    for point in Point.objects.all():
        points.setdefault(point.stream_id, {})[int(point.value)] = point
    Baseline.objects.bulk_create(
        Baseline(
            pupil=pupil,
            strand=strand,
            point=points[strand.stream_id][8],
            judged_on=dt.date(2025, 9, 15),
        )
        for pupil in pupils
        for strand in strands
    )
    Judgement.objects.bulk_create(
        Judgement(
            pupil=pupil,
            strand=strand,
            term=term,
            point=points[strand.stream_id][9 + number + (row + column) % 2],
            judged_at=timezone.now(),
        )
        for row, pupil in enumerate(pupils)
        for column, strand in enumerate(strands)
        for number, term in enumerate(world.terms[:3])
    )

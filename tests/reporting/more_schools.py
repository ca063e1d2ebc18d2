"""More schools and ARBs of a trust, with pupils who were elsewhere in it before."""

import datetime as dt
import random

from pupils.models import Placement
from schools.choices import SchoolKind
from tests.factories.schools import ARBFactory, SchoolFactory
from tests.world import World


def add_schools(world: World, *, seed: int) -> None:
    """Add three schools, one of them closed, and an ARB, and spread the pupils over them.

    Always the same from the same seed. Of whoever has been in two places, one is changed at most.
    """
    chance = random.Random(seed)  # noqa: S311  # made-up lives, not secrets
    cove = SchoolFactory(name="Harbour Cove: the School at Sea")
    reed = SchoolFactory(name="Harbour Reed Primary", kind=SchoolKind.MAINSTREAM, phase="Primary")
    SchoolFactory(name="Harbour Gull School", closed_on=dt.date(2025, 8, 31))
    arb = ARBFactory(school=cove, host=reed, name="Harbour Ebb ARB")
    places = [(cove, None), (cove, arb), (reed, None)]
    for pupil in Placement.objects.order_by("pupil").values_list("pupil", flat=True).distinct():
        if chance.random() < 0.45:
            school, within = chance.choice(places)
            place = Placement.objects.filter(pupil=pupil).order_by("starts_on").last()
            Placement.objects.filter(pk=place.pk).update(
                school=school, arb=within, class_group=None
            )

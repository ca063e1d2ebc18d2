"""The demo's aims: two classes for which the assessment lead and the head have set them."""

import datetime as dt
import random

from assessment.models import Point
from assessment.selectors.aims import AimedAt, aims_page
from assessment.services.aims import Wanted, set_aims
from parrcs.core.access import Access, Grant, Role
from reporting.services.demo.material import accounts
from schools.models import ClassGroup, Trust, User


def save_aims(trust: Trust, *, on: dt.date, rng: random.Random) -> None:
    """Set the aims of the class of the demo's teacher, most of them as suggested.

    Needs `in_trust`. A second class of the school has aims for half of its pupils.
    """
    lead = User.objects.filter(email="assessment-lead@harbour.example").first()
    shown = next(r for p in accounts() for r in p.roles if p.email.startswith("teacher@"))
    classes = list(
        ClassGroup.objects.filter(
            school__name=shown.school, year__starts_on__lte=on, year__ends_on__gte=on, arb=None
        )
        .select_related("school", "arb", "year")
        .order_by("name")
    )
    curlew = next((each for each in classes if each.name == shown.class_name), None)
    if lead is None or curlew is None:
        return
    access = Access(lead.pk, trust.pk, (Grant(Role.ASSESSMENT_LEAD, school_id=curlew.school_id),))
    others = [each for each in classes if each != curlew]
    for group, share in ((curlew, 1.0), *((each, 0.5) for each in others[:1])):
        page = aims_page(access, class_group=group, today=on)
        pupils = sorted({cell.pupil_id for cell in page.cells})
        chosen = set(pupils[: round(len(pupils) * share)])
        scales = {table.stream_id: table.scale for table in page.tables}
        wanted = [
            Wanted(cell, _aim(cell, list(scales[cell.strand.stream_id]), rng).pk, None)
            for cell in page.cells
            if cell.suggested and cell.pupil_id in chosen
        ]
        set_aims(by=access, page=page, wanted=wanted)


def _aim(cell: AimedAt, scale: list[Point], rng: random.Random) -> Point:
    """Take the suggestion; one in eight is set a point higher, by who knows the pupil."""
    at = next(n for n, point in enumerate(scale) if point == cell.suggested)
    higher = rng.random() < 0.125 and at + 1 < len(scale)
    return scale[at + higher]

"""What the stories about the page of one pupil share."""

import datetime as dt
from decimal import Decimal

from django.urls import reverse

from assessment.models import Point, PointMapping, Strand, StrandMapping
from assessment.services.streams.carrying import carry_baselines
from tests.factories.assessment import (
    BaselineFactory,
    ExpectationFactory,
    JudgementFactory,
    PointFactory,
    StrandFactory,
    StreamFactory,
)


def page_of(pupil):
    return reverse("pupil", args=[pupil.pk])


def points(stream):
    return {int(point.value): point for point in Point.objects.filter(stream=stream)}


def judged_for_four_terms(world):
    """Judge the semi-formal pupil of Curlew in reading and writing, and return them."""
    pupil = world.pupils[1]
    scale = points(world.developmental)
    reading, writing = (
        Strand.objects.get(stream=world.developmental, code=code) for code in ("reading", "writing")
    )
    BaselineFactory(pupil=pupil, strand=reading, point=scale[5])
    BaselineFactory(
        pupil=pupil,
        strand=writing,
        point=scale[3],
        judged_on=dt.date(2025, 9, 15),
        replaced_on=dt.date(2026, 2, 2),
    )
    BaselineFactory(pupil=pupil, strand=writing, point=scale[4], judged_on=dt.date(2026, 2, 2))
    for strand, values in ((reading, [6, 6, 11, 9]), (writing, [4, None, 4, 7])):
        for term, value in zip(world.terms, values, strict=True):
            if value:
                JudgementFactory(pupil=pupil, strand=strand, term=term, point=scale[value])
    return pupil


def shown(response):
    """What the page was given to show, in the same form."""
    return {
        (line.strand.pk, value.term.pk): (
            value.value,
            value.gain,
            value.expected,
            value.mark or None,
        )
        for stream in response.context["overview"].positions.streams
        for line in stream.lines
        for value in line.values
        if value
    }


def replace_developmental(world):
    """A version 2.0 from September 2026 with half as many points, each of two old ones."""
    old = world.developmental
    old.approved_until = dt.date(2026, 8, 31)
    old.save()
    newer = StreamFactory(
        code="developmental",
        name="Developmental",
        version="2.0",
        approved_from=dt.date(2026, 9, 1),
        replaces=old,
    )
    ExpectationFactory(
        stream=newer, route=world.routes["semi-formal"], points_a_term=Decimal("0.5")
    )
    scale = {n: PointFactory(stream=newer, value=Decimal(n)) for n in range(1, 11)}
    for before in Point.objects.filter(stream=old):
        PointMapping.objects.create(before=before, after=scale[(int(before.value) + 1) // 2])
    for older in Strand.objects.filter(stream=old):
        after = StrandFactory(
            stream=newer,
            code=older.code,
            name=older.name,
            position=older.position,
            core_area=older.core_area,
        )
        StrandMapping.objects.create(before=older, after=after)
    carry_baselines(stream=newer)
    return newer

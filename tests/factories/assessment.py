"""Streams and what was judged in them."""

import datetime as dt
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from assessment import models
from pupils.models import Route
from tests.factories.pupils import PupilFactory
from tests.factories.schools import TermFactory


class CoreAreaFactory(DjangoModelFactory[models.CoreArea]):
    class Meta:
        model = models.CoreArea
        django_get_or_create = ("code",)

    code = "reading"
    name = factory.LazyAttribute(lambda o: o.code.capitalize())
    position = factory.Sequence(lambda n: n)


class StreamFactory(DjangoModelFactory[models.Stream]):
    class Meta:
        model = models.Stream

    code = factory.Sequence(lambda n: f"stream-{n}")
    version = "1.0"
    name = factory.LazyAttribute(lambda o: o.code.capitalize())
    proposed = factory.LazyFunction(lambda: {"better": "1.5", "expected": {}})
    approved_from = dt.date(2020, 9, 1)


class StrandFactory(DjangoModelFactory[models.Strand]):
    class Meta:
        model = models.Strand

    stream = factory.SubFactory(StreamFactory)
    code = factory.Sequence(lambda n: f"strand-{n}")
    name = factory.LazyAttribute(lambda o: o.code.capitalize())
    position = factory.Sequence(lambda n: n)


class PointFactory(DjangoModelFactory[models.Point]):
    class Meta:
        model = models.Point

    stream = factory.SubFactory(StreamFactory)
    code = factory.LazyAttribute(lambda o: str(o.value))
    label = factory.LazyAttribute(lambda o: f"Point {o.value}")
    value = Decimal(1)


class ExpectationFactory(DjangoModelFactory[models.Expectation]):
    class Meta:
        model = models.Expectation

    stream = factory.SubFactory(StreamFactory)
    points_a_term = Decimal(1)
    better = Decimal("1.5")
    starts_on = dt.date(2020, 9, 1)


class BaselineFactory(DjangoModelFactory[models.Baseline]):
    class Meta:
        model = models.Baseline

    pupil = factory.SubFactory(PupilFactory)
    strand = factory.SubFactory(StrandFactory)
    judged_on = dt.date(2025, 9, 15)


class JudgementFactory(DjangoModelFactory[models.Judgement]):
    class Meta:
        model = models.Judgement

    pupil = factory.SubFactory(PupilFactory)
    strand = factory.SubFactory(StrandFactory)
    term = factory.SubFactory(TermFactory)
    judged_at = factory.LazyFunction(timezone.now)


def stream_with(
    *,
    code: str,
    strands: list[str],
    points: int,
    routes: dict[Route, Decimal],
    core: bool,
) -> models.Stream:
    """Make a stream with numbered points, and strands that are core areas or not."""
    stream = StreamFactory(code=code)
    for position, name in enumerate(strands):
        area = CoreAreaFactory(code=name, position=position) if core else None
        StrandFactory(stream=stream, code=name, position=position, core_area=area)
    for value in range(1, points + 1):
        PointFactory(stream=stream, value=Decimal(value))
    for route, points_a_term in routes.items():
        ExpectationFactory(stream=stream, route=route, points_a_term=points_a_term)
    return stream

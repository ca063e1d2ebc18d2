"""What stories of the trust lead's decisions share: a lead, terms to come, small versions."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from assessment.models import Stream
from assessment.services.streams.approval import Expected, approve_stream
from assessment.services.streams.files import read_stream as read
from assessment.services.streams.versions import store_stream
from parrcs.core.access import Role
from schools.choices import Season
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.schools import TermFactory, WindowFactory

ONE = Expected(Decimal(1), Decimal("1.5"))
TWO = Expected(Decimal(2), Decimal("2.5"))

REPLACES: dict[str, Any] = {
    "version": "1.0",
    "strands": {"pool": "water"},
    "points": {"a": "x", "b": "x", "c": "y"},
}
NEXT = {
    "version": "2.0",
    "scale": [{"code": "x", "label": "X", "value": 10}, {"code": "y", "label": "Y", "value": 20}],
    "strands": [{"code": "pool", "name": "Pool"}, {"code": "talk", "name": "Talk"}],
    "replaces": REPLACES,
}


@pytest.fixture
def lead(world):
    return world.access(Role.TRUST_LEAD)


@pytest.fixture
def terms(world):
    """Autumn 2026, which is open, and the two terms to come: open whatever today is."""
    year = world.term.year
    spring, summer = (TermFactory(year=year, season=s) for s in (Season.SPRING, Season.SUMMER))
    for term in (spring, summer):
        WindowFactory(term=term)
    return [world.term, spring, summer]


@pytest.fixture
def swimming(world, written):
    """Keep a version of the small stream, waiting for approval."""

    def store(**changes) -> Stream:
        return store_stream(stream_file=read(written(**changes)), source="swimming.yaml")

    return store


@pytest.fixture
def used(world, lead, terms, swimming):
    """The small stream in use since the autumn, with a baseline and a judgement of one pupil."""
    stream = swimming()
    expected = {world.routes["formal"].pk: ONE}
    approve_stream(by=lead, stream=stream, term=terms[0], expected=expected)
    strand = stream.strands.get(code="water")
    point = stream.points.get(code="b")
    pupil = world.pupils[2]
    BaselineFactory(pupil=pupil, strand=strand, point=point, judged_on=dt.date(2025, 9, 15))
    JudgementFactory(pupil=pupil, strand=strand, term=terms[0], point=point)
    return stream

"""A trust with routes and core areas, and a small stream file."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from assessment.services.streams.files import FIXTURES
from assessment.services.streams.versions import load_core_areas, load_routes
from parrcs.core.access import Access, Grant, Role
from parrcs.core.tenancy import in_trust
from tests.factories.schools import TrustFactory, UserFactory

SEPTEMBER = dt.date(2025, 9, 1)

type Written = Callable[..., Path]


@pytest.fixture
def trust(db):
    trust = TrustFactory()
    with in_trust(trust.pk):
        load_routes(file=FIXTURES / "routes.yaml")
        load_core_areas(file=FIXTURES / "core_areas.yaml")
        yield trust


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a small stream file, changed at the places named."""

    def write(**changes) -> Path:
        content = {
            "code": "swimming",
            "version": "1.0",
            "name": "Swimming",
            "description": "From the poolside to a length.",
            "for_whom": "All pupils who swim.",
            "better": 1.5,
            "scale": [
                {"code": "a", "label": "At the side", "value": 1},
                {"code": "b", "label": "In the water", "value": 2.5},
                {"code": "c", "label": "A width", "value": 4},
            ],
            "strands": [
                {"code": "water", "name": "Water"},
                {"code": "talk", "name": "Talk", "core_area": "communication"},
            ],
            "expected": {"formal": 0.5},
        } | changes
        file = tmp_path / "swimming.yaml"
        file.write_text(yaml.safe_dump(content))
        return file

    return write


@pytest.fixture
def lead(trust) -> Access:
    """What a trust lead may do."""
    return Access(UserFactory().pk, trust.pk, (Grant(Role.TRUST_LEAD),))

"""People with a grid open."""

from collections.abc import Callable

import pytest

from parrcs.core.access import Role
from tests.assessment.desk import Desk


@pytest.fixture
def desk(world, sign_in) -> Callable[[Role], Desk]:
    return lambda role: Desk(world, world.people[role], sign_in(role))


@pytest.fixture
def teacher(desk) -> Desk:
    return desk(Role.TEACHER)

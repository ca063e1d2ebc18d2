"""The pages whose times are measured: a line for each."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from parrcs.core.access import Role

SAVE = "one save of a judgement"


@dataclass(frozen=True)
class Where:
    """Where somebody looks: their class with its pupils, in the current term."""

    trust_id: int
    person_id: int
    school_id: int
    class_group_id: int
    term_id: int
    pupils: tuple[int, ...]

    @property
    def judge(self) -> str:
        """The address at which a judgement is saved."""
        return reverse("judge", args=[self.class_group_id, self.term_id])


@dataclass(frozen=True)
class Page:
    """A page, who looks at it, and its address where they look."""

    name: str
    role: Role
    address: Callable[[Where, random.Random], str]


def inside(unit: str) -> str:
    """Return the address of what is inside a school or a class."""
    return f"{reverse('compare_inside')}?unit={unit}"


# To measure another page, add a line.
PAGES = (
    Page("overview", Role.TRUST_LEAD, lambda where, rng: reverse("compare")),
    Page("heat map", Role.TRUST_LEAD, lambda where, rng: reverse("compare_strands")),
    Page(
        "drill to classes", Role.TRUST_LEAD, lambda where, rng: inside(f"school-{where.school_id}")
    ),
    Page(
        "drill to pupils",
        Role.TRUST_LEAD,
        lambda where, rng: inside(f"class-{where.class_group_id}"),
    ),
    Page(
        "class grid",
        Role.TEACHER,
        lambda where, rng: reverse("grid", args=[where.class_group_id, where.term_id]),
    ),
    Page(
        "pupil page",
        Role.TEACHER,
        lambda where, rng: reverse("pupil", args=[rng.choice(where.pupils)]),
    ),
    Page("pupil list", Role.TRUST_LEAD, lambda where, rng: reverse("pupils")),
)

"""What the demo is made of: the files in `fixtures/demo`, read once."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict

from pupils.choices import ProvisionKind, Sex

FOLDER = settings.BASE_DIR / "fixtures" / "demo"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlaceEntry(_Entry):
    """What a school or an ARB of the demo is like."""

    name: str
    years: tuple[int, int]
    pupils: int
    class_size: int
    needs: str
    theme: str
    share: dict[str, int]
    met: int


class SchoolEntry(PlaceEntry):
    """A special school of the trust."""

    urn: str
    number: str


class HostEntry(_Entry):
    """A mainstream school that hosts an ARB."""

    name: str
    urn: str
    number: str
    phase: str


class ARBEntry(PlaceEntry):
    """An ARB, with the names of the school it is registered at and of its host."""

    school: str
    host: str
    opened: dt.date


class TrustEntry(_Entry):
    """One trust of the demo."""

    uid: str
    name: str
    mail: str
    schools: tuple[SchoolEntry, ...]
    hosts: tuple[HostEntry, ...]
    arbs: tuple[ARBEntry, ...]


class Trusts(_Entry):
    """All trusts of the demo, and the mixes of needs and names of classes they use."""

    needs: dict[str, dict[str, int]]
    themes: dict[str, tuple[str, ...]]
    trusts: tuple[TrustEntry, ...]


class Origin(_Entry):
    """Names of one origin."""

    origin: str
    weight: float
    eal: float
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    family: tuple[str, ...]


class RoleEntry(_Entry):
    """A role in a trust, for the place named, or for the whole trust."""

    trust: str
    role: str
    school: str = ""
    arb: str = ""
    class_name: str = ""


class PersonEntry(_Entry):
    """One account of the demo, with what its person sees."""

    email: str
    name: str
    sees: str
    roles: tuple[RoleEntry, ...]


class Ladder(_Entry):
    """Steps towards an outcome: each a WALT with its WILF."""

    outcome: str
    start: str
    steps: tuple[tuple[str, str], ...]
    then: str


class ProvisionEntry(_Entry):
    """A kind of provision: for which routes, what it is to bring, and what is said of it."""

    kind: ProvisionKind
    routes: tuple[str, ...]
    often: tuple[str, ...]
    aims: tuple[str, ...]
    comments: tuple[tuple[str, ...], ...]


@cache
def trusts() -> Trusts:
    """Read the trusts and their places."""
    return Trusts.model_validate(_read("trusts.yaml"))


@cache
def origins() -> Sequence[Origin]:
    """Read the names."""
    return [Origin.model_validate(each) for each in _read("names.yaml")]


@cache
def accounts() -> Sequence[PersonEntry]:
    """Read the accounts, one for each role."""
    return [PersonEntry.model_validate(each) for each in _read("people.yaml")]


@cache
def ladders() -> Mapping[tuple[str, str], Sequence[Ladder]]:
    """Read the steps towards outcomes, by area of need and code of the route."""
    return {
        (area, route): [Ladder.model_validate(each) for each in entries]
        for area, routes in _read("targets.yaml").items()
        for route, entries in routes.items()
    }


@cache
def provision_entries() -> Sequence[ProvisionEntry]:
    """Read what pupils are given beside the core areas."""
    return [ProvisionEntry.model_validate(each) for each in _read("provision.yaml")]


class Namer:
    """Puts names together, never the same two twice."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._weights = [origin.weight for origin in origins()]
        self._given: set[tuple[str, str]] = set()

    def name(self, sex: Sex) -> tuple[str, str, Origin]:
        """Return a first name, a family name and where the family's name comes from."""
        while True:
            (origin,) = self._rng.choices(origins(), self._weights)
            # Some families choose a first name that is common where they live.
            chosen = origin if self._rng.random() < 0.85 else origins()[0]
            first = self._rng.choice(chosen.girls if sex == Sex.FEMALE else chosen.boys)
            last = self._rng.choice(origin.family)
            if (first, last) not in self._given:
                self._given.add((first, last))
                return first, last, origin


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))

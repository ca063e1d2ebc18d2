"""How pupils of England come on: where each stands term by term, reckoned without remembering.

A pupil's path in a strand follows from where it begins, how fast it goes and a little chance, so
that fifteen million judgements can be written term by term and nothing has to be kept of them.
"""

import random
from dataclasses import dataclass
from functools import cache
from math import exp, floor
from typing import NamedTuple

# So much above what is expected that about three in four judgements reach it.
USUAL_PACE = 1.22
BEHIND, SHINING = 0.9, 1.7
BY_PUPIL, BY_STRAND = 0.22, 0.16
# Where holding on is what is expected: one in twenty loses a little, one in ten gains.
LOSES, GAINS = 0.05, 0.10
PHASES = 16

type Path = tuple[int, ...]


class Scale(NamedTuple):
    """How a stream is grown in: its highest value, and the points a term that a route expects."""

    top: int
    points_a_term: float


@dataclass(frozen=True)
class StrandOf:
    """A strand that is judged: its stream, its id, the ids of its points by value from 0 on.

    Nothing has the value 0. `expected` is the points a term by code of route.
    """

    stream: str
    id: int
    points: tuple[int, ...]
    expected: dict[str, float]

    def scale(self, route: str) -> Scale:
        """Return how a pupil on a route grows in it."""
        return Scale(len(self.points) - 1, self.expected[route])


@cache
def path(start: int, top: int, rate: float, phase: float, terms: int) -> Path:
    """Return the values of a scale from 1 to `top`, one for each term; the first is term one."""
    grown = (start + floor(rate * term + phase) for term in range(1, terms + 1))
    return tuple(min(top, max(1, value)) for value in grown)


def pupil_pace(rng: random.Random, *, place_pace: float) -> float:
    """Draw how fast a pupil of a place comes on, beside what is expected."""
    return place_pace * exp(rng.gauss(0, BY_PUPIL))


def strand_path(rng: random.Random, scale: Scale, *, start: int, pace: float, terms: int) -> Path:
    """Draw the path of a pupil in a strand."""
    phase = floor(rng.random() * PHASES) / PHASES
    if scale.points_a_term:
        rate = scale.points_a_term * pace * exp(rng.gauss(0, BY_STRAND))
    else:
        chance = rng.random()
        rate = -0.1 if chance < LOSES else 0.15 if chance < LOSES + GAINS else 0.0
    # Rounded, so that pupils share paths.
    return path(start, scale.top, round(rate, 2), phase, terms)

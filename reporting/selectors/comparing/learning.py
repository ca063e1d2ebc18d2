"""Who could learn from whom: strands in which one unit is strong and another needs help."""

from dataclasses import dataclass
from typing import NamedTuple

from assessment.measures import Standing
from pupils.selectors.lenses import Lens
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.rows import MARKS, Comparison, distance, stands
from reporting.selectors.comparing.tallies import Tally
from reporting.selectors.comparing.units import Unit

GIVERS, HIGHEST = 3, 2
_LOW = (Standing.BELOW, Standing.WATCH_BELOW)
_HIGH = (Standing.ABOVE, Standing.WATCH_ABOVE)
_OUTSIDE = (Standing.BELOW, Standing.ABOVE)


class Side(NamedTuple):
    """A unit in one strand: its counts there, and where it stands beside the trust."""

    unit: Unit
    tally: Tally
    standing: Standing
    distance: float

    @property
    def mark(self) -> tuple[str, str]:
        """The mark of its standing, and the word."""
        return MARKS[self.standing]


class Match(NamedTuple):
    """A unit that needs help in a strand, and who is strong there, the strongest first."""

    strand: str
    name: str
    takes: Side
    gives: list[Side]


class Unmet(NamedTuple):
    """A unit that needs help in a strand in which nobody stands out, and the highest there."""

    strand: str
    name: str
    takes: Side
    highest: list[Side]


@dataclass(frozen=True)
class Learning:
    """All matches, and who needs help that nobody stands out to give, furthest below first."""

    chosen: Chosen
    matches: list[Match]
    unmet: list[Unmet]
    compared: int

    @property
    def of_strands(self) -> int:
        """In how many strands there is a match."""
        return len({each.strand for each in self.matches})


def learning(compared: Comparison) -> Learning:
    """Return who could learn from whom, strand by strand.

    Whoever is below a limit needs help there, whoever is above one is strong. One of the two
    sides is outside the 99.8 % limit, the other at least outside the 95 %, so that neither is
    likely to be there by chance. A school is not matched with its own ARB where the ARB's pupils
    count in it.
    """
    lens = compared.chosen.lens
    matches, unmet = [], []
    number = 0
    for choice, name in compared.chosen.strand_names.items():
        sides = _sides(compared, choice)
        number += len(sides)
        sides.sort(key=_strongest)
        for side in sides:
            if side.standing not in _LOW:
                continue
            others = [each for each in sides if _apart(side, each, lens)]
            gives = [each for each in others if _may_match(side, each)]
            if gives:
                matches.append(Match(choice, name, side, gives[:GIVERS]))
            elif side.standing is Standing.BELOW:
                highest = sorted((each for each in others if each.distance > 0), key=_highest)
                unmet.append(Unmet(choice, name, side, highest[:HIGHEST]))
    matches.sort(key=lambda each: each.takes.distance)
    unmet.sort(key=lambda each: each.takes.distance)
    return Learning(compared.chosen, matches, unmet, number)


def _sides(compared: Comparison, choice: str) -> list[Side]:
    """Return every unit with enough pupils judged in a strand."""
    trust = compared.total.strands[choice]
    return [
        Side(row.unit, tally, where, away)
        for row in compared.rows
        if (where := stands(tally := row.strands[choice], trust)) is not None
        and (away := distance(tally, trust)) is not None
    ]


def _strongest(side: Side) -> float:
    return -side.distance


def _highest(side: Side) -> tuple[float, int]:
    """Put the highest shares first, of like ones that of more judgements."""
    return -side.tally.at_or_above / side.tally.compared, -side.tally.compared


def _may_match(takes: Side, gives: Side) -> bool:
    return gives.standing in _HIGH and (takes.standing in _OUTSIDE or gives.standing in _OUTSIDE)


def _apart(one: Side, other: Side, lens: Lens) -> bool:
    """Say whether two units have no pupil in common."""
    if lens is Lens.TAUGHT:
        return one.unit != other.unit
    return one.unit not in (other.unit, other.unit.of) and one.unit.of != other.unit

"""Schools and ARBs by strand: who stands outside the limits of the trust's rate, and in which."""

from dataclasses import dataclass
from typing import NamedTuple

from assessment.measures import Standing
from parrcs.core.access import Access
from parrcs.core.planning import much_at_once
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.rows import MARKS, distance, stands
from reporting.selectors.comparing.tallies import Tallies, Tally
from reporting.selectors.comparing.units import WHOLE_TRUST, Unit, counted_in, units
from reporting.selectors.comparing.words import percent_of

AT_MOST = 4
_OUTSIDE = (Standing.BELOW, Standing.ABOVE)
_WATCH = (Standing.WATCH_BELOW, Standing.WATCH_ABOVE)
# How many of a hundred lie outside each pair of limits where nothing but chance is at work.
_BY_CHANCE_95, _BY_CHANCE_998 = 0.05, 0.002


class StrandCounted(NamedTuple):
    """A column: a core area, or a strand of its own; `query` narrows an address to it."""

    choice: str
    name: str
    query: str


@dataclass(frozen=True)
class Cell:
    """One school, ARB or the trust in one strand, and the trust in it."""

    strand: StrandCounted
    tally: Tally
    trust: Tally
    standing: Standing | None

    @property
    def mark(self) -> tuple[str, str]:
        """The class of the mark of its standing, and its word."""
        return MARKS[self.standing]

    @property
    def from_the_trust(self) -> float:
        """How far its share lies from the trust's in the same strand, in standard errors."""
        return distance(self.tally, self.trust) or 0.0


@dataclass(frozen=True)
class StrandRow:
    """A school, an ARB or the trust with its strands."""

    unit: Unit
    pupils: int
    cells: list[Cell]


@dataclass(frozen=True)
class HeatMap:
    """Every school and ARB in every strand that is due; the trust last."""

    chosen: Chosen
    strands: list[StrandCounted]
    rows: list[StrandRow]
    total: StrandRow
    tally: Tally

    @property
    def shown(self) -> list[StrandCounted]:
        """The strands in which enough pupils are judged for the trust to have a share."""
        return [cell.strand for cell in self.total.cells if cell.tally.shown]

    @property
    def compared(self) -> int:
        """How many shares were compared with the trust's."""
        return sum(cell.standing is not None for row in self.rows for cell in row.cells)

    @property
    def outside(self) -> list[tuple[StrandRow, Cell]]:
        """Those outside the 99.8 % limits, the furthest outside first."""
        found = [
            (row, cell) for row in self.rows for cell in row.cells if cell.standing in _OUTSIDE
        ]
        return sorted(found, key=lambda each: -abs(each[1].from_the_trust))

    @property
    def told(self) -> list[tuple[str, str]]:
        """A mark and a sentence for each of the first of them."""
        return [(cell.mark[0], _said(row, cell)) for row, cell in self.outside[:AT_MOST]]

    @property
    def untold(self) -> int:
        """How many more lie outside the 99.8 % limits."""
        return len(self.outside[AT_MOST:])

    @property
    def watched(self) -> int:
        """How many lie outside the 95 % limits and within the 99.8 % ones."""
        return sum(cell.standing in _WATCH for row in self.rows for cell in row.cells)

    @property
    def by_chance(self) -> tuple[int, int]:
        """How many would lie outside the 95 % and the 99.8 % limits by chance alone, about."""
        return round(_BY_CHANCE_95 * self.compared), round(_BY_CHANCE_998 * self.compared)


@much_at_once()
def heat_map(access: Access, *, chosen: Chosen) -> HeatMap:
    """Return schools and ARBs by strand, as far as the person may see their pupils.

    Strands in which nothing is due of anybody chosen are left out.
    """
    tallies = Tallies(chosen.cohort(access), chosen)
    everyone, trust = tallies.within(counted_in(WHOLE_TRUST, chosen.lens))
    strands = [each for each in _strands(chosen) if trust[each.choice].due]
    total = StrandRow(
        WHOLE_TRUST,
        everyone.pupils,
        [Cell(each, trust[each.choice], trust[each.choice], None) for each in strands],
    )
    rows = []
    for unit in units(access, term=chosen.term, places=tallies.parts):
        tally, by_strand = tallies.within(counted_in(unit, chosen.lens))
        cells = [_cell(each, by_strand[each.choice], trust[each.choice]) for each in strands]
        rows.append(StrandRow(unit, tally.pupils, cells))
    return HeatMap(chosen, strands, rows, total, everyone)


def heat_finding(heat: HeatMap) -> str:
    """Say in one sentence what the picture shows, for who does not see it."""
    if not heat.compared:
        return "Heat map: nobody has enough judgements in a strand yet to be placed."
    if not heat.outside:
        return f"Heat map: none of {heat.compared} shares lies outside the 99.8 % limits."
    said = [sentence for _, sentence in heat.told]
    more = f" And {heat.untold} more." if heat.untold else ""
    return f"Heat map: outside the 99.8 % limits. {' '.join(said)}{more}"


def _strands(chosen: Chosen) -> list[StrandCounted]:
    """Return the columns in the order of the strands: core areas, then the others by stream."""
    return [
        StrandCounted(choice, name, chosen.query_with(strand=choice))
        for choice, name in chosen.strand_names.items()
    ]


def _cell(strand: StrandCounted, tally: Tally, trust: Tally) -> Cell:
    return Cell(strand, tally, trust, stands(tally, trust))


def _said(row: StrandRow, cell: Cell) -> str:
    side = "below the lower" if cell.standing is Standing.BELOW else "above the upper"
    trust = percent_of(cell.trust.at_or_above, cell.trust.compared)
    return (
        f"{row.unit.name}, {cell.strand.name}: {cell.tally.said},"
        f" {side} 99.8 % limit; the trust {trust} %."
    )

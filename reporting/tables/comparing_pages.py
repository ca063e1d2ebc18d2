"""The comparison by strand, over time and by gain, as files: one line for each number."""

from collections.abc import Sequence
from typing import Any

from assessment.measures import Indicator
from parrcs.core.sheets import Sheet, list_sheet
from pupils.selectors.lenses import Lens
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.gains import Gains, Spread
from reporting.selectors.comparing.strands import HeatMap, StrandRow
from reporting.selectors.comparing.tallies import Tally
from reporting.selectors.comparing.terms import Course, OverTime
from reporting.selectors.comparing.units import Unit

_UNIT = ("Count pupils", "School or ARB", "Kind", "Host", "Adds to the total")
_SHARE = (
    "Pupils judged with a baseline",
    "At or above expected",
    "Judged with a baseline",
    "Share at or above expected",
    "Lower 95 % limit",
    "Upper 95 % limit",
)
_MOVED = (
    "Moved since",
    "By, percentage points",
    "Lower 95 % limit of the move",
    "Upper 95 % limit of the move",
)
_GAINS = (
    "Term",
    "Count pupils",
    "Of",
    "Route",
    "Stream",
    "Pupils judged with a baseline",
    "Judged with a baseline",
    "Lower quartile of gains in points",
    "Median gain in points",
    "Upper quartile of gains in points",
    "Mean gain in points",
    "None",
    "Some",
    "Expected",
    "Better",
    "At or above expected",
    "Share at or above expected",
    "Lower 95 % limit",
    "Upper 95 % limit",
)


def strands_sheet(heat: HeatMap | None, *, narrowed: Sequence[str] = ()) -> Sheet:
    """Return a row for each school and ARB in each strand; none where no term has begun."""
    heading = ("Term", *_UNIT, "Strand", "Judgements due", "Judged", *_SHARE, "Standing")
    if heat is None:
        return list_sheet("Strands", heading, [])
    return list_sheet(
        "Strands",
        heading,
        [line for row in heat.rows for line in _strand_lines(heat, row)],
        about=_about(heat.chosen, narrowed),
        totals=_strand_lines(heat, heat.total),
        held=3,
    )


def _strand_lines(heat: HeatMap, row: StrandRow) -> list[list[Any]]:
    return [
        [
            str(heat.chosen.term),
            *_unit(row.unit, heat.chosen),
            cell.strand.name,
            cell.tally.due,
            cell.tally.judged,
            *_share(cell.tally),
            "" if row is heat.total else cell.mark[1],
        ]
        for cell in row.cells
    ]


def terms_sheet(course: OverTime | None, *, narrowed: Sequence[str] = ()) -> Sheet:
    """Return a row for each school and ARB in each term; none where no term has begun.

    How a share moved stands in the row of the last term in which it is shown.
    """
    heading = ("Term", *_UNIT, "Pupils on roll", "Judgements due", "Judged", *_SHARE, *_MOVED)
    if course is None:
        return list_sheet("Over time", heading, [])
    return list_sheet(
        "Over time",
        heading,
        [line for row in course.rows for line in _term_lines(row)],
        about=_about(course.chosen, narrowed),
        totals=_term_lines(course.total),
        held=3,
    )


def _term_lines(row: Course) -> list[list[Any]]:
    moved = row.moved
    return [
        [
            str(chosen.term),
            *_unit(row.unit, chosen),
            tally.pupils,
            tally.due,
            tally.judged,
            *_share(tally),
            *(
                (str(moved.first), *(100 * each for each in moved.change.moved))
                if moved and moved.last == chosen.term
                else ("", "", "", "")
            ),
        ]
        for chosen, tally in row.terms
    ]


def gains_sheet(found: Gains | None, *, narrowed: Sequence[str] = ()) -> Sheet:
    """Return a row for each route and stream; none where no term has begun."""
    if found is None:
        return list_sheet("Gains", _GAINS, [])
    return list_sheet(
        "Gains",
        _GAINS,
        [_gain_line(found, each) for each in found.spreads],
        about=_about(found.chosen, narrowed),
        held=4,
    )


def _gain_line(found: Gains, spread: Spread) -> list[Any]:
    told = not spread.too_few
    share, mean = (spread.interval, spread.mean) if told else (None, None)
    return [
        str(found.chosen.term),
        found.chosen.lens.words,
        spread.unit.name,
        spread.scale.route,
        spread.scale.stream,
        spread.pupils,
        spread.judgements,
        *((told and spread.quartiles) or ("", "", "")),
        "" if mean is None else round(float(mean), 4),
        *(spread.of(indicator) for indicator in Indicator),
        spread.at_or_above,
        *((share.share, share.low, share.high) if share else ("", "", "")),
    ]


def _about(chosen: Chosen, narrowed: Sequence[str]) -> list[tuple[str, str]]:
    return [("Term", str(chosen.term)), ("Of", ", ".join(narrowed))]


def _unit(unit: Unit, chosen: Chosen) -> list[str]:
    adds = unit.kind != "ARB" or chosen.lens is Lens.TAUGHT
    return [
        chosen.lens.words,
        unit.name,
        unit.kind,
        unit.host,
        "" if unit.kind == "trust" else "yes" if adds else "no",
    ]


def _share(tally: Tally) -> list[Any]:
    share = tally.interval if tally.shown else None
    return [
        tally.pupils_compared,
        tally.at_or_above,
        tally.compared,
        *((share.share, share.low, share.high) if share else ("", "", "")),
    ]

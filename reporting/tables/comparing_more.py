"""Measures by size, groups, and who could learn from whom, as files."""

from collections.abc import Sequence
from typing import Any

from parrcs.core.sheets import Sheet, list_sheet
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.groups import Divided, Group
from reporting.selectors.comparing.learning import Learning, Side, Unmet
from reporting.selectors.comparing.rows import Comparison
from reporting.selectors.comparing.sizes import BySize, Sized

_WHEN = ("Term", "Count pupils")


def _when(chosen: Chosen) -> list[Any]:
    return [str(chosen.term), chosen.lens.words]


def sizes_sheet(
    compared: Comparison | None,
    measures: Sequence[BySize] = (),
    *,
    narrowed: Sequence[str] = (),
) -> Sheet:
    """Return a row for each measure and unit, and the trust's own of each measure."""
    heading = (*_WHEN, "Measure", "School or ARB", "Kind", "n", "Of", "Share", "Standing")
    if compared is None:
        return list_sheet("By size", heading, [])
    when = _when(compared.chosen)
    return list_sheet(
        "By size",
        heading,
        [
            [*when, *_sized(each, unit.name, unit.kind, sized)]
            for each in measures
            for unit, sized in each.units.values()
        ],
        about=[("Of", ", ".join(narrowed))],
        totals=[[*when, *_sized(each, "Whole trust", "trust", each.trust)] for each in measures],
        held=4,
    )


def _sized(found: BySize, name: str, kind: str, sized: Sized) -> list[Any]:
    # The trust's own stands nowhere beside itself.
    told = sized.standing or (sized is found.trust and sized.total)
    share = sized.hits / sized.total if told else ""
    return [found.measure.title, name, kind, sized.hits, sized.total, share, sized.mark[1]]


def groups_sheet(found: Divided | None, *, narrowed: Sequence[str] = ()) -> Sheet:
    """Return a row for each group of pupils, with its gap to all others."""
    heading = (
        *_WHEN,
        "Parted by",
        "Group",
        "Pupils on roll",
        "Pupils judged with a baseline",
        "Judged",
        "Judgements due",
        "At or above expected",
        "Judged with a baseline",
        "Share at or above expected",
        "Lower 95 % limit",
        "Upper 95 % limit",
        "Gap to all others, percentage points",
        "Lower 95 % limit of the gap",
        "Upper 95 % limit of the gap",
        "What it says",
        "Targets met",
        "Targets judged",
    )
    if found is None:
        return list_sheet("Groups", heading, [])
    rows = [
        [*_when(found.chosen), division.title, *_group(group)]
        for division in found.divisions
        for group in division.groups
    ]
    return list_sheet("Groups", heading, rows, about=[("Of", ", ".join(narrowed))], held=4)


def _group(group: Group) -> list[Any]:
    tally, gap = group.tally, group.gap
    interval = tally.interval if tally.shown else None
    return [
        group.name,
        tally.pupils,
        tally.pupils_compared,
        tally.judged,
        tally.due,
        tally.at_or_above,
        tally.compared,
        *((interval.share, interval.low, interval.high) if interval else ("", "", "")),
        *((100 * each for each in gap) if gap else ("", "", "")),
        group.mark[1],
        tally.targets_met,
        tally.targets,
    ]


def learning_sheet(found: Learning | None, *, narrowed: Sequence[str] = ()) -> Sheet:
    """Return a row for each who needs help in a strand and each who is strong there."""
    of_side = ("Pupils judged", "At or above expected", "Of", "Standing")
    heading = (
        *(*_WHEN, "Strand", "Needs help", *of_side),
        *("Could learn from", *(f"{each} there" for each in of_side), "What it is there"),
    )
    if found is None:
        return list_sheet("Learning from each other", heading, [])
    rows = [
        [match.name, *_side(match.takes), *_side(gives), "strong"]
        for match in found.matches
        for gives in match.gives
    ]
    rows += [line for each in found.unmet for line in _unmet(each)]
    return list_sheet(
        "Learning from each other",
        heading,
        [[*_when(found.chosen), *row] for row in rows],
        about=[("Of", ", ".join(narrowed))],
        held=4,
    )


def _unmet(found: Unmet) -> list[list[Any]]:
    """Return a line for each of the highest; one with nobody in it where nobody is above."""
    needs = [found.name, *_side(found.takes)]
    if not found.highest:
        return [[*needs, "", "", "", "", "", "nobody else is above the trust's rate"]]
    return [
        [*needs, *_side(each), "highest, within what chance may explain"] for each in found.highest
    ]


def _side(side: Side) -> list[Any]:
    tally = side.tally
    return [
        side.unit.name,
        tally.pupils_compared,
        tally.at_or_above,
        tally.compared,
        side.mark[1],
    ]

"""The comparison as a file, and the pupils behind its numbers."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from parrcs.core.sheets import Sheet, list_sheet
from pupils.selectors.lenses import Lens
from reporting.selectors.comparing.behind import Behind
from reporting.selectors.comparing.rows import Comparison, Row

_COMPARED = (
    "Term",
    "Count pupils",
    "School or ARB",
    "Kind",
    "Host",
    "Adds to the total",
    "Pupils on roll",
    "Judgements due",
    "Judged",
    "None",
    "Some",
    "Expected",
    "Better",
    "No baseline",
    "At or above expected",
    "Judged with a baseline",
    "Share at or above expected",
    "Lower 95 % limit",
    "Upper 95 % limit",
    "Targets met",
    "Targets judged",
    "Targets not judged",
    "Share of targets met",
    "Lower 95 % limit of targets met",
    "Upper 95 % limit of targets met",
    "Mean gain in points",
    "Standing",
)


def compare_sheet(compared: Comparison | None, *, narrowed: Sequence[str] = ()) -> Sheet:
    """Return a row for each school and ARB and one for the trust, with full numbers.

    Without a comparison, as no term has begun, there are no rows.
    """
    rows = [_compared(compared, row) for row in compared.rows] if compared else []
    totals = [_compared(compared, compared.total)] if compared else []
    about = [
        ("Term", str(compared.chosen.term) if compared else ""),
        ("Of", ", ".join(narrowed)),
    ]
    return list_sheet("Comparison", _COMPARED, rows, about=about, totals=totals, held=3)


def _compared(compared: Comparison, row: Row) -> list[Any]:
    tally, unit, chosen = row.tally, row.unit, compared.chosen
    whole = unit.kind == "trust"
    adds = unit.kind == "school" or (unit.kind == "ARB" and chosen.lens is Lens.TAUGHT)
    share, targets = tally.interval, tally.targets_interval
    gain = tally.mean_gain if compared.one_stream else None
    return [
        str(chosen.term),
        chosen.lens.words,
        unit.name,
        unit.kind,
        unit.host,
        "" if whole else "yes" if adds else "no",
        tally.pupils,
        tally.due,
        tally.judged,
        tally.none,
        tally.some,
        tally.expected,
        tally.better,
        tally.no_baseline,
        tally.at_or_above,
        tally.compared,
        *((share.share, share.low, share.high) if share else ("", "", "")),
        tally.targets_met,
        tally.targets,
        tally.targets_not_judged,
        *((targets.share, targets.low, targets.high) if targets else ("", "", "")),
        "" if gain is None else round(float(gain), 4),
        "" if whole else row.mark[1],
    ]


def behind_sheet(behind: Behind, *, term: str, narrowed: Sequence[str]) -> Sheet:
    """Return a row for each judgement or target behind a number of the comparison."""
    rows = [
        [
            line.placement.pupil.marked_name,
            line.placement.class_group.name if line.placement.class_group else "",
            line.placement.school.name,
            line.placement.arb.name if line.placement.arb else "",
            line.placement.route.name,
            line.placement.pupil.get_primary_need_display(),
            line.what,
            _number(line.value),
            _number(line.gain),
            _number(line.expected),
            line.word,
        ]
        for line in behind.lines
    ]
    targets = behind.number.of_targets
    heading = (
        "Pupil",
        "Class",
        "School",
        "ARB",
        "Route",
        "Primary need",
        "Target: we are learning to" if targets else "Strand",
        "Value",
        "Gain",
        "Expected",
        "Judged" if targets else "Progress",
    )
    about = [
        ("Of", behind.unit.name),
        ("What", behind.number.words),
        ("Term", term),
        ("Narrowed", ", ".join(narrowed)),
    ]
    title = "Pupils behind a number"
    return list_sheet(title, heading, rows, about=about, of_pupils=True)


def _number(text: str) -> Decimal | str:
    """Return a number that is written for people as a number."""
    try:
        return Decimal(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))
    except InvalidOperation:
        return text

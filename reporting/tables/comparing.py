"""The comparison as a file, and the pupils behind its numbers."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from parrcs.core.sheets import Sheet, list_sheet
from pupils.selectors.lenses import Lens
from reporting.selectors.comparing.behind import Behind
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.inside import Inside
from reporting.selectors.comparing.rows import Comparison, Row

_CHANGE = (
    "Since last term, percentage points",
    "Lower 95 % limit of the change",
    "Upper 95 % limit of the change",
)
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
    *_CHANGE,
    "Pupils with sessions",
    "Sessions possible",
    "Sessions attended",
    "Share attended",
    "National share of its kind",
    "Pupils persistently absent",
)


def compare_sheet(
    compared: Comparison | None,
    rows: Sequence[Row] = (),
    *,
    narrowed: Sequence[str] = (),
) -> Sheet:
    """Return a row for each school and ARB and one for the trust, with full numbers.

    The last of the rows is the trust's. Without a comparison, as no term has begun, there are
    none.
    """
    about = [
        ("Term", str(compared.chosen.term) if compared else ""),
        ("Of", ", ".join(narrowed)),
    ]
    lines, totals = [], []
    if compared:
        chosen, one_stream = compared.chosen, compared.one_stream
        *lines, total = [_compared(row, chosen, one_stream=one_stream) for row in rows]
        totals = [total]
    return list_sheet("Comparison", _COMPARED, lines, about=about, totals=totals, held=3)


def inside_sheet(found: Inside, rows: Sequence[Row], *, narrowed: Sequence[str]) -> Sheet:
    """Return a row for each class of a school or ARB, or each pupil of a class; and their sum.

    How their shares moved is not counted: a class is another one each year.
    """
    what = "Pupil" if found.of_pupils else "Class"
    counted = [place for place, heading in enumerate(_COMPARED) if heading not in _CHANGE]

    def line(row: Row) -> list[Any]:
        values = _compared(row, found.chosen, one_stream=found.one_stream)
        return [values[place] for place in counted]

    return list_sheet(
        f"Inside {found.unit.name}",
        [
            what if heading == "School or ARB" else heading
            for heading in (_COMPARED[place] for place in counted)
        ],
        [line(row) for row in rows],
        about=[
            ("Term", str(found.chosen.term)),
            ("In", found.unit.name),
            ("Of", ", ".join(narrowed)),
        ],
        totals=[line(found.total)],
        held=3,
        of_pupils=found.of_pupils,
    )


def _compared(row: Row, chosen: Chosen, *, one_stream: bool) -> list[Any]:
    tally, unit = row.tally, row.unit
    whole = unit.kind == "trust"
    adds = unit.kind != "ARB" or chosen.lens is Lens.TAUGHT
    # Of too few, only how many of how many is said, as on the page.
    share = tally.interval if tally.shown else None
    targets = tally.targets_interval if tally.targets_shown is not None else None
    gain = tally.mean_gain if one_stream and not tally.too_few else None
    attendance = tally.attendance
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
        "" if whole or unit.kind == "pupil" else row.mark[1],
        *((100 * each for each in row.change.moved) if row.change else ("", "", "")),
        tally.attending,
        tally.possible,
        tally.attended,
        "" if attendance is None else attendance / 100,
        float(unit.national.attended) / 100 if unit.national else "",
        tally.persistent,
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

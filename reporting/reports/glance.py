"""The five lines at the top of a report, chosen by rule from its tables, exceptions first.

They are read off the cells of the document, so what is hidden in a table is told in no line.
"""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import NamedTuple

from assessment.measures import Standing, standing
from reporting.choices import Part, TrustPart
from reporting.reports.document import Cell, Line, Section, cells_of, table_of
from reporting.reports.parts.progress import FEWEST_PUPILS

# A fall of fewer percentage points than this is not called a fall.
FALL = 5
# With less than this per cent of judgements in, the other figures rest on too little.
ENOUGH_JUDGED = 90
AT_MOST = 5

_LABELS = {
    "none": "Attention",
    "some": "Watch",
    "better": "Strength",
    "expected": "Steady",
}

ORDER = list(_LABELS)


class Found(NamedTuple):
    """A row of a table as the lines see it; the total is that of its own table."""

    name: str
    cells: dict[str, Cell]
    total: bool
    title: str

    def share(self, column: str = "share") -> Cell | None:
        """Return a share that has a per cent and is not hidden."""
        cell = self.cells.get(column)
        return cell if cell and cell["kind"] == "share" and cell["percent"] is not None else None

    def number(self, column: str) -> int | None:
        """Return the number in a cell; None where it is hidden or there is none."""
        cell = self.cells.get(column)
        return cell.get("n") if cell else None

    def hides(self, column: str) -> bool:
        """Say whether a cell is hidden."""
        return self.cells[column]["kind"] == "hidden"

    def change(self) -> int:
        """Return the change in percentage points; 0 where there is none to show."""
        cell = self.cells.get("change")
        return (cell.get("points") or 0) if cell else 0


def at_a_glance(sections: Sequence[Section], *, last_term: str | None) -> list[Line]:
    """Return at most five lines, those that ask for attention first."""
    core = list(_rows(sections, Part.STANDARDS, "core"))
    areas, total = [each for each in core if not each.total], [each for each in core if each.total]
    lines = [
        *_core_area(areas, total, last_term),
        *_group(sections, total),
        *_overall(total, last_term),
        *_coverage(sections),
        *_targets(sections),
        *_attendance(sections),
        *_compliance(sections),
    ]
    return sorted(lines, key=lambda line: ORDER.index(line["mark"]))[:AT_MOST]


def line_of(part: str, mark: str, lead: str, rest: str) -> Line:
    """Return a line of a report."""
    return Line(mark=mark, label=_LABELS[mark], lead=lead, rest=rest, part=part)


def _rows(sections: Sequence[Section], part: Part, code: str) -> Iterator[Found]:
    found = table_of(sections, part, code)
    for each in found["rows"] if found else ():
        cells = cells_of(found, each) if found else {}
        yield Found(each["name"], cells, each["total"], found["head"] if found else "")


def n_of(share: Cell) -> str:
    """Say a share as n of N."""
    return f"{share['n']:,} of {share['of']:,}"


def whole_share(share: Cell) -> str:
    """Say a share with its per cent and interval."""
    return (
        f"{n_of(share)} judgements at or above expected"
        f" ({share['percent']}\u00a0%, interval {share['low']} to {share['high']})"
    )


def whole_of(sections: Sequence[Section]) -> str:
    """Name what all of a report's pupils are: a school, or a trust."""
    trust = any(each["code"] == TrustPart.SCHOOLS for each in sections)
    return "the whole trust" if trust else "the whole school"


def _core_area(
    areas: Sequence[Found], total: Sequence[Found], last_term: str | None
) -> Iterator[Line]:
    """Speak of the area that has fallen most since last term, else of the lowest."""
    judged = [(row, share) for row in areas if (share := row.share())]
    if not judged:
        if not any(row.hides("share") for row in areas):
            yield line_of(
                Part.STANDARDS,
                "some",
                "No progress can be shown in the core areas yet.",
                "No judgement in them has a baseline to be compared with.",
            )
        return
    fallen, share = min(judged, key=lambda each: each[0].change())
    before = fallen.share("last")
    if before and fallen.change() <= -FALL:
        yield line_of(
            Part.STANDARDS,
            "none",
            f"{fallen.name} has fallen most since {last_term}.",
            f"{whole_share(share)}, from {n_of(before)} ({before['percent']}\u00a0%).",
        )
        return
    lowest, share = min(judged, key=lambda each: each[1]["n"] / each[1]["of"])
    all_areas = next((found for row in total if (found := row.share())), None)
    rate = (all_areas["percent"] or 0) if all_areas else 0
    low = (share["high"] or 0) < rate
    yield line_of(
        Part.STANDARDS,
        "some" if low else "expected",
        f"{lowest.name} is "
        + ("the lowest of the core areas." if len(judged) > 1 else "the only core area judged."),
        f"{whole_share(share)}.",
    )


def _group(sections: Sequence[Section], total: Sequence[Found]) -> Iterator[Line]:
    """Speak of the group furthest from the school's own rate, if any is beyond chance."""
    school = next((found for row in total if (found := row.share())), None)
    if school is None:
        return
    rate, whole = school["n"] / school["of"], whole_of(sections).replace("whole ", "")
    large = [
        (part, _called(row, part), share)
        for part, row in _group_rows(sections)
        if (share := row.share()) and not share["few"]
    ]
    far = [
        (abs(share["n"] / share["of"] - rate) * sqrt(share["of"]), where, part, name, share)
        for part, name, share in large
        if (where := standing(share["n"], share["of"], rate)) not in (None, Standing.WITHIN)
    ]
    if not far:
        yield line_of(
            Part.GROUPS,
            "expected",
            "No group or ARB stands out.",
            f"Of those with {FEWEST_PUPILS} pupils or more ({len(large)}), each is where chance may"
            f" put it around {whole}'s {school['percent']}\u00a0%.",
        )
        return
    outside = [each for each in far if each[1] in (Standing.BELOW, Standing.ABOVE)]
    _far, where, part, name, share = max(outside or far, key=lambda each: each[0])
    mark, words = _STANDS[where or Standing.BELOW]
    words = words.format(whole=whole)
    yield line_of(
        part,
        mark,
        f"{name} {words}.",
        f"{whole_share(share)}, beside {school['percent']}\u00a0% for all.",
    )


_STANDS = {
    Standing.BELOW: ("none", "is well below {whole}"),
    Standing.WATCH_BELOW: ("some", "may be below {whole}"),
    Standing.WATCH_ABOVE: ("better", "may be above {whole}"),
    Standing.ABOVE: ("better", "is well above {whole}"),
}


def _group_rows(sections: Sequence[Section]) -> Iterator[tuple[Part, Found]]:
    """Return the rows of all groups, and those of the places but the two that are the school."""
    for section in sections:
        if section["code"] == Part.GROUPS:
            for table in section["tables"]:
                for row in _rows(sections, Part.GROUPS, table["code"]):
                    yield Part.GROUPS, row
    for row in list(_rows(sections, Part.PLACES, "places"))[2:]:
        yield Part.PLACES, row


def _called(row: Found, part: Part) -> str:
    if part is Part.PLACES:
        return row.name
    return f"{row.name} route" if row.title == "Route" else f"{row.title}: {row.name}"


def _overall(total: Sequence[Found], last_term: str | None) -> Iterator[Line]:
    """Speak of all core areas together, and whether they have moved beyond chance."""
    row = next((each for each in total if each.share()), None)
    if row is None or (share := row.share()) is None:
        return
    mark, words = "expected", "Progress overall."
    rest = f"{whole_share(share)} in all core areas"
    if before := row.share("last"):
        was = before["percent"] or 0
        rest += f"; {was}\u00a0% in {last_term}"
        if was > (share["high"] or 0):
            mark, words = "none", f"Progress overall has fallen since {last_term}."
        elif was < (share["low"] or 0):
            mark, words = "better", f"Progress overall has risen since {last_term}."
        else:
            words = f"Progress overall has held since {last_term}."
    yield line_of(Part.STANDARDS, mark, words, f"{rest}.")


def _coverage(sections: Sequence[Section]) -> Iterator[Line]:
    """Speak of what is in and what is missing."""
    row = next(_rows(sections, Part.STANDARDS, "coverage"), None)
    if row is None or row.hides("coverage"):
        return
    if row.cells["coverage"]["kind"] == "words":
        yield from _judged_in_per_cent(row.cells["coverage"].get("percent"))
        return
    due, judged = row.cells["coverage"]["of"], row.cells["coverage"]["n"]
    if not due:
        yield line_of(
            Part.STANDARDS,
            "some",
            "No judgements are due.",
            "No pupil on roll has a strand to judge.",
        )
        return
    apart = row.number("no_baseline")
    rest = f"{judged:,} of {due:,} made in all strands"
    rest += f"; {apart:,} of them have no baseline and count in no share." if apart else "."
    if judged == due:
        yield line_of(Part.STANDARDS, "expected", "All judgements are in.", rest)
        return
    few = judged * 100 < ENOUGH_JUDGED * due
    yield line_of(
        Part.STANDARDS,
        "none" if few else "some",
        f"{due - judged:,} judgements are not yet made.",
        rest,
    )


def _judged_in_per_cent(percent: float | None) -> Iterator[Line]:
    """Speak of what is in where the numbers themselves are not told."""
    if percent is None:
        return
    mark = "expected" if percent == 100 else "some" if percent >= ENOUGH_JUDGED else "none"  # all
    lead = "All judgements are in." if mark == "expected" else "Not all judgements are made yet."
    yield line_of(Part.STANDARDS, mark, lead, f"{percent}\u00a0% are made in all strands.")


def _targets(sections: Sequence[Section]) -> Iterator[Line]:
    """Speak of the termly targets met, and of those nobody has judged."""
    rows = list(_rows(sections, Part.TARGETS, "areas"))
    if not rows:
        yield line_of(
            Part.TARGETS, "some", "No termly targets are set.", "Of 0 targets, 0 are judged."
        )
        return
    row = rows[-1]
    number, left = row.number("set"), row.number("not_judged")
    share = row.share()
    if share is None:
        if number is not None and left is not None and not row.hides("share"):
            yield line_of(
                Part.TARGETS,
                "some",
                "No termly target is judged yet.",
                f"{left:,} of {number:,} are waiting.",
            )
        return
    rest = f"{share['percent']}\u00a0%, interval {share['low']} to {share['high']}"
    if number is not None and left is not None:
        rest += f"; {left:,} of {number:,} not yet judged" if left else "; all are judged"
    yield line_of(
        Part.TARGETS,
        "some" if left else "expected",
        f"Termly targets: {n_of(share)} judged were met.",
        f"{rest}.",
    )


def _by_code(sections: Sequence[Section], part: Part) -> dict[str, dict[str, Cell]]:
    """Return the cells of a section's main table by the codes of its rows."""
    found = table_of(sections, part, "main")
    return {each["code"]: cells_of(found, each) for each in found["rows"]} if found else {}


def _attendance(sections: Sequence[Section]) -> Iterator[Line]:
    """Speak of persistent absence beyond chance of the national figure, else of more severe."""
    rows = _by_code(sections, Part.ATTENDANCE)
    if not rows:
        return
    share, national = rows["persistent"]["this"], rows["persistent"]["national"]
    severe = rows["severe"]["this"].get("n") or 0
    more = f"; {severe:,} of them severely" if severe else ""
    where = None
    if share["kind"] == "share" and share["of"] >= FEWEST_PUPILS:
        where = standing(share["n"], share["of"], (national["percent"] or 0) / 100)
    if where in (Standing.BELOW, Standing.ABOVE):
        mark, beside = ("none", "above") if where is Standing.ABOVE else ("better", "below")
        yield line_of(
            Part.ATTENDANCE,
            mark,
            f"Persistent absence is well {beside} the national figure.",
            f"{n_of(share)} pupils ({share['percent']}\u00a0%), beside {national['text']}{more}.",
        )
    elif severe > (rows["severe"]["last"].get("n") or severe):
        pupils = rows["severe"]["this"]["of"]
        yield line_of(
            Part.ATTENDANCE,
            "some",
            f"{severe:,} pupil{'' if severe == 1 else 's'} missed half of all sessions or more.",
            f"Of {pupils:,} who had any; {rows['severe']['last']['n']:,} in the term before.",
        )


def _compliance(sections: Sequence[Section]) -> Iterator[Line]:
    """Speak of what the school owes by law and is late."""
    late = {
        _OWED[code]: n
        for code, cells in _by_code(sections, Part.COMPLIANCE).items()
        if (n := cells["late"].get("n") if "late" in cells else 0)
    }
    if late:
        said = "; ".join(f"{name}: {n:,}" for name, n in late.items())
        yield line_of(
            Part.COMPLIANCE,
            "none",
            "Some of what is owed by law is late.",
            f"{said[0].upper()}{said[1:]}.",
        )


_OWED = {
    "peps": "personal education plans",
    "reviews": "annual review meetings",
    "assessments": "statutory assessments",
    "premiums": "premium statements",
}

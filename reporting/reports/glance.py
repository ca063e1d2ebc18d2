"""The five lines at the top of a head teacher report, chosen by rule, exceptions first."""

from collections.abc import Sequence
from math import sqrt
from typing import TypedDict

from assessment.measures import Standing, standing
from reporting.reports.figures import AreaRow, Row, Share

# A fall of fewer percentage points than this is not called a fall.
FALL = 5
# A group with progress of fewer pupils than this says more about a pupil than about the group.
FEWEST_PUPILS = 6
# With less than this per cent of judgements in, the other figures rest on too little.
ENOUGH_JUDGED = 90


class Line(TypedDict):
    """One line: its mark, what the mark means, the finding, and the figures for it."""

    mark: str
    label: str
    lead: str
    rest: str


_LABELS = {
    "none": "Attention",
    "some": "Watch",
    "better": "Strength",
    "expected": "Steady",
}


def _line(mark: str, lead: str, rest: str) -> Line:
    return Line(mark=mark, label=_LABELS[mark], lead=lead, rest=rest)


def at_a_glance(
    *,
    core: Sequence[AreaRow],
    core_total: AreaRow,
    last_term: str | None,
    groups: Sequence[tuple[str, Row]],
    coverage: Row,
    targets_set: int,
    targets_not_judged: int,
    targets: Share,
) -> list[Line]:
    """Return the five lines, those that ask for attention first."""
    lines = [
        _core_area(core, core_total, last_term),
        _group(groups, core_total["share"]),
        _overall(core_total, last_term),
        _coverage(coverage),
        _targets(targets_set, targets_not_judged, targets),
    ]
    order = list(_LABELS)
    return sorted(lines, key=lambda line: order.index(line["mark"]))


def _n_of(share: Share) -> str:
    return f"{share['n']:,} of {share['of']:,}"


def _whole(share: Share) -> str:
    return (
        f"{_n_of(share)} judgements at or above expected"
        f" ({share['percent']}\u00a0%, interval {share['low']} to {share['high']})"
    )


def _core_area(core: Sequence[AreaRow], total: AreaRow, last_term: str | None) -> Line:
    """Speak of the area that has fallen most since last term, else of the lowest."""
    judged = [row for row in core if row["share"]["of"]]
    if not judged:
        return _line(
            "some",
            "No progress can be shown in the core areas yet.",
            f"{total['judged']:,} of {total['due']:,} judgements are in.",
        )
    fallen = min(judged, key=lambda row: row["change"] or 0)
    before = fallen["last"]
    if before and (fallen["change"] or 0) <= -FALL:
        return _line(
            "none",
            f"{fallen['name']} has fallen most since {last_term}.",
            f"{_whole(fallen['share'])}, from {_n_of(before)} ({before['percent']}\u00a0%).",
        )
    lowest = min(judged, key=lambda row: row["share"]["n"] / row["share"]["of"])
    low = (lowest["share"]["high"] or 0) < (total["share"]["percent"] or 0)
    return _line(
        "some" if low else "expected",
        f"{lowest['name']} is "
        + ("the lowest of the core areas." if len(judged) > 1 else "the only core area judged."),
        f"{_whole(lowest['share'])}.",
    )


def _group(groups: Sequence[tuple[str, Row]], school: Share) -> Line:
    """Speak of the group furthest from the school's own rate, if any is beyond chance."""
    if not school["of"]:
        return _line(
            "expected", "No group can be compared yet.", "No judgement shows progress so far."
        )
    rate = school["n"] / school["of"]
    large = [(name, row["share"]) for name, row in groups if row["compared"] >= FEWEST_PUPILS]
    found = [
        (abs(share["n"] / share["of"] - rate) * sqrt(share["of"]), where, name, share)
        for name, share in large
        if (where := standing(share["n"], share["of"], rate)) not in (None, Standing.WITHIN)
    ]
    if not found:
        return _line(
            "expected",
            "No group or ARB stands out.",
            f"Of those with {FEWEST_PUPILS} pupils or more ({len(large)}), each is where chance may"
            f" put it around the school's {school['percent']}\u00a0%.",
        )
    outside = [each for each in found if each[1] in (Standing.BELOW, Standing.ABOVE)]
    _distance, where, name, share = max(outside or found, key=lambda each: each[0])
    mark, words = {
        Standing.BELOW: ("none", "is well below the school"),
        Standing.WATCH_BELOW: ("some", "may be below the school"),
        Standing.WATCH_ABOVE: ("better", "may be above the school"),
        Standing.ABOVE: ("better", "is well above the school"),
    }[where or Standing.BELOW]
    return _line(
        mark,
        f"{name} {words}.",
        f"{_whole(share)}, beside {school['percent']}\u00a0% for all.",
    )


def _overall(total: AreaRow, last_term: str | None) -> Line:
    """Speak of all core areas together, and whether they have moved beyond chance."""
    share, before = total["share"], total["last"]
    if not share["of"]:
        return _line(
            "some", "Overall progress cannot be shown yet.", "0 judgements with a baseline."
        )
    mark, words = "expected", "Progress overall."
    rest = f"{_whole(share)} in all core areas"
    if before and before["of"]:
        was = before["percent"] or 0
        rest += f"; {was}\u00a0% in {last_term}"
        if was > (share["high"] or 0):
            mark, words = "none", f"Progress overall has fallen since {last_term}."
        elif was < (share["low"] or 0):
            mark, words = "better", f"Progress overall has risen since {last_term}."
        else:
            words = f"Progress overall has held since {last_term}."
    return _line(mark, words, f"{rest}.")


def _coverage(coverage: Row) -> Line:
    """Speak of what is in and what is missing."""
    due, judged = coverage["due"], coverage["judged"]
    if not due:
        return _line("some", "No judgements are due.", "No pupil on roll has a strand to judge.")
    apart = coverage["no_baseline"]
    rest = f"{judged:,} of {due:,} made in all strands"
    rest += f"; {apart:,} of them have no baseline and count in no share." if apart else "."
    if judged == due:
        return _line("expected", "All judgements are in.", rest)
    few = judged * 100 < ENOUGH_JUDGED * due
    return _line("none" if few else "some", f"{due - judged:,} judgements are not yet made.", rest)


def _targets(number: int, not_judged: int, share: Share) -> Line:
    """Speak of the termly targets met, and of those nobody has judged."""
    if not number:
        return _line("some", "No termly targets are set.", "Of 0 targets, 0 are judged.")
    if not share["of"]:
        return _line(
            "some", "No termly target is judged yet.", f"{not_judged:,} of {number:,} are waiting."
        )
    rest = f"{share['percent']}\u00a0%, interval {share['low']} to {share['high']}"
    rest += f"; {not_judged:,} of {number:,} not yet judged." if not_judged else "; all are judged."
    return _line(
        "some" if not_judged else "expected",
        f"Termly targets: {_n_of(share)} judged were met.",
        rest,
    )

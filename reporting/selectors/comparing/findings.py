"""Where to look first: the comparison said in a few sentences, by rules, worst first."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.formats import date_format

from assessment.measures import Standing, standing
from reporting.selectors.comparing.choices import in_sentence
from reporting.selectors.comparing.rows import Comparison, Row, distance
from reporting.selectors.comparing.sizes import placed_said
from reporting.selectors.comparing.tallies import Tally
from reporting.selectors.comparing.units import WHOLE_TRUST
from reporting.selectors.comparing.words import percent_of

AT_MOST = 4
# A unit with less than this share of its judgements in is named.
MOSTLY_IN = 0.9
_NAMED = 3


class Finding(NamedTuple):
    """One line: its mark, what it says, what it rests on, and the pupils behind it."""

    mark: str
    title: str
    detail: str
    query: str


@dataclass(frozen=True)
class _Stands:
    """A row outside the 99.8 % limit, over all or in one core area."""

    row: Row
    distance: float
    area: str | None
    over_all: bool


def findings(comparison: Comparison, *, today: dt.date) -> list[Finding]:
    """Return at most four lines: who is behind, what is incomplete, and who shines.

    Who is behind comes first, furthest below first; one line each is kept for incomplete
    judging and for the best, when there is any. Lines that are left go to those to watch.
    """
    stands = [found for row in comparison.rows for found in _stands(comparison, row)]
    behind = sorted((each for each in stands if each.distance < 0), key=lambda each: each.distance)
    above = sorted((each for each in stands if each.distance > 0), key=lambda each: -each.distance)
    incomplete = _incomplete(comparison, today)
    most_behind = AT_MOST - min(len(incomplete), 1) - min(len(above), 1)
    first = [_behind(comparison, each) for each in behind[:most_behind]]
    most_above = max(min(len(above), 1), AT_MOST - len(first) - len(incomplete))
    last = [_above(comparison, each, behind) for each in above[:most_above]]
    said = first + incomplete[: AT_MOST - len(first) - len(last)] + last
    named = {each.row.unit for each in stands}
    watch = [_watch(comparison, row) for row in _watched(comparison) if row.unit not in named]
    return said + watch[: AT_MOST - len(said)]


def _stands(comparison: Comparison, row: Row) -> Iterable[_Stands]:
    """Say how a row stands out, at most once below and once above.

    Over all when it does so over all, with the core area that weighs most; else in the one
    core area in which it is furthest from the trust.
    """
    trust = comparison.total
    by_area = {
        area: away
        for area, tally in row.areas.items()
        if (away := distance(tally, trust.areas[area])) is not None
    }
    over_all = distance(row.tally, trust.tally)
    for limit, sign in ((Standing.BELOW, 1), (Standing.ABOVE, -1)):
        furthest = min(by_area, key=lambda area: sign * by_area[area], default=None)
        if row.standing is limit and over_all:
            matters = furthest is not None and sign * by_area[furthest] < 0
            yield _Stands(row, over_all, furthest if matters else None, over_all=True)
        elif furthest is not None and _is(limit, row.areas[furthest], trust.areas[furthest]):
            yield _Stands(row, by_area[furthest], furthest, over_all=False)


def _is(limit: Standing, tally: Tally, trust: Tally) -> bool:
    rate = trust.at_or_above / trust.compared
    return standing(tally.at_or_above, tally.compared, rate) is limit


def _behind(comparison: Comparison, found: _Stands) -> Finding:
    name = found.row.unit.name
    only = len(comparison.chosen.areas) == 1
    if found.area is None:
        title = f"{name} is behind"
    elif found.over_all and not only:
        title = f"{name} is behind, most in {_area(comparison, found.area)}"
    else:
        title = f"{name} is behind in {_area(comparison, found.area)}"
    return Finding(
        "none",
        title,
        _detail(comparison, found, "Below the 99.8 % limit for its size."),
        _query(comparison, found, "below"),
    )


def _above(comparison: Comparison, found: _Stands, behind: list[_Stands]) -> Finding:
    name = found.row.unit.name
    only = len(comparison.chosen.areas) == 1
    if found.area is None:
        title = f"{name} shines"
    elif found.over_all and not only:
        title = f"{name} shines, most in {_area(comparison, found.area)}"
    else:
        title = f"{name} shines in {_area(comparison, found.area)}"
    learners = [
        each.row.unit.name
        for each in behind
        if each.area == found.area and each.row is not found.row
    ]
    learn = f" {in_sentence(learners[:2])} could learn from it." if learners else ""
    return Finding(
        "better",
        title,
        _detail(comparison, found, "Above the 99.8 % limit for its size.") + learn,
        _query(comparison, found, "at-or-above"),
    )


def _watched(comparison: Comparison) -> list[Row]:
    """Return the rows between the 95 % and the 99.8 % limits: the low ones, then the high."""
    return sorted(
        (
            row
            for row in comparison.rows
            if row.standing in (Standing.WATCH_BELOW, Standing.WATCH_ABOVE)
        ),
        key=lambda row: distance(row.tally, comparison.total.tally) or 0.0,
    )


def _watch(comparison: Comparison, row: Row) -> Finding:
    low = row.standing is Standing.WATCH_BELOW
    beyond = "Below the lower" if low else "Above the upper"
    return Finding(
        "some",
        f"{row.unit.name} is one to watch: {'low' if low else 'high'} for its size",
        f"{_share(row.tally, comparison.total.tally)} {beyond} 95 % limit, within the 99.8 % one.",
        comparison.chosen.query_with(unit=row.unit.key, number="below" if low else "at-or-above"),
    )


def _detail(comparison: Comparison, found: _Stands, limit: str) -> str:
    """Give the numbers: those that are outside the limit first, the core area's after them."""
    trust, row = comparison.total, found.row
    if found.area is None or len(comparison.chosen.areas) == 1:
        return f"{_share(row.tally, trust.tally)} {limit}"
    in_area = row.areas[found.area], trust.areas[found.area]
    if not found.over_all:
        return f"{_share(*in_area)} {limit}"
    area = _area(comparison, found.area)
    return f"{_share(row.tally, trust.tally)} {limit} In {area} {_share(*in_area, of='')}"


def _share(tally: Tally, trust: Tally, of: str = " at or above expected") -> str:
    return (
        f"{percent_of(tally.at_or_above, tally.compared)} %{of},"
        f" {tally.at_or_above:,} of {tally.compared:,};"
        f" the trust {percent_of(trust.at_or_above, trust.compared)} %."
    )


def _query(comparison: Comparison, found: _Stands, number: str) -> str:
    changes = {"unit": found.row.unit.key, "number": number}
    if found.area is not None and not found.over_all:
        changes["strand"] = found.area
    return comparison.chosen.query_with(**changes)


def _area(comparison: Comparison, area: str) -> str:
    """Return the name of a core area as it stands within a sentence."""
    name = comparison.chosen.areas[area]
    return name if name[:2].isupper() or name == "English" else name[:1].lower() + name[1:]


def _incomplete(comparison: Comparison, today: dt.date) -> list[Finding]:
    rows = sorted(
        (
            row
            for row in comparison.rows
            if row.tally.due and row.tally.judged < MOSTLY_IN * row.tally.due
        ),
        key=lambda row: row.tally.judged / row.tally.due,
    )
    if len(rows) > 2:
        return [_many_incomplete(comparison, rows, today)]
    return [
        Finding(
            "some",
            f"{row.unit.name}: {row.tally.not_judged:,} of {row.tally.due:,} not yet judged",
            ("Too few to say anything. " if row.tally.too_few else "")
            + _window(comparison, today, row),
            comparison.chosen.query_with(unit=row.unit.key, number="not-judged"),
        )
        for row in rows
    ]


def _many_incomplete(comparison: Comparison, rows: list[Row], today: dt.date) -> Finding:
    most = max(rows, key=lambda row: row.tally.not_judged)
    return Finding(
        "some",
        f"{len(rows)} of {len(comparison.rows)} schools and ARBs have less than"
        f" {MOSTLY_IN * 100:.0f} % of their judgements in",
        f"Most is left in {most.unit.name}: {most.tally.not_judged:,} of"
        f" {most.tally.due:,} not yet judged. {_window(comparison, today)}",
        comparison.chosen.query_with(unit=WHOLE_TRUST.key, number="not-judged"),
    )


def _window(comparison: Comparison, today: dt.date, row: Row | None = None) -> str:
    """Say until when the term's judgements are entered, or were."""
    own = comparison.own_windows
    window = own.get(_school_of(comparison, row), comparison.window) if row else comparison.window
    if window is None:
        return "The term has no window for judgements yet."
    apart = _apart(comparison) if row is None else ""
    runs = "ran" if window.closes_on < today else "runs"
    return f"The window for judgements {runs} to {_day(window.closes_on)}.{apart}"


def _apart(comparison: Comparison) -> str:
    """Name the schools whose windows are their own, each with its last day."""
    own = comparison.own_windows
    # An ARB goes by the window of its school, in whose row its pupils may not count.
    behind = {_school_of(comparison, row) for row in comparison.rows if row.tally.not_judged}
    named = [
        f"{row.unit.name} (to {_day(own[row.unit.school_id].closes_on)})"
        for row in comparison.rows
        if row.unit.school_id in own and row.unit.school_id in behind
    ]
    if len(named) > _NAMED:
        named[_NAMED - 1 :] = [f"{len(named) - _NAMED + 1} more"]
    return f" With days of their own: {in_sentence(named)}." if named else ""


def _school_of(comparison: Comparison, row: Row) -> int:
    """Return the school of a row; that of an ARB is the one above it."""
    above = comparison.rows[: comparison.rows.index(row) + 1]
    return next((each.unit.school_id for each in reversed(above) if each.unit.school_id), 0)


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")


def funnel_finding(comparison: Comparison) -> str:
    """Say in one sentence what the funnel shows, for who does not see it."""
    placed = [(row.unit.name, row.standing) for row in comparison.rows if row.standing]
    if not placed:
        return "Funnel: nobody has enough judgements yet to be placed."
    return f"Funnel: {placed_said(placed)}."

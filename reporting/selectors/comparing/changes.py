"""What changed since the term before: how far each share moved, and what of it is worth saying."""

from dataclasses import replace
from typing import NamedTuple

from assessment.measures import Difference, difference
from parrcs.core.access import Access
from parrcs.core.planning import much_at_once
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.rows import Change, Comparison, Row
from reporting.selectors.comparing.tallies import Tallies, Tally, percent_of
from reporting.selectors.comparing.units import WHOLE_TRUST, counted_in
from schools.models import Term

AT_MOST = 4


class Since(NamedTuple):
    """The changes since a term, by the key of the row, and those to tell, in words."""

    term: Term
    by_row: dict[str, Change]

    def beside(self, row: Row) -> Row:
        """Return a row with its change."""
        return replace(row, change=self.by_row.get(row.unit.key))

    @property
    def told(self) -> list[tuple[str, str]]:
        """Return a mark and a sentence for each change that chance alone hardly explains.

        The trust first, then those that moved furthest beyond their intervals.
        """
        clear = [
            (key, each) for key, each in self.by_row.items() if each.moved.clear and each.points
        ]
        clear.sort(key=lambda found: (found[0] != WHOLE_TRUST.key, -_beyond(found[1].moved)))
        return [self._said(each) for _, each in clear[:AT_MOST]]

    def _said(self, change: Change) -> tuple[str, str]:
        up = change.moved.by > 0
        return (
            "better" if up else "none",
            f"{change.name}: {'up' if up else 'down'} {abs(change.points)} percentage"
            f" point{'' if abs(change.points) == 1 else 's'},"
            f" from {share_of(change.before)} to {share_of(change.now)}.",
        )


@much_at_once()
def changes(access: Access, now: Comparison) -> Since | None:
    """Return how each row's share moved since the term before; None where there is none.

    The same choices of the term before, by code. The pupils are mostly the same ones, so the
    intervals are wider than they need be: what is told is seldom chance.
    """
    before = _term_before(now)
    if before is None:
        return None
    then = Tallies(before.cohort(access), before)
    found = {}
    for row in (*now.rows, now.total):
        old, _ = then.within(counted_in(row.unit, before.lens))
        if row.tally.too_few or old.too_few:
            continue
        moved = difference(
            (row.tally.at_or_above, row.tally.compared), (old.at_or_above, old.compared)
        )
        if moved is not None:
            found[row.unit.key] = Change(row.unit.name, row.tally, old, moved)
    return Since(before.term, found)


def _term_before(now: Comparison) -> Chosen | None:
    """Return the choice of a comparison in the term before it, if there is one."""
    term = (
        Term.objects.filter(starts_on__lt=now.chosen.term.starts_on)
        .select_related("year")
        .order_by("-starts_on")
        .first()
    )
    return now.chosen.in_term(term) if term else None


def _beyond(moved: Difference) -> float:
    """Return how far the nearer end of an interval is from nought."""
    return min(abs(moved.low), abs(moved.high))


def share_of(tally: Tally) -> str:
    """Say which share is at or above expected: its per cent, and how many of how many."""
    share = percent_of(tally.at_or_above, tally.compared)
    return f"{share} % ({tally.at_or_above:,} of {tally.compared:,})"

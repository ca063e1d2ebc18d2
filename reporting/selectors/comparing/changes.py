"""What changed since the term before: how far each share moved, and what of it is worth saying."""

from dataclasses import replace
from typing import NamedTuple

from assessment.measures import difference
from parrcs.core.access import Access
from parrcs.core.planning import much_at_once
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.rows import Change, Comparison, Row
from reporting.selectors.comparing.tallies import Tallies
from reporting.selectors.comparing.units import WHOLE_TRUST, counted_in
from reporting.selectors.comparing.words import moved_said
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
        clear = [(key, each) for key, each in self.by_row.items() if each.clear]
        clear.sort(key=lambda found: (found[0] != WHOLE_TRUST.key, -found[1].moved.beyond))
        return [self._said(each) for _, each in clear[:AT_MOST]]

    def _said(self, change: Change) -> tuple[str, str]:
        return (
            change.mark,
            f"{change.name}: {moved_said(change.moved)},"
            f" from {change.before.said} to {change.now.said}.",
        )


@much_at_once()
def changes(access: Access, now: Comparison) -> Since | None:
    """Return how each row's share moved since the term before; None where there is none.

    The same choices of the term before, by code. But for a year group the pupils are mostly the
    same ones, so that intervals are wider than they need be: what is told is seldom chance.
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

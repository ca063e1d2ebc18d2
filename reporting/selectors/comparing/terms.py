"""Schools and ARBs over time: the share at or above expected, term by term."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from assessment.measures import difference
from parrcs.core.access import Access
from parrcs.core.planning import much_at_once
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.rows import Change
from reporting.selectors.comparing.tallies import Part, Tallies, Tally
from reporting.selectors.comparing.units import WHOLE_TRUST, Unit, counted_in, units
from reporting.selectors.comparing.words import moved_said
from schools.models import Term

TERMS_AT_MOST = 9
TOLD_AT_MOST = 4


class InTerm(NamedTuple):
    """What was counted of one school, ARB or the trust in one term, under the choice of then."""

    chosen: Chosen
    tally: Tally


class Moved(NamedTuple):
    """How a share moved from the first term shown for it to the last."""

    change: Change
    first: Term
    last: Term

    @property
    def said(self) -> str:
        """The move as a sentence."""
        change = self.change
        return (
            f"{change.name}: {moved_said(change.moved)}, from {change.before.said} in {self.first}"
            f" to {change.now.said} in {self.last}."
        )


@dataclass(frozen=True)
class Course:
    """A school, an ARB or the trust over the terms, oldest first."""

    unit: Unit
    terms: list[InTerm]

    @property
    def shown(self) -> list[InTerm]:
        """The terms in which enough pupils were judged for a share to speak."""
        return [each for each in self.terms if each.tally.shown]

    @property
    def moved(self) -> Moved | None:
        """How the share moved; None where fewer than two terms are shown."""
        shown = self.shown
        if len(shown) < 2:
            return None
        first, last = shown[0], shown[-1]
        moved = difference(_shares(last.tally), _shares(first.tally))
        if moved is None:
            return None
        change = Change(self.unit.name, last.tally, first.tally, moved)
        return Moved(change, first.chosen.term, last.chosen.term)


@dataclass(frozen=True)
class OverTime:
    """Every school and ARB over the terms up to the one chosen, and the trust."""

    chosen: Chosen
    terms: list[Chosen]
    rows: list[Course]
    total: Course

    @property
    def now(self) -> Tally:
        """What is counted of the trust in the term chosen."""
        return self.total.terms[-1].tally

    @property
    def counted(self) -> bool:
        """Whether anybody is counted in any of the terms."""
        return any(each.tally.pupils for each in self.total.terms)

    @property
    def compared(self) -> list[tuple[Course, Moved]]:
        """Those with two terms to compare, the trust first."""
        return [(course, moved) for course in (self.total, *self.rows) if (moved := course.moved)]

    @property
    def clear(self) -> list[Moved]:
        """The moves that chance alone hardly explains.

        The trust's first, then those that moved furthest beyond their intervals.
        """
        found = [each for each in self.compared if each[1].change.clear]
        found.sort(key=lambda each: (each[0] is not self.total, -each[1].change.moved.beyond))
        return [moved for _, moved in found]

    @property
    def told(self) -> list[tuple[str, str]]:
        """A mark and a sentence for each of the first of them."""
        return [(each.change.mark, each.said) for each in self.clear[:TOLD_AT_MOST]]

    @property
    def untold(self) -> int:
        """How many more have moved."""
        return len(self.clear[TOLD_AT_MOST:])


@much_at_once()
def over_time(access: Access, *, chosen: Chosen) -> OverTime:
    """Return schools and ARBs over up to nine terms, each counted as it was in its term.

    Whoever counted somebody in any of the terms has a row.
    """
    terms = [chosen.in_term(each) for each in _up_to(chosen.term)]
    counted = [Tallies(each.cohort(access), each) for each in terms]

    def course(unit: Unit) -> Course:
        counts = counted_in(unit, chosen.lens)
        return Course(unit, list(_in_terms(terms, counted, counts)))

    places = {place for tallies in counted for place in tallies.parts}
    rows = [course(unit) for unit in units(access, term=chosen.term, places=places)]
    return OverTime(chosen, terms, rows, course(WHOLE_TRUST))


def trend_finding(course: OverTime) -> str:
    """Say in one sentence what the picture shows, for who does not see it."""
    if not course.compared:
        return "Over time: nobody has enough judgements in two terms to compare."
    if not course.clear:
        return "Over time: no share has moved by more than chance may explain."
    said = " ".join(sentence for _, sentence in course.told)
    return f"Over time: {said}" + (f" And {course.untold} more." if course.untold else "")


def _up_to(term: Term) -> list[Term]:
    before = Term.objects.filter(starts_on__lte=term.starts_on).select_related("year")
    return list(before.order_by("-starts_on")[:TERMS_AT_MOST])[::-1]


def _in_terms(
    terms: list[Chosen], counted: list[Tallies], counts: Callable[[Part], bool]
) -> Iterator[InTerm]:
    for chosen, tallies in zip(terms, counted, strict=True):
        tally, _ = tallies.within(counts)
        yield InTerm(chosen, tally)


def _shares(tally: Tally) -> tuple[int, int]:
    return tally.at_or_above, tally.compared

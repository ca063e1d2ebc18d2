"""What a school has counted in a term, beside the term before."""

from typing import NamedTuple

from parrcs.core.access import Access
from reporting.choices import Counted
from reporting.models import TermCount
from reporting.selectors.writing import term_before
from schools.measures import mark_of
from schools.models import School, Term


class ThisAndLast(NamedTuple):
    """A count in a term and in the term before; None: not counted."""

    this: int | None
    last: int | None


def term_counts(access: Access, *, school: School, term: Term) -> dict[Counted, ThisAndLast]:
    """Return every count of a school for a term, in their order; 0 is a count, None is none."""
    before = term_before(term)
    found = {
        (row.term_id, row.what): row.number
        for row in TermCount.objects.visible_to(access).filter(
            school=school, term__in=[each for each in (term, before) if each]
        )
    }
    return {
        what: ThisAndLast(
            found.get((term.pk, what.value)),
            found.get((before.pk, what.value)) if before else None,
        )
        for what in Counted
    }


def counts_seen(counts: dict[Counted, int | None]) -> str:
    """Return the mark of what is counted: another one, and somebody has changed it since."""
    return mark_of(*(counts[what] for what in Counted))

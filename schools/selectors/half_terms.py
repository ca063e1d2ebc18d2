"""The half terms of the calendar, by which attendance is counted."""

import datetime as dt
from dataclasses import dataclass

from parrcs.core.access import Access
from schools.measures import halves
from schools.models import Term

_PARTS = ("first half", "second half")


@dataclass(frozen=True)
class HalfTerm:
    """Half a term, both days included; the whole of one for which no holiday is set."""

    term: Term
    starts_on: dt.date
    ends_on: dt.date
    part: int = 0

    @property
    def key(self) -> str:
        """The half term as it stands in an address."""
        return f"half-{self.term.pk}-{self.part}"

    @property
    def name(self) -> str:
        """The half term in words."""
        return f"{self.term}, {_PARTS[self.part - 1]}" if self.part else str(self.term)

    def holds(self, day: dt.date) -> bool:
        """Say whether a day is in it."""
        return self.starts_on <= day <= self.ends_on


def half_terms(access: Access) -> list[HalfTerm]:
    """Return all half terms of the trust, in order of time."""
    found = []
    for term in Term.objects.filter(trust=access.trust_id).select_related("year"):
        parts = halves(term.starts_on, term.ends_on, term.break_starts_on, term.break_ends_on)
        found += [
            HalfTerm(term, *days, part=number if len(parts) > 1 else 0)
            for number, days in enumerate(parts, start=1)
        ]
    return sorted(found, key=lambda each: each.starts_on)

"""What a place owes by law, as values: one thing, a section of them, and all of them."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schools.measures import Spending, Standing
from schools.models import ARB, School, Term
from schools.selectors.statutory import Due, Rule

_MARKS = {
    Standing.LATE: "none",
    Standing.SOON: "some",
    Standing.DUE: "due",
    Standing.DONE: "expected",
}


class Place(NamedTuple):
    """A school, or an ARB of it; an ARB owes nothing itself but the PEPs of its pupils."""

    school: School
    arb: ARB | None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.arb.name if self.arb else self.school.name


@dataclass(frozen=True)
class Owed:
    """One thing that is owed: what, by when, and how it stands.

    `key` is the premium, the code of the rule or, of a PEP, nothing; `of` is how many pupils it
    is for. A date that is not `sure` is to be confirmed.
    """

    what: str
    due: Due
    done_on: dt.date | None
    standing: Standing
    words: str
    key: str = ""
    who: str = ""
    source: str = ""
    done_by: str = ""
    note: str = ""
    n: int | None = None
    of: int | None = None
    own_date: bool = False
    spent: Spending | None = None
    pupil_id: int | None = None
    protected: bool = False
    term: Term | None = None

    @property
    def mark(self) -> str:
        """The mark of how it stands, as progress has them; what is only due has one of its own."""
        return _MARKS[self.standing]


@dataclass(frozen=True)
class Section:
    """What is owed of one kind, what is late first; `optional` are named and never late."""

    key: str
    title: str
    rows: Sequence[Owed]
    optional: Sequence[Rule] = ()

    @property
    def done(self) -> int:
        """How much of it is done."""
        return sum(each.standing is Standing.DONE for each in self.rows)


@dataclass(frozen=True)
class PlaceOwes:
    """All that a place owes in a year."""

    place: Place
    sections: Sequence[Section]

    @property
    def rows(self) -> list[Owed]:
        """All of it, in the order of the sections."""
        return [each for section in self.sections for each in section.rows]

    @property
    def counts(self) -> Mapping[str, int]:
        """How much is late, due soon, due and done."""
        found = Counter(each.standing for each in self.rows)
        return {each.name.lower(): found[each] for each in Standing}

    @property
    def next(self) -> Owed | None:
        """What is due next of what is neither done nor late."""
        waiting = [each for each in self.rows if each.standing in (Standing.SOON, Standing.DUE)]
        return min(waiting, key=lambda each: each.due.on, default=None)

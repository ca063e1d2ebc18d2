"""The personalised learning overview of a pupil on one page: what is on it, and what may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from assessment.selectors.gaps import Gaps
from assessment.selectors.pupil import StrandLine, TermValue
from assessment.selectors.pupil_overview import Overview
from schools.models import Term

TERMS_ON_PAPER = 4


class Limits(NamedTuple):
    """How large the letters are, and how many of each there may be on the page."""

    dress: str
    plans: int
    outcomes: int
    targets: int
    strands: int
    gaps: int
    provisions: int
    scores: int
    notes: int


# From all there is in large letters to what fits for certain. What a meeting needs goes last.
LEVELS = (
    Limits("roomy", 99, 99, 99, 99, 99, 99, 99, 5),
    Limits("plain", 99, 99, 99, 99, 99, 99, 99, 5),
    Limits("dense", 99, 99, 99, 99, 99, 99, 99, 4),
    Limits("dense", 2, 12, 12, 24, 10, 8, 6, 3),
    Limits("dense", 2, 10, 8, 20, 8, 6, 5, 3),
    Limits("dense", 2, 8, 8, 18, 6, 5, 4, 2),
    Limits("dense", 2, 8, 6, 18, 5, 4, 3, 1),
    Limits("dense", 2, 6, 6, 16, 4, 3, 3, 1),
    Limits("dense", 2, 5, 5, 16, 3, 3, 2, 1),
    Limits("dense", 2, 4, 4, 14, 3, 2, 2, 0),
    Limits("dense", 1, 3, 3, 14, 2, 2, 1, 0),
    Limits("dense", 1, 2, 2, 12, 2, 1, 1, 0),
    Limits("dense", 1, 2, 2, 10, 1, 1, 0, 0),
    Limits("dense", 1, 1, 1, 8, 1, 0, 0, 0),
    Limits("dense", 1, 1, 1, 3, 0, 0, 0, 0),
)


@dataclass(frozen=True)
class Part[T]:
    """The part of a list that has room, and how many more there are on screen."""

    shown: Sequence[T]
    more: int

    @property
    def total(self) -> int:
        """How many there are in all."""
        return len(self.shown) + self.more


def _part[T](everything: Sequence[T], most: int) -> Part[T]:
    return Part(everything[:most], max(0, len(everything) - most))


class StrandRow(NamedTuple):
    """A strand that is due, with what was judged in each term on the page."""

    line: StrandLine
    values: Sequence[TermValue | None]


def one_page(overview: Overview, *, limits: Limits) -> dict[str, Any]:
    """Return what the page shows, each list cut to what the limits leave."""
    positions = overview.positions
    terms = positions.terms[-TERMS_ON_PAPER:]
    replaced = [each for each in positions.streams if each.replaced_by]
    outcomes = [(plan, each) for plan in overview.plans for each in plan.outcomes.all()]
    targets = overview.this_term.targets if overview.this_term else []
    return {
        "overview": overview,
        "dress": limits.dress,
        "plans": _part(overview.plans, limits.plans),
        "terms": terms,
        "outcomes": _part(outcomes, limits.outcomes),
        "targets": _part(targets, limits.targets),
        "strands": _part([_row(line, terms) for line in positions.due], limits.strands),
        "has_aims": any(line.aim for line in positions.due),
        "several_streams": len({line.strand.stream_id for line in positions.due}) > 1,
        "replaced": replaced,
        "gaps": _part(_in_words(overview.gaps), limits.gaps),
        "provisions": _part(overview.provisions, limits.provisions),
        "scores": _part(overview.scores, limits.scores),
        "notes": _part(overview.notes, limits.notes),
    }


def _row(line: StrandLine, terms: Sequence[Term]) -> StrandRow:
    values = {value.term.pk: value for value in line.history}
    return StrandRow(line, [values.get(term.pk) for term in terms])


def _in_words(gaps: Gaps) -> list[tuple[str, str]]:
    """Say the gaps, a line each: the strand, and what is worth a look."""
    return [
        *((gap.strand.name, gap.words) for gap in gaps.unchanged),
        *((gap.strand.name, gap.words) for gap in gaps.open_steps),
        *(
            [("Due and never judged", ", ".join(strand.name for strand in gaps.never))]
            if gaps.never
            else []
        ),
        *(
            (gap.strand.name, f"not judged yet this year, {gap.words}")
            for gap in gaps.not_this_year
        ),
    ]

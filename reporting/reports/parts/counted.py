"""Behaviour and safeguarding: bare counts of the school, this term beside last."""

from collections.abc import Sequence

from reporting.choices import BEHAVIOUR, SAFEGUARDING, Part
from reporting.choices import Counted as What
from reporting.reports.document import Cell, Section, count, key, row, section, table, words
from reporting.reports.parts.term import Counted, CountedTerm


def behaviour(school: Counted) -> Section:
    """Return what was counted of behaviour, suspensions and exclusions."""
    return _counts(school, Part.BEHAVIOUR, BEHAVIOUR)


def safeguarding(school: Counted) -> Section:
    """Return what was counted of safeguarding: how many, never a case."""
    return _counts(school, Part.SAFEGUARDING, SAFEGUARDING)


def _counts(school: Counted, part: Part, whats: Sequence[What]) -> Section:
    terms = {each.id for each in (school.this, school.last) if each}
    counted = {
        what
        for school_id, term_id, what in school.rows.further.counts
        if school_id == school.rows.schools[0].school_id and term_id in terms
    }
    if counted.isdisjoint(whats):
        return section(
            part,
            part.label,
            nothing=f"Nothing has been counted for {school.rows.this.name} or the term before.",
        )
    return section(
        part,
        part.label,
        intro=[
            "Counts only, as the school wrote them down. What has not been counted is not"
            " nought: it says so."
        ],
        tables=[
            table(
                "main",
                f"{part.label}: counts of {school.rows.this.name}, beside the term before",
                head="What was counted",
                columns=(("this", school.rows.this.name), ("last", school.last_name)),
                rows=[
                    row(
                        what,
                        str(what.label),
                        [
                            _cell(school, school.this, what),
                            _cell(school, school.last, what)
                            if school.last
                            else words("no term before"),
                        ],
                    )
                    for what in whats
                ],
            )
        ],
    )


def _cell(school: Counted, term: CountedTerm, what: What) -> Cell:
    at = school.rows.schools[0].school_id
    number = school.rows.further.counts.get((at, term.id, what))
    if number is None:
        return words("not counted")
    return count(key(school.place, term.id, "all", f"counted.{what}"), number)

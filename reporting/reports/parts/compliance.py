"""What schools owe by law: done of due, and what was spent of what was received."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from reporting.choices import Part
from reporting.reports.document import (
    Cell,
    Key,
    Section,
    Sum,
    Table,
    count,
    key,
    part,
    rate,
    row,
    section,
    table,
)
from reporting.reports.parts.term import TRUST, Counted
from schools.choices import Premium
from schools.measures import Spending

# Of children looked after and of plans it is children who are counted; of the others, papers.
_KINDS = {
    "peps": "Personal education plans (PEPs) held this term",
    "reviews": "Annual review meetings held in time, of those due this term",
    "assessments": "Statutory assessments done, of those due in the year to the term's end",
    "premiums": "Premium statements published, of those due in the year to the term's end",
}
_SHORT = {
    "peps": "PEPs held",
    "reviews": "Reviews in time",
    "assessments": "Assessments done",
    "premiums": "Premiums published",
}
_OF_CHILDREN = ("peps", "reviews")


@dataclass(frozen=True)
class Done:
    """How much of one kind is done, of what was due, with the names of the figures."""

    place: str
    term_id: int
    kind: str
    done: int
    due: int
    late: int

    def key(self, measure: str) -> Key:
        """Return the name of one of its figures."""
        # Where papers are counted, the name says so, and a small number of them may be read.
        of = "" if self.kind in _OF_CHILDREN else "papers_"
        return key(self.place, self.term_id, "all", f"compliance.{self.kind}.{of}{measure}")

    def share(self) -> Cell:
        """Return done of due."""
        return rate((self.key("done"), self.key("due_then")), self.done, self.due, why="none due")

    def overdue(self) -> Cell:
        """Return how many are late."""
        return count(self.key("late"), self.late)

    def added_up(self, parts: Sequence["Done"]) -> list[Sum]:
        """Say that it is the sum of its parts."""
        return [
            Sum(total=self.key(each), parts=[one.key(each) for one in parts])
            for each in ("done", "due_then")
        ]


def _of(report: Counted, school_ids: Iterable[int], place: str, kind: str) -> Done:
    """Count one kind in some schools."""
    further, schools = report.rows.further, set(school_ids)
    if kind == "reviews":
        # A meeting that is still to come is not due yet.
        held = [
            each
            for each in further.reviews
            if each.school_id in schools and (each.done_on or each.late)
        ]
        in_time = sum(each.done_on is not None and each.done_on <= each.due_on for each in held)
        late = sum(each.late for each in held)
        return Done(place, report.this.id, kind, in_time, len(held), late)
    until = further.this.ends_on
    due = [
        each
        for each in further.owed
        if each.school_id in schools
        and each.kind == kind
        and (each.term_id == report.this.id if kind == "peps" else each.due_on <= until)
    ]
    done = sum(
        each.done_on is not None and (kind == "peps" or each.done_on <= until) for each in due
    )
    return Done(place, report.this.id, kind, done, len(due), sum(each.late for each in due))


def compliance(school: Counted) -> Section:
    """Return what the school did of what it owes by law, kind by kind."""
    ids = [each.school_id for each in school.rows.schools]
    found = [_of(school, ids, school.place, kind) for kind in _KINDS]
    return section(
        Part.COMPLIANCE,
        Part.COMPLIANCE.label,
        intro=["PEPs are for children looked after; the other things the school owes as a whole."],
        tables=[
            table(
                "main",
                f"Done of due, {school.rows.this.name}",
                head="What is due",
                columns=(("this", "Done of due"), ("late", "Late")),
                rows=[
                    row(each.kind, _KINDS[each.kind], [each.share(), each.overdue()])
                    for each in found
                ],
            ),
            *_pounds(school),
        ],
    )


def _pounds(school: Counted) -> list[Table]:
    """Return what was spent of each premium; none where the school has written no plan of one."""
    spent = {each.premium: each.spent for each in school.rows.further.owed if each.spent}
    if not spent:
        return []
    return [
        table(
            "pounds",
            "Premiums of the school year, in whole pounds",
            head="Premium",
            columns=(("spent", "Spent of received, £"),),
            rows=[
                row(premium, str(premium.label), [_money(school, premium, spent[premium])])
                for premium in Premium
                if premium in spent
            ],
        )
    ]


def _money(school: Counted, premium: str, spent: Spending) -> Cell:
    name = key(school.place, school.this.id, "all", f"compliance.{premium}.papers")
    return part(
        (f"{name}_spent", f"{name}_received"), _pounds_of(spent.spent), _pounds_of(spent.received)
    )


def _pounds_of(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_UP))


def compliance_by_school(trust: Counted) -> Section:
    """Return done of due of each school, and of all together."""
    rows = trust.rows
    units = {
        each.school_id: [
            _of(trust, [each.school_id], f"school-{each.school_id}", kind) for kind in _KINDS
        ]
        for each in rows.schools
    }
    whole = [_of(trust, units, TRUST, kind) for kind in _KINDS]
    lines = [
        row(f"school-{each.school_id}", each.name, [one.share() for one in units[each.school_id]])
        for each in rows.schools
    ]
    lines.append(row(TRUST, f"All of {rows.trust}", [one.share() for one in whole], total=True))
    return section(
        Part.COMPLIANCE,
        Part.COMPLIANCE.label,
        intro=[
            "PEPs and annual reviews of the term; statutory assessments and statements of premiums"
            " that were due in the year to the term's end."
        ],
        tables=[
            table(
                "compliance",
                f"Done of due by school, {rows.this.name}",
                head="School",
                columns=[*_SHORT.items()],
                rows=lines,
                sums=[
                    each
                    for number, one in enumerate(whole)
                    for each in one.added_up([parts[number] for parts in units.values()])
                ],
            )
        ],
    )

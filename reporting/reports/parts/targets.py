"""Termly targets: how many were set, judged and met, by area of need."""

from collections import Counter
from collections.abc import Sequence

from pupils.choices import AreaOfNeed, TargetOutcome
from reporting.choices import Part
from reporting.reports.document import (
    Cell,
    Key,
    Section,
    Sum,
    TableRow,
    count,
    key,
    row,
    section,
    shared,
    table,
    words,
)
from reporting.reports.figures import share
from reporting.reports.parts.plans import outcomes
from reporting.reports.parts.progress import FEWEST_PUPILS, with_change
from reporting.reports.parts.term import Counted, CountedTerm
from reporting.selectors.report_rows import PupilOnRoll, TargetRow

_MEASURES = ("set", "not_judged", "judged", "not_yet", "partly", "met", "exceeded", "reached")


class TargetTally:
    """Targets counted, with the names of their figures."""

    def __init__(self, rows: Sequence[TargetRow], name: Key) -> None:
        counts = Counter(each.judged for each in rows)
        self.name = name
        self.set = counts.total()
        self.not_judged = counts[None]
        self.judged = self.set - self.not_judged
        self.outcomes = {each: counts[each] for each in TargetOutcome}
        self.reached = counts[TargetOutcome.MET] + counts[TargetOutcome.EXCEEDED]
        self.behind = len({each.pupil_id for each in rows if each.judged})
        self.few = self.behind < FEWEST_PUPILS

    def key(self, measure: str) -> Key:
        """Return the name of one of its figures."""
        return f"{self.name}.{measure}"

    def share(self, why: str = "") -> Cell:
        """Return the share of targets met or exceeded, of those judged."""
        why = why or ("not judged yet" if self.set else "none set")
        names = (self.key("reached"), self.key("judged"))
        found = shared(names, share(self.reached, self.judged), why=why, few=self.few)
        return {**found, "behind": self.behind}

    def counts(self) -> list[Cell]:
        """Return how many were set, not judged, and judged to be how far."""
        return [
            count(self.key("set"), self.set),
            count(self.key("not_judged"), self.not_judged),
            *(count(self.key(each.name.lower()), n) for each, n in self.outcomes.items()),
        ]

    def sums(self) -> list[Sum]:
        """Say what adds up within it."""
        outcomes = [self.key(each.name.lower()) for each in TargetOutcome]
        return [
            Sum(total=self.key("set"), parts=[self.key("not_judged"), self.key("judged")]),
            Sum(total=self.key("judged"), parts=outcomes),
            Sum(total=self.key("reached"), parts=[self.key("met"), self.key("exceeded")]),
            Sum(total=self.key("judged"), parts=[self.key("reached"), self.key("missed")]),
        ]

    def added_up(self, parts: Sequence["TargetTally"]) -> list[Sum]:
        """Say that each of its figures is the sum of the same figure of its parts."""
        return [
            Sum(total=self.key(each), parts=[one.key(each) for one in parts])
            for each in (*_MEASURES, "missed")
        ]


def targets_of(
    term: CountedTerm, place: str, pupils: Sequence[PupilOnRoll], area: AreaOfNeed | None = None
) -> TargetTally:
    """Count the targets of some pupils, in an area of need or in all."""
    ids = {each.pupil_id for each in pupils}
    rows = [
        each for each in term.rows.targets if each.pupil_id in ids and area in (None, each.area)
    ]
    return TargetTally(rows, key(place, term.id, "all", f"targets-{area}" if area else "targets"))


def targets(school: Counted) -> Section:
    """Return the termly targets by area of need, this term beside last."""
    areas = [_Both(school, str(area.label), area) for area in AreaOfNeed]
    shown = [each for each in areas if each.this.set or (each.last and each.last.judged)]
    total = _Both(school, "All areas", None)
    intro = (
        "Each is one term's step towards an outcome of a pupil's plan. Met counts targets judged"
        " met or exceeded, of those judged."
    )
    of_plans = outcomes(school)
    plans = [of_plans] if of_plans else []
    if not shown:
        return section(
            Part.TARGETS,
            Part.TARGETS.label,
            intro=[intro],
            tables=plans,
            nothing="No termly targets were set for this term.",
        )
    last = [each.last for each in shown if each.last]
    return section(
        Part.TARGETS,
        Part.TARGETS.label,
        intro=[intro],
        tables=[
            table(
                "areas",
                f"Termly targets by area of need, {school.rows.this.name}",
                head="Area of need",
                columns=(
                    ("set", "Set"),
                    ("not_judged", "Not judged"),
                    ("not_yet", "Not yet"),
                    ("partly", "Partly"),
                    ("met", "Met"),
                    ("exceeded", "Exceeded"),
                    ("share", "Met of judged"),
                    ("last", school.last_name),
                    ("change", "Change"),
                ),
                rows=[*(each.row() for each in shown), total.row(total=True)],
                sums=[
                    *(each for both in (*shown, total) for each in both.sums()),
                    *total.this.added_up([each.this for each in shown]),
                    *(total.last.added_up(last) if total.last else ()),
                    # Each school's are parted by area too: for this term and for the last.
                    *(
                        each
                        for whole, *own in zip(
                            total.apart(), *(both.apart() for both in shown), strict=True
                        )
                        for each in whole.added_up(own)
                    ),
                ],
                beneath=[
                    {"share": each.share()} for both in (*shown, total) for each in both.apart()
                ],
                absent=[
                    tally.key(each)
                    for both in areas
                    if both not in shown
                    for tally in (both.this, both.last)
                    if tally
                    for each in ("reached", "judged")
                ],
            ),
            *plans,
        ],
    )


class _Both:
    """The targets of an area of need, or of all: this term and the one before."""

    def __init__(self, school: Counted, name: str, area: AreaOfNeed | None) -> None:
        def counted(term: CountedTerm) -> TargetTally:
            return targets_of(term, school.place, term.pupils, area)

        def apart(term: CountedTerm) -> list[TargetTally]:
            return [
                targets_of(term, f"school-{each.school_id}", term.at(each.school_id), area)
                for each in school.schools
            ]

        self.code = area or "all"
        self.name = name
        self.this = counted(school.this)
        self.last = counted(school.last) if school.last else None
        self.schools = apart(school.this)
        self.schools_last = apart(school.last) if school.last else []

    def apart(self) -> list[TargetTally]:
        """Return those of the schools that add up to the trust's, of this term and then of last."""
        return [*self.schools, *self.schools_last]

    def sums(self) -> list[Sum]:
        """Say what adds up, in this term and the one before."""
        found = self.this.sums()
        if self.schools:
            found += self.this.added_up(self.schools)
            found += self.last.added_up(self.schools_last) if self.last else []
        return found

    def row(self, *, total: bool = False) -> TableRow:
        """Return it as the row of a table."""
        last = self.last.share("none judged") if self.last else words("no term before")
        return row(
            self.code,
            self.name,
            [*self.this.counts(), *with_change(self.this.share(), last)],
            total=total,
        )

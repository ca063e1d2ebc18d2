"""The outcomes of plans: on which the term's targets worked, and what became of them."""

from pupils.choices import AreaOfNeed, TargetOutcome
from reporting.reports.document import Key, Sum, Table, TableRow, count, key, rate, row, table
from reporting.reports.parts.term import Counted

_COLUMNS = (
    ("outcomes", "Outcomes"),
    ("worked_on", "With a target this term"),
    ("met", "A target met"),
    ("carried", "A target carried forward"),
    ("changed", "Outcome changed"),
)


class _Outcomes:
    """The outcomes in an area of need, or in all, with the names of their figures."""

    def __init__(self, school: Counted, code: str, name: str) -> None:
        found = [each for each in school.rows.further.outcomes if code in ("all", each.area)]
        ids = {each.outcome_id for each in found}
        targets = [each for each in school.rows.this.targets if each.outcome_id in ids]
        met = {each.outcome_id for each in targets if (each.judged or 0) >= TargetOutcome.MET}
        self.counts = {
            "outcomes": len(ids),
            "worked_on": len({each.outcome_id for each in targets}),
            "met": len(met),
            "carried": len({each.outcome_id for each in targets if each.carried}),
            "changed": sum(each.changed for each in found),
        }
        self.code, self.name = code, name
        self._name = key(school.place, school.this.id, "all", f"outcomes-{code}")

    def key(self, measure: str) -> Key:
        """Return the name of one of its figures."""
        return f"{self._name}.{measure}"

    def row(self) -> TableRow:
        """Return it as the row of a table."""
        names = (self.key("worked_on"), self.key("outcomes"))
        return row(
            self.code,
            self.name,
            [
                count(self.key("outcomes"), self.counts["outcomes"]),
                rate(names, self.counts["worked_on"], self.counts["outcomes"], why="none"),
                *(
                    count(self.key(each), self.counts[each])
                    for each in ("met", "carried", "changed")
                ),
            ],
            total=self.code == "all",
        )


def outcomes(school: Counted) -> Table | None:
    """Return the outcomes of the plans in force, by area of need; None where there are none."""
    areas = [_Outcomes(school, area, str(area.label)) for area in AreaOfNeed]
    shown = [each for each in areas if each.counts["outcomes"]]
    if not shown:
        return None
    whole = _Outcomes(school, "all", "All areas")
    return table(
        "outcomes",
        f"Outcomes of the plans in force on the census date, {school.rows.this.name}",
        head="Area of need",
        columns=_COLUMNS,
        rows=[*(each.row() for each in shown), whole.row()],
        sums=[
            Sum(total=whole.key(each), parts=[one.key(each) for one in shown])
            for each, _ in _COLUMNS
        ],
    )

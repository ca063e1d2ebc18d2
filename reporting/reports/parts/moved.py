"""Where judgements have moved since they were last made: up, the same, or down."""

from collections import Counter
from collections.abc import Sequence

from reporting.reports.document import Key, Sum, Table, TableRow, count, key, row, table
from reporting.reports.parts.term import Counted, Counts, core, in_area

_WAYS = {
    "up": "Up",
    "same": "The same",
    "down": "Down",
    "first": "Nothing to compare with",
}


class _Moved:
    """The judgements of a term in an area, by how they compare with the last ones."""

    def __init__(self, school: Counted, code: str, name: str, counts: Counts) -> None:
        before, term = school.rows.further.before, school.rows.this
        due = {
            (pupil.pupil_id, strand.strand_id)
            for pupil in term.pupils
            for strand in term.due.get(pupil.route_id, ())
            if counts(strand.strand_id, strand.core_area_id)
        }
        self.ways = Counter[str]()
        for each in term.progress:
            of = each.pupil_id, each.strand_id
            if of not in due:
                continue
            if of not in before:
                self.ways["first"] += 1
            elif each.value == before[of]:
                self.ways["same"] += 1
            else:
                self.ways["up" if each.value > before[of] else "down"] += 1
        self.code, self.name = code, name
        self._of = (school.place, school.this.id, "all")

    def key(self, measure: str) -> Key:
        """Return the name of one of its figures; judged is the same as in the table of progress."""
        return key(*self._of, f"{self.code}.{measure}")

    def row(self, *, total: bool = False) -> TableRow:
        """Return it as the row of a table."""
        cells = [
            count(self.key("judged"), self.ways.total()),
            *(count(self.key(each), self.ways[each]) for each in _WAYS),
        ]
        return row(self.code, self.name, cells, total=total)

    def sums(self) -> list[Sum]:
        """Say what adds up within it."""
        return [Sum(total=self.key("judged"), parts=[self.key(each) for each in _WAYS])]

    def added_up(self, parts: Sequence["_Moved"]) -> list[Sum]:
        """Say that each of its figures is the sum of the same figure of its parts."""
        return [
            Sum(total=self.key(each), parts=[one.key(each) for one in parts])
            for each in ("judged", *_WAYS)
        ]


def moved_since(school: Counted, areas: Sequence[tuple[int, str]]) -> Table:
    """Return how the judgements in some core areas compare with those last made there."""
    parts = [_Moved(school, f"area-{each}", name, in_area(each)) for each, name in areas]
    whole = _Moved(school, "core", "All core areas", core)
    return table(
        "moved",
        f"Judgements of {school.rows.this.name} beside the last ones before, in whichever term",
        head="Core area",
        columns=[("judged", "Judged"), *_WAYS.items()],
        rows=[*(each.row() for each in parts), whole.row(total=True)],
        sums=[
            *(adds for each in (*parts, whole) for adds in each.sums()),
            *whole.added_up(parts),
        ],
    )

"""What pupils achieved: how many achievements in which area, and how many pupils have one."""

from collections import Counter

from pupils.choices import ProvisionKind
from reporting.choices import Part
from reporting.reports.document import (
    Cell,
    Key,
    Section,
    Sum,
    count,
    key,
    rate,
    row,
    section,
    table,
    words,
)
from reporting.reports.parts.term import Counted, CountedTerm


class _Achieved:
    """The achievements of a term, with the names of their figures."""

    def __init__(self, school: Counted, term: CountedTerm) -> None:
        rows = school.rows.further.achievements[term.id]
        self.by_area = Counter(each.wider or f"area-{each.core_area_id}" for each in rows)
        self.pupils = len({each.pupil_id for each in rows})
        self.on_roll = len(term.pupils)
        self._of = (school.place, term.id, "all")

    def key(self, measure: str) -> Key:
        """Return the name of one of its figures."""
        return key(*self._of, f"achievements.{measure}")

    def cell(self, area: str) -> Cell:
        """Return how many there are in an area."""
        return count(self.key(area), self.by_area[area])

    def total(self) -> Cell:
        """Return how many there are in all."""
        return count(self.key("all"), self.by_area.total())

    def share(self) -> Cell:
        """Return how many pupils on roll have one."""
        names = (self.key("pupils"), key(*self._of, "pupils"))
        return rate(names, self.pupils, self.on_roll, why="nobody on roll")

    def sums(self, areas: list[str]) -> list[Sum]:
        """Say what adds up: the areas, and the first achievement of each pupil and the others."""
        return [
            Sum(total=self.key("all"), parts=[self.key(each) for each in areas]),
            Sum(total=self.key("all"), parts=[self.key("pupils"), self.key("further")]),
        ]

    def beneath(self) -> dict[str, Cell]:
        """Return what is printed nowhere: the achievements beyond each pupil's first."""
        return {"further": count(self.key("further"), self.by_area.total() - self.pupils)}


def celebrations(school: Counted) -> Section:
    """Return the achievements of the pupils on roll, this term beside last; nobody is named."""
    this = _Achieved(school, school.this)
    last = _Achieved(school, school.last) if school.last else None
    found = [each for each in (this, last) if each]
    areas = {f"area-{each}": name for each, name in school.rows.core_areas.items()}
    areas |= {str(kind): str(name) for kind, name in ProvisionKind.choices}
    shown = [
        (code, name) for code, name in areas.items() if any(each.by_area[code] for each in found)
    ]
    if not shown:
        return section(
            Part.CELEBRATIONS,
            Part.CELEBRATIONS.label,
            nothing="No achievement of a pupil on roll was written down in these terms.",
        )
    codes = [code for code, _ in shown]
    columns = (("this", school.rows.this.name), ("last", school.last_name))
    none = words("no term before")
    return section(
        Part.CELEBRATIONS,
        Part.CELEBRATIONS.label,
        intro=["What pupils on roll achieved during the term, as their teachers wrote it down."],
        tables=[
            table(
                "main",
                "Achievements by core area and in wider progress",
                head="Area",
                columns=columns,
                rows=[
                    *(
                        row(code, name, [this.cell(code), last.cell(code) if last else none])
                        for code, name in shown
                    ),
                    row(
                        "all",
                        "All achievements",
                        [this.total(), last.total() if last else none],
                        total=True,
                    ),
                ],
                sums=[adds for each in found for adds in each.sums(codes)],
                beneath=[each.beneath() for each in found],
                absent=[each.key(code) for each in found for code in areas if code not in codes],
            ),
            table(
                "pupils",
                "Pupils who have an achievement, of those on roll",
                head="Pupils",
                columns=columns,
                rows=[
                    row(
                        "any",
                        "With an achievement",
                        [this.share(), last.share() if last else none],
                    )
                ],
            ),
        ],
    )

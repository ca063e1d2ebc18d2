"""Summaries at the end of a year: by class, cohort and group, and of one class by pupil.

A pupil counts in each term where registered, and in the class and year group of its census date.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from assessment.measures import signed
from assessment.selectors.progress import Progress
from pupils.choices import TargetOutcome
from reporting.measures.printable import all_printable
from reporting.reports.definitions import glossary
from reporting.reports.document import (
    Cell,
    Document,
    Section,
    TableRow,
    count,
    key,
    moved,
    part,
    row,
    section,
    shared,
    table,
    words,
)
from reporting.reports.figures import share
from reporting.reports.hiding import narrowed
from reporting.reports.parts.divisions import FLAGS, NEEDS, SEXES, year_group
from reporting.reports.parts.progress import FEWEST_PUPILS, Named
from reporting.reports.parts.term import CountedTerm, Counts, core, in_area
from reporting.selectors.report_rows import PupilOnRoll
from reporting.selectors.year_rows import YearRows

NOTE = "Small numbers are not hidden: for staff who may know about single pupils."

type Keep = Callable[[PupilOnRoll], bool]


class _Year:
    """The terms of a year, counted."""

    def __init__(self, rows: YearRows) -> None:
        self.rows = rows
        self.place = f"school-{rows.school_id}"
        self.terms = [CountedTerm(each) for each in rows.terms]

    def everyone(self) -> Iterable[PupilOnRoll]:
        """Return who was on roll in any term, the latest term first."""
        for term in reversed(self.terms):
            yield from term.pupils

    def row(
        self, code: str, name: str, keep: Keep, counts: Counts = core, *, total: bool = False
    ) -> TableRow:
        """Return the year of some pupils: term by term, the change, and the targets met."""
        named = [
            Named(
                term,
                counts,
                [each for each in term.pupils if keep(each)],
                place=self.place,
                group=code,
            )
            for term in self.terms
        ]
        shares = [each.shared("none judged") for each in named]
        judged = [each for each in shares if each["percent"] is not None]
        change = moved(judged[-1], judged[0]) if len(judged) > 1 else words("none to show")
        return row(
            code,
            name,
            [
                count(named[-1].pupils, named[-1].number),
                *shares,
                change,
                self._targets(keep, code),
            ],
            total=total,
        )

    def _targets(self, keep: Keep, code: str) -> Cell:
        judged = [
            (each.pupil_id, each.judged)
            for term in self.terms
            for ids in [{each.pupil_id for each in term.pupils if keep(each)}]
            for each in term.rows.targets
            if each.pupil_id in ids and each.judged is not None
        ]
        met = sum(value >= TargetOutcome.MET for _, value in judged)
        names = (
            key(self.place, "year", code, "targets.reached"),
            key(self.place, "year", code, "targets.judged"),
        )
        few = len({pupil for pupil, _ in judged}) < FEWEST_PUPILS
        return shared(names, share(met, len(judged)), why="none judged", few=few)

    def columns(self) -> list[tuple[str, str]]:
        """Return the columns of every table of the year."""
        return [
            ("pupils", "Pupils"),
            *((f"term-{i}", each.rows.name) for i, each in enumerate(self.terms)),
            ("change", "Change in the year"),
            ("targets", "Targets met in the year"),
        ]


def year_end(rows: YearRows) -> Document:
    """Return the summary of a school: each core area, class, cohort and group, term by term."""
    year = _Year(rows)
    return _document(
        rows,
        place=rows.school,
        sections=[_areas(year, lambda _: True), _classes(year), _cohorts(year), _groups(year)],
    )


def class_year_end(rows: YearRows, *, class_id: int, names: dict[int, str]) -> Document:
    """Return the summary of a class, and of each pupil who is in it at the end.

    `names` are those of the pupils, in the order in which they are to stand.
    """
    year = _Year(rows)

    def mine(pupil: PupilOnRoll) -> bool:
        return pupil.class_group_id == class_id

    return _document(
        rows,
        place=f"{rows.classes.get(class_id, '')}, {rows.school}",
        sections=[_areas(year, mine), _pupils(year, mine, names)],
    )


def _document(rows: YearRows, *, place: str, sections: Sequence[Section]) -> Document:
    document = Document(
        kind="year",
        trust=rows.trust,
        colour=rows.colour,
        place=place,
        term=rows.year,
        last_term=None,
        title="Year-end summary",
        about=f"{len(rows.terms)} of 3 terms have begun" if len(rows.terms) < TERMS else "",
        note=NOTE,
        lines=[],
        sections=list(sections),
        glossary=glossary(),
        versions=[],
        changes=[],
    )
    return all_printable(document)


TERMS = 3


def _section(year: _Year, code: str, title: str, head: str, lines: Sequence[TableRow]) -> Section:
    found = table(code, f"{title}, {year.rows.year}", head=head, columns=year.columns(), rows=lines)
    return section(
        code, title, tables=[found] if lines else [], nothing="" if lines else "Nobody was on roll."
    )


def _areas(year: _Year, keep: Keep) -> Section:
    lines = [
        year.row(f"area-{area_id}", name, keep, in_area(area_id))
        for area_id, name in year.rows.core_areas.items()
    ]
    lines.append(year.row("all", "All core areas", keep, total=True))
    found = _section(year, "areas", "Core areas", "Core area", lines)
    # A target is of an area of need, not of a core area.
    return _without_column(found, "targets")


def _same(of: Callable[[PupilOnRoll], object], value: object) -> Keep:
    return lambda pupil: of(pupil) == value


def _without_column(found: Section, code: str) -> Section:
    """Return a section without one column of its tables."""
    return {
        **found,
        "tables": [
            narrowed(each, [column["code"] for column in each["columns"] if column["code"] != code])
            for each in found["tables"]
        ],
    }


def _not(keep: Keep) -> Keep:
    return lambda pupil: not keep(pupil)


def _classes(year: _Year) -> Section:
    ids = {each.class_group_id for each in year.everyone()}
    named = sorted(
        (year.rows.classes.get(each, "No class") if each else "No class", each) for each in ids
    )
    lines = [
        year.row(f"class:{each}", name, _same(attrgetter("class_group_id"), each))
        for name, each in named
    ]
    return _section(year, "classes", "Classes", "Class", lines)


def _cohorts(year: _Year) -> Section:
    """Return the year groups; all terms of a school year put a pupil in the same."""
    starts_on = year.terms[0].rows.year_starts_on

    def of(pupil: PupilOnRoll) -> tuple[int, str]:
        return year_group(pupil, starts_on)

    lines = [
        year.row(f"year:{number}", name, _same(lambda pupil: of(pupil)[0], number))
        for number, name in sorted({of(each) for each in year.everyone()})
    ]
    return _section(year, "cohorts", "Cohorts", "Year group", lines)


def _groups(year: _Year) -> Section:
    everyone = list(year.everyone())
    groups: list[tuple[str, str, Keep]] = [
        *(
            (f"route:{each}", f"{name} route", _same(attrgetter("route_id"), each))
            for each, name in year.rows.routes.items()
        ),
        *((f"sex:{each}", name, _same(attrgetter("sex"), each)) for each, name in SEXES.items()),
        *(
            found
            for code, _, having, yes, no in FLAGS
            for found in (
                (f"{code}:yes", yes, having),
                (f"{code}:no", no, _not(having)),
            )
        ),
        *(
            (f"need:{each}", name, _same(attrgetter("primary_need"), each))
            for each, name in NEEDS.items()
        ),
    ]
    lines = [year.row(code, name, keep) for code, name, keep in groups if any(map(keep, everyone))]
    return _section(year, "groups", "Groups", "Group", lines)


def _pupils(year: _Year, keep: Keep, names: dict[int, str]) -> Section:
    """Return each pupil of the class in each core area, by the latest judgement of the year."""
    latest: dict[tuple[int, int], Progress] = {}
    for term in year.terms:
        latest |= {
            (each.pupil_id, each.strand_id): each
            for each in term.rows.progress
            if each.core_area_id is not None
        }
    here = {each.pupil_id for each in year.terms[-1].pupils if keep(each)}
    lines = [
        row(
            f"pupil-{pupil_id}",
            name,
            [
                *(
                    words(
                        _reached(
                            [
                                p
                                for (who, _), p in latest.items()
                                if who == pupil_id and p.core_area_id == area_id
                            ]
                        )
                    )
                    for area_id in year.rows.core_areas
                ),
                _met(year, pupil_id),
            ],
        )
        for pupil_id, name in names.items()
        if pupil_id in here
    ]
    found = table(
        "pupils",
        f"Pupils at the end of {year.rows.terms[-1].name}: progress since baseline",
        head="Pupil",
        columns=[
            *((f"area-{each}", name) for each, name in year.rows.core_areas.items()),
            ("targets", "Targets met in the year"),
        ],
        rows=lines,
    )
    return section(
        "pupils",
        "Pupils",
        intro=["In each core area the latest judgement of the year: progress and points gained."],
        tables=[found] if lines else [],
        nothing="" if lines else "Nobody was in this class.",
    )


def _reached(found: Sequence[Progress]) -> str:
    """Say how far a pupil came in the strands of a core area."""
    if not found:
        return "not judged"
    said = []
    for each in found:
        if each.indicator is None or each.gain is None:
            said.append("no baseline")
        else:
            said.append(f"{each.indicator.name.lower()}, {signed(each.gain)}")
    return "; ".join(said)


def _met(year: _Year, pupil_id: int) -> Cell:
    judged = [
        each.judged
        for term in year.terms
        for each in term.rows.targets
        if each.pupil_id == pupil_id and each.judged is not None
    ]
    names = (f"pupil-{pupil_id}/year/all/reached", f"pupil-{pupil_id}/year/all/judged")
    return part(names, sum(each >= TargetOutcome.MET for each in judged), len(judged))

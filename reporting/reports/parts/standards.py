"""Progress since baseline: in the core areas, in other strands, and of groups and places."""

from collections import defaultdict
from collections.abc import Sequence

from reporting.choices import Part
from reporting.reports.document import (
    Cell,
    Key,
    Section,
    Sum,
    Table,
    TableRow,
    count,
    row,
    section,
    table,
)
from reporting.reports.parts.divisions import Division, divisions
from reporting.reports.parts.moved import moved_since
from reporting.reports.parts.progress import (
    PRINTED,
    Named,
    added_up,
    before,
    in_each,
    of_schools,
    parted,
    with_change,
)
from reporting.reports.parts.term import (
    Counted,
    CountedTerm,
    Counts,
    core,
    every,
    in_area,
    one_of,
)


def standards(school: Counted) -> Section:
    """Return progress in each core area, this term beside last."""
    areas = [
        _both(school, f"area-{area_id}", in_area(area_id), name)
        for area_id, name in school.rows.core_areas.items()
    ]
    shown = [each for each in areas if each.matters]
    total = _both(school, "core", core, "All core areas")
    found = [_coverage(school)]
    if shown:
        found.insert(0, _areas(school, "core", "Core area", areas, total))
        if not school.schools:  # of a school, not of the trust
            named = [each.code for each in shown]
            areas_shown = [
                (area_id, name)
                for area_id, name in school.rows.core_areas.items()
                if f"area-{area_id}" in named
            ]
            found.insert(1, moved_since(school, areas_shown))
    return section(
        Part.STANDARDS,
        Part.STANDARDS.label,
        intro=[
            "From each pupil's own starting point; what is expected depends on the pupil's personal"
            " learning route. Counts are judgements: one for each pupil and strand. Beside each"
            " share stand n of N and the 95\u00a0% interval.",
        ],
        charts=["core"] if any(each.this.tally.reached.total() for each in shown) else [],
        tables=found,
        nothing=""
        if shown
        else "No strand of a core area is due for the pupils on roll, so there is nothing to show.",
    )


def others(school: Counted) -> Section | None:
    """Return progress in strands outside the core areas, or None where there are none."""
    shown = [each for each in _other_strands(school) if each.matters]
    if not shown:
        return None
    return section(
        Part.OTHER,
        Part.OTHER.label,
        intro=["Strands of the pupils' streams that belong to no core area."],
        tables=[_areas(school, "strands", "Stream and strand", shown, None)],
    )


def groups(school: Counted) -> Section:
    """Return the progress of each group and route in the core areas together."""
    if not school.this.pupils:
        return section(
            Part.GROUPS,
            Part.GROUPS.label,
            nothing="Nobody was on roll on the census date, so there are no groups.",
        )
    tables = [_groups(school, each) for each in divisions(school.rows)]
    enough = any(not line["cells"][-1]["few"] for each in tables for line in each["rows"])
    return section(
        Part.GROUPS,
        Part.GROUPS.label,
        intro=[
            "All core areas together. A group of few pupils says more about them than about the"
            " group: the chart has those of six or more."
        ],
        charts=["groups"] if enough else [],
        tables=tables,
    )


class _Both:
    """One row of progress: this term and the one before.

    `schools` are the terms again, each with what adds up to it.
    """

    def __init__(
        self,
        code: str,
        name: str,
        this: Named,
        last: Named | None,
        schools: list[tuple[Named, list[Named]]],
    ) -> None:
        self.code, self.name, self.this, self.last = code, name, this, last
        self.schools = schools

    def sums(self) -> list[Sum]:
        """Say what adds up in it."""
        measures = PRINTED
        apart = [each for whole, parts in self.schools for each in parted(whole, parts, measures)]
        return [*self.this.sums(), *apart]

    def beneath(self) -> list[dict[str, Cell]]:
        """Return the rows of the schools that add up to it."""
        return of_schools(each for _, parts in self.schools for each in parts)

    def names(self) -> list[Key]:
        """Return the names of its figures, in both terms."""
        this = [self.this.key(each) for each in PRINTED]
        return [*this, *(self.last.key(each) for each in PRINTED if self.last)]

    @property
    def matters(self) -> bool:
        """Whether anything was due, or compared the term before."""
        return bool(self.this.tally.due or (self.last and self.last.tally.reached.total()))

    def row(self, *, total: bool = False) -> TableRow:
        """Return it as the row of a table."""
        return row(
            self.code,
            self.name,
            [
                self.this.coverage(),
                *self.this.bands(),
                *with_change(self.this.share(), before(self.last)),
            ],
            total=total,
        )


def _named(school: Counted, term: CountedTerm, what: str, counts: Counts) -> Named:
    return Named(term, counts, term.pupils, place=school.place, what=what)


def _apart(school: Counted, term: CountedTerm, what: str, counts: Counts) -> list[Named]:
    """Return the same of each school of a trust: they add up to it."""
    return [
        Named(term, counts, term.at(each.school_id), place=f"school-{each.school_id}", what=what)
        for each in school.schools
    ]


def _both(school: Counted, code: str, counts: Counts, name: str) -> _Both:
    this = _named(school, school.this, code, counts)
    schools = [(this, _apart(school, school.this, code, counts))]
    last = None
    if school.last:
        last = _named(school, school.last, code, counts)
        schools.append((last, _apart(school, school.last, code, counts)))
    return _Both(code, name, this, last, schools if school.schools else [])


def _other_strands(school: Counted) -> list[_Both]:
    """Return the strands of no core area, the versions of a stream taken together."""
    versions: dict[tuple[str, str], set[int]] = defaultdict(set)
    names: dict[tuple[str, str], str] = {}
    for strand_id, strand in school.rows.strands.items():
        if strand.core_area_id is None:
            of = (strand.stream_code, strand.code)
            versions[of].add(strand_id)
            names[of] = f"{strand.stream}: {strand.name}"
    return [
        _both(school, f"strand-{stream}-{code}", one_of(ids), names[stream, code])
        for (stream, code), ids in versions.items()
    ]


def _areas(
    school: Counted, code: str, head: str, areas: Sequence[_Both], total: _Both | None
) -> Table:
    shown = [each for each in areas if each.matters]
    rows = [each.row() for each in shown]
    sums = [each for both in shown for each in both.sums()]
    under = [each for both in shown for each in both.beneath()]
    if total:
        rows.append(total.row(total=True))
        sums += total.sums()
        under += total.beneath()
        sums += added_up(total.this, [each.this for each in shown])
        if total.last:
            last = [each.last for each in shown if each.last]
            sums += added_up(total.last, last, ("at", "below", "compared"))
        # Each school's are parted by area too: for this term and for the last.
        for (_, wholes), *parts in zip(
            total.schools, *(each.schools for each in shown), strict=True
        ):
            sums += in_each(added_up, wholes, [own for _, own in parts])
    return table(
        code,
        f"Judgements by progress since baseline, {school.rows.this.name}, with the term before",
        head=head,
        columns=(
            ("coverage", "Judged of due"),
            ("no_baseline", "No baseline"),
            ("none", "None"),
            ("some", "Some"),
            ("expected", "Expected"),
            ("better", "Better"),
            ("share", "At or above expected"),
            ("last", school.last_name),
            ("change", "Change"),
        ),
        rows=rows,
        sums=sums,
        beneath=under,
        absent=[name for each in areas if not each.matters for name in each.names()],
    )


def _coverage(school: Counted) -> Table:
    """Return what is in and what is missing, in all strands of all streams."""
    term = school.this
    whole = _named(school, term, "all", every)
    return table(
        "coverage",
        f"Judgements made in all strands, {school.rows.this.name}",
        head="Strands",
        columns=(("coverage", "Judged of due"), ("no_baseline", "No baseline")),
        rows=[row("all", "All strands of all streams", [whole.coverage(), whole.no_baseline()])],
        sums=whole.sums()[:1],
    )


OF_GROUPS = (
    ("pupils", "Pupils"),
    ("coverage", "Judged of due"),
    ("no_baseline", "No baseline"),
    ("share", "At or above expected"),
)


def group_row(code: str, name: str, named: Named, *, total: bool = False) -> TableRow:
    """Return the progress of some pupils as the row of a table."""
    return row(
        code,
        name,
        [
            count(named.pupils, named.number),
            named.coverage(),
            named.no_baseline(),
            named.share(),
        ],
        total=total,
    )


def _groups(school: Counted, division: Division) -> Table:
    term = school.this
    whole = _named(school, term, "core", core)
    named = [
        Named(term, core, each.pupils, place=school.place, group=each.key)
        for each in division.groups
    ]
    schools = _apart(school, term, "core", core)
    apart = [
        [
            Named(
                term,
                core,
                [pupil for pupil in each.pupils if pupil.school_id == one.school_id],
                place=f"school-{one.school_id}",
                group=each.key,
            )
            for one in school.schools
        ]
        for each in division.groups
    ]
    return table(
        division.code,
        f"{division.title}, {school.rows.this.name}",
        head=division.title,
        columns=OF_GROUPS,
        rows=[
            group_row(group.code, group.name, each)
            for group, each in zip(division.groups, named, strict=True)
        ],
        sums=[
            *(each for one in named for each in one.sums()),
            *parted(whole, named),
            *in_each(parted, schools, apart),
            *(
                each
                for one, parts in zip(named, apart, strict=True)
                for each in parted(one, parts, PRINTED)
                if parts
            ),
        ],
        beneath=[
            *of_schools((each for parts in apart for each in parts), groups=True),
            *(
                {"roll": each.of(whole)}
                for parts in apart
                for each, whole in zip(parts, schools, strict=True)
            ),
        ],
        absent=[
            name
            for each in division.absent
            for none in [Named(term, core, [], place=school.place, group=each)]
            for name in (none.pupils, *map(none.key, PRINTED))
        ],
    )

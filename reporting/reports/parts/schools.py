"""Schools and ARBs side by side, for the trustees: each by its own size, none in a league."""

from collections.abc import Iterator

from assessment.measures import Standing, standing
from reporting.choices import TrustPart
from reporting.reports.document import (
    Cell,
    Section,
    Sum,
    Table,
    TableRow,
    cells_of,
    count,
    row,
    section,
    table,
)
from reporting.reports.parts.progress import (
    PRINTED,
    Named,
    added_up,
    before,
    parted,
    with_change,
)
from reporting.reports.parts.targets import TargetTally, targets_of
from reporting.reports.parts.term import Counted, CountedTerm, core, in_area
from reporting.selectors.report_rows import PupilOnRoll

_COLUMNS = ("pupils", "coverage", "share", "last", "change", "targets")
# How the row of an ARB begins, beneath the school in which its pupils count too.
OF_WHICH = "of which "


class _Unit:
    """A school, an ARB, or the trust: its pupils in both terms, counted."""

    def __init__(self, trust: Counted, place: str, name: str) -> None:
        self.place, self.name = place, name
        self.this = self._progress(trust.this)
        self.last = self._progress(trust.last) if trust.last else None
        self.targets: TargetTally = targets_of(trust.this, place, pupils_at(trust.this, place))

    def _progress(self, term: CountedTerm) -> Named:
        return Named(term, core, pupils_at(term, self.place), place=self.place)

    def row(self, *, total: bool = False) -> TableRow:
        """Return it as the row of a table."""
        return row(
            self.place,
            self.name,
            [
                count(self.this.pupils, self.this.number),
                self.this.coverage(),
                *with_change(self.this.share(), before(self.last)),
                self.targets.share(),
            ],
            total=total,
        )


def pupils_at(term: CountedTerm, place: str) -> list[PupilOnRoll]:
    """Return the pupils that a place counts: `trust`, `school-3`, `school-3-alone` or `arb-5`."""
    kind, _, rest = place.partition("-")
    if kind == "school":
        found = term.at(int(rest.partition("-")[0]))
        return [each for each in found if each.arb_id is None] if "-" in rest else found
    if kind == "arb":
        return [each for each in term.pupils if each.arb_id == int(rest)]
    return term.pupils


def schools(trust: Counted) -> Section:
    """Return each school with its ARBs beneath it, and the trust."""
    rows = trust.rows
    whole = _Unit(trust, trust.place, f"All of {rows.trust}")
    units: list[_Unit] = []
    lines: list[TableRow] = []
    sums: list[Sum] = []
    under: list[dict[str, Cell]] = []
    for each in rows.schools:
        unit = _Unit(trust, f"school-{each.school_id}", each.name)
        units.append(unit)
        lines.append(unit.row())
        arbs = [
            _Unit(trust, f"arb-{arb.arb_id}", f"{OF_WHICH}{arb.name} at {arb.host}")
            for arb in rows.arbs
            if arb.school_id == each.school_id
        ]
        if arbs:
            lines += [arb.row() for arb in arbs]
            alone = _Unit(trust, f"{unit.place}-alone", "")
            sums += _parted(unit, [alone, *arbs])
            cells = dict(zip(_COLUMNS, alone.row()["cells"], strict=True))
            del cells["coverage"]  # it is read in per cent, which adds up to nothing
            under.append(cells)
    titles = (
        *("Pupils", "Judged of due", "At or above expected", trust.last_name, "Change"),
        "Termly targets met",
    )
    found = table(
        "schools",
        f"Schools and ARBs, {rows.this.name}, with the term before",
        head="School or ARB",
        columns=list(zip(_COLUMNS, titles, strict=True)),
        rows=[*lines, whole.row(total=True)],
        sums=[*sums, *_parted(whole, units)],
        beneath=under,
    )
    return section(
        TrustPart.SCHOOLS,
        TrustPart.SCHOOLS.label,
        intro=[
            "All core areas together. Pupils in an ARB are registered at its school and count"
            " there too. Small schools differ by chance more than large ones, so only those outside"
            " the limits for their size are called different.",
        ],
        charts=["funnel"],
        tables=[found],
    )


def _parted(whole: _Unit, parts: list[_Unit]) -> list[Sum]:
    found = parted(whole.this, [each.this for each in parts])
    if whole.last:
        last = [each.last for each in parts if each.last]
        found += added_up(whole.last, last, PRINTED)
    return [*found, *whole.targets.added_up([each.targets for each in parts])]


def areas(trust: Counted) -> Section:
    """Return each core area in each school."""
    rows, term = trust.rows, trust.this
    columns = list(rows.core_areas.items())

    def named(place: str) -> list[Named]:
        pupils = pupils_at(term, place)
        return [
            Named(term, in_area(area_id), pupils, place=place, what=f"area-{area_id}")
            for area_id, _ in columns
        ]

    whole = named(trust.place)
    found = {each.school_id: named(f"school-{each.school_id}") for each in rows.schools}
    totals = {
        school_id: Named(term, core, term.at(school_id), place=f"school-{school_id}")
        for school_id in found
    }
    return section(
        TrustPart.AREAS,
        TrustPart.AREAS.label,
        intro=["The share at or above expected in each core area, by school."],
        tables=[
            table(
                "areas",
                f"Core areas by school, {rows.this.name}",
                head="School",
                columns=[(f"area-{area_id}", name) for area_id, name in columns],
                rows=[
                    *(
                        row(
                            f"school-{each.school_id}",
                            each.name,
                            [one.share() for one in found[each.school_id]],
                        )
                        for each in rows.schools
                    ),
                    row(
                        "trust", f"All of {rows.trust}", [one.share() for one in whole], total=True
                    ),
                ],
                sums=[
                    *(
                        adds
                        for i, one in enumerate(whole)
                        for adds in added_up(one, [parts[i] for parts in found.values()], PRINTED)
                    ),
                    *(
                        adds
                        for school_id, parts in found.items()
                        for adds in added_up(totals[school_id], parts, PRINTED)
                    ),
                ],
            )
        ],
    )


def outliers(found: Table) -> Iterator[tuple[str, str, Standing]]:
    """Say who is outside the limits of the trust's rate, from what can be seen of the table.

    Returns the name, the sentence and the standing of each, those below first.
    """
    rows = [(line["name"], cells_of(found, line)["share"], line["total"]) for line in found["rows"]]
    trust = next((share for _, share, total in rows if total), None)
    if trust is None or trust["kind"] != "share" or not trust["of"]:
        return
    rate = trust["n"] / trust["of"]
    stands = [
        (name.removeprefix(OF_WHICH), share, standing(share["n"], share["of"], rate))
        for name, share, total in rows
        if not total and share["kind"] == "share" and share["of"] and not share["few"]
    ]
    for wanted, words in _STANDS.items():
        for name, share, where in stands:
            if where is wanted:
                yield (
                    name,
                    f"{name} {words}: {share['percent']}\u00a0% ({share['n']:,} of {share['of']:,})"
                    f" at or above expected, the trust {trust['percent']}\u00a0%.",
                    wanted,
                )


_STANDS = {
    Standing.BELOW: "is below the limits for its size",
    Standing.WATCH_BELOW: "is one to watch, low for its size",
    Standing.ABOVE: "is above the limits for its size",
    Standing.WATCH_ABOVE: "is one to watch, high for its size",
}

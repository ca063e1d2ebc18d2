"""Wider progress: what pupils are given beside the core areas, and how far it brought them."""

from collections import Counter
from collections.abc import Sequence

from pupils.choices import ProvisionKind, WiderProgress
from reporting.choices import Part
from reporting.reports.document import (
    Cell,
    Key,
    Section,
    Sum,
    TableRow,
    count,
    key,
    rate,
    row,
    section,
    table,
    words,
)
from reporting.reports.parts.progress import FEWEST_PUPILS
from reporting.reports.parts.term import Counted, CountedTerm
from reporting.selectors.report_pupils import ProvisionRow

_BANDS = tuple(each.name.lower() for each in WiderProgress)
_MEASURES = ("reviewed", "not_reviewed", "reached", "missed", *_BANDS)


class _Given:
    """What pupils were given in a term, of one kind or of all, with the names of the figures."""

    def __init__(
        self, school: Counted, term: CountedTerm, kind: str, rows: Sequence[ProvisionRow]
    ) -> None:
        judged = Counter(each.progress for each in rows if each.progress)
        bands = {each.name.lower(): judged[each] for each in WiderProgress}
        self.number = len(rows)
        self.pupils = len({each.pupil_id for each in rows})
        self.few = len({each.pupil_id for each in rows if each.progress}) < FEWEST_PUPILS
        self.counts = {
            **bands,
            "reviewed": judged.total(),
            "not_reviewed": len(rows) - judged.total(),
            "reached": bands["expected"] + bands["better"],
            "missed": bands["none"] + bands["some"],
        }
        self._of = (school.place, term.id, "all")
        self._kind = kind

    def key(self, measure: str) -> Key:
        """Return the name of one of its figures."""
        return key(*self._of, f"wider.{self._kind}.{measure}")

    def given(self) -> Cell:
        """Return how many of it there were; one pupil may have two."""
        return count(self.key("given"), self.number)

    def of_roll(self, on_roll: int) -> Cell:
        """Return how many pupils have any of it, of those on roll."""
        names = (self.key("pupils"), key(*self._of, "pupils"))
        return rate(names, self.pupils, on_roll, why="nobody on roll")

    def share(self) -> Cell:
        """Return the share at or above expected of those whose progress was judged."""
        names = (self.key("reached"), self.key("reviewed"))
        why = "not judged yet" if self.number else "none given"
        return rate(names, self.counts["reached"], self.counts["reviewed"], why=why, few=self.few)

    def bands(self) -> list[Cell]:
        """Return how many are not judged, and how far the others brought a pupil."""
        return [count(self.key(each), self.counts[each]) for each in ("not_reviewed", *_BANDS)]

    def sums(self) -> list[Sum]:
        """Say what adds up within it."""
        return [
            Sum(total=self.key(total), parts=[self.key(each) for each in parts])
            for total, parts in (
                ("given", ("reviewed", "not_reviewed")),
                ("reviewed", _BANDS),
                ("reached", ("expected", "better")),
                ("missed", ("none", "some")),
                ("reviewed", ("reached", "missed")),
            )
        ]


class _Term:
    """All that was given in a term, by kind and together."""

    def __init__(self, school: Counted, term: CountedTerm) -> None:
        rows = school.rows.further.provisions[term.id]
        self.kinds = {
            kind: _Given(school, term, kind, [each for each in rows if each.kind == kind])
            for kind in ProvisionKind.values
        }
        self.all = _Given(school, term, "all", rows)
        self.on_roll = len(term.pupils)

    def sums(self, kinds: Sequence[str]) -> list[Sum]:
        """Say that the kinds add up to all; and that a pupil counts once and then again."""
        parts = [self.kinds[each] for each in kinds]
        return [
            *(adds for each in (*parts, self.all) for adds in each.sums()),
            *(
                Sum(total=self.all.key(each), parts=[one.key(each) for one in parts])
                for each in ("given", *_MEASURES)
            ),
            Sum(
                total=self.all.key("given"), parts=[self.all.key("pupils"), self.all.key("further")]
            ),
        ]

    def beneath(self) -> dict[str, Cell]:
        """Return what is printed nowhere: what pupils have beyond the first."""
        return {"further": count(self.all.key("further"), self.all.number - self.all.pupils)}


def wider(school: Counted) -> Section:
    """Return what was given by kind, and the progress in it, this term beside last."""
    this = _Term(school, school.this)
    last = _Term(school, school.last) if school.last else None
    found = [each for each in (this, last) if each]
    shown = [
        (str(kind), str(name))
        for kind, name in ProvisionKind.choices
        if any(each.kinds[kind].number for each in found)
    ]
    if not shown:
        return section(
            Part.WIDER,
            Part.WIDER.label,
            nothing=(
                "Nothing that pupils are given beside the core areas was written down for these"
                " terms."
            ),
        )
    none = words("no term before")
    kinds = [code for code, _ in shown]
    terms = (("this", school.rows.this.name), ("last", school.last_name))

    def progress(code: str, name: str, now: _Given, before: _Given | None) -> TableRow:
        return row(
            code,
            name,
            [*now.bands(), now.share(), before.share() if before else none],
            total=code == "all",
        )

    return section(
        Part.WIDER,
        Part.WIDER.label,
        intro=[
            "What pupils on roll are given beside the core areas, such as music therapy or"
            " swimming, and how far it brought them, in the words of the teacher or therapist. How"
            " many single sessions were held is not counted in PARRCS."
        ],
        tables=[
            table(
                "main",
                "What was given on any day of the term; a pupil may be given several things",
                head="Kind",
                columns=terms,
                rows=[
                    *(
                        row(
                            code,
                            name,
                            [
                                this.kinds[code].given(),
                                last.kinds[code].given() if last else none,
                            ],
                        )
                        for code, name in shown
                    ),
                    row(
                        "all",
                        "All kinds",
                        [this.all.given(), last.all.given() if last else none],
                        total=True,
                    ),
                ],
                sums=[adds for each in found for adds in each.sums(kinds)],
                beneath=[each.beneath() for each in found],
                absent=[
                    each.kinds[kind].key("given")
                    for each in found
                    for kind in ProvisionKind.values
                    if kind not in kinds
                ],
            ),
            table(
                "all",
                "All kinds together",
                head="All kinds",
                columns=terms,
                rows=[
                    row(
                        "pupils",
                        "Pupils who are given one or more, of those on roll",
                        [
                            this.all.of_roll(this.on_roll),
                            last.all.of_roll(last.on_roll) if last else none,
                        ],
                    ),
                    row(
                        "progress",
                        "Progress at or above expected, of all that was judged",
                        [this.all.share(), last.all.share() if last else none],
                    ),
                ],
            ),
            table(
                "progress",
                f"Progress in it as judged, {school.rows.this.name}",
                head="Kind",
                columns=(
                    ("not_judged", "Not judged"),
                    *zip(_BANDS, ("None", "Some", "Expected", "Better"), strict=True),
                    ("share", "At or above expected"),
                    ("last", school.last_name),
                ),
                rows=[
                    *(
                        progress(code, name, this.kinds[code], last.kinds[code] if last else None)
                        for code, name in shown
                    ),
                    progress("all", "All kinds", this.all, last.all if last else None),
                ],
            ),
        ],
    )

"""Attendance: sessions by what became of them, and the pupils who miss many, beside England's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pupils.measures import Sessions
from reporting.choices import Part
from reporting.reports.document import (
    Cell,
    Key,
    Section,
    Sum,
    Table,
    count,
    key,
    known,
    rate,
    row,
    section,
    table,
    words,
)
from reporting.reports.parts.progress import FEWEST_PUPILS
from reporting.reports.parts.term import TRUST, Counted, CountedTerm
from reporting.selectors.attendance import figures
from reporting.selectors.benchmarks import National
from reporting.selectors.report_more import SessionsRow, Span

_OF_SESSIONS = {
    "attended": "Sessions attended",
    "authorised": "Missed with leave",
    "unauthorised": "Missed without leave",
    "late": "Attended, but late",
}
_OF_PUPILS = {
    "persistent": "Pupils persistently absent",
    "severe": "Of these, severely absent",
}


class Attended:
    """The sessions of a place over some days, with the names of their figures."""

    def __init__(self, place: str, when: int | str, counts: Mapping[str, int]) -> None:
        self.counts = counts
        self.pupils = counts["pupils"]
        self._name = key(place, when, "all", "attendance")

    def key(self, measure: str) -> Key:
        """Return the name of one of its figures."""
        return f"{self._name}.{measure}"

    def share(self, measure: str, why: str = "no session") -> Cell:
        """Return a share of the possible sessions, or of the pupils who had one."""
        of = "pupils" if measure in _OF_PUPILS else "possible"
        found = rate(
            (self.key(measure), self.key(of)),
            self.counts[measure],
            self.counts[of],
            why=why,
            few=self.pupils < FEWEST_PUPILS,
            decimal=True,
        )
        return {**found, "behind": self.pupils}

    def sums(self) -> list[Sum]:
        """Say what adds up within it: whoever is severely absent is persistently so."""
        return [
            Sum(total=self.key(total), parts=[self.key(each) for each in parts])
            for total, parts in (
                ("possible", ("attended", "authorised", "unauthorised")),
                ("attended", ("late", "in_time")),
                ("persistent", ("severe", "not_severe")),
            )
        ]

    def beneath(self) -> dict[str, Cell]:
        """Return the figures that are printed nowhere and speak of those that are."""
        return {
            each: count(self.key(each), self.counts[each]) for each in ("in_time", "not_severe")
        }

    def added_up(self, parts: Sequence["Attended"], measures: Iterable[str]) -> list[Sum]:
        """Say that each of its figures is the sum of the same figure of its parts."""
        return [
            Sum(total=self.key(each), parts=[one.key(each) for one in parts]) for each in measures
        ]


def attended(
    place: str, when: int | str, rows: Iterable[SessionsRow], spans: Sequence[Span]
) -> Attended:
    """Count what began in these days, pupil by pupil."""
    by_pupil: dict[int, Sessions] = defaultdict(lambda: Sessions(0, 0))
    for each in rows:
        if any(span.holds(each.starts_on) for span in spans):
            by_pupil[each.pupil_id] += each.sessions
    found = figures(by_pupil.values())
    sessions = found.sessions
    counts = {
        "possible": sessions.possible,
        "attended": sessions.attended,
        "authorised": sessions.authorised,
        "unauthorised": sessions.unauthorised,
        "late": sessions.late,
        "in_time": sessions.attended - sessions.late,
        "pupils": found.pupils,
        "persistent": found.persistent,
        "severe": found.severe,
        "not_severe": found.persistent - found.severe,
    }
    return Attended(place, when, counts)


def attendance(school: Counted) -> Section:
    """Return the attendance of the term, the one before, and the year to the term's end."""
    further, rows = school.rows.further, school.rows
    national = next(iter(further.nationals.values()))
    this = attended(school.place, school.this.id, further.sessions, [further.this])
    last = None
    if school.last and further.last:
        last = attended(school.place, school.last.id, further.sessions, [further.last])
    found = [each for each in (this, last) if each]
    if not any(each.pupils for each in found):
        return _nothing(rows.this.name)
    columns = [("this", rows.this.name), ("last", school.last_name)]
    year = None
    if len(further.year) > 1:
        columns.append(("year", "The year so far"))
        until = f"year-to-{school.this.id}"
        year = attended(school.place, until, further.sessions, further.year)
    columns.append(("national", _titled(national)))
    halves = _halves(school, national)
    points = [line for line in halves["rows"] if line["cells"][0]["of"]]
    return section(
        Part.ATTENDANCE,
        Part.ATTENDANCE.label,
        intro=[
            "A session is half a day. Pupils count with the sessions that were possible while they"
            " were registered here, so whoever came or left during the term counts as well. Whoever"
            " missed a tenth of these or more is persistently absent, and whoever missed half or"
            " more severely, which is persistently too."
        ],
        charts=["attendance"] if len(points) > 1 else [],
        tables=[
            table(
                "main",
                f"Attendance in {rows.this.name}, beside {national.figures.name}",
                head="Of possible sessions, and of pupils",
                columns=columns,
                rows=[
                    row(
                        measure,
                        name,
                        [
                            this.share(measure),
                            last.share(measure) if last else words("no term before"),
                            *([year.share(measure)] if year else ()),
                            _of_england(national, measure),
                        ],
                    )
                    for measure, name in (_OF_SESSIONS | _OF_PUPILS).items()
                ],
                sums=[each for one in found for each in one.sums()],
                beneath=[one.beneath() for one in found],
            ),
            halves,
        ],
    )


def _halves(school: Counted, national: National) -> Table:
    further = school.rows.further
    return table(
        "halves",
        f"Sessions attended by half term, beside {national.figures.name}",
        head="Half term",
        columns=(("attended", "Sessions attended"), ("national", _titled(national))),
        rows=[
            row(
                each.key,
                each.name,
                [
                    attended(
                        school.place,
                        each.key,
                        further.sessions,
                        [Span(each.term.pk, each.starts_on, each.ends_on)],
                    ).share("attended"),
                    _of_england(national, "attended"),
                ],
            )
            for each in further.halves
        ],
    )


def by_school(trust: Counted) -> Section:
    """Return the attendance of each school beside the national figures of its own kind."""
    rows, further = trust.rows, trust.rows.further

    def of_schools(term: CountedTerm | None, span: Span | None) -> list[Attended]:
        if not (term and span):
            return []
        return [
            attended(
                f"school-{each.school_id}",
                term.id,
                [one for one in further.sessions if one.school_id == each.school_id],
                [span],
            )
            for each in rows.schools
        ]

    this, last = of_schools(trust.this, further.this), of_schools(trust.last, further.last)
    if not any(each.pupils for each in (*this, *last)):
        return _nothing(rows.this.name)
    whole = _together(trust.this.id, this)
    whole_last = _together(trust.last.id, last) if trust.last else None
    befores: Sequence[Attended | None] = last or [None] * len(this)
    nationals = [further.nationals[each.school_id] for each in rows.schools]
    lines = [
        row(f"school-{school.school_id}", school.name, _of_school(now, before, national))
        for school, now, before, national in zip(
            rows.schools, this, befores, nationals, strict=True
        )
    ]
    lines.append(
        row(TRUST, f"All of {rows.trust}", _of_school(whole, whole_last, None), total=True)
    )
    return section(
        Part.ATTENDANCE,
        Part.ATTENDANCE.label,
        intro=[
            "A session is half a day. Each school stands beside the national figures of its own"
            " kind. A pupil who moved from one school of the trust to another during the term"
            " counts in both, with the sessions of each, and so twice among the pupils of all."
        ],
        tables=[
            table(
                "attendance",
                f"Attendance by school, {rows.this.name}",
                head="School",
                columns=(
                    ("this", "Sessions attended"),
                    ("last", trust.last_name),
                    ("national", "Attended in England"),
                    ("persistent", "Persistently absent"),
                    ("national_persistent", "Persistent in England"),
                ),
                rows=lines,
                sums=[
                    *whole.added_up(this, ("possible", "attended", "pupils", "persistent")),
                    *(whole_last.added_up(last, ("possible", "attended")) if whole_last else ()),
                ],
            )
        ],
    )


def _together(term_id: int, parts: Sequence[Attended]) -> Attended:
    """Add up the schools: so that each total is the sum of what stands above it."""
    measures = {measure for each in parts for measure in each.counts}
    return Attended(
        TRUST, term_id, {measure: sum(e.counts[measure] for e in parts) for measure in measures}
    )


def _of_school(this: Attended, last: Attended | None, national: National | None) -> list[Cell]:
    return [
        this.share("attended"),
        last.share("attended") if last else words("no term before"),
        _of_england(national, "attended"),
        this.share("persistent"),
        _of_england(national, "persistent"),
    ]


def _of_england(national: National | None, measure: str) -> Cell:
    """Return the national figure, where there is one of this: of late and severe there is none."""
    if national is None:
        return words("")
    found = getattr(national.figures, measure, None)
    return words("no figure") if found is None else known(float(found))


def _titled(national: National) -> str:
    return f"England, {national.benchmark.year}"


def _nothing(term: str) -> Section:
    return section(
        Part.ATTENDANCE,
        Part.ATTENDANCE.label,
        nothing=f"No attendance has been brought in for {term}.",
    )

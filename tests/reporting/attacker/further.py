"""What a clever reader knows of attendance, of counts, and of what is given, achieved and owed."""

from tests.reporting.attacker.knowing import ALL, Figure, Reader, Understand, not_more
from tests.reporting.attacker.reading import Read, Row, Table

_ATTENDANCE = {
    "Sessions attended": ("attended", "possible"),
    "Missed with leave": ("authorised", "possible"),
    "Missed without leave": ("unauthorised", "possible"),
    "Attended, but late": ("late", "possible"),
    "Pupils persistently absent": ("persistent", "pupils"),
    "Of these, severely absent": ("severe", "pupils"),
}
_SHORT = {
    "PEPs held": "Personal education plans (PEPs) held this term",
    "Reviews in time": "Annual review meetings held in time, of those due this term",
    "Assessments done": "Statutory assessments done, of those due in the year to the term's end",
    "Premiums published": (
        "Premium statements published, of those due in the year to the term's end"
    ),
}


def _all(place: str, term: str, what: str, *measures: str) -> tuple[Figure, ...]:
    return tuple((place, term, ALL, f"{what}.{each}") for each in measures)


def _terms(table: Table) -> tuple[str, str]:
    """Return the term of a table and the one before, as they head its columns."""
    return table.heading[1], table.heading[2]


def _attended(reader: Reader, place: str, term: str) -> None:
    """Learn what adds up in the attendance of a place in a term."""
    whole, *parts = _all(place, term, "attendance", *_OF_SESSIONS)
    reader.knowledge.add_up(whole, parts)
    for less, more in (("late", "attended"), ("severe", "persistent"), ("persistent", "pupils")):
        not_more(reader, *_all(place, term, "attendance", less, more))


_OF_SESSIONS = ("possible", "attended", "authorised", "unauthorised")


def _attendance(reader: Reader, report: Read, table: Table) -> None:
    for term in _terms(table):
        for row in table.rows:
            figures = _all(report.place, term, "attendance", *_ATTENDANCE[row.name])
            reader.say(report, table, row, term, *figures)
        _attended(reader, report.place, term)


def _attendance_by_school(reader: Reader, report: Read, table: Table) -> None:
    term, last = report.term, table.heading[2]
    told = {
        "Sessions attended": (term, "attended", "possible"),
        last: (last, "attended", "possible"),
        "Persistently absent": (term, "persistent", "pupils"),
    }
    places = [(report.place if row.total else row.name) for row in table.rows]
    for row, place in zip(table.rows, places, strict=True):
        for column, (when, *measures) in told.items():
            reader.say(report, table, row, column, *_all(place, when, "attendance", *measures))
    for when, *measures in told.values():
        for place in places:
            _attended(reader, place, when)
        for each in measures:
            whole, *parts = [
                _all(place, when, "attendance", each)[0]
                for place in (report.place, *(p for p in places if p != report.place))
            ]
            reader.knowledge.add_up(whole, parts)


def _counts(reader: Reader, report: Read, table: Table) -> None:
    for term in _terms(table):
        for row in table.rows:
            figures = _all(report.place, term, "counted", row.name)
            reader.say(report, table, row, term, *figures)


def _owed(
    reader: Reader, report: Read, table: Table, row: Row, column: str, place: str, kind: str
) -> None:
    reader.say(report, table, row, column, *_all(place, report.term, kind, *_measures(kind)))


def _measures(kind: str) -> tuple[str, str]:
    """Return what is counted: of children looked after and of plans children, else papers."""
    children = kind in list(_SHORT.values())[:2]
    return ("done", "owed") if children else ("papers done", "papers owed")


def _compliance(reader: Reader, report: Read, table: Table) -> None:
    for row in table.rows:
        _owed(reader, report, table, row, "Done of due", report.place, row.name)


def _compliance_by_school(reader: Reader, report: Read, table: Table) -> None:
    for column, kind in _SHORT.items():
        for row in table.rows:
            place = report.place if row.total else row.name
            _owed(reader, report, table, row, column, place, kind)
        for measure in _measures(kind):
            (whole,) = _all(report.place, report.term, kind, measure)
            reader.knowledge.add_up(
                whole,
                [
                    each
                    for row in table.rows
                    if not row.total
                    for each in _all(row.name, report.term, kind, measure)
                ],
            )


def _given(reader: Reader, report: Read, table: Table) -> None:
    _in_kinds(reader, report, table, "given")


def _achieved(reader: Reader, report: Read, table: Table) -> None:
    _in_kinds(reader, report, table, "achieved")


def _in_kinds(reader: Reader, report: Read, table: Table, what: str) -> None:
    """A table of kinds that add up to all; of what it does not list there is none."""
    for term in _terms(table):
        for row in table.rows:
            of = "all kinds" if row.total else row.name
            reader.say(report, table, row, term, *_all(report.place, term, what, of))
        (whole,) = _all(report.place, term, what, "all kinds")
        kinds = [row.name for row in table.rows if not row.total]
        reader.knowledge.add_up(whole, _all(report.place, term, what, *kinds))


def _given_together(reader: Reader, report: Read, table: Table) -> None:
    pupils, progress = table.rows
    for term in _terms(table):
        _of_roll(reader, report, table, pupils, term, "given")
        figures = _all(report.place, term, "given", "reached", "reviewed")
        reader.say(report, table, progress, term, *figures)
        not_more(reader, figures[1], *_all(report.place, term, "given", "all kinds"))


def _achievers(reader: Reader, report: Read, table: Table) -> None:
    for term in _terms(table):
        _of_roll(reader, report, table, table.rows[0], term, "achieved")


def _of_roll(reader: Reader, report: Read, table: Table, row: Row, term: str, what: str) -> None:
    """How many pupils have one or more of something; where nobody has, there is nothing."""
    (some,) = _all(report.place, term, what, "pupils")
    (whole,) = _all(report.place, term, what, "all kinds")
    reader.say(report, table, row, term, some, (report.place, term, ALL, "pupils"))
    not_more(reader, some, whole)
    reader.knowledge.nothing_without(some, whole)


def _steps(_reader: Reader, _report: Read, table: Table) -> None:
    """What is to be done has owners and days, and no figure."""
    assert {cell.kind for row in table.rows for cell in row.cells} == {"words"}


FURTHER: dict[str, Understand] = {
    "Attendance in ": _attendance,
    "Attendance by school": _attendance_by_school,
    "Behaviour": _counts,
    "Safeguarding": _counts,
    "Done of due by school": _compliance_by_school,
    "Done of due": _compliance,
    "What was given on any day": _given,
    "All kinds together": _given_together,
    "Achievements by core area": _achieved,
    "Pupils who have an achievement": _achievers,
    "What is to be done": _steps,
}

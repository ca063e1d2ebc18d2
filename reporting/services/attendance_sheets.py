"""Attendance as rows for a file: the tables of the page, as they stand there."""

from typing import Any

from parrcs.core.sheets import Sheet, list_sheet
from reporting.selectors.attendance import Attendance, Figures, TrustAttendance

_HEADING = (
    "Table",
    "Of",
    "Pupils with sessions",
    "Possible sessions",
    "Attended",
    "Attended, per cent",
    "Authorised absence",
    "Unauthorised absence",
    "Late",
    "Persistently absent pupils",
    "Severely absent pupils",
)
_SCHOOLS_HEADING = (
    *_HEADING[1:],
    "National, of",
    "National attended, per cent",
    "National persistently absent, per cent",
)


def attendance_sheets(found: Attendance | None) -> tuple[Sheet, Sheet]:
    """Return the tables of the page on one sheet, and the pupils of concern on another.

    The first has a row for the whole, for each half term and for each group. Without anything
    found, as there is no calendar or no place, neither has rows.
    """
    rows = [] if found is None else _rows(found)
    concerns = [] if found is None else found.concerns
    about = [] if found is None else _about(found)
    tables = list_sheet("Attendance", _HEADING, rows, about=about, held=2)
    figures = ("Attended", "Possible", "Authorised", "Unauthorised", "Late")
    heading = ("Pupil", "Class", "Why", *figures)
    pupils = [
        [
            f"{each.name} (protected)" if each.protected else each.name,
            each.class_name,
            each.mark[1],
            each.sessions.attended,
            each.sessions.possible,
            each.sessions.authorised,
            each.sessions.unauthorised,
            each.sessions.late,
        ]
        for each in concerns
    ]
    title = "Pupils of concern"
    return tables, list_sheet(title, heading, pupils, about=about[:2], of_pupils=True)


def schools_sheet(found: TrustAttendance | None) -> Sheet:
    """Return a row for each school and ARB, and below them one for the trust."""
    rows = [
        [
            f"{row.name} (within its school)" if row.arb else row.name,
            *_figures(row.figures),
            row.national.figures.name,
            row.national.figures.attended,
            row.national.figures.persistent,
        ]
        for row in (found.rows if found else ())
    ]
    totals = [["All schools of the trust", *_figures(found.total), "", "", ""]] if found else []
    about = [("When", found.period.name)] if found else []
    title = "Attendance of all schools"
    return list_sheet(title, _SCHOOLS_HEADING, rows, about=about, totals=totals)


def _rows(found: Attendance) -> list[list[Any]]:
    return [
        ["All", found.place.name, *_figures(found.total)],
        *(["Half term", row.name, *_figures(row.figures)] for row in found.half_terms),
        *(
            [group.title, row.name, *_figures(row.figures)]
            for group in found.groups
            for row in group.rows
        ),
    ]


def _about(found: Attendance) -> list[tuple[str, Any]]:
    national = found.national
    return [
        ("Of", found.place.name),
        ("When", found.period.name),
        ("National figures", f"{national.figures.name}, {national.benchmark.year}"),
        ("Attended there, per cent", national.figures.attended),
        ("Persistently absent there, per cent", national.figures.persistent),
        ("Source", f"{national.benchmark.source}. {national.benchmark.taken}"),
    ]


def _figures(figures: Figures) -> list[Any]:
    sessions = figures.sessions
    return [
        figures.pupils,
        sessions.possible,
        sessions.attended,
        "" if figures.attended is None else round(figures.attended, 1),
        sessions.authorised,
        sessions.unauthorised,
        sessions.late,
        figures.persistent,
        figures.severe,
    ]

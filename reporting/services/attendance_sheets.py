"""Attendance as rows for a file: the tables of the page, as they stand there."""

import datetime as dt
from typing import Any

from parrcs.core.sheets import Sheet, workbook
from reporting.selectors.attendance import Attendance, Figures, TrustAttendance
from reporting.services.trackers_sheets import HOLDS

HEADING = (
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
SCHOOLS_HEADING = (
    *HEADING[1:],
    "National, of",
    "National attended, per cent",
    "National persistently absent, per cent",
)


def attendance_rows(found: Attendance) -> list[list[Any]]:
    """Return a row for the whole, for each half term and for each group."""
    return [
        ["All", found.place.name, *_figures(found.total)],
        *(["Half term", row.name, *_figures(row.figures)] for row in found.half_terms),
        *(
            [group.title, row.name, *_figures(row.figures)]
            for group in found.groups
            for row in group.rows
        ),
    ]


def school_rows(found: TrustAttendance) -> list[list[Any]]:
    """Return a row for each school and ARB, and one for the trust."""
    rows = [
        [
            f"{row.name} (within its school)" if row.arb else row.name,
            *_figures(row.figures),
            row.national.figures.name,
            row.national.figures.attended,
            row.national.figures.persistent,
        ]
        for row in found.rows
    ]
    return [*rows, ["All schools of the trust", *_figures(found.total), "", "", ""]]


def attendance_sheets(found: Attendance, *, made_on: dt.date) -> bytes:
    """Return a workbook with the tables, and with the pupils of concern."""
    national = found.national
    about = [
        ("Attendance", ""),
        ("Of", found.place.name),
        ("When", found.period.name),
        ("Made on", made_on),
        ("National figures", f"{national.figures.name}, {national.benchmark.year}"),
        ("Attended there, per cent", national.figures.attended),
        ("Persistently absent there, per cent", national.figures.persistent),
        ("Source", f"{national.benchmark.source}. {national.benchmark.taken}"),
    ]
    tables = Sheet("Attendance", about, HEADING, attendance_rows(found), held=2)
    pupils = Sheet(
        "Pupils of concern",
        [*about[:4], ("", HOLDS)],
        ("Pupil", "Class", "Why", "Attended", "Possible", "Authorised", "Unauthorised", "Late"),
        [
            [
                each.name,
                each.class_name,
                each.mark[1],
                each.sessions.attended,
                each.sessions.possible,
                each.sessions.authorised,
                each.sessions.unauthorised,
                each.sessions.late,
            ]
            for each in found.concerns
        ],
    )
    return workbook([tables, pupils])


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

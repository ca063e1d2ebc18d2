"""Registers as they come: three layouts, kindly named, and what is wrong said by line."""

import datetime as dt

import pytest

from pupils.measures import Sessions
from pupils.services.attendance.reading import NoSuchTable, as_day, read_attendance

MONDAY = dt.date(2026, 9, 7)
ONE, TWO = "B801200005001", "F908700025001"


def marks(reading):
    return [(m.upn, m.day, m.half, m.code) for m in reading.marks]


def test_a_row_for_each_pupil_and_day():
    reading = read_attendance(
        [
            ("Attendance export", None),
            (),
            ("Unique Pupil Number", "Name", " DATE ", "AM mark", "pm"),
            (ONE.lower(), "Ada", "07/09/2026", "/", "l"),
            (ONE, "Ada", dt.datetime(2026, 9, 8, tzinfo=dt.UTC), "", None),
            (None, "", "", "", ""),
        ]
    )
    assert marks(reading) == [(ONE, MONDAY, "AM", "/"), (ONE, MONDAY, "PM", "L")]
    assert reading.faults == []


def test_a_column_for_each_session():
    reading = read_attendance(
        [
            ("UPN", "Form", "Mon 07/09/2026 AM", "2026-09-07 pm", "8 September 2026 AM"),
            (ONE, "Curlew", "/", "\\", "I"),
            (TWO, "Curlew", "#", "", "-"),
        ]
    )
    assert marks(reading) == [
        (ONE, MONDAY, "AM", "/"),
        (ONE, MONDAY, "PM", "\\"),
        (ONE, MONDAY + dt.timedelta(days=1), "AM", "I"),
        (TWO, MONDAY, "AM", "#"),
    ]
    (fault,) = reading.faults
    assert (fault.line, fault.upn) == (3, TWO)
    assert fault.words == "“-” on 08/09/2026 AM is not an attendance code."


def test_sums():
    heading = ("UPN", "Start date", "To", "Possible sessions", "Attendances", "Authorised absences")
    reading = read_attendance(
        [
            (*heading, "Unauthorised absences", "Lates"),
            (ONE, "01/09/26", "23/10/26", 76, "70.0", 5, 1, 2),
            (TWO, "01/09/2026", "23/10/2026", 76, 70, 5, 2, 2),
            (TWO, "02/11/2026", "18/12/2026", "many", 70, 5, 2, ""),
            (TWO, "23/10/2026", "01/09/2026", 2, 2, 0, 0, 0),
            (TWO, "02/11/2026", "18/12/2026", 2, 2, 0, 0, 3),
            (ONE, "20/10/2026", "30/10/2026", 2, 2, 0, 0, 0),
            ("", "20/10/2026", "30/10/2026", 2, 2, 0, 0, 0),
        ]
    )
    first = reading.totals[0]
    assert first.sessions == Sessions(76, 70, 5, 1, 2)
    assert (first.starts_on, first.ends_on) == (dt.date(2026, 9, 1), dt.date(2026, 10, 23))
    assert {(f.line, f.words) for f in reading.faults} == {
        (3, "70 attended, 5 authorised and 2 unauthorised are not 76 possible."),
        (4, "“many” under possible is not a whole number of sessions."),
        (5, "It ends before it starts."),
        (6, "Late to 3 sessions, but only 2 attended."),
        (7, "These days overlap with those in line 2."),
        (8, "There is no UPN in this line."),
    }


def test_the_same_session_twice_is_said_of_the_later_line():
    reading = read_attendance(
        [
            ("UPN", "Date", "AM"),
            (ONE, "07/09/2026", "/"),
            (TWO, "07/09/2026", "/"),
            (ONE, "2026-09-07", "I"),
            (ONE, "soon", "I"),
        ]
    )
    assert [(f.line, f.words) for f in reading.faults] == [
        (5, "“soon” is not a date like 07/09/2026."),
        (4, "07/09/2026 AM is there twice, first in line 2."),
    ]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        (("Name", "AM"), "There is no column UPN"),
        (("UPN", "Name"), "Beside the UPN it takes Date"),
        (("UPN", "Date"), "Beside the UPN it takes Date"),
        (("UPN", "upn"), "“upn” is there twice"),
    ],
)
def test_a_table_without_its_columns(heading, words):
    with pytest.raises(NoSuchTable, match=words):
        read_attendance([heading, (ONE, "x")])
    with pytest.raises(NoSuchTable):
        read_attendance([])


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("07.09.2026", MONDAY),
        ("7-9-26", MONDAY),
        ("Monday 7 Sept 2026", MONDAY),
        (MONDAY, MONDAY),
        ("31/02/2026", None),
        ("7 Foo 2026", None),
        (44, None),
    ],
)
def test_days_as_people_write_them(value, day):
    assert as_day(value) == day

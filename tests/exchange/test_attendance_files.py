"""Registers as they come: three layouts, kindly named, and what is wrong said where it stands."""

import datetime as dt

import pytest

from exchange.services.files.attendance import read_attendance
from exchange.services.files.attendance_cells import (
    SUMS,
    Session,
    Wrong,
    as_day,
    session_of,
    total_of,
)
from exchange.services.files.tables import FileRefused
from pupils.measures import Sessions

MONDAY = dt.date(2026, 9, 7)
ONE, TWO = "B801200005001", "F908700025001"


def read(*rows):
    """Return what stands in each line by heading, without what is empty."""
    columns, lines = read_attendance(rows)
    return [
        (
            line.number,
            {
                heading: text
                for (heading, _), text in zip(columns, line.texts, strict=False)
                if text
            },
        )
        for line in lines
    ]


def test_a_row_for_each_pupil_and_day():
    assert read(
        ("Attendance export", None),
        (),
        ("Unique Pupil Number", "Name", " DATE ", "AM mark", "pm"),
        (ONE.lower(), "Ada", "07/09/2026", "/", "l"),
        (TWO, "Bo", "07/09/2026", "/", ""),
        (ONE, "Ada", dt.datetime(2026, 9, 8, tzinfo=dt.UTC), "", "I"),
        (ONE, "Ada", dt.datetime(2026, 9, 9, tzinfo=dt.UTC), "", None),
        (None, "", "", "", ""),
    ) == [
        (4, {"UPN": ONE, "07/09/2026 AM": "/", "07/09/2026 PM": "L", "08/09/2026 PM": "I"}),
        (5, {"UPN": TWO, "07/09/2026 AM": "/"}),
    ]


def test_a_column_for_each_session():
    assert read(
        ("UPN", "Form", "Mon 07/09/2026 AM", "2026-09-07 pm", "8 September 2026 AM"),
        (ONE, "Curlew", "/", "\\", "I"),
        (TWO, "Curlew", "#", "-", "?"),
    ) == [
        (2, {"UPN": ONE, "07/09/2026 AM": "/", "07/09/2026 PM": "\\", "08/09/2026 AM": "I"}),
        (3, {"UPN": TWO, "07/09/2026 AM": "#", "08/09/2026 AM": "?"}),
    ]


def test_a_column_of_a_session_says_which():
    session = Session(MONDAY, "PM")
    assert session_of(session.code) == session
    assert session.heading == "07/09/2026 PM"
    assert session_of("upn") is None


SUMS_HEADING = ("UPN", "From", "Until", "Possible", "Attended")
HEADING = ("UPN", "Start date", "To", "Possible sessions", "Attendances", "Authorised absences")


def test_sums():
    rows = read(
        (*HEADING, "Unauthorised absences", "Lates"),
        (ONE, "01/09/26", dt.date(2026, 10, 23), 76, "70.0", 5, 1, 2),
        (ONE, "20/10/2026", "30/10/2026", 2, 2, 0, 0, 0),
        ("", "20/10/2026", "30/10/2026", 2, 2, 0, 0, 0),
    )
    assert rows[0] == (
        2,
        {
            "UPN": ONE,
            "From": "01/09/26",
            "Until": "2026-10-23",
            "Possible": "76",
            "Attended": "70.0",
            "Authorised": "5",
            "Unauthorised": "1",
            "Late": "2",
        },
    )
    assert rows[1][1]["What is wrong"] == "These days overlap with those in line 2."
    assert rows[2][1]["What is wrong"] == "There is no UPN in this line."


def test_days_within_an_earlier_sum_overlap_though_others_stand_between():
    rows = read(
        SUMS_HEADING,
        (ONE, "15/09/2026", "18/09/2026", 2, 2),
        (ONE, "01/09/2026", "30/09/2026", 2, 2),
        (ONE, "07/09/2026", "11/09/2026", 2, 2),
        (TWO, "07/09/2026", "11/09/2026", 2, 2),
        (ONE, "01/10/2026", "02/10/2026", 2, 2),
    )
    assert [said.get("What is wrong", "")[-7:] for _, said in rows] == [
        "line 3.",
        "",
        "line 3.",
        "",
        "",
    ]


def sums(*texts):
    return dict(zip((column.code for column in SUMS), texts, strict=False))


def test_what_a_sum_says():
    total = total_of(sums("01/09/26", "2026-10-23", "76", "70.0", "5", "1", "2"))
    assert (total.starts_on, total.ends_on) == (dt.date(2026, 9, 1), dt.date(2026, 10, 23))
    assert total.sessions == Sessions(76, 70, 5, 1, 2)


@pytest.mark.parametrize(
    ("texts", "faults"),
    [
        (
            ("01/09/2026", "23/10/2026", "76", "70", "5", "2", "2"),
            (("", "70 attended, 5 authorised and 2 unauthorised are not 76 possible."),),
        ),
        (
            ("soon", "18/12/2026", "many", "70"),
            (
                ("From", "“soon” is not a date like 07/09/2026."),
                ("Possible", "“many” is not a whole number of sessions."),
            ),
        ),
        (("23/10/2026", "01/09/2026", "2", "2"), (("", "It ends before it starts."),)),
        (
            ("02/11/2026", "18/12/2026", "2", "2", "0", "0", "3"),
            (("", "Late to 3 sessions, but only 2 attended."),),
        ),
    ],
)
def test_what_in_a_sum_is_not_sound(texts, faults):
    with pytest.raises(Wrong) as wrong:
        total_of(sums(*texts))
    assert wrong.value.faults == faults


def test_what_has_no_cell_of_its_own_is_said_beside_the_pupil():
    twice = "07/09/2026 AM is there twice, in line 2 and line 4."
    assert read(
        ("UPN", "Date", "AM"),
        (ONE, "07/09/2026", "/"),
        (TWO, "07/09/2026", "/"),
        (ONE, "2026-09-07", "I"),
        (ONE, "soon", "I"),
        ("", "07/09/2026", "/"),
    ) == [
        (
            2,
            {
                "UPN": ONE,
                "What is wrong": f"{twice} Line 5, I: “soon” is not a date like 07/09/2026.",
                "07/09/2026 AM": "/ and I",
            },
        ),
        (3, {"UPN": TWO, "07/09/2026 AM": "/"}),
        (6, {"What is wrong": "There is no UPN in this line.", "07/09/2026 AM": "/"}),
    ]
    many = [(ONE, "soon", "I")] * 7
    ((_, said),) = read(("UPN", "Date", "AM"), *many)
    assert said["What is wrong"].endswith(
        "Line 6, I: “soon” is not a date like 07/09/2026. And 2 more."
    )


def test_what_was_wrong_stays_so_until_somebody_says_that_it_is_mended():
    ((_, said),) = read(("UPN", "What is wrong", "07/09/2026 AM"), (ONE, "Sent twice.", "/"))
    assert said["What is wrong"].startswith("Sent twice. (Empty the cell “What is wrong”")
    ((_, mended),) = read(("UPN", "What is wrong", "07/09/2026 AM"), (ONE, "", "/"))
    assert "What is wrong" not in mended


def test_what_is_not_read_is_told():
    columns, _ = read_attendance(
        [("UPN", "Form", "Date", "AM", "Afternoon register"), (ONE, "C", "07/09/2026", "/", "I")]
    )
    assert [heading for heading, code in columns if not code] == ["Form", "Afternoon register"]
    for heading in ("08/09 AM", "2026-13-01 PM"):
        with pytest.raises(FileRefused, match="named by its whole date"):
            read_attendance([("UPN", "07/09/2026 AM", heading), (ONE, "/", "/")])


def test_a_day_of_its_own_for_each_pupil_is_refused_before_it_is_laid_out():
    days = (dt.date(2000, 1, 1) + dt.timedelta(days=n) for n in range(4000))
    rows = [(f"UPN{n}", day, "/") for n, day in enumerate(days)]
    with pytest.raises(FileRefused, match="has 4000 sessions; at most 800"):
        read_attendance([("UPN", "Date", "AM"), *rows])


def test_of_two_headings_the_one_is_read_that_says_it_best():
    assert read(("UPN", "Day", "Date", "AM"), (ONE, "Monday", "07/09/2026", "/")) == [
        (2, {"UPN": ONE, "07/09/2026 AM": "/"})
    ]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        (("Name", "AM"), "has no column UPN"),
        (("UPN", "Name"), "Beside the UPN it takes Date"),
        (("UPN", "Date"), "Beside the UPN it takes Date"),
        (("UPN", "upn"), "two columns with the heading “upn”"),
    ],
)
def test_a_table_without_its_columns(heading, words):
    with pytest.raises(FileRefused, match=words):
        read_attendance([heading, (ONE, "x")])
    with pytest.raises(FileRefused):
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

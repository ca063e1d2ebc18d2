"""The clock of an annual review, against days counted by hand on a calendar."""

import datetime as dt

import pytest

from pupils.choices import Transfer
from pupils.measures import in_time, review_due, year_after

DAYS = ("papers", "meeting", "report", "decision", "final")


def days(meets_on, **more):
    due = review_due(dt.date.fromisoformat(meets_on), **more)
    assert tuple(due) == DAYS
    return [day.isoformat() for day in due.values()]


@pytest.mark.parametrize(
    ("meets_on", "wanted"),
    [
        # An ordinary autumn.
        ("2026-10-06", ["2026-09-22", "2026-10-06", "2026-10-20", "2026-11-03", "2026-12-29"]),
        # Over the end of a year.
        ("2026-12-10", ["2026-11-26", "2026-12-10", "2026-12-24", "2027-01-07", "2027-03-04"]),
        ("2027-01-05", ["2026-12-22", "2027-01-05", "2027-01-19", "2027-02-02", "2027-03-30"]),
        # February of a leap year has a day more.
        ("2028-02-15", ["2028-02-01", "2028-02-15", "2028-02-29", "2028-03-14", "2028-05-09"]),
        ("2027-02-15", ["2027-02-01", "2027-02-15", "2027-03-01", "2027-03-15", "2027-05-10"]),
        ("2028-02-29", ["2028-02-15", "2028-02-29", "2028-03-14", "2028-03-28", "2028-05-23"]),
    ],
)
def test_each_step_has_its_day(meets_on, wanted):
    assert days(meets_on) == wanted


def test_a_transfer_has_the_final_plan_on_its_own_day_where_that_is_earlier():
    phase = {"transfer": Transfer.PHASE, "transfer_year": 2027}
    assert days("2026-12-10", **phase)[-1] == "2027-02-15"
    # Twelve weeks are earlier.
    assert days("2026-10-06", **phase)[-1] == "2026-12-29"
    post_16 = {"transfer": Transfer.POST_16, "transfer_year": 2027}
    assert days("2027-01-20", **post_16)[-1] == "2027-03-31"
    assert days("2026-12-10", **post_16)[-1] == "2027-03-04"
    # Too late for it: the day stays where the law has it.
    assert days("2027-02-20", **phase)[-1] == "2027-02-15"


def test_a_year_later_is_the_same_day_but_after_a_leap_day():
    assert year_after(dt.date(2026, 12, 31)) == dt.date(2027, 12, 31)
    assert year_after(dt.date(2027, 2, 28)) == dt.date(2028, 2, 28)
    assert year_after(dt.date(2028, 2, 29)) == dt.date(2029, 2, 28)


def test_a_meeting_set_too_late_is_due_when_the_year_is_over():
    by = dt.date(2026, 11, 1)
    assert days("2026-11-20", by=by)[1] == "2026-11-01"
    assert days("2026-10-20", by=by)[1] == "2026-10-20"


def test_what_is_still_to_come_is_neither_in_time_nor_late():
    day = dt.date
    steps = [
        (day(2026, 10, 1), day(2026, 10, 1)),  # on the day
        (day(2026, 10, 1), day(2026, 10, 2)),  # a day late
        (day(2026, 11, 20), None),  # late by now
        (day(2026, 11, 21), None),  # due today
        (day(2026, 12, 1), day(2026, 11, 3)),  # early
    ]
    assert in_time(steps, day(2026, 11, 21)) == (2, 4)
    assert in_time([], day(2026, 11, 21)) == (0, 0)

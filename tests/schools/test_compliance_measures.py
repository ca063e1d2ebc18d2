"""Statutory dates, how things stand, and what of a premium is spent: worked by hand."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.measures import (
    Standing,
    after_monday,
    day_in_year,
    spending,
    standing,
    standing_words,
)
from schools.selectors.statutory import SetEachYear, rule_of, rules, statement

DAY = dt.date(2026, 11, 21)
YEAR = dt.date(2026, 9, 1)


@pytest.mark.parametrize(
    ("due", "done", "stands", "words"),
    [
        ((2026, 11, 20), None, Standing.LATE, "1 day late"),
        ((2026, 10, 21), None, Standing.LATE, "31 days late"),
        ((2026, 11, 21), None, Standing.SOON, "due today"),
        ((2026, 11, 22), None, Standing.SOON, "due in 1 day"),
        ((2026, 12, 19), None, Standing.SOON, "due in 28 days"),
        ((2026, 12, 20), None, Standing.DUE, "due in 29 days"),
        ((2026, 11, 10), (2026, 11, 10), Standing.DONE, "done"),
        ((2026, 11, 10), (2026, 11, 9), Standing.DONE, "done"),
        ((2026, 11, 10), (2026, 11, 13), Standing.DONE, "done, 3 days late"),
    ],
)
def test_how_something_stands(due, done, stands, words):
    days = {"done_on": dt.date(*done) if done else None, "today": DAY}
    assert standing(dt.date(*due), **days) is stands
    assert standing_words(dt.date(*due), **days) == words


def test_days_within_a_school_year():
    assert day_in_year(YEAR, 12, 31) == dt.date(2026, 12, 31)
    assert day_in_year(YEAR, 7, 31) == dt.date(2027, 7, 31)
    assert day_in_year(YEAR, 9, 1) == YEAR
    # By a calendar: the second Mondays of May and June 2027 are the 10th and the 14th.
    assert after_monday(YEAR, 5, 2, 3) == dt.date(2027, 5, 13)
    assert after_monday(YEAR, 6, 1, 11) == dt.date(2027, 6, 18)
    assert after_monday(YEAR, 6, 2, 4) == dt.date(2027, 6, 18)
    assert after_monday(YEAR, 6, 4, 4) == dt.date(2027, 7, 2)


def test_every_suggestion_falls_on_the_days_that_were_published():
    """What is suggested for a year to come is how the known years fell."""
    checked = 0
    for rule in rules():
        if isinstance(rule.due, SetEachYear):
            usual = rule.due.suggested
            for name, day in rule.due.published.items():
                starts = dt.date(int(name[:4]), 9, 1)
                assert after_monday(starts, usual.month, usual.monday, usual.days_later) == day, (
                    rule.code
                )
                checked += 1
    assert checked >= 6


def test_the_file_says_which_dates_are_sure():
    sure = {
        rule.code: rule.due.due(year="2026/27", starts_on=YEAR, term_starts_on=dt.date(2026, 9, 3))
        for rule in rules()
    }
    assert sure["reception-baseline"] == (dt.date(2026, 10, 15), True)
    assert sure["early-years-profile"] == (dt.date(2027, 6, 30), True)
    assert sure["ks2-tests"] == (dt.date(2027, 5, 13), False)
    assert sure["phonics-check"] == (dt.date(2027, 6, 18), False)
    autumn = dt.date(2025, 9, 3)
    known = rule_of("ks2-tests").due.due(
        year="2025/26", starts_on=dt.date(2025, 9, 1), term_starts_on=autumn
    )
    assert known == (dt.date(2026, 5, 14), True)
    assert rule_of("ks1-tests") is None, "nobody owes it"
    for premium, day in (("pupil", dt.date(2026, 12, 31)), ("sport", dt.date(2027, 7, 31))):
        assert statement(premium).due.due(year="2026/27", starts_on=YEAR) == (day, True)


def test_the_window_of_an_assessment_opens_by_its_date():
    """2025/26, whose dates are sure: tests from Monday 11 to Thursday 14 May 2026."""
    for rule, own_date, opens_on in (
        ("ks2-tests", None, dt.date(2026, 5, 11)),
        ("ks2-tests", dt.date(2026, 5, 21), dt.date(2026, 5, 11)),
        ("ks2-tests", dt.date(2026, 5, 13), dt.date(2026, 5, 10)),
        ("early-years-profile", None, dt.date(2026, 4, 1)),
        ("reception-baseline", None, dt.date(2025, 9, 1)),
    ):
        found = rule_of(rule).opens_on(
            year="2025/26", starts_on=dt.date(2025, 9, 1), own_date=own_date
        )
        assert found == opens_on, (rule, own_date)


@pytest.mark.parametrize(
    ("received", "costs", "words", "planned"),
    [
        ("1000.00", [("600.00", "0.10"), ("400.00", "0.20")], "£999.70 left to spend", "all of"),
        ("1000.00", [("1000.00", "1000.01")], "£0.01 overspent", "all of it is planned"),
        ("12345.60", [("13000.00", "12345.60")], "all of it is spent", "£654.40 overplanned"),
        ("5.00", [], "£5.00 left to spend", "£5.00 not planned yet"),
    ],
)
def test_what_of_a_premium_is_spent(received, costs, words, planned):
    found = spending(Decimal(received), [(Decimal(a), Decimal(b)) for a, b in costs])
    assert found.words == words
    assert found.planned_words.startswith(planned)


@given(st.integers(0, 10**9), st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9))))
def test_no_penny_is_lost_by_a_reckoning_in_pennies(received, costs):
    found = spending(
        Decimal(received) / 100, [(Decimal(a) / 100, Decimal(b) / 100) for a, b in costs]
    )
    assert int(found.planned * 100) == sum(a for a, _ in costs)
    assert int(found.spent * 100) == sum(b for _, b in costs)
    left = received - sum(b for _, b in costs)
    pounds = f"£{abs(left) // 100:,}.{abs(left) % 100:02}"
    expected = {True: f"{pounds} left to spend", False: f"{pounds} overspent"}[left > 0]
    assert found.words == (expected if left else "all of it is spent")

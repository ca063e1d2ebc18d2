"""The sums, by hand and against a second implementation that shares nothing with the first."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from math import isclose, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessment.measures import (
    Z_95,
    Z_998,
    Indicator,
    Rate,
    Standing,
    control_limits,
    expected_gain,
    indicator,
    standing,
    terms_since,
    wilson,
)

D = Decimal
CENSUS = [
    dt.date(2025, 10, 1),
    dt.date(2026, 1, 21),
    dt.date(2026, 5, 20),
    dt.date(2026, 10, 1),
]


@pytest.mark.parametrize(
    ("baseline_on", "census_on", "terms"),
    [
        (dt.date(2025, 9, 15), CENSUS[0], 1),  # September's baseline has the autumn term
        (dt.date(2025, 10, 1), CENSUS[0], 1),  # on the census day still
        (dt.date(2025, 10, 2), CENSUS[0], 0),  # the day after no longer
        (dt.date(2025, 12, 10), CENSUS[0], 0),
        (dt.date(2025, 12, 10), CENSUS[1], 1),
        (dt.date(2025, 9, 15), CENSUS[3], 4),
        (dt.date(2026, 5, 21), CENSUS[2], 0),
        (dt.date(2026, 5, 21), CENSUS[3], 1),
        (dt.date(2027, 1, 1), CENSUS[0], 0),  # never negative
    ],
)
def test_a_term_counts_when_its_census_is_on_or_after_the_baseline(baseline_on, census_on, terms):
    assert terms_since(baseline_on, census_on, CENSUS) == terms


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    st.sets(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), min_size=1),
    st.data(),
)
def test_terms_are_the_census_days_from_the_baseline_to_the_term(baseline_on, days, data):
    days = sorted(days)
    census_on = data.draw(st.sampled_from(days))
    terms = len([day for day in days if baseline_on <= day <= census_on])
    assert terms_since(baseline_on, census_on, days) == terms


def expected(rates, baseline_on, census_on):
    rates = [Rate(D(points), until) for points, until in rates]
    return expected_gain(rates, baseline_on=baseline_on, census_on=census_on, census_days=CENSUS)


SEPTEMBER = dt.date(2025, 9, 15)


def test_expected_gain_is_the_routes_points_times_the_terms():
    assert expected([("0.5", None)], SEPTEMBER, CENSUS[2]) == D("1.5")
    assert expected([("0.25", None)], dt.date(2025, 12, 10), CENSUS[0]) == 0
    # Exact, as binary fractions are not.
    assert expected([("0.1", None)], SEPTEMBER, CENSUS[2]) == D("0.3")


def test_figures_changed_from_a_term_on_count_for_the_terms_from_there_on():
    until_spring = dt.date(2026, 3, 31)
    changed = [("1", until_spring), ("2", None)]
    assert [expected(changed, SEPTEMBER, day) for day in CENSUS] == [1, 2, 4, 6]
    # A term before the first figures goes by them: those of an earlier scale say nothing here.
    assert expected(changed[1:], SEPTEMBER, CENSUS[3]) == 8
    # So does one between two, when the stream was not used on the route for a while.
    gap = [("1", CENSUS[0]), ("3", None)]
    assert expected(gap, SEPTEMBER, CENSUS[2]) == 7


@pytest.mark.parametrize(
    ("gain", "expected", "better", "reached"),
    [
        ("-1", "2", "1.5", Indicator.NONE),
        ("0", "2", "1.5", Indicator.NONE),
        ("0.01", "2", "1.5", Indicator.SOME),
        ("1.99", "2", "1.5", Indicator.SOME),
        ("2", "2", "1.5", Indicator.EXPECTED),  # the boundary belongs to the better side
        ("2.99", "2", "1.5", Indicator.EXPECTED),
        ("3", "2", "1.5", Indicator.BETTER),
        ("30", "2", "1.5", Indicator.BETTER),
        ("2", "2", "1", Indicator.BETTER),  # a stream without "expected" only
        ("3", "2", "2", Indicator.EXPECTED),
        ("4", "2", "2", Indicator.BETTER),
        ("0.3", "0.3", "1.5", Indicator.EXPECTED),
        ("0.45", "0.3", "1.5", Indicator.BETTER),
        # Maintenance is the aim: holding on is as expected, and more is not better.
        ("0", "0", "1.5", Indicator.EXPECTED),
        ("5", "0", "1.5", Indicator.EXPECTED),
        ("-0.5", "0", "1.5", Indicator.NONE),
    ],
)
def test_the_indicator_by_hand(gain, expected, better, reached):
    assert indicator(D(gain), D(expected), D(better)) is reached


quarters = st.integers(-80, 80).map(lambda n: D(n) / 4)


@given(quarters, quarters.filter(lambda q: q >= 0), st.integers(4, 16).map(lambda n: D(n) / 4))
def test_the_indicator_again_as_a_ratio(gain, expected, better):
    if expected == 0:
        plain = 1 if gain < 0 else 3
    else:
        ratio = Fraction(gain) / Fraction(expected)
        cuts = [ratio > 0, ratio >= 1, ratio >= Fraction(better)]
        plain = 1 + sum(cuts)
    assert indicator(gain, expected, better) == plain


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [  # Newcombe, R. G. (1998), Statistics in Medicine 17, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_against_published_intervals(hits, total, low, high):
    interval = wilson(hits, total)
    assert interval is not None
    assert interval.share == hits / total
    assert round(interval.low, 4) == low
    assert round(interval.high, 4) == high


def test_wilson_of_nothing_is_nothing():
    assert wilson(0, 0) is None


counts = st.integers(1, 5000).flatmap(
    lambda total: st.tuples(st.integers(0, total), st.just(total))
)


@given(counts)
def test_wilson_again_by_search(count):
    """Its limits are the rates from which the share is just z standard errors away."""
    hits, total = count
    share = hits / total

    def too_far(rate):
        return abs(share - rate) > 1.959963984540054 * sqrt(rate * (1 - rate) / total)

    def edge(inside, outside):
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if too_far(middle) else (middle, outside)
        return inside

    interval = wilson(hits, total)
    assert interval is not None
    assert isclose(interval.low, edge(share, 0.0), abs_tol=1e-6)
    assert isclose(interval.high, edge(share, 1.0), abs_tol=1e-6)
    assert 0 <= interval.low <= share + 1e-12
    assert share - 1e-12 <= interval.high <= 1


def test_the_funnel_by_hand():
    # Rate 0.8, size 100: standard error 0.04.
    assert control_limits(0.8, 100, Z_95) == pytest.approx((0.7216, 0.8784), abs=1e-4)
    assert control_limits(0.8, 100, Z_998) == pytest.approx((0.6764, 0.9236), abs=1e-4)
    # Rate 0.8, size 4: standard error 0.2; no limit lies outside 0 and 1.
    assert control_limits(0.8, 4, Z_998) == pytest.approx((0.1820, 1.0), abs=1e-4)
    assert control_limits(1.0, 7, Z_998) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("hits", "stands"),
    [
        (67, Standing.BELOW),
        (68, Standing.WATCH_BELOW),
        (72, Standing.WATCH_BELOW),
        (73, Standing.WITHIN),
        (80, Standing.WITHIN),
        (87, Standing.WITHIN),
        (88, Standing.WATCH_ABOVE),
        (92, Standing.WATCH_ABOVE),
        (93, Standing.ABOVE),
    ],
)
def test_standing_by_hand_for_100_judged_where_the_trust_has_80_per_cent(hits, stands):
    assert standing(hits, 100, 0.8) is stands


def test_where_nobody_is_judged_nobody_stands_anywhere():
    assert standing(0, 0, 0.8) is None


def test_where_all_reach_it_one_who_does_not_stands_out():
    assert standing(10, 10, 1.0) is Standing.WITHIN
    assert standing(9, 10, 1.0) is Standing.BELOW
    assert standing(1, 10, 0.0) is Standing.ABOVE


@given(counts, st.floats(0.01, 0.99))
def test_standing_again_by_distance(count, rate):
    hits, total = count
    distance = (hits - total * rate) / (total * rate * (1 - rate)) ** 0.5
    assume(all(not isclose(abs(distance), limit, abs_tol=1e-6) for limit in (Z_95, Z_998)))
    plain = 3
    for limit in (1.959963984540054, 3.090232306167813):
        plain += 1 if distance > limit else -1 if distance < -limit else 0
    assert standing(hits, total, rate) == plain

"""Attendance codes and sums, against the domain page and a second, naive reckoning."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pupils.measures import CODES, Attendance, CodeKind, Sessions, sessions_of

# Copied by hand from the domain page, but for D: it stands there among those elsewhere, and the
# Department for Education counts a session of a pupil with two schools in one of them only.
PRESENT = ["/", "\\", "L"]
ELSEWHERE = ["K", "V", "P", "W", "B"]
AUTHORISED = ["C", "C1", "C2", "E", "I", "J1", "M", "R", "S", "T"]
UNABLE = ["Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7"]
UNAUTHORISED = ["G", "N", "O", "U"]
NOT_COUNTED = ["D", "X", "Z", "#"]


def test_the_codes_are_those_of_the_domain_page_and_no_others():
    for kind, codes in (
        (CodeKind.PRESENT, PRESENT),
        (CodeKind.ELSEWHERE, ELSEWHERE),
        (CodeKind.AUTHORISED, AUTHORISED),
        (CodeKind.UNABLE, UNABLE),
        (CodeKind.UNAUTHORISED, UNAUTHORISED),
        (CodeKind.NOT_COUNTED, NOT_COUNTED),
    ):
        assert [code for code, found in CODES.items() if found is kind] == codes
    assert len(CODES) == 34
    with pytest.raises(KeyError):
        sessions_of(["/", "H"])


def test_a_pupil_with_two_schools_counts_once():
    assert sessions_of(["/", "\\", "D", "D"]) == Sessions(2, 2)


def test_a_week_worked_by_hand():
    week = ["/", "\\", "L", "\\", "B", "I", "U", "Y1", "#", "X"]
    assert sessions_of(week) == Sessions(7, 5, authorised=1, unauthorised=1, late=1)


def naive(codes):
    """Count as one would on paper."""
    attended = authorised = unauthorised = late = 0
    for code in codes:
        if code in PRESENT or code in ELSEWHERE:
            attended += 1
        if code == "L":
            late += 1
        if code in AUTHORISED:
            authorised += 1
        if code in UNAUTHORISED:
            unauthorised += 1
    return attended + authorised + unauthorised, attended, authorised, unauthorised, late


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(sorted(CODES)), max_size=15), max_size=3))
def test_sums_of_half_terms_are_the_sums_of_their_sessions(half_terms):
    total = sum((sessions_of(codes) for codes in half_terms), Sessions(0, 0))
    possible, attended, authorised, unauthorised, late = naive([c for h in half_terms for c in h])
    assert total == Sessions(possible, attended, authorised, unauthorised, late)
    missed = Fraction(authorised + unauthorised, possible) if possible else None
    assert total.persistently_absent == (missed is not None and missed >= Fraction(1, 10))
    assert total.severely_absent == (missed is not None and missed >= Fraction(1, 2))
    assert total.persistently_absent or not total.severely_absent


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_a_fall_is_counted_exactly(possible, missed, possible_before, missed_before):
    now = Sessions(possible, max(0, possible - missed))
    before = Attendance(possible_before, max(0, possible_before - missed_before))
    fell = bool(possible and possible_before) and Fraction(
        before.attended, before.possible
    ) - Fraction(now.attended, now.possible) >= Fraction(5, 100)
    assert now.fell_since(before, points=5) is fell


def test_ten_per_cent_exactly_is_persistent_and_a_half_exactly_is_severe():
    assert Sessions(130, 117).persistently_absent  # 13 of 130 missed: 10 per cent
    assert not Sessions(130, 118).persistently_absent
    assert Sessions(130, 65).severely_absent
    assert not Sessions(130, 66).severely_absent
    assert not Sessions(0, 0).persistently_absent

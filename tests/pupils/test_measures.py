"""The check letter of a UPN, on the examples of the domain page."""

import pytest

from pupils.measures import upn_check_letter


@pytest.mark.parametrize(
    "upn", ["B801200005001", "F908700025001", "V908700025002", "E90870002501A"]
)
def test_good_numbers_begin_with_their_check_letter(upn):
    assert upn_check_letter(upn[1:]) == upn[0]


def test_a_wrong_letter_shows():
    assert upn_check_letter("801200005001") != "A"


def test_each_digit_counts():
    good = "801200005001"
    for place, digit in enumerate(good):
        wrong = good[:place] + str((int(digit) + 1) % 10) + good[place + 1 :]
        assert upn_check_letter(wrong) != upn_check_letter(good)


def test_the_last_letter_of_a_temporary_number_counts():
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    assert {upn_check_letter(f"90870002501{letter}") for letter in letters} == set(letters)


@pytest.mark.parametrize(
    "rest", ["", "80120000500", "8012000050011", "80120A005001", "80120000501S", "²" * 12]
)
def test_what_is_no_upn_is_refused(rest):
    with pytest.raises(ValueError, match=r"UPN|substring"):
        upn_check_letter(rest)

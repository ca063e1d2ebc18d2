"""Whoever has all that governors and trustees may read cannot work out what is hidden in it."""

import pytest

from tests.reporting.attacker.publishing import attacked

# `make bench` attacks 500.
TRUSTS, AT_ONCE = 40, 4


@pytest.mark.parametrize("first", range(0, TRUSTS, AT_ONCE))
def test_nothing_hidden_in_the_reports_of_a_random_trust_can_be_worked_out(first):
    assert [each for seed in range(first, first + AT_ONCE) for each in attacked(seed)] == []

"""What is left of a class's judgements, in words."""

import pytest

from assessment.selectors.coverage import Coverage


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (Coverage(3, 0, 0), "nothing due"),
        (Coverage(3, 6, 6), "all judged"),
        (Coverage(3, 5, 6), "about 1 minute left"),
        (Coverage(12, 42, 96), "about 9 minutes left"),
    ],
)
def test_the_time_left_in_words(count, words):
    assert count.left == words

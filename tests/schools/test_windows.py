"""When judgements are entered: the trust's window, a school's own, and leave for late entry."""

import datetime as dt

import pytest

from schools.models import Window
from schools.selectors.calendar import current_term
from schools.selectors.windows import EntryDays


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (day(15), "window opens tomorrow, Monday 16 November"),
        (day(13), "window opens Monday 16 November, in 3 days"),
        (day(16), "window closes Friday 11 December, in 25 days"),
        (day(21), "window closes Friday 11 December, in 20 days"),
        (dt.date(2026, 12, 11), "window closes today, Friday 11 December"),
        (dt.date(2026, 12, 12), "window closed on Friday 11 December"),
        (dt.date(2027, 1, 4), "window closed on Friday 11 December 2026"),
    ],
)
def test_the_window_in_words(today, words):
    window = Window(opens_on=day(16), closes_on=dt.date(2026, 12, 11))
    assert EntryDays.by(window, None).words(today) == words


def test_the_current_term_is_the_open_one_else_the_latest_that_has_begun(world):
    open_now = Window.objects.get()
    assert current_term(dt.date(2026, 2, 1)) == (world.term, open_now)
    Window.objects.all().delete()
    assert current_term(dt.date(2026, 2, 1)) == (world.terms[1], None)
    assert current_term(dt.date(2026, 8, 1)) == (world.terms[2], None)
    assert current_term(dt.date(2020, 1, 1)) == (None, None)

"""When judgements are entered: the trust's window, a school's own, and leave for late entry."""

import datetime as dt

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from schools.models import Term, Window
from schools.selectors.calendar import current_term, dates_of
from schools.selectors.windows import EntryDays
from tests.architecture.test_contracts import PROJECT, application_code
from tests.factories.schools import TermFactory
from tests.pupils.conftest import words
from tests.schools.test_calendar import given


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


def test_windows_are_looked_up_in_one_place_only():
    """Whoever asks the table itself forgets that a school may have days of its own."""
    may = {
        "schools/selectors/windows.py",
        "schools/selectors/calendar.py",  # the trust's, as they are set
        "schools/services/calendar.py",
        "schools/services/windows.py",
        "reporting/services/demo/windows.py",
        "reporting/services/england/places.py",
    }
    asks = {
        str(file.relative_to(PROJECT))
        for file, _ in application_code()
        if "Window.objects" in file.read_text()
    }
    assert asks == may


def test_the_current_term_of_a_school_goes_by_its_own_windows(world):
    Window.objects.update(opens_on=dt.date(2026, 11, 16), closes_on=dt.date(2026, 12, 11))
    kept_open = Window.objects.create(
        term=world.terms[2],
        school=world.school,
        opens_on=dt.date(2026, 6, 1),
        closes_on=dt.date(2026, 9, 30),
    )
    early = dt.date(2026, 9, 10)
    assert current_term(early).term == world.term
    assert current_term(early, school_id=world.other_school.pk).term == world.term
    assert current_term(early, school_id=world.school.pk) == (world.terms[2], kept_open)


def test_a_change_that_moves_numbers_or_shuts_a_window_is_asked_about(world, sign_in):
    """The trust administrator moves this year's days; what the schools set themselves stays."""
    admin = sign_in(Role.TRUST_ADMIN)
    year = world.term.year
    year.ends_on = dt.date(2027, 8, 31)
    year.save()
    TermFactory(year=year, season="spring")
    TermFactory(year=year, season="summer")
    Window.objects.update(opens_on=dt.date(2026, 11, 16), closes_on=dt.date(2026, 12, 11))
    Window.objects.create(
        term=world.term,
        school=world.school,
        opens_on=dt.date(2026, 11, 20),
        closes_on=dt.date(2026, 12, 16),
    )
    before = words(admin.get(reverse("calendar")))
    assert "16 November 2026 to 11 December 2026" in before
    assert "1 school with days of its own" in before
    url = reverse("edit_year", args=[year.pk])
    form = given(dates_of(year), autumn_census_on="2026-10-08", autumn_closes_on="2026-12-04")
    asked = admin.post(url, form)
    said = words(asked)
    assert "The census day of Autumn 2026 moves from 1 October 2026 to 8 October 2026." in said
    assert "closes on 4 December 2026 instead of 11 December 2026." in said
    assert "Schools that keep a window of their own: 1." in said
    assert Term.objects.get(pk=world.term.pk).census_on == dt.date(2026, 10, 1)
    assert 'name="autumn_census_on" value="2026-10-08"' in asked.content.decode()
    assert admin.post(url, form | {"confirmed": "1"}).status_code == 302
    assert Term.objects.get(pk=world.term.pk).census_on == dt.date(2026, 10, 8)
    trusts, own = Window.objects.filter(term=world.term).order_by("closes_on")
    assert (trusts.school, trusts.closes_on) == (None, dt.date(2026, 12, 4))
    assert (own.school, own.closes_on) == (world.school, dt.date(2026, 12, 16))
    for changes, answer in (
        ({"autumn_opens_on": "", "autumn_closes_on": ""}, "would be taken away"),
        ({"autumn_opens_on": "2026-11-30"}, "would be closed until 30 November 2026"),
    ):
        assert answer in words(admin.post(url, given(dates_of(year), **changes)))
    # A window that stays open as long as it was asks nothing, nor does a term to come.
    longer = given(dates_of(year), autumn_closes_on="2026-12-12", summer_census_on="2027-05-27")
    assert admin.post(url, longer).status_code == 302

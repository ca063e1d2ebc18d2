"""The calendar of the trust: years, terms and windows, and the mistakes one makes with them."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Access, Grant, Role
from parrcs.core.tenancy import in_trust
from schools.measures import suggested_year
from schools.models import AcademicYear, Term, Window
from schools.selectors.calendar import current_term
from schools.services.calendar import TermsOverlap, YearExists, save_year
from tests.factories.schools import (
    AcademicYearFactory,
    MembershipFactory,
    TermFactory,
    TrustFactory,
    UserFactory,
    WindowFactory,
)
from tests.schools.conftest import text_of

DAYS = ("starts_on", "ends_on", "census_on", "opens_on", "closes_on")
SEASONS = ("autumn", "spring", "summer")


@pytest.fixture(autouse=True)
def now(today, world):
    """All of this happens in autumn 2026, in a year that ends as years do."""
    AcademicYear.objects.filter(name="2026/27").update(ends_on=dt.date(2027, 8, 31))


@pytest.fixture
def admin(sign_in):
    return sign_in(Role.TRUST_ADMIN)


def given(dates, **changes):
    """Return a year as the form sends it."""
    form = {"starts_on": dates.starts_on, "ends_on": dates.ends_on}
    for term in dates.terms:
        form |= {f"{term.season}_{each}": getattr(term, each) or "" for each in DAYS}
    return {name: str(value) for name, value in form.items()} | changes


def everything():
    """Return the whole calendar as it is stored."""
    return (
        list(AcademicYear.objects.values_list("name", "starts_on", "ends_on")),
        list(Term.objects.values_list("season", "starts_on", "ends_on", "census_on")),
        list(Window.objects.values_list("term", "opens_on", "closes_on")),
    )


# --- Suggestions ---------------------------------------------------------------------------


def test_the_suggestions_for_2026_27_are_what_a_person_would_write():
    year = suggested_year(2026)
    autumn, spring, summer = year.terms
    assert year.name == "2026/27"
    assert (year.starts_on, year.ends_on) == (dt.date(2026, 9, 1), dt.date(2027, 8, 31))
    assert (autumn.starts_on, autumn.ends_on) == (dt.date(2026, 9, 1), dt.date(2026, 12, 18))
    assert autumn.census_on == dt.date(2026, 10, 1)
    assert (autumn.opens_on, autumn.closes_on) == (dt.date(2026, 11, 23), dt.date(2026, 12, 11))
    assert (spring.starts_on, spring.ends_on) == (dt.date(2027, 1, 4), dt.date(2027, 3, 26))
    assert spring.census_on == dt.date(2027, 1, 21)
    assert (summer.starts_on, summer.ends_on) == (dt.date(2027, 4, 12), dt.date(2027, 7, 21))
    assert summer.census_on == dt.date(2027, 5, 20)


@pytest.mark.parametrize("start", range(2020, 2048))
def test_every_suggestion_is_one_that_the_form_takes(start):
    year = suggested_year(start)
    assert year.name == f"{start}/{(start + 1) % 100:02}"
    ended = year.starts_on - dt.timedelta(days=1)
    for term, (month, which) in zip(year.terms, ((10, 1), (1, 3), (5, 3)), strict=True):
        assert ended < term.starts_on <= term.opens_on < term.closes_on < term.ends_on
        assert term.starts_on <= term.census_on <= term.ends_on
        assert term.ends_on <= year.ends_on
        ended = term.ends_on
        for day in (term.starts_on, term.ends_on, term.opens_on, term.closes_on):
            assert day.strftime("%a") not in {"Sat", "Sun"}
        thursdays = [
            day
            for day in (dt.date(term.census_on.year, month, n) for n in range(1, 29))
            if day.strftime("%a") == "Thu"
        ]
        assert term.census_on == thursdays[which - 1]


# --- Looking -------------------------------------------------------------------------------


def test_the_calendar_shows_years_terms_and_windows(admin, foreign):
    Window.objects.update(opens_on=dt.date(2026, 11, 13), closes_on=dt.date(2026, 12, 11))
    page = text_of(admin.get(reverse("calendar")))
    assert page.index("2026/27") < page.index("2025/26")
    term = "Autumn 2026 Term 1 September 2026 to 18 December 2026"
    assert f"{term} Half term none set Census day 1 October 2026" in page
    assert "Window 13 November 2026 to 11 December 2026 open now" in page
    assert "Summer 2026 Term 13 April 2026 to 21 July 2026" in page
    assert "Window none set" in page
    assert page.count("open now") == 1


def test_an_empty_calendar_says_what_belongs_there(admin):
    Window.objects.all().delete()
    AcademicYearFactory(start=2030)
    page = text_of(admin.get(reverse("calendar")))
    assert "No terms have been set for this year." in page


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.TRUST_ADMIN])
def test_only_who_sets_up_the_trust_sets_its_calendar(sign_in, world, role):
    client = sign_in(role)
    year = world.term.year
    before = everything()
    for url in (reverse("calendar"), reverse("add_year"), reverse("edit_year", args=[year.pk])):
        assert client.get(url).status_code == 403
        assert client.post(url, given(suggested_year(2027))).status_code == 403
    assert everything() == before


def test_a_year_of_another_trust_is_not_there(admin, foreign):
    for ask in (admin.get, admin.post):
        other = ask(reverse("edit_year", args=[foreign.term.year_id]))
        nothing = ask(reverse("edit_year", args=[10**9]))
        assert (other.status_code, other.content) == (404, nothing.content)


# --- Adding and changing -------------------------------------------------------------------


def test_the_next_year_is_suggested_and_added_as_it_is(admin):
    page = admin.get(reverse("add_year"))
    assert "Add 2027/28" in text_of(page)
    assert 'value="2027-10-07"' in page.content.decode()  # the first Thursday of October
    answer = admin.post(reverse("add_year"), given(suggested_year(2027)), follow=True)
    assert "2027/28 was added to the calendar." in text_of(answer)
    year = AcademicYear.objects.get(name="2027/28")
    assert [str(term) for term in year.terms.all()] == ["Autumn 2027", "Spring 2028", "Summer 2028"]
    assert Window.objects.filter(term__year=year).count() == 3


def test_in_an_empty_calendar_the_year_that_runs_is_the_first(db):
    person = UserFactory()
    with in_trust(TrustFactory().pk):
        MembershipFactory(person=person, role=Role.TRUST_ADMIN)
    client = Client()
    client.force_login(person)
    page = text_of(client.get(reverse("calendar")))
    assert "No school year yet" in page
    assert "Set up the first year" in page
    assert "Add 2026/27" in text_of(client.get(reverse("add_year")))


def test_a_term_may_do_without_a_window(admin):
    form = given(suggested_year(2027), spring_opens_on="", spring_closes_on="")
    admin.post(reverse("add_year"), form)
    assert set(
        Window.objects.filter(term__year__name="2027/28").values_list("term__season", flat=True)
    ) == {"autumn", "summer"}


def test_a_year_is_changed_and_its_terms_stay_the_same_rows(admin, world):
    terms = {term.season: term.pk for term in world.terms[:3]}
    year = world.terms[0].year
    url = reverse("edit_year", args=[year.pk])
    page = admin.get(url).content.decode()
    assert 'value="2026-05-20"' in page  # the census day that summer 2026 has
    dates = suggested_year(2025)
    admin.post(url, given(dates, autumn_census_on="2025-10-03", confirmed="1"))
    changed = {term.season: term for term in Term.objects.filter(year=year)}
    assert {season: term.pk for season, term in changed.items()} == terms
    assert changed["autumn"].census_on == dt.date(2025, 10, 3)
    assert changed["spring"].ends_on == dates.terms[1].ends_on
    # Windows come, change and go with their days.
    assert Window.objects.filter(term__year=year).count() == 3
    none = {"autumn_opens_on": "", "autumn_closes_on": "", "autumn_census_on": "2025-10-03"}
    admin.post(url, given(dates, **none, spring_closes_on="2026-03-20"))
    assert Window.objects.get(term=terms["spring"]).closes_on == dt.date(2026, 3, 20)
    assert not Window.objects.filter(term=terms["autumn"]).exists()


def test_one_term_may_take_days_that_another_gives_up(admin, world):
    """Spring moves wholly into what was summer, and autumn into what was spring."""
    year = world.terms[0].year
    form = given(
        suggested_year(2025), confirmed="1",
        autumn_ends_on="2026-02-13", autumn_closes_on="2026-02-06",
        spring_starts_on="2026-04-20", spring_ends_on="2026-05-22", spring_census_on="2026-05-01",
        spring_opens_on="", spring_closes_on="",
        summer_starts_on="2026-06-01", summer_ends_on="2026-07-21", summer_census_on="2026-06-04",
    )  # fmt: skip
    assert admin.post(reverse("edit_year", args=[year.pk]), form).status_code == 302
    assert Term.objects.get(pk=world.terms[1].pk).starts_on == dt.date(2026, 4, 20)


MISTAKES = [
    ({"starts_on": ""}, "starts_on", "Enter a date."),
    ({"ends_on": "2027-08-31"}, "ends_on", "The year ends before it starts."),
    ({"ends_on": "2029-08-31"}, "ends_on", "A school year is about twelve months long."),
    ({"starts_on": "0027-09-01"}, "starts_on", "This date is too far away. Check its year."),
    ({"ends_on": "20278-08-31"}, "ends_on", "This is not a date."),
    (
        {"starts_on": "2027-08-01"},
        "starts_on",
        "This overlaps with 2026/27, which runs from 1 September 2026 to 31 August 2027.",
    ),
    ({"autumn_starts_on": "31/09/2027"}, "autumn_starts_on", "This is not a date. Write it like"),
    ({"autumn_starts_on": "2027-12-24"}, "autumn_ends_on", "The term ends before it starts."),
    (
        {"autumn_starts_on": "2027-08-30"},
        "autumn_starts_on",
        "The term starts before the year does, on 1 September 2027.",
    ),
    (
        {"summer_ends_on": "2028-09-01"},
        "summer_ends_on",
        "The term ends after the year does, on 31 August 2028.",
    ),
    (
        {"autumn_census_on": "2027-12-18"},
        "autumn_census_on",
        "The census day lies in the term, from 1 September 2027 to 17 December 2027.",
    ),
    (
        {"spring_starts_on": "2027-12-17"},
        "spring_starts_on",
        "Spring starts before autumn has ended, on 17 December 2027.",
    ),
    ({"autumn_closes_on": "2027-11-01"}, "autumn_closes_on", "The window closes before it opens."),
    (
        {"spring_opens_on": ""},
        "spring_opens_on",
        "A window has both days; a term without a window has neither.",
    ),
    ({"spring_closes_on": ""}, "spring_closes_on", "A window has both days;"),
    (
        {"spring_opens_on": "2027-12-01"},
        "spring_opens_on",
        "The window opens before the term starts, on 4 January 2028.",
    ),
    (
        {"spring_opens_on": "2028-03-27", "spring_closes_on": "2028-03-31"},
        "spring_opens_on",
        "The window opens after the term has ended, on 24 March 2028.",
    ),
]


@pytest.mark.parametrize(("changes", "field", "says"), MISTAKES)
def test_a_mistake_is_explained_at_its_field_and_nothing_is_stored(admin, changes, field, says):
    before = everything()
    response = admin.post(reverse("add_year"), given(suggested_year(2027), **changes))
    assert response.status_code == 200
    html = response.content.decode()
    assert says in text_of(response)
    summary, at_field = html.split(f'id="id_{field}_error"')
    assert f'<a href="#id_{field}">' in summary
    assert says.split(",")[0] in at_field.split("</p>")[0]
    for value in changes.values():
        assert f'value="{value}"' in html or not value
    assert everything() == before


def test_a_term_that_overlaps_one_of_another_year_is_explained(admin, world):
    """The other year's summer runs on, though the year itself has ended."""
    Term.objects.filter(pk=world.term.pk).update(ends_on=dt.date(2027, 9, 10))
    form = given(suggested_year(2027))
    page = admin.post(reverse("add_year"), form)
    assert (
        "Autumn term starts on: This term overlaps with Autumn 2026, which runs from"
        " 1 September 2026 to 10 September 2027." in text_of(page)
    )
    assert not AcademicYear.objects.filter(name="2027/28").exists()


# --- What the database refuses when the form did not see it ----------------------------------


def by_admin(world):
    return Access(1, world.trust.pk, (Grant(Role.TRUST_ADMIN),))


def test_the_database_has_the_last_word_on_overlaps(world):
    term = TermFactory(year=AcademicYearFactory(start=2030))
    before = everything()
    dates = suggested_year(2030)
    renamed = type(dates)(dates.starts_on.replace(year=2029), dates.ends_on, dates.terms)
    with pytest.raises(TermsOverlap):
        save_year(by=by_admin(world), year=None, dates=renamed)
    with pytest.raises(YearExists):
        save_year(by=by_admin(world), year=None, dates=dates)
    assert everything() == before
    assert term.pk


@pytest.mark.parametrize("name", ["add_year", "edit_year"])
def test_what_someone_else_did_meanwhile_is_told_in_words(admin, world, monkeypatch, name):
    """As if the other years had been added after the form had looked at them."""
    monkeypatch.setattr("schools.selectors.calendar.other_years", lambda _: [])
    monkeypatch.setattr("schools.selectors.calendar.other_terms", lambda _: [])
    before = everything()
    args, dates = ([], 2026) if name == "add_year" else ([world.terms[0].year.pk], 2026)
    form = given(suggested_year(dates), confirmed="1")
    page = admin.post(reverse(name, args=args), form)
    assert page.status_code == 200
    assert "Nothing was stored: someone else changed the calendar meanwhile" in text_of(page)
    assert everything() == before


# --- Which term is now ---------------------------------------------------------------------


def test_the_term_that_is_now(world):
    assert current_term(dt.date(2026, 1, 20)).term == world.term  # its window is open for ever
    Window.objects.all().delete()
    assert current_term(dt.date(2026, 1, 20)).term == world.terms[1]
    assert current_term(dt.date(2026, 8, 15)).term == world.terms[2]  # the holidays after it
    assert current_term(dt.date(2019, 1, 1)).term is None
    WindowFactory(term=world.terms[2], opens_on=dt.date(2026, 9, 1), closes_on=dt.date(2026, 9, 7))
    assert current_term(dt.date(2026, 9, 3)).term == world.terms[2]  # kept open into the new year


# --- Half terms ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"autumn_break_ends_on": ""}, "autumn_break_ends_on", "both days"),
        ({"autumn_break_ends_on": "2026-10-25"}, "autumn_break_ends_on", "before it starts"),
        ({"autumn_break_starts_on": "2026-09-01"}, "autumn_break_starts_on", "after the term"),
        ({"autumn_break_ends_on": "2026-12-18"}, "autumn_break_ends_on", "before the term does"),
    ],
)
def test_a_half_term_holiday_lies_in_its_term(admin, changes, field, words):
    year = AcademicYear.objects.get(name="2026/27")
    dates = suggested_year(2026)
    holiday = {
        "autumn_break_starts_on": "2026-10-26",
        "autumn_break_ends_on": "2026-10-30",
        "confirmed": "1",
    }
    response = admin.post(reverse("edit_year", args=[year.pk]), given(dates, **(holiday | changes)))
    assert words in " ".join(response.context["form"].errors[field])
    admin.post(reverse("edit_year", args=[year.pk]), given(dates, **holiday))
    term = Term.objects.get(year=year, season="autumn")
    assert (term.break_starts_on, term.break_ends_on) == (
        dt.date(2026, 10, 26),
        dt.date(2026, 10, 30),
    )
    assert "26 October 2026 to 30 October 2026" in text_of(admin.get(reverse("calendar")))


def test_the_suggested_holidays_are_those_that_councils_publish():
    days = [(t.break_starts_on, t.break_ends_on) for t in suggested_year(2026).terms]
    assert days == [
        (dt.date(2026, 10, 26), dt.date(2026, 10, 30)),
        (dt.date(2027, 2, 15), dt.date(2027, 2, 19)),
        (dt.date(2027, 5, 31), dt.date(2027, 6, 4)),
    ]

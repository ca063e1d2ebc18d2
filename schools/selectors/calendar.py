"""The trust's calendar: its years, terms and windows, and which of them is now."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet
from django.utils.formats import date_format

from parrcs.core.access import Access
from schools.measures import TermDates, YearDates, suggested_year
from schools.models import AcademicYear, ClassGroup, Term, Window
from schools.selectors.windows import Windows, windows


@dataclass(frozen=True)
class CalendarTerm:
    """A term of the calendar with its window, if any, and how many schools have their own."""

    term: Term
    window: Window | None
    is_open: bool
    apart: int


@dataclass(frozen=True)
class CalendarYear:
    """A year of the calendar with its terms in order."""

    year: AcademicYear
    terms: tuple[CalendarTerm, ...]


def academic_years(access: Access) -> QuerySet[AcademicYear]:
    """Return the years of the trust, with terms at hand and, as their windows, the trust's."""
    return AcademicYear.objects.filter(trust=access.trust_id).prefetch_related(
        Prefetch("terms", Term.objects.order_by("starts_on")),
        Prefetch("terms__windows", Window.objects.filter(school=None)),
    )


def calendar(access: Access, *, today: dt.date) -> list[CalendarYear]:
    """Return the whole calendar, the latest year first."""
    known = windows()
    return [
        CalendarYear(year, tuple(_with_window(term, known, today) for term in year.terms.all()))
        for year in academic_years(access).order_by("-starts_on")
    ]


def _with_window(term: Term, known: Windows, today: dt.date) -> CalendarTerm:
    window = known.of(term.pk)
    is_open = window is not None and window.is_open(today)
    return CalendarTerm(term, window, is_open, len(known.apart(term.pk)))


class CurrentTerm(NamedTuple):
    """The term that is now, with its window; no term: none has begun."""

    term: Term | None
    window: Window | None


def current_term(day: dt.date, *, school_id: int | None = None) -> CurrentTerm:
    """Return the term whose window is open, else the latest that has begun.

    The windows are those that a school goes by; without a school, the trust's.
    """
    held = windows()
    terms = [(term, held.of(term.pk, school_id)) for term in Term.objects.order_by("-starts_on")]
    opened = [each for each in terms if each[1] and each[1].is_open(day)]
    begun = [each for each in terms if each[0].starts_on <= day]
    return CurrentTerm(*next(iter(opened + begun), (None, None)))


def term_of_class(class_group: ClassGroup, *, today: dt.date) -> Term | None:
    """Return the term by which a class is looked at; None before its first term is set.

    The term that is now in its school; for a class of another year, the one of its year nearest
    to it.
    """
    now = current_term(today, school_id=class_group.school_id).term
    if now is not None and now.year_id == class_group.year_id:
        return now
    terms = list(Term.objects.filter(year=class_group.year_id).order_by("starts_on"))
    begun = [each for each in terms if each.starts_on <= today]
    return next(iter([*begun[::-1], *terms]), None)


def start_of_year(day: dt.date) -> dt.date:
    """Return the first day of the year around a day; where none is set up, the last 1 September."""
    year = AcademicYear.objects.filter(starts_on__lte=day, ends_on__gte=day).first()
    if year is not None:
        return year.starts_on
    return dt.date(day.year - (day.month < 9), 9, 1)


def year_at_hand(day: dt.date) -> AcademicYear | None:
    """Return the year in which people think on a day: in August it is the one to come.

    Between two years it is the next; after the last one of the calendar it stays that.
    """
    thought_of = dt.date(day.year, 9, 1) if day.month == 8 else day
    upcoming = AcademicYear.objects.filter(ends_on__gte=thought_of).order_by("starts_on").first()
    return upcoming or AcademicYear.objects.order_by("-starts_on").first()


def years_to_set_up(day: dt.date) -> QuerySet[AcademicYear]:
    """Return the year that runs and those to come, for which classes are set up."""
    return AcademicYear.objects.filter(ends_on__gte=day)


def next_year(access: Access, *, today: dt.date) -> YearDates:
    """Suggest the year after the last in the calendar; in an empty one, the year that runs."""
    last = academic_years(access).order_by("-starts_on").first()
    if last is not None:
        return suggested_year(last.starts_on.year + 1)
    return suggested_year(today.year if today.month >= 8 else today.year - 1)


def dates_of(year: AcademicYear) -> YearDates:
    """Return the days of a year as they stand; a term it lacks gets suggested ones."""
    held = {term.season: term for term in year.terms.all()}
    suggested = suggested_year(year.starts_on.year)
    terms = []
    for suggestion in suggested.terms:
        term = held.get(suggestion.season)
        if term is None:
            terms.append(suggestion)
            continue
        window = next(iter(term.windows.all()), None)
        terms.append(
            TermDates(
                term.season,
                term.starts_on,
                term.ends_on,
                term.census_on,
                window.opens_on if window else None,
                window.closes_on if window else None,
                term.break_starts_on,
                term.break_ends_on,
            )
        )
    return YearDates(year.starts_on, year.ends_on, tuple(terms))


def moved_by(year: AcademicYear, dates: YearDates, *, today: dt.date) -> list[str]:
    """Say what other days of a year would move or shut: nothing, if nobody would notice yet."""
    held = {term.season: term for term in year.terms.all()}
    known = windows()
    words = []
    for each in dates.terms:
        term = held.get(each.season)
        if term is None:
            continue
        if each.census_on != term.census_on and term.starts_on <= today:
            words.append(
                f"The census day of {term} moves from {_day(term.census_on)} to"
                f" {_day(each.census_on)}. Its numbers then count the pupils on roll on that day;"
                " reports that have been published keep theirs."
            )
        window = known.of(term.pk)
        if window is None or not window.is_open(today):
            continue
        shut = _shut_by(term, window, each, today)
        own = len(known.apart(term.pk))
        if shut and own:
            shut += f" Schools that keep a window of their own: {own}."
        words += [shut] if shut else []
    return words


def _shut_by(term: Term, window: Window, new: TermDates, today: dt.date) -> str:
    """Say how an open window would be shut; nothing, if it stays open as long as it was."""
    if new.opens_on is None or new.closes_on is None:
        return f"The window of {term} is open, and would be taken away: nothing can be entered."
    if new.closes_on < window.closes_on:
        return (
            f"The window of {term} closes on {_day(new.closes_on)} instead of"
            f" {_day(window.closes_on)}. What is not judged by then can no longer be entered."
        )
    if new.opens_on > today:
        return f"The window of {term} is open, and would be closed until {_day(new.opens_on)}."
    return ""


def other_years(year: AcademicYear | None) -> list[AcademicYear]:
    """Return the years beside this one, which it must not overlap."""
    return list(AcademicYear.objects.exclude(pk=year.pk) if year else AcademicYear.objects.all())


def other_terms(year: AcademicYear | None) -> list[Term]:
    """Return the terms of the years beside this one, which its terms must not overlap."""
    return list(Term.objects.exclude(year=year) if year else Term.objects.all())


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")

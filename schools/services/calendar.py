"""Setting the calendar of a trust."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from parrcs.core.access import Access, Permission
from schools.measures import YearDates
from schools.models import AcademicYear, Term, Window


class TermsOverlap(Exception):
    """Two terms of the trust would share a day."""


class YearExists(Exception):
    """The trust has a year of this name already."""


_TERM_DAYS = ("starts_on", "ends_on", "census_on", "break_starts_on", "break_ends_on")
_REFUSALS = {"terms_do_not_overlap": TermsOverlap, "year_name_once": YearExists}


def save_year(*, by: Access, year: AcademicYear | None, dates: YearDates) -> AcademicYear:
    """Add a year with its terms and windows, or set the days of one there is.

    A term without window days has no window. The form has looked at all of it before; what
    the database refuses all the same was changed by someone else meanwhile.
    """
    if not by.reach(Permission.MANAGE_SCHOOLS).whole_trust:
        raise PermissionDenied
    try:
        with transaction.atomic():
            return _save(year or AcademicYear(), dates)
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint in _REFUSALS:
            raise _REFUSALS[constraint] from error
        raise


def _save(year: AcademicYear, dates: YearDates) -> AcademicYear:
    year.name = dates.name
    year.starts_on = dates.starts_on
    year.ends_on = dates.ends_on
    year.save()
    held = {term.season: term for term in Term.objects.filter(year=year)}
    for each in dates.terms:
        term = held.get(each.season) or Term(year=year, season=each.season)
        for name in _TERM_DAYS:
            setattr(term, name, getattr(each, name))
        held[each.season] = term
    # All at once: a term may take days that another one gives up.
    Term.objects.bulk_update([term for term in held.values() if term.pk], _TERM_DAYS)
    Term.objects.bulk_create([term for term in held.values() if not term.pk])
    for each in dates.terms:
        _set_window(held[each.season], each.opens_on, each.closes_on)
    return year


def _set_window(term: Term, opens_on: dt.date | None, closes_on: dt.date | None) -> None:
    if opens_on is None or closes_on is None:
        Window.objects.filter(term=term, school=None).delete()
    else:
        Window.objects.update_or_create(
            term=term, school=None, defaults={"opens_on": opens_on, "closes_on": closes_on}
        )

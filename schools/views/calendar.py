"""The calendar of the trust: its years, terms and windows."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from schools.forms.calendar import YearForm
from schools.selectors import calendar as calendars
from schools.services.calendar import TermsOverlap, YearExists, save_year
from schools.tables import calendar_sheet

_CHANGED_MEANWHILE = (
    "Nothing was stored: someone else changed the calendar meanwhile, and these days would"
    " overlap with it. Look at the calendar, then try again."
)


@requires(Permission.MANAGE_SCHOOLS)
def calendar(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show all years with their terms and windows."""
    years = calendars.calendar(request.access, today=timezone.localdate())
    if ending:
        return sent_list(ending, "calendar", calendar_sheet(years))
    return render(request, "schools/calendar.html", {"years": years})


@requires(Permission.MANAGE_SCHOOLS)
def add_year(request: TrustRequest) -> HttpResponse:
    """Add the next year, from suggested dates."""
    suggested = calendars.next_year(request.access, today=timezone.localdate())
    form = YearForm(
        request.POST if request.method == "POST" else None,
        dates=suggested,
        other_years=calendars.other_years(None),
        other_terms=calendars.other_terms(None),
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = save_year(by=request.access, year=None, dates=form.dates)
        except (TermsOverlap, YearExists):
            form.add_error(None, _CHANGED_MEANWHILE)
        else:
            messages.success(request, f"{added} was added to the calendar.")
            return redirect("calendar")
    return render(
        request,
        "schools/year_form.html",
        {"form": form, "suggested": suggested, "crumbs": [("Calendar", reverse("calendar"))]},
    )


@requires(Permission.MANAGE_SCHOOLS)
def edit_year(request: TrustRequest, year_id: int) -> HttpResponse:
    """Change the days of a year; what moves numbers or shuts a window is asked about first."""
    year = get_object_or_404(calendars.academic_years(request.access), pk=year_id)
    form = YearForm(
        request.POST if request.method == "POST" else None,
        dates=calendars.dates_of(year),
        other_years=calendars.other_years(year),
        other_terms=calendars.other_terms(year),
    )
    if request.method == "POST" and form.is_valid():
        moved = calendars.moved_by(year, form.dates, today=timezone.localdate())
        if moved and "confirmed" not in request.POST:
            return render(
                request,
                "schools/year_confirm.html",
                {
                    "form": form,
                    "year": year,
                    "moved": moved,
                    "crumbs": [("Calendar", reverse("calendar"))],
                },
            )
        try:
            save_year(by=request.access, year=year, dates=form.dates)
        except (TermsOverlap, YearExists):
            form.add_error(None, _CHANGED_MEANWHILE)
        else:
            messages.success(request, f"{year} was changed.")
            return redirect("calendar")
    return render(
        request,
        "schools/year_form.html",
        {"form": form, "year": year, "crumbs": [("Calendar", reverse("calendar"))]},
    )

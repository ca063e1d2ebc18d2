"""Attendance of a school, an ARB or a class, and of all schools, beside the national figures."""

import hashlib
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from reporting.charts.attendance import half_terms_spec
from reporting.charts.render import as_svg
from reporting.filters import AttendanceFilters
from reporting.selectors.attendance import (
    FALL,
    Attendance,
    TrustAttendance,
    attendance,
    trust_attendance,
)
from reporting.selectors.attendance_periods import Period, periods, places, whole_places
from reporting.selectors.benchmarks import attendance_benchmark
from reporting.services.attendance_sheets import attendance_sheets, schools_sheet

# Fewer points make no line.
_LEAST_POINTS = 2


class _Asked(NamedTuple):
    filters: AttendanceFilters
    found: Attendance


@require_safe
@requires(Permission.SEE_PUPILS)
def attendance_page(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show the attendance of a place over some days, and whom to think of first."""
    asked = _asked(request)
    if ending:
        return _sent(ending, asked)
    page: dict[str, Any] = {
        "may_bring_in": request.access.may(Permission.MANAGE_PUPILS),
        "may_compare": request.access.reach(Permission.COMPARE).whole_trust,
        "fall": FALL,
    }
    if asked is None:
        return render(request, "reporting/attendance/nothing.html", page)
    rates = _rates(asked.found)
    page |= {
        "filters": asked.filters,
        "found": asked.found,
        "national": asked.found.national,
        "chart": len(rates) >= _LEAST_POINTS,
        "chart_alt": _alt(asked.found),
        "chart_version": _version(asked.found),
    }
    return render(request, "reporting/attendance/page.html", page)


@require_safe
@requires(Permission.SEE_PUPILS)
def attendance_chart(request: TrustRequest) -> HttpResponse:
    """Draw the attendance by half term, as a picture.

    With the version of the numbers that the page named it can never change, so the browser of
    the person may keep it; Clear-Site-Data takes it away at sign-out.
    """
    found = _exact(request).found
    figures = found.national.figures
    spec = half_terms_spec(_rates(found), national=float(figures.attended))
    response = HttpResponse(as_svg(spec), content_type="image/svg+xml")
    if request.GET.get("v") == _version(found):
        response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
@requires(Permission.COMPARE)
def attendance_schools(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show all schools on one page, each beside the national figures of its kind."""
    offered, found = _trust(request)
    if ending:
        return sent_list(ending, "attendance of all schools", schools_sheet(found))
    return render(
        request,
        "reporting/attendance/schools.html",
        {"found": found, "periods": offered, "benchmark": attendance_benchmark()},
    )


def _sent(ending: str, asked: _Asked | None) -> HttpResponse:
    if asked is None:
        return sent_list(ending, "attendance", *attendance_sheets(None))
    if asked.filters.errors:
        raise Http404
    found = asked.found
    name = f"attendance {found.place.name} {found.period.name}"
    return sent_list(ending, name, *attendance_sheets(found))


def _asked(request: TrustRequest) -> _Asked | None:
    """Return the choice with what it leads to; None where there is nothing to choose from."""
    days = periods(request.access, today=timezone.localdate())
    here = places(request.access)
    if not (days and here):
        return None
    filters = AttendanceFilters(
        request.GET, places=here, offered=whole_places(request.access, here), periods=days
    )
    found = attendance(
        request.access,
        place=filters.chosen_place,
        period=filters.chosen_period,
        as_taught=filters.as_taught,
    )
    return _Asked(filters, found)


def _exact(request: TrustRequest) -> _Asked:
    """Return the choice; there is no file or picture of one that does not exist."""
    asked = _asked(request)
    if asked is None or asked.filters.errors:
        raise Http404
    return asked


def _trust(request: TrustRequest) -> tuple[list[Period], TrustAttendance | None]:
    if not request.access.reach(Permission.COMPARE).whole_trust:
        raise PermissionDenied
    offered = periods(request.access, today=timezone.localdate())
    if not offered:
        return offered, None
    wanted = request.GET.get("period")
    period = next((each for each in offered if each.key == wanted), offered[0])
    return offered, trust_attendance(request.access, period=period)


def _rates(found: Attendance) -> list[tuple[str, float]]:
    return [
        (row.name, row.figures.attended)
        for row in found.half_terms
        if row.figures.attended is not None
    ]


def _alt(found: Attendance) -> str:
    rates = ", ".join(f"{name} {rate:.1f} per cent" for name, rate in _rates(found))
    figures = found.national.figures
    return (
        f"Chart of attendance by half term: {rates}. The dashed line is {figures.name},"
        f" {figures.attended} per cent. The table has all its numbers."
    )


def _version(found: Attendance) -> str:
    """Name the numbers that the chart shows: other numbers, another name."""
    seen = repr((_rates(found), found.national.figures.name))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]

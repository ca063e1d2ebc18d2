"""Every school and ARB over time, each beside the trust."""

from django.http import HttpResponse
from django.shortcuts import render

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.lenses import Lens
from reporting.charts.trend import TrendPanel, TrendPoint, trend_spec
from reporting.selectors.comparing.terms import Course, OverTime, over_time, trend_finding
from reporting.tables.comparing_pages import terms_sheet
from reporting.views.comparing.asked import (
    NoTerm,
    asked,
    file_name,
    frame,
    narrowed,
    no_term,
    picked,
)
from reporting.views.comparing.pictures import Picture, sent_picture, version_of


@requires(Permission.COMPARE)
def compare_terms(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show schools and ARBs term by term."""
    try:
        filters = asked(request, ending)
    except NoTerm:
        return sent_list(ending, "over-time", terms_sheet(None)) if ending else no_term(request)
    course = over_time(request.access, chosen=filters.chosen)
    if ending:
        sheet = terms_sheet(course, narrowed=list(narrowed(filters)))
        return sent_list(ending, file_name("over-time", filters.chosen), sheet)
    return render(
        request,
        "reporting/comparing/terms.html",
        {
            **frame(request, filters),
            "course": course,
            "alt": trend_finding(course),
            "version": version_of(request, _picture(course)),
            "taught": filters.chosen.lens is Lens.TAUGHT,
        },
    )


@requires(Permission.COMPARE)
def compare_trend(request: TrustRequest) -> HttpResponse:
    """Draw schools and ARBs term by term, as a picture; `narrow` for a narrow screen.

    There is none while too few are judged.
    """
    chosen = picked(request)
    return sent_picture(request, lambda: _picture(over_time(request.access, chosen=chosen)))


def _picture(course: OverTime) -> Picture | None:
    if not course.total.shown:
        return None
    panels = [_panel(each) for each in (course.total, *course.rows)]
    terms = [str(each.term) for each in course.terms]
    title = "At or above expected, with the 95 % interval; dashed: the whole trust"
    wide, narrow = (
        trend_spec(panels, terms=terms, title=title, narrow=narrow) for narrow in (False, True)
    )
    return Picture(wide, narrow)


def _panel(course: Course) -> TrendPanel:
    points = tuple(
        TrendPoint(place, share.share, share.low, share.high)
        for place, (_, tally) in enumerate(course.terms)
        if tally.shown and (share := tally.interval)
    )
    return TrendPanel(course.unit.name, points)

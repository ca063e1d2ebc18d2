"""Every school and ARB on one page, and where each stands by its size."""

import hashlib

from django.http import HttpResponse
from django.shortcuts import render

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.lenses import Lens
from reporting.charts.funnel import FunnelPoint, funnel_spec
from reporting.charts.render import as_svg
from reporting.selectors.comparing.changes import changes
from reporting.selectors.comparing.findings import findings, funnel_finding
from reporting.selectors.comparing.order import in_order, order_of
from reporting.selectors.comparing.rows import Comparison, comparison
from reporting.tables.comparing import compare_sheet
from reporting.views.comparing.asked import (
    NoTerm,
    asked,
    file_name,
    frame,
    narrowed,
    no_term,
    picked,
)


@requires(Permission.COMPARE)
def compare(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show schools and ARBs side by side, and where to look first."""
    try:
        filters = asked(request, ending)
    except NoTerm:
        if ending:
            return sent_list(ending, "compare", compare_sheet(None))
        return no_term(request)
    compared = comparison(request.access, chosen=filters.chosen)
    since = changes(request.access, compared)
    order = order_of(request.GET.get("sort", ""))
    beside = [since.beside(row) if since else row for row in (*compared.rows, compared.total)]
    rows, total = in_order(beside[:-1], order), beside[-1]
    if ending:
        sheet = compare_sheet(compared, [*rows, total], narrowed=list(narrowed(filters)))
        return sent_list(ending, file_name("compare", filters.chosen), sheet)
    return render(
        request,
        "reporting/comparing/overview.html",
        {
            **frame(request, filters, sort=order.said),
            "comparison": compared,
            "rows": rows,
            "total": total,
            "order": order,
            "since": since,
            "taught": filters.chosen.lens is Lens.TAUGHT,
            "findings": findings(compared),
            "funnel_alt": funnel_finding(compared),
            "funnel_points": len(_points(compared)),
            "funnel_version": _version(compared),
        },
    )


@requires(Permission.COMPARE)
def compare_funnel(request: TrustRequest) -> HttpResponse:
    """Draw the comparison by size, as a picture.

    With the version of the numbers that the page named, the picture can never change, so the
    browser of the person may keep it; Clear-Site-Data takes it away at sign-out.
    """
    compared = comparison(request.access, chosen=picked(request))
    svg = as_svg(funnel_spec(_points(compared), compared.rate))
    response = HttpResponse(svg, content_type="image/svg+xml")
    if request.GET.get("v") == _version(compared):
        response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _points(compared: Comparison) -> list[FunnelPoint]:
    return [
        FunnelPoint(row.unit.name, row.tally.compared, row.tally.at_or_above, row.standing)
        for row in compared.rows
        if row.standing is not None
    ]


def _version(compared: Comparison) -> str:
    """Name the numbers that the chart shows: other numbers, another name."""
    seen = repr((_points(compared), compared.rate))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]

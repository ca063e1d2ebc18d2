"""Every school and ARB on one page, and where each stands by its size."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.lenses import Lens
from reporting.charts.funnel import FunnelPoint, funnel_spec
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
from reporting.views.comparing.pictures import Picture, sent_picture, version_of


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
            "findings": findings(compared, today=timezone.localdate()),
            "funnel_alt": funnel_finding(compared),
            "funnel_points": len(_points(compared)),
            "funnel_version": version_of(request, _picture(compared)),
        },
    )


@requires(Permission.COMPARE)
def compare_funnel(request: TrustRequest) -> HttpResponse:
    """Draw the comparison by size, as a picture."""
    chosen = picked(request)
    return sent_picture(request, lambda: _picture(comparison(request.access, chosen=chosen)))


def _picture(compared: Comparison) -> Picture:
    return Picture(funnel_spec(_points(compared), compared.rate))


def _points(compared: Comparison) -> list[FunnelPoint]:
    return [
        FunnelPoint(row.unit.name, row.tally.compared, row.tally.at_or_above, row.standing)
        for row in compared.rows
        if row.standing is not None
    ]

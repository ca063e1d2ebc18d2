"""Each measure by size, as a funnel beside its table."""

from django.http import HttpResponse
from django.shortcuts import render

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.lenses import Lens
from reporting.charts.funnel import Axes, FunnelPoint, funnel_spec
from reporting.selectors.comparing.rows import comparison
from reporting.selectors.comparing.sizes import BySize, by_size
from reporting.tables.comparing_more import sizes_sheet
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
def compare_sizes(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show each measure by size, against the limits of the trust's rate."""
    try:
        filters = asked(request, ending)
    except NoTerm:
        if ending:
            return sent_list(ending, "compare-by-size", sizes_sheet(None))
        return no_term(request)
    chosen = filters.chosen
    compared = comparison(request.access, chosen=chosen)
    measures = by_size(compared)
    if ending:
        sheet = sizes_sheet(compared, measures, narrowed=list(narrowed(filters)))
        return sent_list(ending, file_name("compare-by-size", chosen), sheet)
    return render(
        request,
        "reporting/comparing/sizes.html",
        {
            **frame(request, filters),
            "measures": [(each, version_of(request, _picture(each))) for each in measures],
            "rows": [
                (row.unit, [each.units[row.unit.key][1] for each in measures])
                for row in compared.rows
            ],
            "taught": chosen.lens is Lens.TAUGHT,
            "total": compared.total.tally,
        },
    )


@requires(Permission.COMPARE)
def compare_size(request: TrustRequest, measure: str) -> HttpResponse:
    """Draw one measure by size, as a picture."""
    chosen = picked(request)

    def counted() -> Picture | None:
        measures = by_size(comparison(request.access, chosen=chosen))
        found = next((each for each in measures if each.measure.code == measure), None)
        return _picture(found) if found else None

    return sent_picture(request, counted)


def _picture(found: BySize) -> Picture | None:
    if not found.placed:
        return None
    return Picture(funnel_spec(_points(found), found.rate, axes=_axes(found)))


def _points(found: BySize) -> list[FunnelPoint]:
    return [
        FunnelPoint(unit.name, sized.total, sized.hits, sized.standing)
        for unit, sized in found.placed
        if sized.standing
    ]


def _axes(found: BySize) -> Axes:
    return Axes(found.measure.of, found.measure.title, found.measure.worse)

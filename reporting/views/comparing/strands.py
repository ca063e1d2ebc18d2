"""Every school and ARB in every strand, and which of them stand outside the limits."""

from django.http import HttpResponse
from django.shortcuts import render

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.lenses import Lens
from reporting.charts.heat import HeatCell, heat_spec
from reporting.selectors.comparing.strands import Cell, HeatMap, heat_finding, heat_map
from reporting.tables.comparing_pages import strands_sheet
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
def compare_strands(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show schools and ARBs by strand."""
    try:
        filters = asked(request, ending)
    except NoTerm:
        return sent_list(ending, "strands", strands_sheet(None)) if ending else no_term(request)
    heat = heat_map(request.access, chosen=filters.chosen)
    if ending:
        sheet = strands_sheet(heat, narrowed=list(narrowed(filters)))
        return sent_list(ending, file_name("strands", filters.chosen), sheet)
    return render(
        request,
        "reporting/comparing/strands.html",
        {
            **frame(request, filters),
            "heat": heat,
            "alt": heat_finding(heat),
            "version": version_of(request, _picture(heat)),
            "taught": filters.chosen.lens is Lens.TAUGHT,
        },
    )


@requires(Permission.COMPARE)
def compare_heat(request: TrustRequest) -> HttpResponse:
    """Draw schools and ARBs by strand, as a picture; there is none while too few are judged."""
    chosen = picked(request)
    return sent_picture(request, lambda: _picture(heat_map(request.access, chosen=chosen)))


def _picture(heat: HeatMap) -> Picture | None:
    if not heat.compared:
        return None
    return Picture(
        heat_spec(
            _cells(heat),
            rows=[row.unit.name for row in (*heat.rows, heat.total)],
            columns=[strand.name for strand in heat.shown],
            title=f"At or above expected by strand, {heat.chosen.term}",
        )
    )


def _cells(heat: HeatMap) -> list[HeatCell]:
    """Return what the picture shows; the trust has shares and stands nowhere."""
    return [
        HeatCell(place, column, _text(cell), cell.standing)
        for place, row in enumerate((*heat.rows, heat.total))
        for column, cell in enumerate(each for each in row.cells if each.strand in heat.shown)
    ]


def _text(cell: Cell) -> str:
    if cell.tally.shown:
        return f"{cell.tally.shown[0]} %"
    return "too few" if cell.tally.judged else ""

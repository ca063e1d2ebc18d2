"""From a school or an ARB to its classes, from a class to its pupils, and behind each number."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.lenses import Lens
from reporting.selectors.comparing.behind import NoSuchNumber, pupils_behind
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.inside import inside
from reporting.selectors.comparing.order import in_order, order_of
from reporting.selectors.comparing.units import NoSuchUnit, Unit
from reporting.tables.comparing import behind_sheet, inside_sheet
from reporting.views.comparing.asked import NoTerm, asked, file_name, frame, narrowed

LINES_A_PAGE = 100


@requires(Permission.COMPARE)
def compare_inside(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show the classes of a school or an ARB, or the pupils of a class."""
    try:
        filters = asked(request, ending)
        found = inside(request.access, chosen=filters.chosen, key=request.GET.get("unit", ""))
    except (NoTerm, NoSuchUnit) as error:
        raise Http404 from error
    order = order_of(request.GET.get("sort", ""))
    rows = in_order(found.rows, order)
    if ending:
        sheet = inside_sheet(found, rows, narrowed=list(narrowed(filters)))
        return sent_list(ending, file_name(found.unit.name, filters.chosen), sheet)
    return render(
        request,
        "reporting/comparing/inside.html",
        {
            **frame(request, filters, unit=found.unit.key, sort=order.said),
            "inside": found,
            "comparison": found,
            "rows": rows,
            "total": found.total,
            "order": order,
            "taught": filters.chosen.lens is Lens.TAUGHT,
            "crumbs": _way(found.unit, filters.chosen),
        },
    )


@requires(Permission.COMPARE)
def compare_pupils(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show the pupils behind a number of the comparison."""
    unit, number = request.GET.get("unit", ""), request.GET.get("number", "")
    try:
        filters = asked(request, ending)
        chosen = filters.chosen
        behind = pupils_behind(request.access, chosen=chosen, unit=unit, number=number)
    except (NoTerm, NoSuchUnit, NoSuchNumber) as error:
        raise Http404 from error
    said = list(narrowed(filters, targets=behind.number.of_targets))
    if ending:
        sheet = behind_sheet(behind, term=str(chosen.term), narrowed=said)
        name = f"{behind.unit.name} {behind.number.words}"
        return sent_list(ending, file_name(name, chosen), sheet)
    page = Paginator(behind.lines, LINES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "reporting/comparing/behind.html",
        {
            **frame(request, filters, unit=unit, number=number),
            "behind": behind,
            "page": page,
            "narrowed": said,
            "crumbs": _way(behind.unit, chosen, itself=behind.unit.opens),
        },
    )


def _way(unit: Unit, chosen: Chosen, *, itself: bool = False) -> list[tuple[str, str]]:
    """Return the way back from a row, with the choices kept: the trust, the school, the ARB."""
    way = [("Compare", f"{reverse('compare')}?{chosen.query}")]
    for each in [*unit.way, unit] if itself else unit.way:
        if each.opens:
            at = chosen.query_with(unit=each.key)
            way.append((each.name, f"{reverse('compare_inside')}?{at}"))
    return way

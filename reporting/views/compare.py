"""Comparing schools and ARBs: the page, its file, its chart, and the pupils behind a number."""

import hashlib
from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.lenses import Lens
from reporting.charts.funnel import FunnelPoint, funnel_spec
from reporting.charts.render import as_svg
from reporting.filters import CompareFilters
from reporting.selectors.comparing.behind import NoSuchNumber, pupils_behind
from reporting.selectors.comparing.choices import Choices, Chosen, compare_choices
from reporting.selectors.comparing.findings import findings, funnel_finding
from reporting.selectors.comparing.rows import Comparison, comparison
from reporting.tables.compare import behind_sheet, compare_sheet

LINES_A_PAGE = 100


@requires(Permission.COMPARE)
def compare(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show schools and ARBs side by side, and where to look first."""
    choices = _choices(request)
    if choices.term is None:
        if ending:
            return sent_list(ending, "compare", compare_sheet(None))
        return render(request, "reporting/compare_empty.html", {"may_set_up": _may_set_up(request)})
    filters = CompareFilters(request.GET, choices=choices, term=choices.term)
    if ending and filters.errors:
        raise Http404
    compared = comparison(request.access, chosen=filters.chosen)
    if ending:
        sheet = compare_sheet(compared, narrowed=list(_narrowed(filters, targets=False)))
        return sent_list(ending, _file_name(filters.chosen), sheet)
    return render(
        request,
        "reporting/compare.html",
        {
            "filters": filters,
            "chosen": filters.chosen,
            "may_set_up": _may_set_up(request),
            "comparison": compared,
            "taught": filters.chosen.lens is Lens.TAUGHT,
            "findings": findings(compared),
            "funnel_alt": funnel_finding(compared),
            "funnel_points": len(_points(compared)),
            "funnel_version": _version(compared),
        },
    )


@requires(Permission.COMPARE)
def compare_pupils(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show the pupils behind a number of the comparison."""
    filters = _filters(request)
    unit, number = request.GET.get("unit", ""), request.GET.get("number", "")
    chosen = filters.chosen
    try:
        behind = pupils_behind(request.access, chosen=chosen, unit=unit, number=number)
    except NoSuchNumber as error:
        raise Http404 from error
    narrowed = list(_narrowed(filters, targets=behind.number.of_targets))
    if ending:
        if filters.errors:
            raise Http404
        sheet = behind_sheet(behind, term=str(chosen.term), narrowed=narrowed)
        return sent_list(ending, f"{behind.unit.name} {behind.number.words}", sheet)
    page = Paginator(behind.lines, LINES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "reporting/compare_pupils.html",
        {
            "filters": filters,
            "chosen": chosen,
            "behind": behind,
            "page": page,
            "narrowed": narrowed,
            "crumbs": [("Compare", f"{reverse('compare')}?{chosen.query}")],
        },
    )


@requires(Permission.COMPARE)
def compare_funnel(request: TrustRequest) -> HttpResponse:
    """Draw the comparison by size, as a picture.

    With the version of the numbers that the page named, the picture can never change, so the
    browser of the person may keep it; Clear-Site-Data takes it away at sign-out.
    """
    compared = comparison(request.access, chosen=_exact(request))
    svg = as_svg(funnel_spec(_points(compared), compared.rate))
    response = HttpResponse(svg, content_type="image/svg+xml")
    if request.GET.get("v") == _version(compared):
        response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _choices(request: TrustRequest) -> Choices:
    """Return what may be compared, to who may compare the whole trust."""
    if not request.access.reach(Permission.COMPARE).whole_trust:
        raise PermissionDenied
    return compare_choices(term=request.GET.get("term", ""), today=timezone.localdate())


def _may_set_up(request: TrustRequest) -> bool:
    return request.access.may(Permission.MANAGE_SCHOOLS)


def _filters(request: TrustRequest) -> CompareFilters:
    choices = _choices(request)
    if choices.term is None:
        raise Http404
    return CompareFilters(request.GET, choices=choices, term=choices.term)


def _exact(request: TrustRequest) -> Chosen:
    """Return the choice; there is no file or picture of one that does not exist."""
    filters = _filters(request)
    if filters.errors:
        raise Http404
    return filters.chosen


def _narrowed(filters: CompareFilters, *, targets: bool) -> Iterator[str]:
    """Name what is chosen: all that narrows this number, and how pupils are counted."""
    for name, value in filters.answers.items():
        of_strand = name in ("stream", "strand")
        always = name in ("strand", "lens")
        if name == "term" or (targets and of_strand) or not (value or always):
            continue
        field = filters.fields[name]
        groups = [
            each
            for key, label in field.choices  # type: ignore[attr-defined]  # all are choices
            for each in (label if isinstance(label, list) else [(key, label)])
        ]
        said = str(dict(groups)[value])
        yield f"counted {said.lower()}" if name == "lens" else said


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


def _file_name(chosen: Chosen) -> str:
    names = [
        "compare",
        str(chosen.term),
        chosen.stream,
        chosen.strand.replace(".", "-"),
        chosen.route,
        chosen.need,
        {"yes": "pp", "no": "not-pp"}.get(chosen.pp, ""),
        chosen.lens.value,
    ]
    return "-".join(slugify(name) for name in names if name)

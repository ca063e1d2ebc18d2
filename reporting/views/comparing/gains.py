"""How far pupils have come since their baselines: gains by route and stream."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from reporting.charts.gains import PANELS, PANELS_NARROW, GainsPanel, gains_spec
from reporting.selectors.comparing.gains import Gains, Spread, gains, gains_finding, points
from reporting.selectors.comparing.units import WHOLE_TRUST, NoSuchUnit
from reporting.tables.comparing_pages import gains_sheet
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
def compare_gains(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show how gains are spread, in the trust or in one school, ARB or class beside it."""
    try:
        filters = asked(request, ending)
        found = gains(request.access, chosen=filters.chosen, key=_key(request))
    except NoTerm:
        return sent_list(ending, "gains", gains_sheet(None)) if ending else no_term(request)
    except NoSuchUnit as error:
        raise Http404 from error
    if ending:
        sheet = gains_sheet(found, narrowed=list(narrowed(filters)))
        return sent_list(ending, file_name(f"gains {found.unit.name}", filters.chosen), sheet)
    of_whole = found.unit is WHOLE_TRUST
    around = frame(request, filters, unit="" if of_whole else found.unit.key)
    return render(
        request,
        "reporting/comparing/gains.html",
        {
            **around,
            "gains": found,
            "of_whole": of_whole,
            "alt": gains_finding(found),
            "version": version_of(request, _picture(found)),
        },
    )


@requires(Permission.COMPARE)
def compare_distribution(request: TrustRequest) -> HttpResponse:
    """Draw how gains are spread, as a picture; `narrow` for a narrow screen.

    There is none while too few are judged.
    """
    chosen = picked(request)

    try:
        return sent_picture(
            request, lambda: _picture(gains(request.access, chosen=chosen, key=_key(request)))
        )
    except NoSuchUnit as error:
        raise Http404 from error


def _key(request: TrustRequest) -> str:
    return request.GET.get("unit", "") or WHOLE_TRUST.key


def _picture(found: Gains) -> Picture | None:
    panels = _panels(found)
    if not panels:
        return None
    # A unit stands beside the trust: two of each, or one below the other.
    most = PANELS if found.unit is WHOLE_TRUST else 2
    said = f"Gains since the baseline, share of judgements, {found.chosen.term}"
    wide, narrow = (
        gains_spec(panels, title=f"{said}; dashed: the median", beside=min(beside, most))
        for beside in (PANELS, PANELS_NARROW)
    )
    return Picture(wide, narrow)


def _panels(found: Gains) -> list[GainsPanel]:
    """Return what the picture shows; too few in the trust are in the table only."""
    beside = found.unit is not WHOLE_TRUST
    return [
        _panel(each, named=beside) for pair in found.pairs if not pair[-1].too_few for each in pair
    ]


def _panel(spread: Spread, *, named: bool) -> GainsPanel:
    name = f"{spread.unit.name}: {spread.scale.name}" if named else spread.scale.name
    if spread.too_few or spread.quartiles is None:
        return GainsPanel(name, spread.scale.stream, {}, None, "")
    middle = spread.quartiles[1]
    beneath = f"median {points(middle)}, {spread.judgements:,} judgements"
    counts = dict(sorted(spread.counts.items()))
    return GainsPanel(name, spread.scale.stream, counts, middle, beneath)

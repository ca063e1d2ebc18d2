"""Groups of pupils beside everybody else."""

from django.http import HttpResponse
from django.shortcuts import render

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from reporting.charts.progress import Dot, dots_spec
from reporting.selectors.comparing.choices import in_sentence
from reporting.selectors.comparing.groups import Divided, Division, divided
from reporting.tables.comparing_more import groups_sheet
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
def compare_groups(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show each group of pupils beside all others."""
    try:
        filters = asked(request, ending)
    except NoTerm:
        if ending:
            return sent_list(ending, "compare-groups", groups_sheet(None))
        return no_term(request)
    chosen = filters.chosen
    found = divided(request.access, chosen=chosen)
    if ending:
        sheet = groups_sheet(found, narrowed=list(narrowed(filters)))
        return sent_list(ending, file_name("compare-groups", chosen), sheet)
    return render(
        request,
        "reporting/comparing/groups.html",
        {
            **frame(request, filters),
            "divided": found,
            "drawn": [
                (division, _finding(division), version_of(request, _picture(found, division)))
                for division in found.divisions
                if _dots(division)
            ],
            "divisions": [
                (
                    division,
                    [
                        (each, chosen.query_with(**dict([each.choice])))
                        if each.choice
                        else (each, "")
                        for each in division.groups
                    ],
                )
                for division in found.divisions
            ],
        },
    )


@requires(Permission.COMPARE)
def compare_groups_chart(request: TrustRequest, division: str) -> HttpResponse:
    """Draw the shares of the groups of one division with their intervals, as a picture."""
    chosen = picked(request)

    def counted() -> Picture | None:
        found = divided(request.access, chosen=chosen)
        parted = next((each for each in found.divisions if each.code == division), None)
        return _picture(found, parted) if parted else None

    return sent_picture(request, counted)


def _picture(found: Divided, parted: Division) -> Picture:
    rate = found.total.shown[0] if found.total.shown else None
    spec = dots_spec(_dots(parted), rate=rate, whole="all counted")
    # As on paper, also on a dark page.
    return Picture({**spec, "config": {"background": "#ffffff", "padding": 8}})


def _dots(division: Division) -> list[Dot]:
    return [
        Dot(division.code, group.name, *group.tally.shown)
        for group in division.groups
        if group.tally.shown
    ]


def _finding(division: Division) -> str:
    """Say what the chart shows, for who does not see it."""
    clear = [each for each in division.groups if each.gap and each.gap.clear]
    said = [f"{each.name} {each.mark[1]} ({each.gap_words})" for each in clear]
    if said:
        return f"{division.title}: {in_sentence(said)}, in percentage points beside all others."
    return f"{division.title}: no group is clearly ahead of all others or behind them."

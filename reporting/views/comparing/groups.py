"""Groups of pupils beside everybody else."""

from django.http import HttpResponse
from django.shortcuts import render

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from reporting.charts.progress import Dot, share_dots
from reporting.selectors.comparing.groups import Divided, divided
from reporting.tables.comparing_more import groups_sheet
from reporting.views.comparing.asked import (
    NoTerm,
    asked,
    file_name,
    frame,
    narrowed,
    no_term,
    picked,
    picture,
)


@requires(Permission.COMPARE)
def compare_groups(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show each group of pupils beside all others."""
    try:
        filters = asked(request, ending)
    except NoTerm:
        if ending:
            return sent_list(ending, "compare-groups", groups_sheet(None, narrowed=[]))
        return no_term(request)
    chosen = filters.chosen
    found = divided(request.access, chosen=chosen)
    if ending:
        sheet = groups_sheet(found, narrowed=[str(chosen.term), *narrowed(filters)])
        return sent_list(ending, file_name("compare-groups", chosen), sheet)
    return render(
        request,
        "reporting/comparing/groups.html",
        {
            **frame(request, filters),
            "divided": found,
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
            "finding": _finding(found),
            "drawn": bool(_dots(found)),
        },
    )


@requires(Permission.COMPARE)
def compare_groups_chart(request: TrustRequest) -> HttpResponse:
    """Draw the share of each group with its interval, as a picture."""
    found = divided(request.access, chosen=picked(request))
    rate = found.total.shown[0] if found.total.shown else None
    drawn = share_dots(_dots(found), rate=rate, whole="all pupils counted", finding="")
    return picture(drawn.svg)


def _dots(found: Divided) -> list[Dot]:
    return [
        Dot(division.code, group.name, *group.tally.shown)
        for division in found.divisions
        for group in division.groups
        if group.tally.shown
    ]


def _finding(found: Divided) -> str:
    """Say what the chart shows, for who does not see it."""
    said = [f"{title}, {sentence}" for _, title, sentence in found.told]
    return " ".join(said) or "Shares of groups: no group is clearly ahead or behind all others."

"""Who could learn from whom."""

from math import ceil

from django.http import HttpResponse
from django.shortcuts import render

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from reporting.selectors.comparing.learning import learning
from reporting.selectors.comparing.rows import comparison
from reporting.tables.comparing_more import learning_sheet
from reporting.views.comparing.asked import (
    NoTerm,
    asked,
    file_name,
    frame,
    narrowed,
    no_term,
)


@requires(Permission.COMPARE)
def compare_learning(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show strands in which one school or ARB is strong and another needs help."""
    try:
        filters = asked(request, ending)
    except NoTerm:
        if ending:
            return sent_list(ending, "compare-learning", learning_sheet(None))
        return no_term(request)
    chosen = filters.chosen
    compared = comparison(request.access, chosen=chosen)
    found = learning(compared)
    if ending:
        sheet = learning_sheet(found, narrowed=list(narrowed(filters)))
        return sent_list(ending, file_name("compare-learning", chosen), sheet)
    return render(
        request,
        "reporting/comparing/learning.html",
        {
            **frame(request, filters),
            "learning": found,
            "pupils": compared.total.tally.pupils,
            # One in twenty lies outside the 95 % limits by chance.
            "by_chance": ceil(found.compared / 20),
        },
    )

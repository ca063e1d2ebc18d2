"""The funding of all ARBs that a person manages, year by year."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from schools.selectors.funding import FundingPage, funding_page, years_to_show
from schools.tables import funding_sheets


@require_safe
@requires(Permission.MANAGE_ARBS)
def arb_funding(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show what ARBs are paid for in a year, with the hosts' shares and the year before."""
    page = _page(request)
    if ending:
        return sent_list(ending, _name(page), *funding_sheets(page))
    return render(
        request,
        "schools/funding.html",
        {
            "page": page,
            "years": years_to_show(page),
            "whole_trust": request.access.reach(Permission.MANAGE_ARBS).whole_trust,
            "crumbs": [("ARBs", reverse("arbs"))],
        },
    )


def _page(request: TrustRequest) -> FundingPage:
    asked = request.GET.get("year", "")
    year_id = int(asked) if asked.isascii() and asked.isdecimal() else None
    return funding_page(request.access, year_id=year_id, today=timezone.localdate())


def _name(page: FundingPage) -> str:
    return f"arb-funding-{page.year.name.replace('/', '-')}" if page.year else "arb-funding"

"""Addresses of the app."""

from django.http import HttpResponse
from django.urls import path

from parrcs.core.views import TrustRequest, requires
from reporting.views import compare


@requires()
def placeholder(request: TrustRequest, **ids: int) -> HttpResponse:
    """Hold the place of a page that is being made."""
    return HttpResponse("")


urlpatterns = [
    path("compare/", compare.compare, name="compare"),
    path("compare/pupils/", compare.compare_pupils, name="compare_pupils"),
    path("compare/funnel.svg", compare.compare_funnel, name="compare_funnel"),
    path("compare/compare.csv", compare.compare_csv, name="compare_csv"),
    path("reports/", placeholder, name="reports"),
    path(
        "schools/<int:school_id>/terms/<int:term_id>/report/",
        placeholder,
        name="ht_report",
    ),
]

"""Addresses of the app."""

from django.http import HttpResponse
from django.urls import path

from parrcs.core.views import TrustRequest, requires


@requires()
def placeholder(request: TrustRequest, **ids: int) -> HttpResponse:
    """Hold the place of a page that is being made."""
    return HttpResponse("")


urlpatterns = [
    path("compare/", placeholder, name="compare"),
    path("reports/", placeholder, name="reports"),
    path(
        "schools/<int:school_id>/terms/<int:term_id>/report/",
        placeholder,
        name="ht_report",
    ),
]

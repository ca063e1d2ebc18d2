"""Addresses of the app."""

from django.http import HttpResponse
from django.urls import path

from parrcs.core.views import TrustRequest, requires


@requires()
def placeholder(request: TrustRequest, **ids: int) -> HttpResponse:
    """Hold the place of a page that is being made."""
    return HttpResponse("")


urlpatterns = [
    path("pupils/", placeholder, name="pupils"),
    path("pupils/<int:pupil_id>/", placeholder, name="pupil"),
]

"""Addresses of the app."""

from django.http import HttpResponse
from django.urls import path

from parrcs.core.views import TrustRequest, requires


@requires()
def placeholder(request: TrustRequest, **ids: int) -> HttpResponse:
    """Hold the place of a page that is being made."""
    return HttpResponse("")


urlpatterns = [
    path("", placeholder, name="home"),
    path("trusts/", placeholder, name="trusts"),
    path("schools/", placeholder, name="schools"),
    path("schools/<int:school_id>/", placeholder, name="school"),
    path("people/", placeholder, name="people"),
    path("calendar/", placeholder, name="calendar"),
]

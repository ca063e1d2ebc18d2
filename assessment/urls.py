"""Addresses of the app."""

from django.http import HttpResponse
from django.urls import path

from parrcs.core.views import TrustRequest, requires


@requires()
def placeholder(request: TrustRequest, **ids: int) -> HttpResponse:
    """Hold the place of a page that is being made."""
    return HttpResponse("")


urlpatterns = [
    path("classes/", placeholder, name="classes"),
    path("classes/<int:class_group_id>/terms/<int:term_id>/", placeholder, name="grid"),
]

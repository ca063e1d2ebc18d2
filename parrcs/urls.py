"""Every address of the application."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.account.urls")),
    path("", include("schools.urls")),
    path("", include("pupils.urls")),
    path("", include("assessment.urls")),
    path("", include("reporting.urls")),
]

"""Addresses of the app; the page of one pupil shows judgements, so `assessment` has it."""

from django.urls import path

from pupils.views import placements, plans, provision, pupils

_PUPIL = "pupils/<int:pupil_id>/"

urlpatterns = [
    path("pupils/", pupils.pupils, name="pupils"),
    path("pupils/pupils.csv", pupils.pupils_csv, name="pupils_csv"),
    path("pupils/new/", pupils.pupil_add, name="pupil_add"),
    path("pupils/places/", placements.pupil_places, name="pupil_places"),
    path(f"{_PUPIL}details/", pupils.pupil_change, name="pupil_change"),
    path(f"{_PUPIL}placement/", placements.pupil_place, name="pupil_place"),
    path(f"{_PUPIL}leaving/", placements.pupil_leave, name="pupil_leave"),
    path(f"{_PUPIL}plans/new/", plans.plan_add, name="plan_add"),
    path(f"{_PUPIL}plans/<int:plan_id>/", plans.plan_change, name="plan_change"),
    path(f"{_PUPIL}plans/<int:plan_id>/outcomes/new/", plans.outcome_add, name="outcome_add"),
    path(f"{_PUPIL}outcomes/<int:outcome_id>/", plans.outcome_change, name="outcome_change"),
    path(f"{_PUPIL}provision/new/", provision.provision_add, name="provision_add"),
    path(
        f"{_PUPIL}provision/<int:provision_id>/",
        provision.provision_change,
        name="provision_change",
    ),
    path(
        f"{_PUPIL}provision/<int:provision_id>/end/", provision.provision_end, name="provision_end"
    ),
    path(
        f"{_PUPIL}provision/<int:provision_id>/review/",
        provision.provision_review,
        name="provision_review",
    ),
    path(f"{_PUPIL}targets/new/", plans.target_add, name="target_add"),
    path(f"{_PUPIL}targets/<int:target_id>/", plans.target_change, name="target_change"),
    path(f"{_PUPIL}targets/<int:target_id>/remove/", plans.target_remove, name="target_remove"),
]

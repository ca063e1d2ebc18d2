"""Addresses of the app."""

from django.urls import path

from schools.views.calendar import add_year, calendar, edit_year
from schools.views.home import home, trusts
from schools.views.invitations import invitation
from schools.views.people import (
    end_role,
    invite_person,
    people,
    people_past,
    resend_invitation,
    withdraw_invitation,
)
from schools.views.places import (
    add_arb,
    add_class_group,
    add_host_school,
    arb,
    edit_arb,
    edit_class_group,
    school,
    schools,
)

_INVITATION = "people/invitations/<int:invitation_id>/"

urlpatterns = [
    path("", home, name="home"),
    path("trusts/", trusts, name="trusts"),
    path("people/", people, name="people"),
    path("people/past/", people_past, name="people_past"),
    path("people/invite/", invite_person, name="invite"),
    path(f"{_INVITATION}resend/", resend_invitation, name="resend_invitation"),
    path(f"{_INVITATION}withdraw/", withdraw_invitation, name="withdraw_invitation"),
    path("people/roles/<int:membership_id>/end/", end_role, name="end_role"),
    path("invitation/<str:token>/", invitation, name="invitation"),
    path("schools/", schools, name="schools"),
    path("schools/<int:school_id>/", school, name="school"),
    path("schools/<int:school_id>/classes/new/", add_class_group, name="add_class"),
    path("schools/hosts/new/", add_host_school, name="add_host"),
    path("arbs/new/", add_arb, name="add_arb"),
    path("arbs/<int:arb_id>/", arb, name="arb"),
    path("arbs/<int:arb_id>/edit/", edit_arb, name="edit_arb"),
    path("classes/<int:class_group_id>/edit/", edit_class_group, name="edit_class"),
    path("calendar/", calendar, name="calendar"),
    path("calendar/new/", add_year, name="add_year"),
    path("calendar/<int:year_id>/", edit_year, name="edit_year"),
]

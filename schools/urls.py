"""Addresses of the app."""

from django.urls import path

from parrcs.core.lists import listed
from schools.views import agreements
from schools.views.calendar import add_year, calendar, edit_year
from schools.views.downloads import downloads_page
from schools.views.funding import arb_funding
from schools.views.home import favicon, home, trusts
from schools.views.invitations import invitation
from schools.views.notices import notices_page, notices_read, open_notice
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

_ARB = "arbs/<int:arb_id>/"
_INVITATION = "people/invitations/<int:invitation_id>/"

urlpatterns = [
    path("", home, name="home"),
    path("favicon.ico", favicon, name="favicon"),
    path("trusts/", trusts, name="trusts"),
    path("notices/", notices_page, name="notices"),
    path("notices/read/", notices_read, name="notices_read"),
    path("notices/<int:notice_id>/", open_notice, name="notice"),
    *listed("downloads/", downloads_page, name="downloads"),
    *listed("people/", people, name="people"),
    *listed("people/past/", people_past, name="people_past"),
    path("people/invite/", invite_person, name="invite"),
    path(f"{_INVITATION}resend/", resend_invitation, name="resend_invitation"),
    path(f"{_INVITATION}withdraw/", withdraw_invitation, name="withdraw_invitation"),
    path("people/roles/<int:membership_id>/end/", end_role, name="end_role"),
    path("invitation/<str:token>/", invitation, name="invitation"),
    *listed("schools/", schools, name="schools"),
    path("schools/<int:school_id>/", school, name="school"),
    path("schools/<int:school_id>/classes/new/", add_class_group, name="add_class"),
    path("schools/hosts/new/", add_host_school, name="add_host"),
    path("arbs/new/", add_arb, name="add_arb"),
    path("arbs/<int:arb_id>/", arb, name="arb"),
    path("arbs/<int:arb_id>/edit/", edit_arb, name="edit_arb"),
    *listed("arbs/funding/", arb_funding, name="arb_funding"),
    path(f"{_ARB}staff/new/", agreements.staff_add, name="staff_add"),
    path(f"{_ARB}staff/<int:staff_id>/", agreements.staff_change, name="staff_change"),
    path(f"{_ARB}contacts/new/", agreements.contact_add, name="contact_add"),
    path(f"{_ARB}contacts/<int:contact_id>/", agreements.contact_change, name="contact_change"),
    path(f"{_ARB}leases/new/", agreements.lease_add, name="lease_add"),
    path(f"{_ARB}leases/<int:lease_id>/", agreements.lease_change, name="lease_change"),
    path(f"{_ARB}visits/new/", agreements.visit_add, name="visit_add"),
    path(f"{_ARB}visits/<int:visit_id>/", agreements.visit_change, name="visit_change"),
    path(f"{_ARB}funding/new/", agreements.funding_add, name="funding_add"),
    path(f"{_ARB}funding/<int:funding_id>/", agreements.funding_change, name="funding_change"),
    path("classes/<int:class_group_id>/edit/", edit_class_group, name="edit_class"),
    *listed("calendar/", calendar, name="calendar"),
    path("calendar/new/", add_year, name="add_year"),
    path("calendar/<int:year_id>/", edit_year, name="edit_year"),
]

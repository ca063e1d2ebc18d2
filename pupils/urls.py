"""Addresses of the app.

The page of one pupil shows judgements, so `assessment` has it; a move tells of judgements and
reports, so `reporting` has that.
"""

from django.urls import path

from parrcs.core.lists import listed
from pupils.views import (
    arbs,
    class_lists,
    compliance,
    owed,
    placements,
    plans,
    premiums,
    protection,
    provision,
    pupils,
    requests,
    reviews,
    support,
    target_judgements,
    target_steps,
    targets,
)

_PUPIL = "pupils/<int:pupil_id>/"
_CLASS = "classes/<int:class_group_id>/"
_TARGET = f"{_PUPIL}targets/<int:target_id>/"

_REVIEW = f"{_PUPIL}reviews/<int:review_id>/"

_REQUESTS = "arbs/<int:arb_id>/requests/"
_OWES = "compliance/schools/<int:school_id>/"
_PREMIUM = f"{_OWES}<int:year_id>/premiums/<slug:premium>/"

urlpatterns = [
    *listed("arbs/", arbs.arbs, name="arbs"),
    *listed(_REQUESTS, requests.arb_requests, name="arb_requests"),
    path(f"{_REQUESTS}new/", requests.request_add, name="request_add"),
    path(f"{_REQUESTS}<int:request_id>/", requests.request_change, name="request_change"),
    path(f"{_REQUESTS}<int:request_id>/pupil/", requests.request_link, name="request_link"),
    *listed("pupils/", pupils.pupils, name="pupils"),
    *listed("compliance/", compliance.compliance, name="compliance"),
    *listed(_OWES, compliance.compliance_school, name="compliance_school"),
    *listed("compliance/arbs/<int:arb_id>/", compliance.compliance_arb, name="compliance_arb"),
    *listed(_PREMIUM, premiums.premium, name="premium"),
    path(f"{_PREMIUM}plan/", premiums.premium_change, name="premium_change"),
    path(f"{_PREMIUM}activities/new/", premiums.activity_add, name="activity_add"),
    path(
        f"{_PREMIUM}activities/<int:activity_id>/",
        premiums.activity_change,
        name="activity_change",
    ),
    path(f"{_OWES}<int:year_id>/assessments/<slug:rule>/", owed.deadline, name="deadline"),
    path("compliance/peps/<int:pupil_id>/<int:term_id>/", owed.pep, name="pep"),
    path("pupils/new/", pupils.pupil_add, name="pupil_add"),
    path("pupils/places/", placements.pupil_places, name="pupil_places"),
    *listed("class-lists/", class_lists.class_lists, name="class_lists"),
    *listed(f"{_CLASS}list/", class_lists.class_list, name="class_list"),
    path(f"{_CLASS}list/settle/", class_lists.class_list_settle, name="class_list_settle"),
    path(f"{_PUPIL}details/", pupils.pupil_change, name="pupil_change"),
    path(f"{_PUPIL}protection/", protection.pupil_protection, name="pupil_protection"),
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
    path(
        f"{_PUPIL}provision/<int:provision_id>/review/<int:term_id>/",
        provision.provision_review_term,
        name="provision_review_term",
    ),
    *listed("reviews/", reviews.annual_reviews, name="annual_reviews"),
    path(f"{_PUPIL}reviews/", reviews.pupil_reviews, name="pupil_reviews"),
    path(f"{_PUPIL}plans/<int:plan_id>/review/", reviews.review_add, name="review_add"),
    path(_REVIEW, reviews.review, name="review"),
    path(f"{_REVIEW}change/", reviews.review_change, name="review_change"),
    path(f"{_REVIEW}views/", reviews.review_views, name="review_views"),
    path(f"{_REVIEW}steps/<slug:step>/", reviews.review_step, name="review_step"),
    path(f"{_REVIEW}advice/new/", reviews.advice_add, name="advice_add"),
    path(f"{_REVIEW}advice/<int:advice_id>/", reviews.advice_change, name="advice_change"),
    path(f"{_PUPIL}support/", support.pupil_support, name="pupil_support"),
    path(f"{_PUPIL}support/new/", support.support_add, name="support_add"),
    path(f"{_PUPIL}support/<int:support_id>/", support.support_change, name="support_change"),
    path(
        f"{_PUPIL}support/<int:support_id>/review/", support.support_review, name="support_review"
    ),
    path(f"{_PUPIL}needs/", support.pupil_needs, name="pupil_needs"),
    path(f"{_PUPIL}needs/change/", support.needs_change, name="needs_change"),
    *listed(f"{_PUPIL}targets/", targets.targets, name="targets"),
    path(f"{_PUPIL}targets/new/", targets.target_add, name="target_add"),
    path(f"{_PUPIL}targets/hints/", targets.target_hints, name="target_hints"),
    path(f"{_PUPIL}targets/bank/", targets.target_banked, name="target_bank"),
    path(f"{_PUPIL}targets/carry/", target_steps.targets_carry, name="targets_carry"),
    path(f"{_TARGET}", targets.target_change, name="target_change"),
    path(f"{_TARGET}remove/", targets.target_remove, name="target_remove"),
    path(f"{_TARGET}move/", targets.target_move, name="target_move"),
    path(f"{_TARGET}restore/", targets.target_restore, name="target_restore"),
    path(f"{_TARGET}history/", targets.target_history, name="target_history"),
    path(f"{_TARGET}carry/", target_steps.target_carry, name="target_carry"),
    path(f"{_TARGET}split/", target_steps.target_split, name="target_split"),
    path(f"{_TARGET}retire/", target_steps.target_retire, name="target_retire"),
    path(f"{_TARGET}judge/", target_judgements.target_judge, name="target_judge"),
    path(f"{_TARGET}comment/", target_judgements.target_comment, name="target_comment"),
]

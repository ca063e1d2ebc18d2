"""Annual reviews: all that is due, and the review of one pupil."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.choices import PlanKind, ReviewStepKind
from pupils.filters import ReviewFilters
from pupils.forms.reviews import AdviceForm, MeetingForm, StepForm, ViewsForm
from pupils.selectors.plans import plans_of
from pupils.selectors.pupils import PupilFile
from pupils.selectors.review_forms import form_of_authority, review_form, review_forms
from pupils.selectors.reviews import Clock, plan_reviews, review_with_clock, reviews_page
from pupils.services.reviews import (
    ReviewRefused,
    change_review,
    mark_step,
    remove_advice,
    remove_review,
    save_advice,
    set_review,
    step_stands,
    write_views,
)
from pupils.services.seen import ChangedMeanwhile
from pupils.tables import reviews_sheet
from pupils.views.pupils import crumbs_of, permitted_file, sent


@require_safe
@requires(Permission.SEE_SUPPORT)
def annual_reviews(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show which step of which review is due, late first."""
    today = timezone.localdate()
    whole = reviews_page(request.access, class_group_id=None, today=today)
    filters = ReviewFilters(request.GET, classes=whole.classes)
    chosen = filters.chosen
    page = whole
    if chosen is not None:
        page = reviews_page(request.access, class_group_id=chosen, today=today)
    if ending:
        sheet = reviews_sheet(page.due, class_name=filters.class_name)
        return sent_list(ending, "annual reviews", sheet)
    return render(request, "pupils/reviews/page.html", {"page": page, "filters": filters})


@require_safe
@requires(Permission.SEE_SUPPORT)
def pupil_reviews(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Show the reviews of a pupil's plan."""
    file = permitted_file(request, pupil_id, Permission.SEE_SUPPORT)
    page = {
        "file": file,
        "plans": plan_reviews(request.access, file=file),
        "may_plan": file.may(Permission.EDIT_PLANS),
        "crumbs": crumbs_of(file),
    }
    return render(request, "pupils/reviews/pupil.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def review_add(request: TrustRequest, pupil_id: int, plan_id: int) -> HttpResponse:
    """Set the day of the review of a plan."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    every = plans_of(request.access, file=file).filter(kind=PlanKind.EHCP)
    plan = get_object_or_404(every, pk=plan_id)
    held = next(each for each in plan_reviews(request.access, file=file) if each.plan == plan)
    last = held.clocks[0].review.form if held.clocks else None
    placed = file.placement
    form = MeetingForm(
        sent(request),
        review_forms=_forms(),
        initial={"form": last or form_of_authority(placed.school.la_code if placed else "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            review = set_review(by=request.access, file=file, plan=plan, facts=form.facts)
        except ReviewRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, "The day is set. What is due follows from it.")
            return redirect("review", pupil_id, review.pk)
    page = {"heading": "Set the day of an annual review", "form": form, "file": file}
    more = {"next_by": held.next_by, "crumbs": _crumbs(file)}
    return render(request, "pupils/reviews/meeting.html", {**page, **more})


@require_safe
@requires(Permission.SEE_SUPPORT)
def review(request: TrustRequest, pupil_id: int, review_id: int) -> HttpResponse:
    """Show a review: its clock, the views, the advice, and the way to its pack."""
    file = permitted_file(request, pupil_id, Permission.SEE_SUPPORT)
    clock = _clock(request, file, review_id)
    page = {
        "file": file,
        "clock": clock,
        "review": clock.review,
        "review_form": review_form(clock.review.form),
        "may_plan": file.may(Permission.EDIT_PLANS),
        "crumbs": _crumbs(file),
    }
    return render(request, "pupils/reviews/review.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def review_change(request: TrustRequest, pupil_id: int, review_id: int) -> HttpResponse:
    """Move the day of a review, or remove one that was set by mistake."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    held = _clock(request, file, review_id).review
    form = MeetingForm(
        sent(request),
        review_forms=_forms(),
        initial={**MeetingForm.said_of(held), "seen": held.words_seen},
    )
    removing = "remove" in request.POST
    if request.method == "POST" and (form.is_valid() or removing):
        try:
            if removing:
                remove_review(by=request.access, file=file, review=held)
                messages.success(request, "The review is removed.")
                return redirect("pupil_reviews", pupil_id)
            seen = form.cleaned_data["seen"]
            change_review(by=request.access, file=file, review=held, facts=form.facts, seen=seen)
        except ReviewRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "The review is saved.")
            return redirect("review", pupil_id, review_id)
    page = {"heading": "Change the annual review", "form": form, "file": file, "review": held}
    crumbs = _crumbs(file, held)
    return render(request, "pupils/reviews/meeting.html", {**page, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def review_step(request: TrustRequest, pupil_id: int, review_id: int, step: str) -> HttpResponse:
    """Say on which day a step of a review was done."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    clock = _clock(request, file, review_id)
    found = next((each for each in clock.steps if each.kind == step), None)
    if found is None:
        raise Http404
    stands = step_stands(clock.review, found.kind)
    initial = {**StepForm.said_of(stands), "seen": stands.words_seen}
    initial["done_on"] = stands.done_on or file.today
    form = StepForm(sent(request), step=found.kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            mark_step(
                by=request.access,
                file=file,
                review=clock.review,
                step=found.kind,
                done_on=form.done,
                decision=form.cleaned_data.get("decision", ""),
                seen=form.cleaned_data["seen"],
            )
        except ReviewRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, f"{found.kind.label}: saved.")
            return redirect("review", pupil_id, review_id)
    page = {"heading": found.kind.label, "form": form, "file": file, "step": found}
    more = {
        "review": clock.review,
        "of_meeting": found.kind == ReviewStepKind.MEETING,
        "crumbs": _crumbs(file, clock.review),
    }
    return render(request, "pupils/reviews/step.html", {**page, **more})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def review_views(request: TrustRequest, pupil_id: int, review_id: int) -> HttpResponse:
    """Write what the pupil and the family say, and what the meeting recommends."""
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    held = _clock(request, file, review_id).review
    form = ViewsForm(sent(request), initial={**ViewsForm.said_of(held), "seen": held.words_seen})
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            write_views(by=request.access, file=file, review=held, facts=form.facts, seen=seen)
        except ReviewRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "The views are saved.")
            return redirect("review", pupil_id, review_id)
    page = {"heading": "Views and recommendations", "form": form, "file": file, "review": held}
    crumbs = _crumbs(file, held)
    return render(request, "pupils/reviews/views.html", {**page, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def advice_add(request: TrustRequest, pupil_id: int, review_id: int) -> HttpResponse:
    """Add advice to a review."""
    return _advice(request, pupil_id, review_id, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def advice_change(
    request: TrustRequest, pupil_id: int, review_id: int, advice_id: int
) -> HttpResponse:
    """Correct advice, or remove it."""
    return _advice(request, pupil_id, review_id, advice_id)


def _advice(
    request: TrustRequest, pupil_id: int, review_id: int, advice_id: int | None
) -> HttpResponse:
    file = permitted_file(request, pupil_id, Permission.EDIT_PLANS)
    held = _clock(request, file, review_id).review
    advice = None
    if advice_id is not None:
        advice = get_object_or_404(held.advice, pk=advice_id)
        if "remove" in request.POST:
            remove_advice(by=request.access, file=file, review=held, advice_id=advice_id)
            messages.success(request, "The advice is removed.")
            return redirect("review", pupil_id, review_id)
    initial: dict[str, Any] = {"received_on": file.today}
    if advice is not None:
        initial = {**AdviceForm.said_of(advice), "seen": advice.words_seen}
    form = AdviceForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            save_advice(
                by=request.access,
                file=file,
                review=held,
                advice=advice,
                facts=form.facts,
                seen=seen,
            )
        except ReviewRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "The advice is saved.")
            return redirect("review", pupil_id, review_id)
    heading = "Change advice" if advice else "Add advice"
    page = {"heading": heading, "form": form, "file": file, "review": held, "advice": advice}
    crumbs = _crumbs(file, held)
    return render(request, "pupils/reviews/advice.html", {**page, "crumbs": crumbs})


def _clock(request: TrustRequest, file: PupilFile, review_id: int) -> Clock:
    clock = review_with_clock(request.access, file=file, review_id=review_id)
    if clock is None:
        raise Http404
    return clock


def _forms() -> list[tuple[str, str]]:
    return [(each.id, each.name) for each in review_forms().values()]


def _crumbs(file: PupilFile, held: Any = None) -> list[tuple[str, str]]:
    pk = file.pupil.pk
    crumbs = [*crumbs_of(file), ("Annual reviews", reverse("pupil_reviews", args=[pk]))]
    if held is not None:
        crumbs.append(("Review", reverse("review", args=[pk, held.pk])))
    return crumbs

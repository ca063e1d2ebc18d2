"""The plan of a premium: what was received, what it pays for, what that brought."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.compliance import (
    Year,
    compliance_places,
    years_begun,
)
from pupils.tables import premium_sheet
from pupils.views.pupils import sent
from schools.choices import Premium
from schools.forms.compliance import PremiumActivityForm, PremiumPlanForm
from schools.selectors.compliance import PremiumFile, premium_file, publication, spending_of
from schools.services.compliance import (
    ComplianceRefused,
    remove_premium_activity,
    save_premium_activity,
    save_premium_plan,
)
from schools.services.seen import ChangedMeanwhile


class _Of(NamedTuple):
    """A premium of a school in a year, with the plan if there is one."""

    school: Any
    year: Year
    premium: Premium
    file: PremiumFile

    @property
    def address(self) -> str:
        """The page of the plan."""
        return reverse("premium", args=[self.school.pk, self.year.pk, self.premium.value])


@require_safe
@requires(Permission.SEE_COMPLIANCE)
def premium(
    request: TrustRequest, school_id: int, year_id: int, premium: str, ending: str = ""
) -> HttpResponse:
    """Show the plan of a premium with what it costs and what it brought."""
    of = _of(request, school_id, year_id, premium)
    plan, today = of.file.plan, timezone.localdate()
    if plan is None:
        raise Http404
    if ending:
        about = [("School", of.school.name), ("School year", of.year.name)]
        title = str(of.premium.label)
        sheet = premium_sheet(title, of.file, about=about)
        return sent_list(ending, f"{title} {of.school.name}", sheet)
    stands = publication(plan, today=today)
    page = {
        "of": of,
        "plan": plan,
        "activities": of.file.activities,
        "found": sum(bool(each.impact) for each in of.file.activities),
        "spent": spending_of(plan),
        "due": stands.due,
        "standing": stands.standing,
        "words": stands.words,
        "may_write": _may_write(request, of),
        "crumbs": _crumbs(of)[:2],
    }
    return render(request, "pupils/compliance/premium.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_PREMIUMS)
def premium_change(
    request: TrustRequest, school_id: int, year_id: int, premium: str
) -> HttpResponse:
    """Say what was received, and where the plan is published."""
    of = _permitted(request, school_id, year_id, premium)
    form = PremiumPlanForm(sent(request), row=of.file.plan)
    if request.method == "POST" and form.is_valid():
        try:
            save_premium_plan(
                by=request.access,
                school=of.school,
                year=of.year,
                premium=premium,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
            )
        except ComplianceRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "It is saved.")
            return redirect(of.address)
    page = {
        "heading": f"{of.premium.label}: received and published",
        "of_what": f"{of.school.name}, {of.year.name}",
        "lead": "What the school got for the year. Its plan is published on the website by the day"
        " that the conditions of the grant name.",
        "form": form,
        "back": of.address if of.file.plan else _crumbs(of)[1][1],
        "crumbs": _crumbs(of) if of.file.plan else _crumbs(of)[:2],
    }
    return render(request, "pupils/compliance/form.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_PREMIUMS)
def activity_add(request: TrustRequest, school_id: int, year_id: int, premium: str) -> HttpResponse:
    """Add something that a premium pays for."""
    return _activity(request, _permitted(request, school_id, year_id, premium), None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_PREMIUMS)
def activity_change(
    request: TrustRequest, school_id: int, year_id: int, premium: str, activity_id: int
) -> HttpResponse:
    """Correct what a premium pays for, and say what it brought; or remove it."""
    of = _permitted(request, school_id, year_id, premium)
    return _activity(request, of, activity_id)


def _activity(request: TrustRequest, of: _Of, activity_id: int | None) -> HttpResponse:
    plan = of.file.plan
    if plan is None:
        raise Http404
    activity = None
    if activity_id is not None:
        activity = next((each for each in of.file.activities if each.pk == activity_id), None)
        if activity is None:
            raise Http404
    asked = request.POST.get("remove") if activity is not None else None
    page: dict[str, Any] = {
        "heading": "Add an activity" if activity is None else "Change the activity",
        "of_what": f"{of.premium.label}, {of.school.name}, {of.year.name}",
        "lead": "What is paid for, and what it is to bring. The impact is written once it is seen.",
        "back": of.address,
        "crumbs": _crumbs(of),
        "removes": activity,
    }
    if activity is not None and asked == "yes":
        remove_premium_activity(by=request.access, plan=plan, activity=activity)
        messages.success(request, "It is removed.")
        return redirect(of.address)
    if asked:
        return render(request, "pupils/compliance/remove.html", page)
    form = PremiumActivityForm(sent(request), row=activity, premium=of.premium)
    if request.method == "POST" and form.is_valid():
        try:
            save_premium_activity(
                by=request.access,
                plan=plan,
                activity=activity,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
            )
        except ComplianceRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "It is saved.")
            return redirect(of.address)
    return render(request, "pupils/compliance/form.html", {**page, "form": form})


def _of(request: TrustRequest, school_id: int, year_id: int, premium: str) -> _Of:
    """Return a premium of a school of the person; others do not exist here."""
    places = compliance_places(request.access)
    years = years_begun(request.access, today=timezone.localdate())
    place = next((p for p in places if p.arb is None and p.school.pk == school_id), None)
    year = next((each for each in years if each.pk == year_id), None)
    if place is None or year is None or premium not in Premium.values:
        raise Http404
    file = premium_file(request.access, school=place.school, year=year, premium=premium)
    return _Of(place.school, year, Premium(premium), file)


def _permitted(request: TrustRequest, school_id: int, year_id: int, premium: str) -> _Of:
    of = _of(request, school_id, year_id, premium)
    if not _may_write(request, of):
        raise PermissionDenied
    return of


def _may_write(request: TrustRequest, of: _Of) -> bool:
    return request.access.reach(Permission.WRITE_PREMIUMS).covers(school_id=of.school.pk)


def _crumbs(of: _Of) -> list[tuple[str, str]]:
    here = f"{reverse('compliance_school', args=[of.school.pk])}?year={of.year.pk}"
    return [
        ("Compliance", reverse("compliance")),
        (of.school.name, here),
        (str(of.premium.label), of.address),
    ]

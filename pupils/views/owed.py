"""Saying that what is owed was done: a statutory assessment, the PEP of a term."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.forms.peps import PEPForm
from pupils.selectors.compliance import (
    compliance_places,
    owed_by,
    years_begun,
)
from pupils.selectors.lenses import Lens
from pupils.selectors.peps import pep_file
from pupils.services.peps import PEPRefused, remove_pep, save_pep
from pupils.views.pupils import sent
from schools.forms.compliance import DeadlineForm
from schools.selectors.compliance import deadline_of
from schools.selectors.statutory import rule_of
from schools.services.compliance import ComplianceRefused, save_deadline
from schools.services.seen import ChangedMeanwhile


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_DEADLINES)
def deadline(request: TrustRequest, school_id: int, year_id: int, rule: str) -> HttpResponse:
    """Correct the date of a statutory assessment for a school, or say that it is done."""
    today, known = timezone.localdate(), rule_of(rule)
    places = compliance_places(request.access)
    place = next((p for p in places if p.arb is None and p.school.pk == school_id), None)
    years = years_begun(request.access, today=today)
    year = next((each for each in years if each.pk == year_id), None)
    if place is None or year is None or known is None:
        raise Http404
    if not request.access.reach(Permission.SET_DEADLINES).covers(school_id=school_id):
        raise PermissionDenied
    (found,) = owed_by(request.access, [place], year=year, lens=Lens.REGISTERED, today=today)
    owed = next((each for each in found.rows if each.key == rule), None)
    if owed is None:
        raise Http404
    back = f"{reverse('compliance_school', args=[school_id])}?year={year_id}#assessments"
    row = deadline_of(request.access, school=place.school, year=year, rule=rule)
    form = DeadlineForm(sent(request), row=row, initial={"done_by": ""})
    if request.method == "POST" and form.is_valid():
        try:
            save_deadline(
                by=request.access,
                school=place.school,
                year=year,
                rule=known,
                on_roll=owed.of or 0,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
            )
        except ComplianceRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "It is saved.")
            return redirect(back)
    page = {
        "heading": owed.what,
        "of_what": f"{place.name}, {year.name}",
        "lead": owed.who,
        "owed": owed,
        "form": form,
        "back": back,
        "crumbs": [("Compliance", reverse("compliance")), (place.name, back)],
    }
    return render(request, "pupils/compliance/form.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_PLANS)
def pep(request: TrustRequest, pupil_id: int, term_id: int) -> HttpResponse:
    """Say when a pupil's PEP was done in a term, and by whom; or take that back."""
    file = pep_file(request.access, pupil_id=pupil_id, term_id=term_id, today=timezone.localdate())
    if file is None:
        raise Http404
    if not file.may_write:
        raise PermissionDenied
    placement = file.placement
    place = placement.arb or placement.school
    whole = request.access.reach(Permission.SEE_COMPLIANCE).covers(school_id=placement.school_id)
    name, place_id = (
        ("compliance_school", placement.school_id)
        if whole or placement.arb_id is None
        else ("compliance_arb", placement.arb_id)
    )
    home = f"{reverse(name, args=[place_id])}?year={file.term.year_id}#peps"
    asked = request.POST.get("remove") if file.pep is not None else None
    page = {
        "heading": f"PEP of {file.pupil}",
        "of_what": f"{place.name}, {file.term}",
        "lead": "A child looked after has a personal education plan (PEP), reviewed each term with"
        f" the social worker and the virtual school. It is due by"
        f" {date_format(file.term.ends_on, 'j F Y')}.",
        "back": home,
        "crumbs": [("Compliance", reverse("compliance")), (place.name, home)],
        "removes": f"The PEP of {file.pupil} in {file.term}" if file.pep else None,
    }
    if asked == "yes":
        remove_pep(by=request.access, file=file)
        messages.success(request, "It is removed.")
        return redirect(home)
    if asked:
        return render(request, "pupils/compliance/remove.html", page)
    form = PEPForm(sent(request), row=file.pep)
    if request.method == "POST" and form.is_valid():
        try:
            save_pep(by=request.access, file=file, facts=form.facts, seen=form.cleaned_data["seen"])
        except PEPRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "It is saved.")
            return redirect(home)
    return render(request, "pupils/compliance/form.html", {**page, "form": form})

"""The page of one pupil, and the pupil's baselines."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from assessment.forms.baselines import BaselineForm
from assessment.selectors.pupil import baseline_lines, positions, scales_of
from assessment.services.baselines import BaselineRefused, set_baselines
from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.plans import plans_of, targets_by_term
from pupils.selectors.pupils import PupilFile, pupil_file, school_year_start, year_group_words


@require_safe
@requires(Permission.SEE_PUPILS)
def pupil(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Show who a pupil is, where they stand, their plan and their termly targets."""
    file = _file(request, pupil_id)
    where = positions(request.access, file=file)
    by_term = targets_by_term(request.access, file=file)
    now = where.term
    present = now.starts_on if now else file.today
    return render(
        request,
        "assessment/pupil.html",
        {
            "file": file,
            "year_group": year_group_words(file.pupil, school_year_start(file.today)),
            "positions": where,
            "coming": [each for each in by_term if each.term.starts_on > present],
            "this_term": next((each for each in by_term if each.term == now), None),
            "earlier": [each for each in by_term if each.term.starts_on < present],
            "plans": list(plans_of(request.access, file=file)),
            "may_manage": file.may(Permission.MANAGE_PUPILS),
            "may_place": file.may_place(request.access),
            "may_plan": file.may(Permission.EDIT_PLANS),
            "may_record": file.may(Permission.RECORD),
            "crumbs": _crumbs(file),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def pupil_baseline(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Set a pupil's starting points."""
    file = _file(request, pupil_id)
    if not file.may(Permission.RECORD):
        raise PermissionDenied
    lines = baseline_lines(request.access, file=file)
    form = BaselineForm(
        request.POST if request.method == "POST" else None,
        lines=lines,
        scales=scales_of(lines),
        today=file.today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_baselines(by=request.access, pupil=file.pupil, starting_points=form.starting_points)
        except BaselineRefused as refused:
            form.add_error(f"day-{refused.strand.pk}", str(refused))
        else:
            several = len(form.starting_points) > 1
            messages.success(
                request, "The baselines are saved." if several else "The baseline is saved."
            )
            return redirect("pupil", pupil_id)
    return render(
        request,
        "assessment/baseline.html",
        {
            "heading": "Set baselines",
            "file": file,
            "form": form,
            "crumbs": [*_crumbs(file), (str(file.pupil), reverse("pupil", args=[pupil_id]))],
        },
    )


def _file(request: TrustRequest, pupil_id: int) -> PupilFile:
    file = pupil_file(request.access, pupil_id=pupil_id)
    if file is None:
        raise Http404
    return file


def _crumbs(file: PupilFile) -> list[tuple[str, str]]:
    """Return trust › school › class, as far as the person sees them."""
    crumbs = [(file.pupil.trust.name, reverse("schools"))]
    placement = file.placement
    if placement is None or not file.may(Permission.SEE_SCHOOLS):
        return crumbs
    crumbs.append((placement.school.name, reverse("school", args=[placement.school_id])))
    if placement.class_group_id is None:
        return crumbs
    in_class = f"{reverse('pupils')}?group={placement.class_group_id}"
    return [*crumbs, (placement.class_group.name, in_class)]

"""The page of one pupil."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessment.selectors.pupil import positions
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

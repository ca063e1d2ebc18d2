"""The page of one pupil: the personalised learning overview."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessment.selectors.pupil_overview import overview
from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.pupils import PupilFile
from pupils.selectors.support import support_of
from pupils.views.pupils import seen_file


@require_safe
@requires(Permission.SEE_PUPILS)
def pupil(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Show where a pupil stands: plan, targets, positions, gaps, provision and what is noted."""
    file = seen_file(request, pupil_id)
    return render(
        request,
        "assessment/pupil.html",
        {
            "file": file,
            "overview": overview(request.access, file=file),
            "support": support_of(request.access, file=file),
            "may_manage": file.may(Permission.MANAGE_PUPILS),
            "may_place": file.may_place(request.access),
            "may_import": file.may(Permission.IMPORT),
            "may_plan": file.may(Permission.EDIT_PLANS),
            "may_record": file.may(Permission.RECORD),
            "may_copy": file.may_for_school(Permission.COPY_RECORD),
            "crumbs": _crumbs(file),
        },
    )


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

"""Celebration sheets of a pupil and of a class, to share with families."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from assessment.selectors.celebrating import sheet_of_class, sheet_of_pupil
from assessment.selectors.paths import class_with_pupils
from parrcs.core.access import Permission
from parrcs.core.lists import PDF, sent_file
from parrcs.core.views import TrustRequest, requires
from pupils.views.pupils import seen_file
from reporting.services.celebration import celebration_pdf


@require_safe
@requires(Permission.SEE_PUPILS)
def celebration_of_pupil(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Send the celebration sheet of a pupil; there is none of one who is protected."""
    sheet = sheet_of_pupil(request.access, file=seen_file(request, pupil_id))
    if sheet is None:
        raise Http404
    return sent_file(celebration_pdf(sheet), PDF, f"{sheet.title}.pdf")


@require_safe
@requires(Permission.SEE_PUPILS)
def celebration_of_class(request: TrustRequest, class_group_id: int) -> HttpResponse:
    """Send the celebration sheet of a class."""
    group = class_with_pupils(request.access, class_group_id=class_group_id)
    sheet = sheet_of_class(request.access, class_group=group)
    return sent_file(celebration_pdf(sheet), PDF, f"{sheet.title}.pdf")

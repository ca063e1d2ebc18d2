"""The pack for an annual review of a pupil's plan."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import PDF, sent_file
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.reviews import review_with_clock
from pupils.views.pupils import permitted_file
from reporting.services.review_pack import review_pack_pdf


@require_safe
@requires(Permission.SEE_SUPPORT)
def review_pack_file(request: TrustRequest, pupil_id: int, review_id: int) -> HttpResponse:
    """Send the pack of a review, made anew each time."""
    file = permitted_file(request, pupil_id, Permission.SEE_SUPPORT)
    clock = review_with_clock(request.access, file=file, review_id=review_id)
    if clock is None:
        raise Http404
    made = review_pack_pdf(by=request.access, file=file, review=clock.review)
    # The name of a file is seen by more people than what is in it.
    return sent_file(made, PDF, f"Annual review {clock.review.meets_on} {file.pupil.upn}.pdf")

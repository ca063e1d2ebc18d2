"""The personalised learning overview of a pupil on paper."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.views.pupils import seen_file
from reporting.services.overview import overview_pdf


@require_safe
@requires(Permission.SEE_PUPILS)
def pupil_overview(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Send a pupil's overview as a PDF of one page, made anew each time."""
    file = seen_file(request, pupil_id)
    # In plain letters: some programs that open the file know no others.
    name = slugify(f"{file.pupil} overview {file.today:%Y-%m-%d}")
    return HttpResponse(
        overview_pdf(by=request.access, file=file),
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(
                as_attachment=False, filename=f"{name}.pdf"
            )
            or "inline",
            "Cache-Control": "no-store, private",
        },
    )

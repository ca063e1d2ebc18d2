"""Handing out files: only to who sees the pupil, and as nothing but what they are."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from assessment.selectors.evidence import evidence_of
from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.views.pupils import seen_file

# A file can neither load nor run anything, nor pass for a page of ours.
PRIVATE_FILE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store, private",
}


@require_safe
@requires(Permission.SEE_PUPILS)
def evidence(request: TrustRequest, pupil_id: int, evidence_id: int) -> HttpResponse:
    """Send a file: a picture to be looked at (small: `?small`), a PDF to be kept."""
    found = evidence_of(request.access, file=seen_file(request, pupil_id))
    small = "small" in request.GET
    one = get_object_or_404(found.defer("content" if small else "thumbnail"), pk=evidence_id)
    content, kind = (one.thumbnail, "image/webp") if small else (one.content, one.kind)
    if content is None:
        raise Http404
    disposition = content_disposition_header(not one.is_picture, one.name)
    return HttpResponse(
        bytes(content),
        content_type=kind,
        headers=PRIVATE_FILE | {"Content-Disposition": disposition or "attachment"},
    )

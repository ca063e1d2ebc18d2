"""Pictures of the comparison: sent so that the browser may keep one whose numbers stay."""

import hashlib

from django.http import HttpResponse

from parrcs.core.views import TrustRequest


def version_of(seen: object) -> str:
    """Name the numbers that a picture shows: other numbers, another name."""
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def sent_picture(request: TrustRequest, svg: str, version: str) -> HttpResponse:
    """Send a picture; the person's browser may keep it where its address names the version.

    Such a picture can never change, and Clear-Site-Data takes it away at sign-out.
    """
    response = HttpResponse(svg, content_type="image/svg+xml")
    if request.GET.get("v") == version:
        response.headers["Cache-Control"] = "private, max-age=3600"
    return response

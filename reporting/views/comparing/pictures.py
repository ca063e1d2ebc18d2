"""Pictures of the comparison: drawn from what their page has counted, not counted again."""

import hashlib
import json
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.cache import cache
from django.http import Http404, HttpResponse
from redis.exceptions import RedisError

from parrcs.core.views import TrustRequest
from reporting.charts.render import as_svg

type Spec = dict[str, Any]

_log = logging.getLogger(__name__)
# A page asks for its pictures at once; who downloads one later has it counted anew.
_SECONDS = 120


class Picture(NamedTuple):
    """A chart ready to be drawn, as Vega-Lite says it; another one for a narrow screen, if any."""

    spec: Spec
    narrow: Spec | None = None


def version_of(request: TrustRequest, picture: Picture | None) -> str:
    """Name all that a picture shows, and hand it on to who draws it: another one, another name.

    Empty where there is no picture.
    """
    if picture is None:
        return ""
    said = json.dumps(picture)
    version = hashlib.sha256(said.encode()).hexdigest()[:32]
    try:
        cache.set(_key(request, version), said, _SECONDS)
    except RedisError:
        _log.warning("Pictures are counted anew, as the cache cannot be reached")
    return version


def sent_picture(request: TrustRequest, counted: Callable[[], Picture | None]) -> HttpResponse:
    """Send the picture that the address names, or else what is counted; no picture is no page.

    The person's browser may keep one whose address names its version: that can never change, and
    Clear-Site-Data takes it away at sign-out.
    """
    asked = request.GET.get("v", "")
    picture = _handed_on(request, asked)
    version = asked
    if picture is None:
        picture = counted()
        if picture is None:
            raise Http404
        version = version_of(request, picture)
    spec = picture.narrow if "narrow" in request.GET and picture.narrow else picture.spec
    response = HttpResponse(as_svg(spec), content_type="image/svg+xml")
    if asked == version:
        response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _handed_on(request: TrustRequest, version: str) -> Picture | None:
    if len(version) != 32 or not version.isalnum():
        return None
    try:
        said = cache.get(_key(request, version))
    except RedisError:
        return None
    return Picture(*json.loads(said)) if said else None


def _key(request: TrustRequest, version: str) -> str:
    return f"picture:{request.access.trust_id}:{version}"

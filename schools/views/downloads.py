"""The log of downloads: who took which file, in what form, and when."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from schools.selectors.downloads import download_log
from schools.tables import downloads_sheet

DOWNLOADS_A_PAGE = 50


@require_safe
@requires(Permission.SEE_DOWNLOADS)
def downloads_page(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List the files that were sent to people, newest first."""
    log = download_log(request.access, person_id=request.GET.get("person", ""))
    if ending:
        return sent_list(ending, "downloads", downloads_sheet(log))
    page = Paginator(log.rows, DOWNLOADS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "schools/downloads.html", {"log": log, "page": page})

"""The pupils behind a figure of a report in the making."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from reporting.reports.behind import Behind, NoSuchFigure, behind
from reporting.selectors.behind import placed, term_of
from reporting.selectors.report_rows import ReportRows, school_rows, trust_rows
from reporting.selectors.reports import Reported, reported
from reporting.tables.documents import behind_sheet
from schools.services.downloads import format_of, log_download

LINES_A_PAGE = 100


@require_safe
@requires(Permission.SEE_REPORTS)
def report_pupils(
    request: TrustRequest, term_id: int, school_id: int | None = None, ending: str = ""
) -> HttpResponse:
    """Show the pupils behind a figure: the same number, pupil by pupil."""
    access = request.access
    of = reported(access, school_id=school_id, term_id=term_id, permission=Permission.SEE_REPORTS)
    if not access.reach(Permission.SEE_PUPILS).covers(school_id=school_id):
        raise PermissionDenied
    name = request.GET.get("of", "")
    rows = _rows(request, of)
    try:
        found = behind(rows, name)
    except NoSuchFigure as error:
        raise Http404 from error
    lines = _lines(request, rows, found, name)
    title = f"{of.name}: {found.counted:,} {found.what}"
    if ending:
        if request.method == "GET":
            log_download(
                by=access,
                # Without the figure: whoever reads the log may see no small number.
                what=f"Pupils behind a figure of the report of {of.name}",
                kind="report_pupils",
                thing_id=of.term.pk,
                file_format=format_of(ending),
            )
        return sent_list(ending, title, behind_sheet(title, lines))
    page = Paginator(lines, LINES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "reporting/report_pupils.html",
        {
            "of": of,
            "name": name,
            "found": found,
            "page": page,
            "pupils": len(lines),
            "crumbs": [("Reports", reverse("reports")), (of.name, of.path)],
        },
    )


def _rows(request: TrustRequest, of: Reported) -> ReportRows:
    if of.school:
        return school_rows(request.access, school=of.school, term=of.term)
    return trust_rows(request.access, trust=of.term.trust, term=of.term)


def _lines(
    request: TrustRequest, rows: ReportRows, found: Behind, name: str
) -> list[tuple[Any, str]]:
    """Return a placement and the words beside it for each pupil."""
    term = term_of(name)
    if term is None:
        raise Http404
    ids = {*found.strands, *found.targets}
    return [
        (each, _words(rows, found, each.pupil_id))
        for each in placed(request.access, pupil_ids=ids, term=term)
    ]


def _words(rows: ReportRows, found: Behind, pupil_id: int) -> str:
    if number := found.targets.get(pupil_id):
        return f"{number} target{'' if number == 1 else 's'}"
    return ", ".join(rows.strands[each].name for each in found.strands.get(pupil_id, ()))

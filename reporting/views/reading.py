"""Reports as they were made: the page, its pictures, the PDF and the tables as a workbook."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import PDF, XLSX, sent_file
from parrcs.core.private_files import instead_of_file
from parrcs.core.sheets import workbook
from parrcs.core.views import TrustRequest, requires
from reporting.choices import ReportKind
from reporting.selectors.reading import reading_room
from reporting.selectors.reports import Reported, report, report_chart, report_file
from reporting.tables.documents import document_sheets
from schools.choices import FileFormat
from schools.services.downloads import log_download

READERS = (Permission.SEE_REPORTS, Permission.READ_PUBLISHED)


@require_safe
@requires(Permission.READ_PUBLISHED)
def room(request: TrustRequest) -> HttpResponse:
    """Show what has been published for the person, by term."""
    return render(request, "reporting/reading_room.html", {"shelves": reading_room(request.access)})


@require_safe
@requires(*READERS)
def stored_report(request: TrustRequest, report_id: int) -> HttpResponse:
    """Show a report as it was made: what is printed was kept with it."""
    found = report(request.access, report_id=report_id)
    crumbs = [("Reading room", reverse("reading_room"))]
    making = request.access.reach(Permission.SEE_REPORTS)
    if making.covers(school_id=found.school_id):
        of = Reported(found.school, found.term)
        crumbs = [("Reports", reverse("reports")), (of.name, of.path)]
    return render(
        request,
        "reporting/report_stored.html",
        {"stored": found, "report": found.snapshot, "crumbs": crumbs},
    )


@require_safe
@requires(*READERS)
def stored_chart(request: TrustRequest, report_id: int, code: str) -> HttpResponse:
    """Send a picture of a report as it was drawn."""
    svg = report_chart(request.access, report_id=report_id, code=code)
    return HttpResponse(
        svg, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"}
    )


@require_safe
@requires(*READERS)
def report_workbook(request: TrustRequest, report_id: int) -> HttpResponse:
    """Send the tables of a report as a workbook."""
    found = report(request.access, report_id=report_id)
    if (answer := _instead(request, found, FileFormat.XLSX)) is not None:
        return answer
    sheets = document_sheets(found.snapshot)
    return sent_file(workbook(sheets), XLSX, f"{_name(found.snapshot)}.xlsx")


def _name(snapshot: dict[str, str | dict[str, str]]) -> str:
    """Name a file in plain letters: some programs that open it know no others."""
    cover = snapshot["cover"]
    version = cover["version"] if isinstance(cover, dict) else ""
    return slugify(f"{snapshot['place']} {snapshot['term']} {snapshot['title']} {version}")


def _instead(request: TrustRequest, found: Any, file_format: FileFormat) -> HttpResponse | None:
    """Return what to answer instead of a file; None if it goes out, which is written down."""
    version = f"version {found.version}" if found.version else "draft"
    of = f" of {found.school}" if found.school else ""
    what = f"{ReportKind(found.kind).label}{of}, {found.term}, {version}"
    page = reverse("report", args=(found.pk,))
    answer = instead_of_file(request, file=f"{what} ({file_format.label})", back=page)
    if answer is None and request.method == "GET":
        log_download(
            by=request.access,
            what=what,
            kind="report",
            thing_id=found.pk,
            file_format=file_format,
        )
    return answer


@require_safe
@requires(*READERS)
def report_pdf(request: TrustRequest, report_id: int) -> HttpResponse:
    """Send the PDF, byte for byte as it was stored."""
    found = report_file(request.access, report_id=report_id)
    if (answer := _instead(request, found, FileFormat.PDF)) is not None:
        return answer
    return sent_file(bytes(found.pdf), PDF, f"{_name(found.snapshot)}.pdf")

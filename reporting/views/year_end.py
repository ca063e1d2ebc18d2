"""Summaries at the end of a year, of a school and of a class: page, PDF and file."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessment.selectors.paths import class_with_pupils
from parrcs.core.access import Permission
from parrcs.core.lists import PDF, sent_file, sent_list
from parrcs.core.views import TrustRequest, requires
from reporting.reports.document import Document
from reporting.reports.year_end import class_year_end, year_end
from reporting.selectors.reports import school_of
from reporting.selectors.year_rows import names_of, year_of, year_rows, years_begun
from reporting.services.editions import Cover, printed
from reporting.tables.documents import document_sheets
from schools.choices import FileFormat
from schools.services.downloads import format_of, log_download

# What a file is of: a kind, and the id of its school or class.
type Thing = tuple[str, int]


@require_safe
@requires(Permission.SEE_REPORTS)
def school_year(request: TrustRequest, school_id: int, ending: str = "") -> HttpResponse:
    """Show a school's year by core area, class, cohort and group."""
    document = _of_school(request, school_id)
    crumbs = [("Reports", reverse("reports"))]
    return _answer(request, document, ending, crumbs, thing=("school_year", school_id))


@require_safe
@requires(Permission.SEE_REPORTS)
def school_year_pdf(request: TrustRequest, school_id: int) -> HttpResponse:
    """Send a school's year as a PDF."""
    return _pdf(request, _of_school(request, school_id), thing=("school_year", school_id))


@require_safe
@requires(Permission.SEE_PUPILS)
def class_year(request: TrustRequest, class_group_id: int, ending: str = "") -> HttpResponse:
    """Show a class's year by core area, and each of its pupils."""
    document = _of_class(request, class_group_id)
    crumbs = [("Pupils", f"{reverse('pupils')}?group={class_group_id}")]
    return _answer(request, document, ending, crumbs, thing=("class_year", class_group_id))


@require_safe
@requires(Permission.SEE_PUPILS)
def class_year_pdf(request: TrustRequest, class_group_id: int) -> HttpResponse:
    """Send a class's year as a PDF."""
    return _pdf(request, _of_class(request, class_group_id), thing=("class_year", class_group_id))


def _of_school(request: TrustRequest, school_id: int) -> Document:
    access = request.access
    school = school_of(access, school_id=school_id)
    if not access.reach(Permission.SEE_REPORTS).covers(school_id=school_id):
        raise PermissionDenied
    year = year_of(request.GET.get("year", ""))
    return year_end(year_rows(access, school=school, year=year))


def _of_class(request: TrustRequest, class_group_id: int) -> Document:
    access = request.access
    group = class_with_pupils(access, class_group_id=class_group_id)
    year = year_of(request.GET.get("year", "") or str(group.year_id))
    rows = year_rows(access, school=school_of(access, school_id=group.school_id), year=year)
    ids = {
        each.pupil_id
        for term in rows.terms
        for each in term.pupils
        if each.class_group_id == class_group_id
    }
    return class_year_end(rows, class_id=class_group_id, names=names_of(access, pupil_ids=ids))


def _answer(
    request: TrustRequest,
    document: Document,
    ending: str,
    crumbs: list[tuple[str, str]],
    *,
    thing: Thing,
) -> HttpResponse:
    if ending:
        first, *more = document_sheets(document)
        _log(request, document, thing, format_of(ending, several=bool(more)))
        return sent_list(ending, _name(document), first, *more)
    return render(
        request,
        "reporting/year_end.html",
        {"report": document, "years": years_begun(), "crumbs": crumbs},
    )


def _pdf(request: TrustRequest, document: Document, *, thing: Thing) -> HttpResponse:
    today = timezone.localdate()
    pdf = printed(document, Cover("Year-end summary", f"made on {today:%-d %B %Y}"))
    _log(request, document, thing, FileFormat.PDF)
    return sent_file(pdf, PDF, f"{_name(document)}.pdf")


def _name(document: Document) -> str:
    return f"{document['place']} {document['term']} year-end summary"


def _log(request: TrustRequest, document: Document, thing: Thing, file_format: FileFormat) -> None:
    """Write down that a summary leaves as a file."""
    if request.method != "GET":
        return
    kind, thing_id = thing
    log_download(
        by=request.access,
        what=f"Year-end summary of {document['place']}, {document['term']}",
        kind=kind,
        thing_id=thing_id,
        file_format=file_format,
    )

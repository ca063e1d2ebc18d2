"""Writing a report: the comment of each section, saved as one types."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_safe

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from reporting.choices import BEHAVIOUR, SAFEGUARDING, Part, ReportKind
from reporting.forms import MOST_CHARACTERS, CommentForm
from reporting.reports.document import Document, Section
from reporting.reports.drafts import Draft, draft_of
from reporting.reports.ht import ht_report
from reporting.reports.trustee import trust_document
from reporting.selectors.concerns import concerns
from reporting.selectors.next_steps import next_steps
from reporting.selectors.report_rows import trust_rows
from reporting.selectors.reports import reported_school
from reporting.selectors.term_counts import term_counts
from reporting.selectors.writing import CommentBox, comments_of, parts_of, reported_term
from reporting.services.editions import as_read
from reporting.services.writing import WrittenMeanwhile, save_comment

# Of a section with more rows the tables begin folded, for the page to be written on.
ROWS_OPEN = 10


@dataclass(frozen=True)
class Theirs:
    """What somebody else saved while the person was writing."""

    text: str
    version: int
    words: str


@dataclass(frozen=True)
class Writing:
    """All that `_comment.html` shows of one section's comment."""

    box: CommentBox
    address: str
    draft: Draft | None = None
    theirs: Theirs | None = None
    typed: str | None = None
    problem: str = ""
    most: int = MOST_CHARACTERS

    @property
    def text(self) -> str:
        """What stands in the box: what was typed and is not saved, else the comment."""
        return self.box.text if self.typed is None else self.typed

    @property
    def base_version(self) -> int:
        """The version that the next save is written over."""
        return self.theirs.version if self.theirs else self.box.version

    @property
    def state(self) -> str:
        """Say whether it is saved, when and by whom."""
        if self.theirs or self.problem:
            return "Not saved yet."
        if self.box.changed_at is None:
            return "Nothing written yet."
        return f"Saved by {self.box.changed_by} on {_moment(self.box.changed_at)}."


def writings(
    request: TrustRequest, *, school: Any, term: Any, kind: ReportKind, document: Document | None
) -> dict[str, Writing]:
    """Return all comments of a report by section, ready for `_comment.html`.

    First drafts are made from `document`: as governors read it (`as_read`), for the words under a
    section stand in their version too, and tell nothing that is hidden in it. Without a document
    there are none.
    """
    sections = _by_code(document)
    return {
        code: Writing(
            box,
            _address(school, term, code),
            draft=draft_of(sections[code]) if code in sections else None,
        )
        for code, box in comments_of(request.access, school=school, term=term, kind=kind).items()
    }


@require_safe
@requires(Permission.WRITE_REPORTS)
def write_report(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """Show every section with its figures and its comment, and what to look at before it is out."""
    school, term = reported_school(
        request.access, school_id=school_id, term_id=term_id, permission=Permission.WRITE_REPORTS
    )
    counts = term_counts(request.access, school=school, term=term)
    counted = {
        part.value: [(what.label, *counts[what]) for what in whats if counts[what].this is not None]
        for part, whats in ((Part.BEHAVIOUR, BEHAVIOUR), (Part.SAFEGUARDING, SAFEGUARDING))
    }
    page = {
        "counted": sum(each.this is not None for each in counts.values()),
        "to_count": len(counts),
        "crumbs": crumbs_of(school, term),
    }
    document = ht_report(request.access, school=school, term=term)
    return _write(request, school, term, ReportKind.HT, document, counted=counted, page=page)


@require_safe
@requires(Permission.WRITE_REPORTS)
def write_trust_report(request: TrustRequest, term_id: int) -> HttpResponse:
    """Show the same for the report to the trustees."""
    term = reported_term(request.access, term_id=term_id, permission=Permission.WRITE_REPORTS)
    document = trust_document(trust_rows(request.access, trust=term.trust, term=term))
    page = {"crumbs": crumbs_of(None, term)}
    return _write(request, None, term, ReportKind.TRUSTEE, document, counted={}, page=page)


def _write(
    request: TrustRequest,
    school: Any,
    term: Any,
    kind: ReportKind,
    document: Document,
    *,
    counted: dict[str, Any],
    page: dict[str, Any],
) -> HttpResponse:
    of: dict[str, Any] = {"school": school, "term": term, "kind": kind}
    found = writings(request, **of, document=as_read(document, term_id=term.pk))
    sections = _by_code(document)
    return render(
        request,
        "reporting/writing/write.html",
        {
            **of,
            **page,
            "entries": [
                {
                    "writing": each,
                    "section": sections.get(code),
                    "folded": _rows_of(sections.get(code)) > ROWS_OPEN,
                    "counted": counted.get(code),
                }
                for code, each in found.items()
            ],
            "written": sum(bool(each.box.text) for each in found.values()),
            "concerns": concerns(request.access, **of),
            "steps": next_steps(request.access, **of),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def comment(request: TrustRequest, school_id: int, term_id: int, section: str) -> HttpResponse:
    """Show the comment of one section of a school's report, and save it."""
    school, term = reported_school(
        request.access, school_id=school_id, term_id=term_id, permission=Permission.WRITE_REPORTS
    )
    return _comment(request, school, term, ReportKind.HT, section)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def trust_comment(request: TrustRequest, term_id: int, section: str) -> HttpResponse:
    """Show the comment of one section of the report to the trustees, and save it."""
    term = reported_term(request.access, term_id=term_id, permission=Permission.WRITE_REPORTS)
    return _comment(request, None, term, ReportKind.TRUSTEE, section)


def crumbs_of(school: Any, term: Any, *, write: bool = False) -> list[tuple[str, str]]:
    """Return the way back from what is written for the report of a school, or of the trust."""
    way = [("Reports", reverse("reports"))]
    if school is not None:
        way.append((f"{school}, {term}", reverse("ht_report", args=(school.pk, term.pk))))
    if write:
        way.append(("Write the report", _write_address(school, term)))
    return way


def _write_address(school: Any, term: Any) -> str:
    if school is None:
        return reverse("write_trust_report", args=(term.pk,))
    return reverse("write_report", args=(school.pk, term.pk))


def _comment(
    request: TrustRequest, school: Any, term: Any, kind: ReportKind, section: str
) -> HttpResponse:
    """Answer with JSON where the page's script asks, and else with a page."""
    if section not in parts_of(kind):
        raise Http404
    if request.method != "POST":
        return _one(request, school, term, kind, section)
    form = CommentForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(each) for errors in form.errors.values() for each in errors)
        if _by_script(request):
            return JsonResponse({"result": "refused", "words": words}, status=400)
        return _one(request, school, term, kind, section, typed=form.typed, problem=words)
    try:
        saved = save_comment(
            by=request.access,
            school=school,
            term=term,
            kind=kind,
            section=section,
            text=form.cleaned_data["text"],
            base_version=form.cleaned_data["base_version"] or 0,
        )
    except WrittenMeanwhile as meanwhile:
        stands = meanwhile.theirs
        who = f"{stands.changed_by.name} saved this on {_moment(stands.changed_at)}."
        theirs = Theirs(stands.text, stands.version, who)
        if _by_script(request):
            return _both(theirs)
        return _one(request, school, term, kind, section, theirs=theirs, typed=meanwhile.mine)
    return _done(request, school, term, section, saved)


def _both(theirs: Theirs) -> JsonResponse:
    """Tell the page's script what somebody else has saved; it has what was typed."""
    said = {"version": theirs.version, "theirs": theirs.text, "words": theirs.words}
    return JsonResponse({"result": "conflict", **said}, status=409)


def _done(request: TrustRequest, school: Any, term: Any, section: str, saved: Any) -> HttpResponse:
    """Say that a comment is saved; `saved` is None where there is still none."""
    if _by_script(request):
        said = {"version": 0, "words": "Saved.", "reading": ""}
        if saved is not None:
            said = {
                "version": saved.version,
                "words": f"Saved at {localtime(saved.changed_at):%H:%M}.",
                "reading": saved.reading.hint,
            }
        return JsonResponse({"result": "saved", **said})
    messages.success(request, "The comment is saved.")
    return redirect(f"{_write_address(school, term)}#{section}")


def _one(
    request: TrustRequest, school: Any, term: Any, kind: ReportKind, section: str, **more: Any
) -> HttpResponse:
    """Show the comment of one section alone, as a page."""
    box = comments_of(request.access, school=school, term=term, kind=kind)[section]
    return render(
        request,
        "reporting/writing/comment.html",
        {
            "writing": Writing(box, _address(school, term, section), **more),
            "school": school,
            "term": term,
            "crumbs": crumbs_of(school, term, write=True),
        },
    )


def _by_code(document: Document | None) -> dict[str, Section]:
    return {each["code"]: each for each in document["sections"]} if document else {}


def _rows_of(section: Section | None) -> int:
    return sum(len(each["rows"]) for each in section["tables"]) if section else 0


def _address(school: Any, term: Any, section: str) -> str:
    if school is None:
        return reverse("trust_comment", args=(term.pk, section))
    return reverse("comment", args=(school.pk, term.pk, section))


def _by_script(request: TrustRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _moment(when: Any) -> str:
    at = localtime(when)
    return f"{date_format(at, 'j F Y')} at {at:%H:%M}"

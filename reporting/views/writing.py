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
from reporting.choices import Part
from reporting.forms import MOST_CHARACTERS, CommentForm
from reporting.reports.document import Document, Section
from reporting.reports.drafts import Draft, draft_of
from reporting.selectors.concerns import concerns
from reporting.selectors.next_steps import next_steps
from reporting.selectors.reports import Reported, reported
from reporting.selectors.term_counts import term_counts
from reporting.selectors.writing import CommentBox, comments_of, parts_of
from reporting.services.editions import editions_of
from reporting.services.writing import WrittenMeanwhile, save_comment

# Of a section with more rows the tables begin folded, for the page to be written on.
ROWS_OPEN = 10
# The figures of these are counted on a page of their own.
COUNTED = (Part.BEHAVIOUR, Part.SAFEGUARDING)


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
    request: TrustRequest, of: Reported, *, document: Document | None = None
) -> dict[str, Writing]:
    """Return all comments of a report by section, ready for `_comment.html`.

    First drafts are made from `document`: as governors or trustees read it, for the words under a
    section stand there too, and tell nothing that is hidden in it. Without it there are none.
    """
    sections = _by_code(document)
    found = comments_of(request.access, school=of.school, term=of.term, kind=of.kind)
    return {
        code: Writing(
            box,
            address_of(of, "write", code),
            draft=draft_of(sections[code]) if code in sections else None,
        )
        for code, box in found.items()
    }


@require_safe
@requires(Permission.WRITE_REPORTS)
def write_report(request: TrustRequest, term_id: int, school_id: int | None = None) -> HttpResponse:
    """Show every section with its figures and its comment, and what to look at before it is out."""
    of = written(request, school_id, term_id)
    place: dict[str, Any] = {"school": of.school, "term": of.term, "kind": of.kind}
    editions = editions_of(request.access, school=of.school, term=of.term).editions
    whole: Document = editions[0].figures.get("whole") or editions[0].document
    found = writings(request, of, document=editions[-1].document)
    sections = _by_code(whole)
    page: dict[str, Any] = {}
    if of.school:
        counts = term_counts(request.access, school=of.school, term=of.term)
        page["counted"] = sum(each.this is not None for each in counts.values())
        page["to_count"] = len(counts)
    return render(
        request,
        "reporting/writing/write.html",
        {
            **page,
            "of": of,
            "entries": [
                {
                    "writing": each,
                    "section": sections.get(code),
                    "folded": _rows_of(sections.get(code)) > ROWS_OPEN,
                    "is_counted": code in COUNTED,
                }
                for code, each in found.items()
            ],
            "written": sum(bool(each.box.text) for each in found.values()),
            "concerns": concerns(request.access, **place),
            "steps": next_steps(request.access, **place),
            "crumbs": crumbs_of(of),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def comment(
    request: TrustRequest, term_id: int, section: str, school_id: int | None = None
) -> HttpResponse:
    """Show the comment of one section, and save it.

    Answers with JSON where the page's script asks, and else with a page.
    """
    of = written(request, school_id, term_id)
    if section not in parts_of(of.kind):
        raise Http404
    if request.method != "POST":
        return _one(request, of, section)
    form = CommentForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(each) for errors in form.errors.values() for each in errors)
        if _by_script(request):
            return JsonResponse({"result": "refused", "words": words}, status=400)
        return _one(request, of, section, typed=form.typed, problem=words)
    try:
        saved = save_comment(
            by=request.access,
            school=of.school,
            term=of.term,
            kind=of.kind,
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
        return _one(request, of, section, theirs=theirs, typed=meanwhile.mine)
    return _done(request, of, section, saved)


def written(request: TrustRequest, school_id: int | None, term_id: int) -> Reported:
    """Return what a report is about that the person may write, be it the trust's."""
    return reported(
        request.access, school_id=school_id, term_id=term_id, permission=Permission.WRITE_REPORTS
    )


def address_of(of: Reported, *parts: str | int) -> str:
    """Return the address of something that belongs to a report."""
    return of.path + "".join(f"{each}/" for each in parts)


def crumbs_of(of: Reported, *, write: bool = False) -> list[tuple[str, str]]:
    """Return the way back from what is written for a report."""
    way = [("Reports", reverse("reports")), (of.name, of.path)]
    return [*way, ("Write the report", address_of(of, "write"))] if write else way


def _both(theirs: Theirs) -> JsonResponse:
    """Tell the page's script what somebody else has saved; it has what was typed."""
    said = {"version": theirs.version, "theirs": theirs.text, "words": theirs.words}
    return JsonResponse({"result": "conflict", **said}, status=409)


def _done(request: TrustRequest, of: Reported, section: str, saved: Any) -> HttpResponse:
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
    return redirect(f"{address_of(of, 'write')}#{section}")


def _one(request: TrustRequest, of: Reported, section: str, **more: Any) -> HttpResponse:
    """Show the comment of one section alone, as a page."""
    boxes = comments_of(request.access, school=of.school, term=of.term, kind=of.kind)
    writing = Writing(boxes[section], address_of(of, "write", section), **more)
    page = {"of": of, "writing": writing, "crumbs": crumbs_of(of, write=True)}
    return render(request, "reporting/writing/comment.html", page)


def _by_code(document: Document | None) -> dict[str, Section]:
    return {each["code"]: each for each in document["sections"]} if document else {}


def _rows_of(section: Section | None) -> int:
    return sum(len(each["rows"]) for each in section["tables"]) if section else 0


def _by_script(request: TrustRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _moment(when: Any) -> str:
    at = localtime(when)
    return f"{date_format(at, 'j F Y')} at {at:%H:%M}"

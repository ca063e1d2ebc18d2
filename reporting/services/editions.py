"""The reports that one run makes: each with its words, its pictures, its page and its PDF."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import QuerySet
from django.template.loader import render_to_string

from parrcs.core.access import Access
from reporting.charts.progress import Picture
from reporting.choices import OUT, ReportKind, ReportStatus
from reporting.measures.small_numbers import Published, Rules
from reporting.models import Report
from reporting.reports.comparing import changes
from reporting.reports.document import Document
from reporting.reports.hiding import published
from reporting.reports.ht import ht_report
from reporting.reports.lgb import lgb_report
from reporting.reports.trustee import trust_document, trustee_report
from reporting.reports.words import Told, told_in_words
from reporting.selectors.report_rows import trust_rows
from reporting.selectors.settings import report_settings
from reporting.services.pdf import PdfProblem, make_pdf
from reporting.services.pictures import pictures
from schools.models import School, Term


@dataclass(frozen=True)
class Edition:
    """A report before it is laid out. `figures` is what later ones must know to hide enough."""

    kind: ReportKind
    document: Document
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cover:
    """What the title page says of this copy: its version, and who made it when."""

    version: str
    made: str

    def as_dict(self) -> dict[str, str]:
        """Return it as it is kept with the report."""
        return {"version": self.version, "made": self.made}


@dataclass(frozen=True)
class Found:
    """What a run is to lay out.

    `seen` are the published reports that it was reckoned against; `told` is what its words tell
    of what it hides.
    """

    editions: list[Edition]
    seen: frozenset[int]
    told: list[Told]


def editions_of(access: Access, *, school: School | None, term: Term) -> Found:
    """Return the reports of a school, or of the trust, as the data are at this moment."""
    if school is None:
        rows = trust_rows(access, trust=term.trust, term=term)
        return _for_trustees(trust_document(rows), None, term.pk)
    return _for_governors(ht_report(access, school=school, term=term), school.pk, term.pk)


def published_editions(draft: Report) -> Found:
    """Return what is published of a draft: the numbers that were read, by whoever published.

    What is hidden is decided anew, as more may have been published since the draft was made, and
    each edition says what it changes of the version whose place it takes.
    """
    whole = draft.figures.get("whole") or draft.snapshot
    document = cast("Document", {key: whole[key] for key in whole if key != "cover"})
    make = _for_trustees if draft.kind == ReportKind.TRUSTEE else _for_governors
    found = make(document, draft.school_id, draft.term_id)
    in_force = Report.objects.filter(
        status=ReportStatus.PUBLISHED, school=draft.school_id, term=draft.term_id
    )
    before = dict(in_force.values_list("kind", "snapshot"))
    for each in found.editions:
        if each.kind in before:
            each.document["changes"] = changes(before[each.kind], each.document)
    return found


def _for_governors(document: Document, school_id: int | None, term_id: int) -> Found:
    """Return the head's report and the governors' version of it."""
    earlier, seen = _published(school_id, term_id)
    read, hidden = lgb_report(document, rules=_rules(), earlier=earlier)
    return Found(
        [
            Edition(ReportKind.HT, document),
            Edition(ReportKind.LGB, read, hidden.as_json()),
        ],
        seen,
        told_in_words(document["sections"], hidden.hidden),
    )


def _for_trustees(document: Document, school_id: int | None, term_id: int) -> Found:
    """Return the trustees' report; the whole is kept with it, for no one else has it."""
    earlier, seen = _published(school_id, term_id)
    read, hidden = trustee_report(document, rules=_rules(), earlier=earlier)
    figures = {**hidden.as_json(), "whole": document}
    told = told_in_words(document["sections"], hidden.hidden)
    return Found([Edition(ReportKind.TRUSTEE, read, figures)], seen, told)


def _rules() -> Rules:
    chosen = report_settings()
    return Rules(chosen.largest_small, chosen.fewest_of)


def _published(school_id: int | None, term_id: int) -> tuple[list[Published], frozenset[int]]:
    """Return what governors and trustees have of a term and of those that tell of it, all schools.

    A report tells of its own term and of the one before. That of the same school, or of the trust,
    and the same term is replaced by the one in question.
    """
    rows = [
        (pk, figures, status, (school, term))
        for pk, figures, status, school, term in _out(term_id).values_list(
            "pk", "figures", "status", "school", "term"
        )
    ]
    return [
        published(figures, in_force=status == ReportStatus.PUBLISHED and of != (school_id, term_id))
        for _, figures, status, of in rows
    ], frozenset(pk for pk, *_ in rows)


def _out(term_id: int) -> QuerySet[Report]:
    terms = list(Term.objects.order_by("starts_on").values_list("pk", flat=True))
    place = terms.index(term_id)
    return Report.objects.filter(
        kind__in=(ReportKind.LGB, ReportKind.TRUSTEE),
        status__in=OUT,
        term__in=terms[max(0, place - 1) : place + 2],
    )


def published_since(term_id: int, seen: frozenset[int]) -> bool:
    """Say whether something was published that a report of a term was not reckoned against."""
    return bool(set(_out(term_id).values_list("pk", flat=True)) - seen)


def laid_out(edition: Edition, cover: Cover, *, on_page: Callable[[int], None]) -> dict[str, Any]:
    """Return the columns of a report that is made: content, page, pictures, PDF and its hash.

    Raises `PdfProblem`.
    """
    drawn = pictures(edition.document)
    pdf = make_pdf(edition.document, cover.as_dict(), charts=drawn, on_page=on_page)
    if not pdf.startswith(b"%PDF-"):
        raise PdfProblem("What was laid out is not a PDF.")
    return {
        "kind": edition.kind,
        "snapshot": {**edition.document, "cover": cover.as_dict()},
        "charts": {code: each._asdict() for code, each in drawn.items()},
        "page": as_page(edition.document, drawn),
        "figures": edition.figures,
        "pdf": pdf,
        "sha256": hashlib.sha256(pdf).hexdigest(),
    }


def printed(document: Document, cover: Cover) -> bytes:
    """Return a document that nobody publishes as a PDF."""
    return make_pdf(document, cover.as_dict(), charts={}, on_page=lambda _page: None)


def as_page(document: Document, drawn: Mapping[str, Picture]) -> str:
    """Return a report as a part of a page. Its pictures have addresses relative to that page."""
    charts = {code: {"alt": each.alt, "src": f"charts/{code}.svg"} for code, each in drawn.items()}
    return render_to_string("reporting/document/body.html", {"report": document, "charts": charts})

"""The reports that one run makes: each with its words, its pictures, its page and its PDF."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.template.loader import render_to_string

from parrcs.core.access import Access
from reporting.charts.progress import Picture
from reporting.choices import ReportKind
from reporting.models import Report, ReportRun
from reporting.reports.document import Document
from reporting.reports.ht import ht_report
from reporting.services.pdf import PdfProblem, make_pdf
from reporting.services.pictures import pictures


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


def editions_of(access: Access, run: ReportRun) -> list[Edition]:
    """Read the reports that a run makes, as the data are at this moment."""
    if run.school is None:
        raise NotImplementedError
    return [Edition(ReportKind.HT, ht_report(access, school=run.school, term=run.term))]


def published_editions(draft: Report) -> list[Edition]:
    """Return what is published of a draft: the numbers that were read, by whoever published."""
    document = {**draft.snapshot}
    document.pop("cover")
    return [Edition(ReportKind(draft.kind), cast("Document", document))]


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


def as_page(document: Document, drawn: Mapping[str, Picture]) -> str:
    """Return a report as a part of a page. Its pictures have addresses relative to that page."""
    charts = {code: {"alt": each.alt, "src": f"charts/{code}.svg"} for code, each in drawn.items()}
    return render_to_string("reporting/document/body.html", {"report": document, "charts": charts})

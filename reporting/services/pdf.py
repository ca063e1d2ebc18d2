"""Pages as a PDF that a screen reader can read (PDF/UA-1), the head teacher report first."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import ceil
from pathlib import Path
from threading import get_ident
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, svg
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from reporting.charts.progress import Picture
from reporting.choices import Part
from reporting.measures.printable import printable
from reporting.reports.document import Document, Table

VARIANT = "pdf/ua-1"
PAGE = re.compile(r"Creating layout - Page (\d+)")
# Of a page, below the heading of a section and that of a table; and from how many columns on the
# interval of a share stands in a line of its own.
ROOM, MANY_COLUMNS = 225, 5
# Tables that stand in columns: how many, and how much of a column a table takes beside its rows.
COLUMNS, BETWEEN = 3, 10


class _InOnePiece(str):
    """A text that gives itself out whole to whoever asks for its letters."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        yield str(self)


def _text_of(node: Any) -> str | None:
    text: str | None = _letters_of(node)
    return _InOnePiece(text) if text else text


# WeasyPrint draws the texts of a picture letter by letter, as letters may have places of their
# own. So Arabic falls apart and runs the wrong way, and accents stand beside their letters. Our
# charts place no letters.
_letters_of = svg.Node.text.fget
svg.Node.text = property(_text_of)


class PdfProblem(Exception):
    """The PDF could not be made whole: something in it was missing or refused."""


@dataclass(frozen=True)
class Photo:
    """A photo to be printed, and the words for who cannot see it."""

    content: bytes
    kind: str
    alt: str


class ChartsOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Hands out a document's own pictures, by `chart:name`, and refuses every other address."""

    def __init__(self, pictures: Mapping[str, Picture | Photo]) -> None:
        super().__init__()
        self.pictures = pictures

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:  # noqa: ARG002  # their signature
        """Return a chart, or stop the whole PDF: one with a hole in it is worse than none."""
        scheme, _, name = url.partition(":")
        if scheme != "chart" or name not in self.pictures:
            raise FatalURLFetchingError(f"The report may not load {url[:80]}")
        found = self.pictures[name]
        if isinstance(found, Photo):
            return URLFetcherResponse(url, found.content, headers={"Content-Type": found.kind})
        return URLFetcherResponse(url, found.svg, headers={"Content-Type": "image/svg+xml"})


def make_pdf(
    report: Document,
    cover: Mapping[str, str],
    *,
    charts: Mapping[str, Picture],
    on_page: Callable[[int], None],
) -> bytes:
    """Lay out a report. `on_page` is told the number of each page as its layout begins."""
    page = render_to_string(
        "reporting/document/pdf.html",
        {
            "report": _measured(report),
            "cover": cover,
            "charts": {
                name: {"alt": picture.alt, "src": f"chart:{name}"}
                for name, picture in charts.items()
            },
            "for_print": True,
        },
    )
    with _told_of_pages(on_page):
        look = f":root {{ --cover: {report['colour']} }}"
        return as_pdf(lay_out(page, styles=("tokens", "print"), charts=charts, look=look))


def _measured(report: Document) -> dict[str, Any]:
    """Return a report with a mark on each table that may not find room on one page.

    In the section that stands in columns, those have a mark with which one begins.
    """
    sections = []
    for section in report["sections"]:
        found = section["tables"]
        tops = _tops([_height(each) for each in found]) if section["code"] == Part.ROLL else ()
        tables = [
            {**each, "long": _height(each) > ROOM, "top": place in tops}
            for place, each in enumerate(found)
        ]
        sections.append({**section, "tables": tables})
    return {**report, "sections": sections}


def _tops(heights: Sequence[float]) -> tuple[int, ...]:
    """Return with which tables the second and third column begin, for the least height.

    WeasyPrint finds that out by itself as well, but lays the tables out some thirty times for it,
    which was more than half the time that a whole report took.
    """

    def height(tops: tuple[int, ...]) -> float:
        edges = [0, *tops, len(heights)]
        return max(
            sum(each + BETWEEN for each in heights[first:last]) for first, last in pairwise(edges)
        )

    return min(combinations(range(1, len(heights)), COLUMNS - 1), key=height, default=())


def _height(found: Table) -> float:
    """Return about how many millimetres a table takes on paper; print.css has its measures."""
    wide = len(found["columns"]) > MANY_COLUMNS
    letters, least = (22, 2) if wide else (40, 1)
    lines = [max(least, ceil(len(line["name"]) / letters)) for line in found["rows"]]
    return sum(3.7 * each + 1.8 for each in lines)


def lay_out(
    page: str,
    *,
    styles: Sequence[str],
    charts: Mapping[str, Picture | Photo] | None = None,
    look: str = "",
) -> Any:
    """Lay out a page of HTML by our own stylesheets; its `pages` can be counted before `as_pdf`.

    Nothing comes from outside: it may load the charts given, by `chart:name`, and no more. `look`
    is a rule or two of this document alone. Raises `PdfProblem`.
    """
    fetcher = ChartsOnly(charts or {})
    with _no_complaint():
        return HTML(string=printable(page), base_url="chart:", url_fetcher=fetcher).render(
            stylesheets=[CSS(string=_styles(styles) + look, url_fetcher=fetcher)],
            pdf_variant=VARIANT,
        )


def as_pdf(document: Any) -> bytes:
    """Write what was laid out as a PDF that a screen reader can read. Raises `PdfProblem`."""
    with _no_complaint():
        pdf: bytes = document.write_pdf(pdf_variant=VARIANT)
    return pdf


def print_page(page: str, *, dress: str) -> bytes:
    """Lay out a page without pictures; `dress` is the name of its stylesheet beside the tokens."""
    return as_pdf(lay_out(page, styles=("tokens", dress)))


def _styles(names: Sequence[str]) -> str:
    """Return stylesheets by name, with the tokens' light values for want of `light-dark`."""
    sheets = [Path(str(finders.find(f"css/{name}.css"))).read_text() for name in names]
    return re.sub(r"light-dark\(([^,]+),[^)]*\)", r"\1", "".join(sheets))


class _Listener(logging.Handler):
    """Hands on what is logged in this thread."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.tell = tell
        self.here = get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand on one message. What `tell` raises stops the layout, as a cancelled run must."""
        if record.thread == self.here:
            self.tell(record.getMessage())


@contextmanager
def _told_of_pages(on_page: Callable[[int], None]) -> Iterator[None]:
    """Hear from WeasyPrint's progress log, its only word on which page it is at."""

    def tell(message: str) -> None:
        if found := PAGE.search(message):
            on_page(int(found[1]))

    logger, listener = logging.getLogger("weasyprint.progress"), _Listener(tell)
    before = logger.level, logger.propagate
    logger.addHandler(listener)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(listener)
        logger.level, logger.propagate = before


@contextmanager
def _no_complaint() -> Iterator[None]:
    """Refuse a PDF about which WeasyPrint logged an error, such as an image it could not read."""
    complaints: list[str] = []
    logger, listener = logging.getLogger("weasyprint"), _Listener(complaints.append)
    listener.setLevel(logging.ERROR)
    logger.addHandler(listener)
    try:
        yield
    finally:
        logger.removeHandler(listener)
    if complaints:
        raise PdfProblem("; ".join(complaints))

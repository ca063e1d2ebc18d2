"""The personalised learning overview of a pupil as a PDF of exactly one page."""

from bisect import bisect_left
from typing import Any

from django.template.loader import render_to_string

from assessment.selectors.pupil_overview import overview
from parrcs.core.access import Access
from pupils.selectors.pupils import PupilFile
from reporting.reports.overview import LEVELS, one_page
from reporting.services.pdf import as_pdf, lay_out


def overview_pdf(*, by: Access, file: PupilFile) -> bytes:
    """Lay out the overview of a pupil, with as much of its lists as one page holds.

    Nearly every pupil's fits whole. For one that does not, the fullest level that fits is
    searched by halving, so that no more than a handful of layouts are tried.
    """
    found = overview(by, file=file)

    def laid_out(level: int) -> Any:
        page = render_to_string(
            "reporting/overview/pdf.html", one_page(found, limits=LEVELS[level])
        )
        return lay_out(page, styles=("tokens", "print-overview"))

    document = laid_out(0)
    if len(document.pages) > 1:
        level = bisect_left(
            range(1, len(LEVELS) - 1), 1, key=lambda n: int(len(laid_out(n).pages) == 1)
        )
        document = laid_out(level + 1)
    return as_pdf(document)

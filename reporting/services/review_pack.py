"""The pack for an annual review as a PDF that a screen reader can read (PDF/UA-1)."""

from django.template.loader import render_to_string

from parrcs.core.access import Access
from pupils.models import AnnualReview
from pupils.selectors.pupils import PupilFile, protected_at
from pupils.selectors.review_forms import review_form
from reporting.charts.progress import Picture
from reporting.reports.review_pack import nobody_named, review_pack
from reporting.services.celebration import symbol_drawing
from reporting.services.pdf import Photo, as_pdf, lay_out


def review_pack_pdf(*, by: Access, file: PupilFile, review: AnnualReview) -> bytes:
    """Print the pack of a review, by the form of its local authority.

    It leaves the school, so whoever is protected stands in it by initials.
    """
    pack = review_pack(by, file=file, review=review, form=review_form(review.form))
    page: str = render_to_string("reporting/review/pdf.html", {"pack": pack})
    schools = {each.school_id for each in file.every_placement}
    page = nobody_named(page, protected_at(*schools))
    pictures: dict[str, Picture | Photo] = {
        f"symbol-{each}": Picture(symbol_drawing(each), str(each.label))
        for each in review.chosen_symbols
    }
    return as_pdf(lay_out(page, styles=("tokens", "print-review"), charts=pictures))

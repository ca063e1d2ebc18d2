"""Celebration sheets as PDFs that a screen reader can read (PDF/UA-1), made for a child."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from assessment.selectors.celebrating import CelebrationSheet
from pupils.choices import VoiceSymbol
from reporting.charts.progress import Picture
from reporting.services.pdf import Photo, as_pdf, lay_out


def celebration_pdf(sheet: CelebrationSheet) -> bytes:
    """Print a sheet: large, few words, with the photos that may be shown.

    Whether a photo may be shown is asked of each pupil here once more.
    """
    pictures: dict[str, Picture | Photo] = {
        f"symbol-{each}": Picture(symbol_drawing(each), str(each.label)) for each in VoiceSymbol
    }
    for pupil in sheet.pupils:
        for each in pupil.achievements:
            if each.photo is not None and each.pupil.photo_may_be_shown:
                alt = f"Photo of {pupil.first_name}: {each.what}"
                pictures[f"photo-{each.pk}"] = Photo(bytes(each.photo), each.photo_kind, alt)
    page = render_to_string("reporting/celebration/pdf.html", {"sheet": sheet})
    return as_pdf(lay_out(page, styles=("tokens", "print-celebration"), charts=pictures))


def symbol_drawing(symbol: VoiceSymbol) -> str:
    """Return the drawing of a symbol, as SVG."""
    return Path(str(finders.find(f"symbols/{symbol}.svg"))).read_text()

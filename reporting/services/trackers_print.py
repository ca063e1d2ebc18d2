"""Trackers as PDFs that a screen reader can read (PDF/UA-1), on landscape paper."""

import datetime as dt

from django.template.loader import render_to_string

from reporting.selectors.trackers import ClassTracker, Show
from reporting.selectors.trackers_early import EarlyTracker
from reporting.selectors.trackers_pupil import PupilTracker
from reporting.services.pdf import print_page

# How many strands, or terms, stand beside each other on a landscape sheet.
STRANDS_WIDE = 6
PATHS_WIDE = 5
TERMS_WIDE = 8


def class_pdf(tracker: ClassTracker, *, trust: str, made_on: dt.date) -> bytes:
    """Print the tracker of a class; more strands than fit go on in a further table."""
    wide = PATHS_WIDE if tracker.show is Show.PATH else STRANDS_WIDE
    return _printed(
        "class",
        {"tracker": tracker, "blocks": tracker.blocks(wide), "trust": trust, "made_on": made_on},
    )


def pupil_pdf(tracker: PupilTracker, *, trust: str, made_on: dt.date) -> bytes:
    """Print the tracker of a pupil; more terms than fit go on in a further table."""
    blocks = [block for each in tracker.streams for block in each.blocks(TERMS_WIDE)]
    return _printed(
        "pupil", {"tracker": tracker, "blocks": blocks, "trust": trust, "made_on": made_on}
    )


def early_pdf(tracker: EarlyTracker, *, trust: str, made_on: dt.date) -> bytes:
    """Print the early-years tracker."""
    return _printed("early", {"tracker": tracker, "trust": trust, "made_on": made_on})


def _printed(name: str, context: dict[str, object]) -> bytes:
    page = render_to_string(f"reporting/trackers/{name}_pdf.html", {**context, "for_print": True})
    return print_page(page, dress="print-trackers")

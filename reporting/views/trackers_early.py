"""The early-years tracker: on screen, as a PDF and as the file of a list."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import PDF, sent_file, sent_list
from parrcs.core.views import TrustRequest, requires
from reporting.selectors.trackers_early import EarlyTracker, early_tracker
from reporting.services.trackers_print import early_pdf
from reporting.services.trackers_sheets import early_sheets
from reporting.views.trackers import trust_name


@require_safe
@requires(Permission.SEE_PUPILS)
def early_years(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show the pupils on the early years route by the early learning goals."""
    tracker = _tracker(request)
    if ending:
        return sent_list(ending, _name(tracker), *early_sheets(tracker))
    return render(request, "reporting/trackers/early.html", {"tracker": tracker})


@require_safe
@requires(Permission.SEE_PUPILS)
def early_years_pdf(request: TrustRequest) -> HttpResponse:
    """Send the early-years tracker as a PDF."""
    tracker = _tracker(request)
    made = early_pdf(tracker, trust=trust_name(request), made_on=timezone.localdate())
    return sent_file(made, PDF, f"{_name(tracker)}.pdf")


def _tracker(request: TrustRequest) -> EarlyTracker:
    return early_tracker(
        request.access,
        term=request.GET.get("term", ""),
        place=request.GET.get("place", ""),
        today=timezone.localdate(),
    )


def _name(tracker: EarlyTracker) -> str:
    where = tracker.place.name if tracker.place else ""
    return f"Early years {where} {tracker.term or ''}"

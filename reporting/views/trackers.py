"""The trackers of a class and of a pupil: on screen, as a PDF and as the file of a list."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessment.selectors.paths import class_with_pupils
from parrcs.core.access import Permission
from parrcs.core.lists import PDF, sent_file, sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.pupils import pupil_file
from reporting.selectors.trackers import ClassTracker, Show, class_tracker
from reporting.selectors.trackers_pupil import PupilTracker, pupil_tracker
from reporting.services.trackers_print import class_pdf, pupil_pdf
from reporting.services.trackers_sheets import class_sheets, pupil_sheets
from schools.selectors.people import Workplace


@require_safe
@requires(Permission.SEE_PUPILS)
def tracker_of_class(request: TrustRequest, class_group_id: int, ending: str = "") -> HttpResponse:
    """Show the pupils of a class in the strands of a stream."""
    tracker = _class_tracker(request, class_group_id)
    if ending:
        return sent_list(ending, _class_name(tracker), *class_sheets(tracker))
    group = tracker.class_group
    return render(
        request,
        "reporting/trackers/class.html",
        {
            "tracker": tracker,
            "shows": [(each.value, each is tracker.show) for each in Show],
            "may_record": request.access.may(Permission.RECORD),
            "crumbs": [
                (group.school.name, reverse("school", args=[group.school_id])),
                (group.name, f"{reverse('pupils')}?group={group.pk}"),
            ],
        },
    )


@require_safe
@requires(Permission.SEE_PUPILS)
def tracker_of_class_pdf(request: TrustRequest, class_group_id: int) -> HttpResponse:
    """Send the tracker of a class as a PDF."""
    tracker = _class_tracker(request, class_group_id)
    made = class_pdf(tracker, trust=trust_name(request), made_on=timezone.localdate())
    return sent_file(made, PDF, f"{_class_name(tracker)}.pdf")


@require_safe
@requires(Permission.SEE_PUPILS)
def tracker_of_pupil(request: TrustRequest, pupil_id: int, ending: str = "") -> HttpResponse:
    """Show all that a pupil was ever judged to be at."""
    tracker = _pupil_tracker(request, pupil_id)
    if ending:
        return sent_list(ending, _pupil_name(tracker), *pupil_sheets(tracker))
    return render(
        request,
        "reporting/trackers/pupil.html",
        {
            "tracker": tracker,
            "file": tracker.file,
            "may_record": tracker.file.may(Permission.RECORD),
            "crumbs": [
                ("Pupils", reverse("pupils")),
                (str(tracker.file.pupil), reverse("pupil", args=[pupil_id])),
            ],
        },
    )


@require_safe
@requires(Permission.SEE_PUPILS)
def tracker_of_pupil_pdf(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Send the tracker of a pupil as a PDF."""
    tracker = _pupil_tracker(request, pupil_id)
    made = pupil_pdf(tracker, trust=trust_name(request), made_on=timezone.localdate())
    return sent_file(made, PDF, f"{_pupil_name(tracker)}.pdf")


def trust_name(request: TrustRequest) -> str:
    """Return the name of the trust that the person works in."""
    places: list[Workplace] = request.workplaces  # type: ignore[attr-defined]  # the middleware sets it
    return next(p.name for p in places if p.access.trust_id == request.access.trust_id)


def _class_tracker(request: TrustRequest, class_group_id: int) -> ClassTracker:
    return class_tracker(
        request.access,
        class_group=class_with_pupils(request.access, class_group_id=class_group_id),
        term=request.GET.get("term", ""),
        stream=request.GET.get("stream", ""),
        show=request.GET.get("show", ""),
        today=timezone.localdate(),
    )


def _class_name(tracker: ClassTracker) -> str:
    group, stream = tracker.class_group, tracker.stream
    return (
        f"{group.school} {group.name} tracker {stream.name if stream else ''} {tracker.term or ''}"
    )


def _pupil_tracker(request: TrustRequest, pupil_id: int) -> PupilTracker:
    file = pupil_file(request.access, pupil_id=pupil_id)
    if file is None:
        raise Http404
    return pupil_tracker(request.access, file=file)


def _pupil_name(tracker: PupilTracker) -> str:
    return f"{tracker.file.pupil} tracker {tracker.term or ''}"

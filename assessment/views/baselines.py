"""Starting points: those of one pupil, and of all in a class who lack one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessment.forms.baselines import BaselineForm, ClassBaselineForm
from assessment.selectors import baselines
from assessment.selectors.grid import visible_classes
from assessment.services.baselines import BaselineRefused, set_baselines, set_first_baselines
from assessment.tables import baselines_sheet
from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.services.operations import may_record
from pupils.views.pupils import crumbs_of, permitted_file


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def pupil_baseline(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Set a pupil's starting points, with those before in sight."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    held = baselines.pupil_baselines(request.access, file=file)
    form = BaselineForm(
        request.POST if request.method == "POST" else None,
        lines=held.due,
        scales=baselines.scales_of({line.strand.stream_id for line in held.due}),
        today=file.today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_baselines(by=request.access, pupil=file.pupil, starting_points=form.starting_points)
        except BaselineRefused as refused:
            form.add_error(f"day-{refused.strand.pk}", str(refused))
        else:
            days = [each.judged_on for each in form.starting_points]
            words = "The baselines are saved." if len(days) > 1 else "The baseline is saved."
            words += baselines.counting_words(baselines.term_now(file), days)
            messages.success(request, words)
            return redirect("pupil", pupil_id)
    return render(
        request,
        "assessment/baseline.html",
        {
            "heading": "Set baselines",
            "file": file,
            "form": form,
            "others": held.others,
            "late": held.late,
            "crumbs": crumbs_of(file),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def class_baselines(request: TrustRequest, class_group_id: int, ending: str = "") -> HttpResponse:
    """Set the starting points that pupils of a class lack, in one form."""
    class_group = get_object_or_404(visible_classes(request.access), pk=class_group_id)
    if not may_record(request.access, class_group):
        raise PermissionDenied
    listed = baselines.class_baselines(request.access, class_group=class_group)
    if ending:
        sheet = baselines_sheet(listed, class_group=class_group)
        return sent_list(ending, f"baselines {class_group}", sheet)
    form = ClassBaselineForm(
        request.POST if request.method == "POST" else None,
        listed=listed,
        today=timezone.localdate(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_first_baselines(
                by=request.access, class_group=class_group, starting_points=form.starting_points
            )
        except BaselineRefused as refused:
            form.add_error(f"point-{refused.pupil.pk}-{refused.strand.pk}", str(refused))
        else:
            days = [each.judged_on for _, each in form.starting_points]
            words = f"{len(days)} baseline{'s are' if len(days) > 1 else ' is'} saved."
            words += baselines.counting_words(listed.term if listed else None, days)
            messages.success(request, words)
            return redirect("class_baselines", class_group_id)
    return render(
        request,
        "assessment/class_baselines.html",
        {
            "class_group": class_group,
            "listed": listed,
            "form": form,
            "crumbs": [("Record", reverse("classes"))],
        },
    )

"""Bringing in attendance: a file, what it would change, and then the change."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import CSV, sent_file
from parrcs.core.sheets import as_csv
from parrcs.core.views import TrustRequest, requires
from pupils.forms.attendance import AttendanceFileForm, SealedForm
from pupils.services.attendance.applying import Outdated, apply_attendance, sealed, unsealed
from pupils.services.attendance.files import TEMPLATES, FileRefused, check_attendance_file

# The rest is counted: nobody reads on.
_LINES_SHOWN = 300


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PUPILS)
def attendance_upload(request: TrustRequest) -> HttpResponse:
    """Take a file and show what it would change."""
    sent = request.method == "POST"
    form = AttendanceFileForm(request.POST, request.FILES) if sent else AttendanceFileForm()
    crumbs = [("Attendance", reverse("attendance"))]
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            checked = check_attendance_file(by=request.access, name=file.name, content=file.read())
        except FileRefused as refused:
            form.add_error("file", f"{refused} Nothing was stored.")
        else:
            page = {
                "checked": checked,
                "name": file.name,
                "lines": checked.lines[:_LINES_SHOWN],
                "more_lines": len(checked.lines[_LINES_SHOWN:]),
                "refused": checked.refused[:_LINES_SHOWN],
                "more_refused": len(checked.refused[_LINES_SHOWN:]),
                "go_on": SealedForm(initial={"checked": sealed(request.access, checked.to_apply)}),
                "crumbs": [*crumbs, ("Bring in", reverse("attendance_upload"))],
            }
            return render(request, "pupils/attendance_preview.html", page)
    return render(request, "pupils/attendance_upload.html", {"form": form, "crumbs": crumbs})


@require_POST
@requires(Permission.MANAGE_PUPILS)
def attendance_apply(request: TrustRequest) -> HttpResponse:
    """Store what a preview has shown."""
    try:
        lines = unsealed(request.access, request.POST.get("checked", ""))
        pupils = apply_attendance(by=request.access, lines=lines)
    except Outdated:
        messages.error(
            request,
            "Nothing was stored: since the preview something has changed, or it is more than two"
            " hours old. Choose the file again.",
        )
        return redirect("attendance_upload")
    who = "1 pupil" if pupils == 1 else f"{pupils} pupils"
    messages.success(request, f"Attendance of {who} is stored.")
    return redirect("attendance")


@require_safe
@requires(Permission.MANAGE_PUPILS)
def attendance_template(request: TrustRequest) -> HttpResponse:  # noqa: ARG001
    """Send the template with a row for each day."""
    heading, *rows = TEMPLATES["sessions"]
    return sent_file(as_csv(heading, rows), CSV, "attendance-sessions.csv")


@require_safe
@requires(Permission.MANAGE_PUPILS)
def attendance_template_sums(request: TrustRequest) -> HttpResponse:  # noqa: ARG001
    """Send the template with a row for each half term."""
    heading, *rows = TEMPLATES["sums"]
    return sent_file(as_csv(heading, rows), CSV, "attendance-sums.csv")

"""A pupil's whole record: copies of it for those who ask, and erasing it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST

from exchange.choices import ErasureReason
from exchange.forms.records import AccessRequestForm, ErasePupilForm
from exchange.selectors.access_requests import access_requests, one_access_request
from exchange.selectors.retention import is_on_roll
from exchange.services.access_requests import close_request, make_copy, note_request
from exchange.services.erasing import erase_pupil
from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.pupils import PupilFile
from pupils.views.pupils import seen_file


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.COPY_RECORD, Permission.ERASE)
def whole_record(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Show who asked for a copy of a record and what was made; take a new request in."""
    file = _file(request, pupil_id, Permission.COPY_RECORD)
    sent = request.POST if request.method == "POST" else None
    form = AccessRequestForm(sent, initial={"received_on": file.today})
    if sent is not None and form.is_valid():
        asked = note_request(by=request.access, file=file, **form.cleaned_data)
        messages.success(request, f"Entered. The copy is due by {asked.due_on:%-d %B %Y}.")
        return redirect("whole_record", pupil_id)
    return render(
        request,
        "exchange/record/page.html",
        {
            "file": file,
            "form": form,
            "asked": access_requests(request.access, pupil=file.pupil, today=file.today),
            "may_copy": True,
            "may_erase": file.may_for_school(Permission.ERASE),
            "crumbs": _crumbs(file),
        },
    )


@require_POST
@requires(Permission.COPY_RECORD)
def record_copy(request: TrustRequest, pupil_id: int, asked_id: int) -> HttpResponseBase:
    """Send a copy of all that is kept of a pupil, made anew each time and kept nowhere."""
    file = _file(request, pupil_id, Permission.COPY_RECORD)
    asked = one_access_request(request.access, pupil=file.pupil, asked_id=asked_id)
    name = slugify(f"{file.pupil} record {file.today:%Y-%m-%d}")
    return StreamingHttpResponse(
        make_copy(by=request.access, file=file, request=asked),
        content_type="application/zip",
        headers={
            "Content-Disposition": content_disposition_header(
                as_attachment=True, filename=f"{name}.zip"
            )
            or "attachment",
            "Cache-Control": "no-store, private",
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_POST
@requires(Permission.COPY_RECORD)
def record_answered(request: TrustRequest, pupil_id: int, asked_id: int) -> HttpResponse:
    """Write down that a request has been answered today."""
    file = _file(request, pupil_id, Permission.COPY_RECORD)
    asked = one_access_request(request.access, pupil=file.pupil, asked_id=asked_id)
    close_request(by=request.access, file=file, request=asked, on=file.today)
    return redirect("whole_record", pupil_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERASE)
def pupil_erase(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Say what erasing a record means, and have it done once somebody types that they mean it."""
    file = _file(request, pupil_id, Permission.ERASE)
    sent = request.POST if request.method == "POST" else None
    form = ErasePupilForm(sent)
    if sent is not None and form.is_valid():
        reason = ErasureReason(form.cleaned_data["reason"])
        erasure = erase_pupil(by=request.access, file=file, reason=reason)
        return redirect("erasure", erasure.pk)
    return render(
        request,
        "exchange/record/erase.html",
        {
            "file": file,
            "form": form,
            "on_roll": is_on_roll(request.access, pupil=file.pupil, today=file.today),
            "crumbs": [*_crumbs(file), ("Record", reverse("whole_record", args=[pupil_id]))],
        },
    )


def _file(request: TrustRequest, pupil_id: int, permission: Permission) -> PupilFile:
    file = seen_file(request, pupil_id)
    if not file.may_for_school(permission):
        raise PermissionDenied
    return file


def _crumbs(file: PupilFile) -> list[tuple[str, str]]:
    return [
        ("Pupils", reverse("pupils")),
        (str(file.pupil), reverse("pupil", args=[file.pupil.pk])),
    ]

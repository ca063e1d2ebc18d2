"""The formative record of a pupil: all notes, those of one strand or target, and writing them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from assessment.forms.notes import CellQuestion, NoteFilter, NoteForm
from assessment.selectors.baselines import scales_of
from assessment.selectors.notes import (
    ShownNote,
    Subject,
    cell_record,
    may_change,
    notes_of,
    removed_notes,
    shown,
    subject_of,
    subjects,
    subjects_noted,
)
from assessment.services.notes import (
    NoteRefused,
    bring_back_note,
    change_note,
    remove_note,
    write_note,
)
from assessment.tables import notes_sheet
from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.pupils import PupilFile
from pupils.services.seen import ChangedMeanwhile
from pupils.views.pupils import crumbs_of, seen_file

NOTES_A_PAGE = 20


@require_safe
@requires(Permission.SEE_PUPILS)
def pupil_record(request: TrustRequest, pupil_id: int, ending: str = "") -> HttpResponse:
    """Show all notes on a pupil, the latest first; perhaps of one strand or target only."""
    file = seen_file(request, pupil_id)
    narrow = NoteFilter(request.GET, subjects=subjects_noted(request.access, file=file))
    notes = notes_of(request.access, file=file, about=narrow.subject, files_only=narrow.files_only)
    if ending:
        subject = narrow.subject.name if narrow.subject else ""
        sheet = notes_sheet(file, notes, about=subject, files_only=narrow.files_only)
        return sent_list(ending, f"notes {file.pupil}", sheet)
    page = Paginator(notes, NOTES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "assessment/notes/record.html",
        {
            "file": file,
            "filter": narrow,
            "page": page,
            "notes": shown(file, page.object_list),
            "removed": removed_notes(request.access, file=file),
            "may_record": file.may(Permission.RECORD),
            "crumbs": crumbs_of(file),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PUPILS)
def cell_notes(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Show the notes on a pupil in one strand or for one target, and add one.

    For htmx it is only the part that stands beside a grid.
    """
    file = seen_file(request, pupil_id)
    asked = CellQuestion(request.GET)
    if not asked.is_valid() or not any(asked.cleaned_data.values()):
        return redirect("pupil_record", pupil_id)
    subject = subject_of(
        request.access,
        file=file,
        strand_id=asked.cleaned_data["strand"],
        target_id=asked.cleaned_data["target"],
    )
    if subject is None:
        raise Http404
    may_record = file.may(Permission.RECORD)
    form, said = None, ""
    if may_record:
        form = _form(request, [subject], fixed=subject)
        if request.method == "POST" and _written(request, file, form):
            if not request.htmx:
                messages.success(request, "The note is saved.")
                return redirect(f"{reverse('cell_record', args=[pupil_id])}?{subject.query}")
            form, said = _form(request, [subject], fixed=subject, empty=True), "Saved."
    elif request.method == "POST":
        raise PermissionDenied
    return render(
        request,
        f"assessment/notes/{'_' if request.htmx else ''}cell.html",
        {
            "file": file,
            "record": cell_record(request.access, file=file, subject=subject),
            "form": form,
            "said": said,
            "may_record": may_record,
            "in_cell": True,
            "crumbs": [*crumbs_of(file), ("Notes", reverse("pupil_record", args=[pupil_id]))],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def note_add(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Write a note on a pupil: in general, in a strand or for a target."""
    file = seen_file(request, pupil_id)
    if not file.may(Permission.RECORD):
        raise PermissionDenied
    form = _form(request, subjects(request.access, file=file))
    if request.method == "POST" and _written(request, file, form):
        messages.success(request, "The note is saved.")
        if request.htmx:
            return HttpResponseClientRedirect(reverse("pupil_record", args=[pupil_id]))
        return redirect("pupil_record", pupil_id)
    page = {"file": file, "form": form, "target": "this"}
    if request.htmx:
        return render(request, "assessment/notes/_form.html", {**page, "action": request.path})
    return render(
        request,
        "assessment/notes/note.html",
        {
            **page,
            "heading": "Write a note",
            "crumbs": [*crumbs_of(file), ("Notes", reverse("pupil_record", args=[pupil_id]))],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD)
def note_change(request: TrustRequest, pupil_id: int, note_id: int) -> HttpResponse:
    """Change a note; in place where htmx asks, which `?leave` leaves as it was."""
    file = seen_file(request, pupil_id)
    note = get_object_or_404(notes_of(request.access, file=file), pk=note_id)
    if not may_change(file, note):
        raise PermissionDenied
    held = list(note.evidence.all())
    own = Subject(note.strand, note.target)
    offered = subjects(request.access, file=file)
    if own.key and own.key not in {each.key for each in offered}:
        offered = [own, *offered]
    form = _form(
        request,
        offered,
        files_held=held,
        initial={**_said(note), "seen": note.words_seen},
        auto_id=f"note-{note.pk}-%s",
    )
    page = {
        "file": file,
        "form": form,
        "note": note,
        "in_cell": "cell" in request.GET,
    }
    if request.htmx and "leave" in request.GET:
        return _one(request, file, note_id)
    if request.method == "POST" and form.is_valid():
        try:
            change_note(
                by=request.access,
                file=file,
                note=note,
                content=form.content,
                files=form.checked_files,
                without=form.taken_away,
                operation_id=form.cleaned_data["operation_id"],
                seen=form.cleaned_data["seen"],
            )
        except NoteRefused as refused:
            _refuse(form, refused)
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, _said(changed.stands))
        else:
            if request.htmx:
                return _one(request, file, note_id, said="Saved.")
            messages.success(request, "The note is saved.")
            return _back(request, file, own)
    if request.htmx:
        target = f"#note-{note.pk}"
        return render(request, "assessment/notes/_change.html", {**page, "target": target})
    return render(
        request,
        "assessment/notes/note.html",
        {
            **page,
            "heading": "Change the note",
            "crumbs": [*crumbs_of(file), ("Notes", reverse("pupil_record", args=[pupil_id]))],
        },
    )


@require_POST
@requires(Permission.RECORD)
def note_remove(request: TrustRequest, pupil_id: int, note_id: int) -> HttpResponse:
    """Take a note away; it can be brought back for a while."""
    file = seen_file(request, pupil_id)
    note = get_object_or_404(notes_of(request.access, file=file), pk=note_id)
    try:
        remove_note(by=request.access, file=file, note=note)
    except NoteRefused as refused:
        raise Http404 from refused
    if request.htmx:
        return render(
            request,
            "assessment/notes/_removed.html",
            {"file": file, "note": note, "focus": True, "in_cell": "cell" in request.GET},
        )
    messages.success(request, "The note is removed. For an hour it can be brought back.")
    return _back(request, file, Subject(note.strand, note.target))


@require_POST
@requires(Permission.RECORD)
def note_restore(request: TrustRequest, pupil_id: int, note_id: int) -> HttpResponse:
    """Bring back a note that was removed a moment ago."""
    file = seen_file(request, pupil_id)
    found = [each for each in removed_notes(request.access, file=file) if each.pk == note_id]
    if not found:
        raise Http404
    try:
        bring_back_note(by=request.access, file=file, note=found[0])
    except NoteRefused as refused:
        raise Http404 from refused
    if request.htmx:
        return _one(request, file, note_id, said="The note is back.")
    messages.success(request, "The note is back.")
    return _back(request, file, Subject(found[0].strand, found[0].target))


def _form(
    request: TrustRequest,
    offered: list[Subject],
    *,
    fixed: Subject | None = None,
    empty: bool = False,
    **options: Any,
) -> NoteForm:
    """Return the form of a note, with what was sent unless it is to be empty."""
    sent = request.method == "POST" and not empty
    return NoteForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        subjects=offered,
        scales=scales_of({each.strand.stream_id for each in offered if each.strand}),
        fixed=fixed,
        **options,
    )


def _written(request: TrustRequest, file: PupilFile, form: NoteForm) -> bool:
    """Write the note of a form, or leave in the form what is wrong with it."""
    if not form.is_valid():
        return False
    try:
        write_note(
            by=request.access,
            file=file,
            content=form.content,
            files=form.checked_files,
            operation_id=form.cleaned_data["operation_id"],
        )
    except NoteRefused as refused:
        _refuse(form, refused)
        return False
    return True


def _said(note: Any) -> dict[str, Any]:
    """Return what a note says, as its form names it."""
    step = {"secured": "yes" if note.secured else ""} if note.point_id else {}
    return {
        "about": Subject(note.strand, note.target).key,
        "text": note.text,
        "seen_on": note.seen_on,
        "point": str(note.point_id or ""),
        **step,
    }


def _refuse(form: NoteForm, refused: NoteRefused) -> None:
    form.add_error(refused.part if refused.part in form.fields else None, str(refused))


def _one(request: TrustRequest, file: PupilFile, note_id: int, *, said: str = "") -> HttpResponse:
    """Answer with one note as it stands now."""
    note = get_object_or_404(notes_of(request.access, file=file), pk=note_id)
    one: ShownNote = shown(file, [note])[0]
    in_cell = "cell" in request.GET
    return render(
        request,
        "assessment/notes/_note.html",
        {"file": file, "one": one, "said": said, "focus": True, "in_cell": in_cell},
    )


def _back(request: TrustRequest, file: PupilFile, subject: Subject) -> HttpResponse:
    """Lead back to the notes that the person came from."""
    if "cell" in request.GET and subject.query:
        return redirect(f"{reverse('cell_record', args=[file.pupil.pk])}?{subject.query}")
    return redirect("pupil_record", file.pupil.pk)

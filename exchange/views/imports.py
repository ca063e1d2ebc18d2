"""Imports: the list, sending a file, its preview, applying it and undoing it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from exchange.forms.sending import SendCTFForm, SendForm
from exchange.selectors.imports import (
    applied_after,
    choices_of,
    import_content,
    import_list,
    lines_of,
    one_import,
    places_to_import,
    sent_before,
    to_do,
)
from exchange.services.imports import (
    CannotGoOn,
    FileRefused,
    apply_import,
    discard_import,
    send_file,
    undo_import,
)
from exchange.services.kinds import KINDS, ImportKind, Kind, kinds_for
from exchange.services.templates import template_csv, template_xlsx
from exchange.tables import imports_sheet, lines_sheet, refused_sheet
from parrcs.core.access import Permission
from parrcs.core.lists import CSV, XLSX, sent_file, sent_list
from parrcs.core.sheets import as_csv
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.places import places_to_fill

IMPORTS_A_PAGE = 30
LINES_A_PAGE = 50


@require_safe
@requires(Permission.IMPORT)
def imports(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List what was imported, and offer what can be."""
    found = import_list(request.access)
    if ending:
        return sent_list(ending, "imports", imports_sheet(found))
    page = Paginator(found, IMPORTS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "exchange/imports.html",
        {"page": page, "kinds": kinds_for(request.access)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.IMPORT)
def import_new(request: TrustRequest, kind: str) -> HttpResponse:
    """Take a file in, to be checked."""
    wanted = _kind(request, kind)
    form = _form(request, wanted)
    if request.method == "POST" and form.is_valid():
        place = form.pupils_of
        try:
            run = send_file(
                by=request.access,
                kind=wanted.code,
                name=form.name,
                content=form.content,
                school=place.school,
                arb=place.arb,
                options=form.options,
            )
        except FileRefused as reason:
            form.add_error("file", f"“{form.name}” {reason}")
        else:
            return redirect("import", run.pk)
    return render(
        request,
        "exchange/new.html",
        {"kind": wanted, "form": form, "crumbs": _crumbs()},
    )


@require_safe
@requires(Permission.IMPORT)
def import_template(request: TrustRequest, kind: str, template: str, ending: str) -> HttpResponse:
    """Send a template of a kind, as CSV or as a workbook."""
    wanted = _kind(request, kind)
    found = next((each for each in wanted.templates if each.code == template), None)
    if found is None or ending not in ("csv", "xlsx"):
        raise Http404
    content, content_type = (
        (template_csv(found), CSV) if ending == "csv" else (template_xlsx(wanted, found), XLSX)
    )
    return sent_file(content, content_type, f"{wanted.name} {template}.{ending}")


@require_safe
@requires(Permission.IMPORT)
def import_page(request: TrustRequest, import_id: int, ending: str = "") -> HttpResponse:
    """Show how far an import is, then what it does line by line."""
    run = one_import(request.access, import_id=import_id)
    only = request.GET.get("only", "")
    if ending:
        shown = lines_of(request.access, run=run, only=only)
        name = f"{run.name.rpartition('.')[0] or 'import'} lines"
        return sent_list(ending, name, lines_sheet(run, shown, only=only))
    seen = f"{run.state} {run.done_lines}"
    if request.htmx:
        if request.GET.get("seen") == seen:
            # Nothing to swap: a screen reader would read the same words again each second.
            return HttpResponse(status=204)
        if not run.unfinished:
            return HttpResponseClientRefresh()
        return render(request, "exchange/_progress.html", {"run": run, "seen": seen})
    lines = Paginator(lines_of(request.access, run=run, only=only), LINES_A_PAGE)
    headings = {column.code: column.heading for column in KINDS[run.kind].columns}
    return render(
        request,
        "exchange/import.html",
        {
            "run": run,
            "seen": seen,
            "only": only,
            "choices": choices_of(run),
            "page": lines.get_page(request.GET.get("page")),
            "understood": [
                (heading, headings.get(code, ""))
                for heading, code in run.columns
                if heading and (not code or code in headings)
            ],
            "unread": [heading for heading, code in run.columns if heading and not code],
            "to_do": to_do(run),
            "before": sent_before(request.access, run=run),
            "crumbs": _crumbs(),
        },
    )


@require_POST
@requires(Permission.IMPORT)
def import_apply(request: TrustRequest, import_id: int) -> HttpResponse:
    """Do what the preview shows."""
    run = one_import(request.access, import_id=import_id)
    try:
        apply_import(by=request.access, run=run)
    except CannotGoOn as reason:
        messages.error(request, str(reason))
    return redirect("import", import_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.IMPORT)
def import_undo(request: TrustRequest, import_id: int) -> HttpResponse:
    """Say what undoing means, and do it once the person says so."""
    run = one_import(request.access, import_id=import_id)
    if request.method == "POST":
        try:
            undo_import(by=request.access, run=run)
        except CannotGoOn as reason:
            messages.error(request, str(reason))
        return redirect("import", import_id)
    left = to_do(run)
    if not (run.may_be_undone and left.left):
        return redirect("import", import_id)
    page = {"run": run, "to_do": left, "after": applied_after(request.access, run=run)}
    page["crumbs"] = [*_crumbs(), (run.name, reverse("import", args=[import_id]))]
    return render(request, "exchange/undo.html", page)


@require_POST
@requires(Permission.IMPORT)
def import_discard(request: TrustRequest, import_id: int) -> HttpResponse:
    """Delete a file that was not applied."""
    run = one_import(request.access, import_id=import_id)
    try:
        discard_import(by=request.access, run=run)
    except CannotGoOn as reason:
        messages.error(request, str(reason))
        return redirect("import", import_id)
    messages.success(request, f"“{run.name}” was deleted. Nothing was changed.")
    return redirect("imports")


@require_safe
@requires(Permission.IMPORT)
def import_refused(request: TrustRequest, import_id: int) -> HttpResponse:
    """Send the lines that were refused, to mend and to send again."""
    run = one_import(request.access, import_id=import_id)
    lines = lines_of(request.access, run=run, only="refused")
    sheet = refused_sheet(run, lines, read_only=run.kind == ImportKind.CTF)
    name = f"{run.name.rpartition('.')[0] or 'import'}-refused.csv"
    return sent_file(as_csv(sheet.heading, sheet.rows), CSV, name)


@require_safe
@requires(Permission.IMPORT)
def import_original(request: TrustRequest, import_id: int) -> HttpResponse:
    """Send the file as it was sent in."""
    run = import_content(request.access, import_id=import_id)
    # Under the name that it came with, whatever the letters.
    return HttpResponse(
        bytes(run.content or b""),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=run.name)
            or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _kind(request: TrustRequest, code: str) -> Kind:
    kind = KINDS.get(code)
    if kind is None:
        raise Http404
    if not request.access.may(kind.permission):
        raise PermissionDenied
    return kind


def _form(request: TrustRequest, kind: Kind) -> SendForm | SendCTFForm:
    sent: tuple[Any, ...] = (
        (request.POST, request.FILES) if request.method == "POST" else (None, None)
    )
    form: SendForm | SendCTFForm
    if kind.code == ImportKind.CTF:
        form = SendCTFForm(*sent, places=places_to_fill(request.access))
    else:
        places = places_to_import(request.access, permission=kind.permission)
        form = SendForm(*sent, places=places)
    form.accept(kind.accept)
    return form


def _crumbs() -> list[tuple[str, str]]:
    return [("Imports", reverse("imports"))]

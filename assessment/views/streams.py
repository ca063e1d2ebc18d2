"""Assessment streams: what the trust judges by, and what its trust lead decides about them."""

from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.forms.streams import FiguresForm, StreamFileForm, TermForm
from assessment.selectors import streams as selectors
from assessment.selectors.approvals import approval_effect, what_holds
from assessment.services.streams.approval import (
    ApprovalRefused,
    approve_stream,
    check_approval,
    keep_stream,
    remove_stream,
    set_expectations,
    take_back_approval,
    withdraw_stream,
)
from assessment.services.streams.content import as_yaml
from assessment.services.streams.effects import figures_effect
from assessment.services.streams.files import StreamFileError
from assessment.services.streams.uploads import stream_workbook, upload_stream
from assessment.tables import streams_sheet
from parrcs.core.access import Permission
from parrcs.core.lists import XLSX, sent_file, sent_list
from parrcs.core.views import TrustRequest, requires

_ALTERS = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@requires(Permission.RECORD, Permission.SET_STREAMS)
def streams(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show the streams in use, those that wait for approval, and those that were in use."""
    listed = selectors.stream_list(request.access, today=timezone.localdate())
    if ending:
        return sent_list(ending, "streams", streams_sheet(listed))
    return render(
        request,
        "assessment/streams/list.html",
        {
            "list": listed,
            "may_set": request.access.may(Permission.SET_STREAMS),
        },
    )


@require_safe
@requires(Permission.RECORD, Permission.SET_STREAMS)
def stream(request: TrustRequest, stream_id: int) -> HttpResponse:
    """Show what a version says: teachers judge by it."""
    today = timezone.localdate()
    page = selectors.stream_page(request.access, stream=_stream(request, stream_id), today=today)
    approved = page.stream.approved_from is not None
    return render(
        request,
        "assessment/streams/stream.html",
        {
            "page": page,
            "may_set": request.access.may(Permission.SET_STREAMS),
            "may_take_back": approved and not what_holds(page.stream, today=today),
            "crumbs": _crumbs(),
        },
    )


@_ALTERS
@requires(Permission.SET_STREAMS)
def add_stream(request: TrustRequest) -> HttpResponse:
    """Take a file and keep the version that it describes, to be approved."""
    sent = request.method == "POST"
    form = StreamFileForm(request.POST, request.FILES) if sent else StreamFileForm()
    problems = []
    if sent and form.is_valid():
        try:
            made = upload_stream(by=request.access, name=form.name, content=form.content)
        except StreamFileError as error:
            problems = list(error.problems)
            form.add_error(
                "file",
                'Nothing was stored. Mend what stands under "What to mend in the file", then choose'
                " the file again.",
            )
        else:
            words = "waits for approval" if made.is_new else "was there already, with this content"
            messages.success(request, f"{made.stream} {words}.")
            return redirect("stream", made.stream.pk)
    return render(
        request,
        "assessment/streams/add.html",
        {"form": form, "problems": problems, "crumbs": _crumbs()},
    )


@require_safe
@requires(Permission.SET_STREAMS)
def stream_template(request: TrustRequest) -> HttpResponse:
    """Send the empty workbook, with the trust's own routes in it."""
    made = stream_workbook(by=request.access, stream=None)
    return sent_file(made, XLSX, "stream-template.xlsx")


@require_safe
@requires(Permission.RECORD, Permission.SET_STREAMS)
def stream_yaml(request: TrustRequest, stream_id: int) -> HttpResponse:
    """Send a version as a YAML file."""
    found = _stream(request, stream_id)
    name = f"{found.code}-{found.version}.yaml"
    return sent_file(as_yaml(found).encode(), "application/yaml", name)


@require_safe
@requires(Permission.RECORD, Permission.SET_STREAMS)
def stream_xlsx(request: TrustRequest, stream_id: int) -> HttpResponse:
    """Send a version as a workbook."""
    found = _stream(request, stream_id)
    made = stream_workbook(by=request.access, stream=found)
    return sent_file(made, XLSX, f"{found.code}-{found.version}.xlsx")


@_ALTERS
@requires(Permission.SET_STREAMS)
def approve(request: TrustRequest, stream_id: int) -> HttpResponse:
    """Put a version into use from a term on, once it has been seen what that brings."""
    found = _stream(request, stream_id)
    if found.approved_from is not None:
        return redirect("stream", stream_id)
    routes = selectors.routes_of_trust(request.access)
    better = Decimal(found.proposed["better"])
    proposed = {
        each.pk: (Decimal(found.proposed["expected"][each.code]), better)
        for each in routes
        if each.code in found.proposed["expected"]
    }
    today = timezone.localdate()
    terms = selectors.open_terms(request.access, today=today)
    form = FiguresForm(
        request.POST if request.method == "POST" else None,
        terms=terms,
        initial={"term": selectors.next_term_of(terms, today=today)},
        routes=routes,
        figures=proposed,
        better=better,
    )
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        by, term, expected = request.access, form.term, form.expected
        try:
            if "confirmed" not in request.POST:
                check_approval(by=by, stream=found, term=term, expected=expected)
                return _effect_page(request, found, form)
            approve_stream(by=by, stream=found, term=term, expected=expected)
        except ApprovalRefused as refused:
            form.add_error("term", str(refused))
        else:
            messages.success(request, f"{found} is approved from {form.term} on.")
            return redirect("stream", stream_id)
    return _figures_page(
        request, found, form, heading=f"Approve {found}", button="See what it does"
    )


@_ALTERS
@requires(Permission.SET_STREAMS)
def set_expected(request: TrustRequest, stream_id: int) -> HttpResponse:
    """Change what is expected, from a term on, once it has been seen what that does."""
    found = _stream(request, stream_id)
    today = timezone.localdate()
    terms = [
        each
        for each in selectors.open_terms(request.access, today=today)
        if found.is_in_use(each.starts_on)
    ]
    form = FiguresForm(
        request.POST if request.method == "POST" else None,
        terms=terms,
        routes=selectors.routes_of_trust(request.access),
        initial={"term": selectors.next_term_of(terms, today=today)},
        figures=selectors.figures_now(found, day=today),
        better=Decimal(found.proposed["better"]),
    )
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        by, term, expected = request.access, form.term, form.expected
        try:
            if "confirmed" not in request.POST:
                effect = figures_effect(by=by, stream=found, term=term, expected=expected)
                return render(
                    request,
                    "assessment/streams/figures_effect.html",
                    {"stream": found, "form": form, "effect": effect, "crumbs": _crumbs(found)},
                )
            set_expectations(by=by, stream=found, term=term, expected=expected)
        except ApprovalRefused as refused:
            form.add_error("term", str(refused))
        else:
            messages.success(request, f"The figures hold from {form.term} on.")
            return redirect("stream", stream_id)
    return _figures_page(
        request, found, form, heading=f"What is expected in {found}", button="See what it does"
    )


@_ALTERS
@requires(Permission.SET_STREAMS)
def withdraw(request: TrustRequest, stream_id: int) -> HttpResponse:
    """Take a version out of use after a term."""
    found = _stream(request, stream_id)
    terms = [
        each
        for each in selectors.open_terms(request.access, today=timezone.localdate())
        if found.approved_from and found.approved_from <= each.ends_on
    ]
    form = TermForm(
        request.POST if request.method == "POST" else None, terms=terms, label="Last term of use"
    )
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_stream(by=request.access, stream=found, last_term=form.term)
        except ApprovalRefused as refused:
            form.add_error("term", str(refused))
        else:
            messages.success(request, f"{found} is in use until the end of {form.term}.")
            return redirect("stream", stream_id)
    return render(
        request,
        "assessment/streams/withdraw.html",
        {"stream": found, "form": form, "crumbs": _crumbs(found)},
    )


@require_POST
@requires(Permission.SET_STREAMS)
def keep(request: TrustRequest, stream_id: int) -> HttpResponse:
    """Let a version stay in use that was to end."""
    found = _stream(request, stream_id)
    try:
        keep_stream(by=request.access, stream=found)
    except ApprovalRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{found} stays in use.")
    return redirect("stream", stream_id)


@require_POST
@requires(Permission.SET_STREAMS)
def take_back(request: TrustRequest, stream_id: int) -> HttpResponse:
    """Undo the approval of a version in which nothing was judged."""
    found = _stream(request, stream_id)
    try:
        take_back_approval(by=request.access, stream=found)
    except ApprovalRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{found} waits for approval again.")
    return redirect("stream", stream_id)


@_ALTERS
@requires(Permission.SET_STREAMS)
def remove(request: TrustRequest, stream_id: int) -> HttpResponse:
    """Remove a version that was never in use."""
    found = _stream(request, stream_id)
    if request.method == "POST":
        try:
            remove_stream(by=request.access, stream=found)
        except ApprovalRefused as refused:
            messages.error(request, str(refused))
            return redirect("stream", stream_id)
        messages.success(request, f"{found} was removed.")
        return redirect("streams")
    if found.approved_from is not None:
        return redirect("stream", stream_id)
    return render(
        request, "assessment/streams/remove.html", {"stream": found, "crumbs": _crumbs(found)}
    )


def _stream(request: TrustRequest, stream_id: int) -> selectors.Version:
    found = selectors.all_streams(request.access).filter(pk=stream_id).first()
    if found is None:
        raise Http404
    return found


def _figures_page(
    request: TrustRequest, found: selectors.Version, form: FiguresForm, *, heading: str, button: str
) -> HttpResponse:
    return render(
        request,
        "assessment/streams/figures.html",
        {
            "stream": found,
            "form": form,
            "heading": heading,
            "button": button,
            "crumbs": _crumbs(found),
        },
    )


def _effect_page(
    request: TrustRequest, found: selectors.Version, form: FiguresForm
) -> HttpResponse:
    return render(
        request,
        "assessment/streams/effect.html",
        {
            "stream": found,
            "form": form,
            "effect": approval_effect(
                request.access, stream=found, term=form.term, routes=form.expected
            ),
            "crumbs": _crumbs(found),
        },
    )


def _crumbs(found: selectors.Version | None = None) -> list[tuple[str, str]]:
    crumbs = [("Streams", reverse("streams"))]
    return [*crumbs, (str(found), reverse("stream", args=[found.pk]))] if found else crumbs

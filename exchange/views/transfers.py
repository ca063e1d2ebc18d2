"""Common transfer files that go out: whom to send, and which were sent."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from exchange.forms.transfers import TransferForm
from exchange.selectors.transfers import Group, groups_to_send, one_to_send, sent_files
from exchange.services.transfers import TransferRefused, make_transfer
from exchange.tables import transfers_sheet
from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.pupils import school_year_start


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.IMPORT)
def transfers(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List the files that were sent, and make another."""
    sent = sent_files(request.access)
    if ending:
        return sent_list(ending, "common transfer files", transfers_sheet(sent))
    groups = groups_to_send(request.access)
    chosen = request.POST.get("who") or request.GET.get("who", "")
    one = _one(request, chosen)
    if one is not None:
        groups = {"One pupil": [one], **groups}
    form = TransferForm(
        request.POST if request.method == "POST" else None,
        groups=groups,
        since=school_year_start(timezone.localdate()),
        initial={"who": chosen},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = make_transfer(
                by=request.access,
                group=form.group,
                since=form.cleaned_data["since"],
                to=form.cleaned_data["to"],
                protected_too=form.cleaned_data["protected_too"],
            )
        except TransferRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            # Its name is a rule of its own, so it is kept as it is.
            return HttpResponse(
                made.content,
                content_type="application/xml",
                headers={
                    "Content-Disposition": f'attachment; filename="{made.name}"',
                    "Cache-Control": "no-store, private",
                    "X-Content-Type-Options": "nosniff",
                },
            )
    return render(
        request,
        "exchange/transfers.html",
        {"form": form, "sent": sent, "crumbs": [("Imports", reverse("imports"))]},
    )


def _one(request: TrustRequest, who: str) -> Group | None:
    kind, _, pk = who.rpartition("-")
    if kind != "pupil" or not (pk.isascii() and pk.isdecimal() and len(pk) < 18):
        return None
    return one_to_send(request.access, pupil_id=int(pk))

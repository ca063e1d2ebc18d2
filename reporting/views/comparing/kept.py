"""Views of the comparison that a person keeps under names, shares, and opens again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from reporting.choices import COMPARED_BY
from reporting.forms import KeepForm
from reporting.selectors.comparing.kept import kept_view, kept_views
from reporting.services.kept import NameTaken, keep_view, remove_view, share_view


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.COMPARE)
def compare_kept(request: TrustRequest) -> HttpResponse:
    """List the views that are kept, and keep the one that the person came from."""
    if not request.access.reach(Permission.COMPARE).whole_trust:
        raise PermissionDenied
    page, said = request.GET.get("page", ""), request.GET.get("said", "")
    form = KeepForm(request.POST or None, initial={"page": page, "said": said})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            view = keep_view(
                by=request.access,
                name=facts["name"],
                page=facts["page"],
                query=facts["said"],
                latest_term=facts["latest_term"],
                shared=facts["shared"],
            )
        except NameTaken:
            form.add_error("name", "You have another view of this name. Give this one another.")
        else:
            messages.success(request, f"“{view.name}” is kept.")
            return redirect("compare_kept")
    return render(
        request,
        "reporting/comparing/kept.html",
        {
            "form": form,
            "keeping": request.method == "POST" or page in COMPARED_BY,
            "kept": kept_views(request.access),
            "crumbs": [("Compare", reverse("compare"))],
        },
    )


@require_POST
@requires(Permission.COMPARE)
def compare_share(request: TrustRequest, view_id: int) -> HttpResponse:
    """Share a view of one's own, or stop sharing it."""
    view = get_object_or_404(kept_view(request.access), pk=view_id)
    shared = request.POST.get("shared") == "yes"
    share_view(by=request.access, view=view, shared=shared)
    said = "shared with all who compare schools" if shared else "yours alone again"
    messages.success(request, f"“{view.name}” is {said}.")
    return redirect("compare_kept")


@require_POST
@requires(Permission.COMPARE)
def compare_remove(request: TrustRequest, view_id: int) -> HttpResponse:
    """Remove a view of one's own."""
    view = get_object_or_404(kept_view(request.access), pk=view_id)
    remove_view(by=request.access, view=view)
    messages.success(request, f"“{view.name}” is removed.")
    return redirect("compare_kept")

"""How a trust's reports look, and what they hide."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from reporting.forms import ReportSettingsForm
from reporting.selectors.settings import report_settings
from reporting.services.settings import set_report_settings


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MAKE_REPORTS)
def settings(request: TrustRequest) -> HttpResponse:
    """Show the trust's choices for its reports, and change them."""
    if not request.access.reach(Permission.MAKE_REPORTS).whole_trust:
        raise PermissionDenied
    held = report_settings()
    initial = {name: getattr(held, name) for name in ReportSettingsForm.base_fields}
    form = ReportSettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_report_settings(by=request.access, **form.cleaned_data)
        messages.success(request, "Saved. It holds for reports that are made from now on.")
        return redirect("reports")
    crumbs = [("Reports", reverse("reports"))]
    return render(request, "reporting/settings.html", {"form": form, "crumbs": crumbs})

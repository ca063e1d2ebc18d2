"""Who is protected, and whose photo may be shown."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.forms.protection import ProtectionForm
from pupils.services.protection import set_protection
from pupils.views.pupils import crumbs_of, permitted_file, sent


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PROTECT)
def pupil_protection(request: TrustRequest, pupil_id: int) -> HttpResponse:
    """Set whether a pupil is protected, and consent to photos."""
    file = permitted_file(request, pupil_id, Permission.PROTECT)
    initial = {name: getattr(file.pupil, name) for name in ProtectionForm.base_fields}
    form = ProtectionForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        set_protection(by=request.access, file=file, facts=form.facts)
        messages.success(request, "Protection and consent are saved.")
        return redirect("achievements", pupil_id)
    page = {"heading": "Protection and photos", "form": form, "file": file}
    return render(request, "pupils/protection.html", {**page, "crumbs": crumbs_of(file)})

"""The aims of a class: suggested, set together, and read by its teachers."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessment.forms.aims import AimsForm
from assessment.selectors.aims import AimsPage, aims_page
from assessment.selectors.paths import class_with_pupils
from assessment.services.aims import AimsChanged, AimsRefused, set_aims
from assessment.tables import aims_sheet
from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PUPILS)
def class_aims(request: TrustRequest, class_group_id: int, ending: str = "") -> HttpResponse:
    """Show what the pupils of a class aim at; who sets the aims changes them here."""
    class_group = class_with_pupils(request.access, class_group_id=class_group_id)
    page = aims_page(request.access, class_group=class_group, today=timezone.localdate())
    if ending:
        return sent_list(ending, f"aims {class_group} {class_group.year}", aims_sheet(page))
    if request.method != "POST":
        return _shown(request, page, _form(page))
    if not page.may_set:
        raise PermissionDenied
    form = _form(page, request.POST)
    if form.is_valid():
        try:
            moved = set_aims(by=request.access, page=page, wanted=form.wanted)
        except AimsRefused as refused:
            form.add_error(None, str(refused))
        except AimsChanged as changed:
            form.tell(changed)
        else:
            if not moved:
                messages.info(request, "Nothing was changed, so nothing was saved.")
            else:
                messages.success(request, f"{moved} aim{'' if moved == 1 else 's'} saved.")
            return redirect("class_aims", class_group_id)
    return _shown(request, page, form)


def _form(page: AimsPage, data: Any = None) -> AimsForm:
    names = {
        placement.pupil_id: str(placement.pupil)
        for table in page.tables
        for placement, _ in table.rows
    }
    return AimsForm(data, page=page, names=names)


def _shown(request: TrustRequest, page: AimsPage, form: AimsForm) -> HttpResponse:
    group = page.class_group
    return render(
        request,
        "assessment/aims.html",
        {
            "page": page,
            "form": form,
            "editing": page.may_set and not page.over,
            "crumbs": [
                (group.school.name, reverse("school", args=[group.school_id])),
                (group.name, f"{reverse('pupils')}?group={group.pk}"),
            ],
        },
    )

"""Achievements of a pupil: the list with its form, photos, and taking one away."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.forms.celebrating import AchievementForm
from assessment.selectors.celebrating import achievements_of, area_choices
from assessment.services.celebrating import (
    AchievementRefused,
    add_achievement,
    remove_achievement,
)
from assessment.tables import achievements_sheet
from assessment.views.evidence import PRIVATE_FILE
from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.views.pupils import crumbs_of, permitted_file, seen_file


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PUPILS)
def achievements(request: TrustRequest, pupil_id: int, ending: str = "") -> HttpResponse:
    """Show what a pupil achieved, and write down more."""
    file = seen_file(request, pupil_id)
    found = achievements_of(request.access, file=file)
    if ending:
        return sent_list(ending, f"achievements {file.pupil}", achievements_sheet(file, found))
    may_write = file.may(Permission.RECORD)
    form = None
    if request.method == "POST":
        file = permitted_file(request, pupil_id, Permission.RECORD)
    if may_write:
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = AchievementForm(
            *sent,
            areas=area_choices(request.access),
            with_photo=file.pupil.photo_may_be_shown,
            initial={"achieved_on": file.today},
        )
    if form and form.is_bound and form.is_valid():
        try:
            add_achievement(by=request.access, file=file, facts=form.facts)
        except AchievementRefused as refused:
            form.add_error(refused.part, str(refused))
        else:
            messages.success(request, "The achievement is saved.")
            return redirect("achievements", pupil_id)
    return render(
        request,
        "assessment/achievements.html",
        {
            "file": file,
            "form": form,
            "achievements": found,
            "may_protect": file.may(Permission.PROTECT),
            "crumbs": crumbs_of(file),
        },
    )


@require_POST
@requires(Permission.RECORD)
def achievement_remove(request: TrustRequest, pupil_id: int, achievement_id: int) -> HttpResponse:
    """Take an achievement away."""
    file = permitted_file(request, pupil_id, Permission.RECORD)
    found = get_object_or_404(achievements_of(request.access, file=file), pk=achievement_id)
    remove_achievement(by=request.access, file=file, achievement=found)
    messages.success(request, "The achievement is removed, its photo for good.")
    return redirect("achievements", pupil_id)


@require_safe
@requires(Permission.SEE_PUPILS)
def achievement_photo(request: TrustRequest, pupil_id: int, achievement_id: int) -> HttpResponse:
    """Send the photo of an achievement, small; none of a pupil whose photo may not be shown."""
    file = seen_file(request, pupil_id)
    found = get_object_or_404(achievements_of(request.access, file=file), pk=achievement_id)
    if found.photo_small is None or not file.pupil.photo_may_be_shown:
        raise Http404
    return HttpResponse(bytes(found.photo_small), content_type="image/webp", headers=PRIVATE_FILE)

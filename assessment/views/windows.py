"""A school's window of a term: what is left to do, its days, late entry, and reminders."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.forms.windows import LateEntryForm, WindowForm
from assessment.selectors import windows as selectors
from assessment.selectors.coverage import SECONDS_A_JUDGEMENT
from assessment.selectors.grid import visible_classes
from assessment.selectors.window_history import window_history
from assessment.selectors.windows import ClassLeft, SchoolWindow
from assessment.services.reminders import ask_to_remind
from assessment.tables import school_window_sheet, windows_sheet
from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from schools.services.windows import WindowRefused, allow_late, end_late, follow_trust, set_window


@require_safe
@requires(Permission.SET_WINDOWS)
def windows(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show the schools to choose from; who has but one goes there at once."""
    listed = selectors.listed_schools(request.access)
    if ending:
        return sent_list(ending, "windows", windows_sheet(listed))
    if len(listed) == 1:
        (only,) = listed
        term = selectors.school_term(only.school) or only.term
        return redirect("school_window", only.school.pk, term.pk)
    return render(request, "assessment/windows/schools.html", {"listed": listed})


@require_safe
@requires(Permission.SET_WINDOWS)
def school_window(
    request: TrustRequest, school_id: int, term_id: int, ending: str = ""
) -> HttpResponse:
    """Show a school's window of a term, and what is left in each class."""
    page = _asked(request, school_id, term_id)
    if ending:
        name = f"what is left {page.school} {page.term}"
        return sent_list(ending, name, school_window_sheet(page))
    return _page(request, page)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_WINDOWS)
def window_days(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """Set a school's window; what shuts teachers out, or opens anew, is asked about first."""
    page = _asked(request, school_id, term_id)
    if not page.may_set:
        raise PermissionDenied
    if request.method != "POST":
        return redirect("school_window", school_id, term_id)
    form = WindowForm(request.POST, page=page)
    if not form.is_valid():
        return _page(request, page, form=form)
    effect = selectors.effect_of(page, form.days)
    if effect.words and "confirmed" not in request.POST:
        return render(
            request,
            "assessment/windows/confirm.html",
            {"page": page, "form": form, "effect": effect, "crumbs": _crumbs(page)},
        )
    if form.days is None:
        follow_trust(by=request.access, school=page.school, term=page.term)
        messages.success(request, f"{page.school} goes by the trust's window again.")
    else:
        try:
            set_window(by=request.access, school=page.school, term=page.term, days=form.days)
        except WindowRefused as refused:
            form.add_error(refused.field, str(refused))
            return _page(request, page, form=form)
        messages.success(request, f"The window of {page.school} for {page.term} is set.")
    return redirect("school_window", school_id, term_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_WINDOWS)
def late_entry(
    request: TrustRequest, school_id: int, term_id: int, class_group_id: int
) -> HttpResponse:
    """Give a class leave to go on after its window has closed, or change that leave."""
    page = _asked(request, school_id, term_id)
    left = _class(request, page, class_group_id)
    form = LateEntryForm(
        request.POST if request.method == "POST" else None,
        initial={"until": left.days.late_until, "reason": left.days.late_reason},
    )
    if request.method == "POST" and form.is_valid():
        try:
            allow_late(
                by=request.access, class_group=left.class_group, term=page.term, **form.cleaned_data
            )
        except WindowRefused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, f"{left.class_group.name} may enter late.")
            return redirect("school_window", school_id, term_id)
    return render(
        request,
        "assessment/windows/late.html",
        {"page": page, "left": left, "form": form, "crumbs": _crumbs(page)},
    )


@require_POST
@requires(Permission.SET_WINDOWS)
def end_late_entry(
    request: TrustRequest, school_id: int, term_id: int, class_group_id: int
) -> HttpResponse:
    """Take a class's leave for late entry back."""
    page = _asked(request, school_id, term_id)
    left = _class(request, page, class_group_id)
    if end_late(by=request.access, class_group=left.class_group, term=page.term):
        messages.success(request, f"Late entry for {left.class_group.name} is taken back.")
    return redirect("school_window", school_id, term_id)


@require_POST
@requires(Permission.SET_WINDOWS)
def remind(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """Write to the teachers of the classes with something left."""
    page = _asked(request, school_id, term_id)
    asked = ask_to_remind(by=request.access, school=page.school, term=page.term)
    if asked.reminded:
        several = asked.people > 1
        to = f"{asked.people} teachers" if several else "1 teacher"
        are = "Reminders are on their" if several else "A reminder is on its"
        names = ", ".join(each.class_group.name for each in asked.reminded)
        messages.success(request, f"{are} way to {to}, of {names}.")
    else:
        messages.info(request, "Nobody is left to remind today.")
    if asked.without_teacher:
        names = ", ".join(each.class_group.name for each in asked.without_teacher)
        messages.warning(request, f"Nothing went to {names}: no teacher is named there.")
    return redirect("school_window", school_id, term_id)


def _asked(request: TrustRequest, school_id: int, term_id: int) -> SchoolWindow:
    """Return the page of a school and a term: 404 unseen, 403 where the person leads nothing."""
    school = get_object_or_404(selectors.visible_schools(request.access), pk=school_id)
    term = get_object_or_404(selectors.terms_with_year(), pk=term_id)
    if not selectors.schools_to_set(request.access).filter(pk=school.pk).exists():
        raise PermissionDenied
    return selectors.school_window(request.access, school=school, term=term)


def _class(request: TrustRequest, page: SchoolWindow, class_group_id: int) -> ClassLeft:
    """Return a class of this school and year: 404 unseen, 403 where it is not the person's."""
    group = get_object_or_404(
        visible_classes(request.access),
        pk=class_group_id,
        school=page.school.pk,
        year=page.term.year_id,
    )
    left = page.of(group.pk)
    if left is None:
        raise PermissionDenied
    return left


def _page(
    request: TrustRequest, page: SchoolWindow, *, form: WindowForm | None = None
) -> HttpResponse:
    groups = [each.class_group for each in page.classes]
    return render(
        request,
        "assessment/windows/school.html",
        {
            "page": page,
            "form": form or WindowForm(page=page),
            "seconds": SECONDS_A_JUDGEMENT,
            "history": window_history(school=page.school, term=page.term, class_groups=groups),
            "crumbs": [("Windows", reverse("windows"))] if page.several else [],
        },
    )


def _crumbs(page: SchoolWindow) -> list[tuple[str, str]]:
    return [
        (
            f"{page.school}, {page.term}",
            reverse("school_window", args=[page.school.pk, page.term.pk]),
        )
    ]

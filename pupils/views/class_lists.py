"""Class lists: looked through and signed by teachers, with remarks that others settle."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from pupils.forms.class_lists import ClassListForm, SettleForm
from pupils.selectors import class_lists as selectors
from pupils.selectors.class_lists import ClassPage
from pupils.services.class_lists import ListChanged, settle_remark, sign_class_list
from pupils.tables import class_list_sheet, class_lists_sheet
from pupils.views.pupils import sent


@require_safe
@requires(Permission.RECORD, Permission.MANAGE_PUPILS)
def class_lists(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show which class lists of the year are signed, and what is left to settle."""
    lists = selectors.class_lists(request.access)
    if ending:
        return sent_list(ending, f"class lists {lists.year or ''}", class_lists_sheet(lists))
    return render(request, "pupils/class_lists.html", {"lists": lists})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_PUPILS)
def class_list(request: TrustRequest, class_group_id: int, ending: str = "") -> HttpResponse:
    """Show the list of a class, and let a teacher sign it."""
    page = _seen_page(request, class_group_id)
    if ending:
        return sent_list(ending, f"class list {page.class_group}", class_list_sheet(page))
    form = _form(request, page)
    if request.method != "POST":
        return _shown(request, page, form)
    if not page.may_sign:
        raise PermissionDenied
    if not form.is_valid():
        return _shown(request, page, form)
    try:
        check = sign_class_list(
            by=request.access,
            page=page,
            seen=form.cleaned_data["seen"],
            remarks=form.remarks,
            missing=form.cleaned_data["missing"],
        )
    except ListChanged as changed:
        form = _form(request, changed.page)
        form.begin_from(changed.page.seen)
        form.add_error(
            None,
            "The list changed while you looked through it. What you filled in is kept: look"
            " through it again and sign.",
        )
        return _shown(request, changed.page, form)
    remarks = check.lines.exclude(remark="").count()
    said = f"The list of {page.class_group} is signed."
    if remarks:
        said += f" {remarks} remark{'' if remarks == 1 else 's'} will be looked at."
    messages.success(request, said)
    return redirect(page.url)


@require_POST
@requires(Permission.MANAGE_PUPILS)
def class_list_settle(request: TrustRequest, class_group_id: int) -> HttpResponse:
    """Mark a remark as settled, or as not settled after all."""
    page = _seen_page(request, class_group_id)
    if not page.may_manage:
        raise PermissionDenied
    form = SettleForm(request.POST)
    settled = form.data.get("settled") == "yes"
    if not form.is_valid() or not settle_remark(
        by=request.access, page=page, line_id=form.cleaned_data["line"], settled=settled
    ):
        messages.info(request, "The list was signed anew meanwhile. These are its remarks now.")
    return redirect(page.url)


def _seen_page(request: TrustRequest, class_group_id: int) -> ClassPage:
    page = selectors.class_page(request.access, class_group_id=class_group_id)
    if page is None:
        raise Http404
    return page


def _form(request: TrustRequest, page: ClassPage) -> ClassListForm:
    """Begin from the remarks that nobody has settled."""
    remarks = {line.pupil_id: line.remark for line in page.checked.lines if line.is_open}
    return ClassListForm(sent(request), rows=page.rows, remarks=remarks, seen=page.seen)


def _shown(request: TrustRequest, page: ClassPage, form: ClassListForm) -> HttpResponse:
    manages = request.access.may(Permission.MANAGE_PUPILS)
    records = request.access.may(Permission.RECORD)
    crumbs = [("Class lists", reverse("class_lists"))] if manages or records else []
    return render(
        request,
        "pupils/class_list.html",
        {"page": page, "checked": page.checked, "form": form, "crumbs": crumbs},
    )

"""A person's notices: the list, opening one, marking all as read."""

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from parrcs.core.views import TrustRequest, requires
from schools.forms.notices import SeenForm
from schools.selectors.notices import newest_notice, notice, notices, unread_notices
from schools.services.notices import mark_all_read, mark_read

NOTICES_A_PAGE = 50


@require_safe
@requires()
def notices_page(request: TrustRequest) -> HttpResponse:
    """List what the person was told of in this trust, newest first."""
    found = Paginator(notices(request.access), NOTICES_A_PAGE)
    return render(
        request,
        "schools/notices.html",
        {
            "page": found.get_page(request.GET.get("page")),
            # The bar counts them too, and takes what is here.
            "unread_notices": unread_notices(request.access),
            "newest": newest_notice(request.access),
        },
    )


@require_safe
@requires()
def open_notice(request: TrustRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and lead to what it tells of."""
    found = notice(request.access, notice_id=notice_id)
    mark_read(by=request.access, notice=found)
    return redirect(found.link)


@require_POST
@requires()
def notices_read(request: TrustRequest) -> HttpResponse:
    """Mark all that the person saw on the page as read."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    mark_all_read(by=request.access, newest=form.cleaned_data["newest"])
    return redirect("notices")

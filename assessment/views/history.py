"""What was judged in a cell of the grid before: for its side sheet, and as a page."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessment.selectors.grid import terms, visible_classes
from assessment.selectors.history import cell_history
from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.services.operations import may_record


@require_safe
@requires(Permission.RECORD)
def history(  # one cell, named by its class, term, pupil, and strand or target
    request: TrustRequest,
    class_group_id: int,
    term_id: int,
    pupil_id: int,
    strand_id: int | None = None,
    target_id: int | None = None,
) -> HttpResponse:
    """Show who judged what and when in a cell, term by term."""
    class_group = get_object_or_404(visible_classes(request.access), pk=class_group_id)
    term = get_object_or_404(terms(), pk=term_id, year=class_group.year_id)
    found = cell_history(
        request.access,
        class_group=class_group,
        term=term,
        pupil_id=pupil_id,
        strand_id=strand_id,
        target_id=target_id,
    )
    if found is None:
        raise Http404
    if not may_record(request.access, class_group):
        raise PermissionDenied
    return render(
        request,
        "assessment/_history.html" if request.htmx else "assessment/history.html",
        {
            "history": found,
            "crumbs": [
                ("Record", reverse("classes")),
                (class_group.name, reverse("grid", args=[class_group.pk, term.pk])),
            ],
        },
    )

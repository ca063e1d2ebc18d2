"""The bare counts of behaviour and safeguarding that a school's report gives for a term."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.views.pupils import sent
from reporting.choices import BEHAVIOUR, SAFEGUARDING, Part
from reporting.forms import CountsForm
from reporting.selectors.term_counts import counts_seen, term_counts
from reporting.selectors.writing import term_before
from reporting.services.term_counts import CountedMeanwhile, save_counts
from reporting.views.writing import crumbs_of, written


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def counts(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """Show this term's counts beside last term's, and write them down."""
    of = written(request, school_id, term_id)
    school, term = of.school, of.term
    assert school  # noqa: S101  # its address names one
    found = term_counts(request.access, school=school, term=term)
    now = {what: each.this for what, each in found.items()}
    form = CountsForm(sent(request), numbers=now, seen=counts_seen(now))
    if request.method == "POST" and form.is_valid():
        try:
            save_counts(
                by=request.access,
                school=school,
                term=term,
                numbers=form.numbers,
                seen=form.cleaned_data["seen"],
            )
        except CountedMeanwhile as meanwhile:
            stands = {what.value: number for what, number in meanwhile.stands.items()}
            form.begin_from(meanwhile.seen, stands)
        else:
            messages.success(request, "The counts are saved.")
            return redirect("term_counts", school_id, term_id)
    groups = [
        (part, [(form[what.value], found[what]) for what in whats])
        for part, whats in ((Part.BEHAVIOUR, BEHAVIOUR), (Part.SAFEGUARDING, SAFEGUARDING))
    ]
    return render(
        request,
        "reporting/writing/counts.html",
        {
            "of": of,
            "before": term_before(term),
            "form": form,
            "groups": groups,
            "counted": sum(number is not None for number in now.values()),
            "to_count": len(now),
            "crumbs": crumbs_of(of, write=True),
        },
    )

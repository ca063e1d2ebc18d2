"""The next steps at the end of a school's report: who does what by when."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.views.pupils import sent
from reporting.choices import ReportKind
from reporting.forms import CarryForm, NextStepForm
from reporting.selectors.next_steps import left_steps, next_steps, step_standing
from reporting.selectors.reports import reported_school
from reporting.services.next_steps import (
    StepRefused,
    add_step,
    carry_over,
    change_step,
    remove_step,
)
from reporting.views.writing import crumbs_of
from schools.services.seen import ChangedMeanwhile


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def steps(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """List the next steps of a report, add one, and offer what last term left undone."""
    of = _of(request, school_id, term_id)
    form = NextStepForm(sent(request), step=None)
    if request.method == "POST" and form.is_valid():
        add_step(by=request.access, **of, facts=form.facts)
        messages.success(request, "The step is added.")
        return redirect("next_steps", school_id, term_id)
    return _list(request, of, form)


@require_POST
@requires(Permission.WRITE_REPORTS)
def carry(request: TrustRequest, school_id: int, term_id: int) -> HttpResponse:
    """Take chosen steps of last term that are not done into this one."""
    of = _of(request, school_id, term_id)
    form = CarryForm(request.POST, steps=left_steps(request.access, **of).steps)
    if not form.is_valid():
        return _list(request, of, NextStepForm(None, step=None), carrying=form)
    number = carry_over(by=request.access, **of, ids=set(form.cleaned_data["steps"]))
    several = "s are" if number != 1 else " is"
    messages.success(request, f"{number} step{several} carried over. Set a new day where need be.")
    return redirect("next_steps", school_id, term_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def step(request: TrustRequest, school_id: int, term_id: int, step_id: int) -> HttpResponse:
    """Change a next step, or say when it was done."""
    of = _of(request, school_id, term_id)
    found = get_object_or_404(next_steps(request.access, **of), pk=step_id)
    form = NextStepForm(sent(request), step=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_step(
                by=request.access, step=found, facts=form.facts, seen=form.cleaned_data["seen"]
            )
        except StepRefused as refused:
            form.add_error(refused.part, str(refused))
        except ChangedMeanwhile as changed:
            form.begin_from(changed.stands.words_seen, form.said_of(changed.stands))
        else:
            messages.success(request, "The step is saved.")
            return redirect("next_steps", school_id, term_id)
    page = {"step": found, "form": form, **of}
    return render(request, "reporting/writing/step.html", {**page, "crumbs": _crumbs(of)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def remove(request: TrustRequest, school_id: int, term_id: int, step_id: int) -> HttpResponse:
    """Ask whether a step is to go, and take it out."""
    of = _of(request, school_id, term_id)
    found = get_object_or_404(next_steps(request.access, **of), pk=step_id)
    if request.method == "POST":
        remove_step(by=request.access, step=found)
        messages.success(request, "The step is removed.")
        return redirect("next_steps", school_id, term_id)
    page = {"step": found, **of, "crumbs": _crumbs(of)}
    return render(request, "reporting/writing/step_remove.html", page)


def _of(request: TrustRequest, school_id: int, term_id: int) -> dict[str, Any]:
    school, term = reported_school(
        request.access, school_id=school_id, term_id=term_id, permission=Permission.WRITE_REPORTS
    )
    return {"school": school, "term": term, "kind": ReportKind.HT}


def _crumbs(of: dict[str, Any]) -> list[tuple[str, str]]:
    school, term = of["school"], of["term"]
    back = ("Next steps", reverse("next_steps", args=(school.pk, term.pk)))
    return [*crumbs_of(school, term, write=True), back]


def _list(
    request: TrustRequest, of: dict[str, Any], form: NextStepForm, carrying: CarryForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    rows = [(each, step_standing(each, today=today)) for each in next_steps(request.access, **of)]
    left = left_steps(request.access, **of)
    return render(
        request,
        "reporting/writing/steps.html",
        {
            **of,
            "steps": rows,
            "done": sum(standing == "done" for _, standing in rows),
            "late": sum(standing == "late" for _, standing in rows),
            "left": left,
            "form": form,
            "carrying": carrying,
            "crumbs": crumbs_of(of["school"], of["term"], write=True),
        },
    )

"""The next steps at the end of a school's report: who does what by when."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest, requires
from pupils.views.pupils import sent
from reporting.forms import CarryForm, NextStepForm
from reporting.selectors.next_steps import left_steps, next_steps, step_standing
from reporting.selectors.reports import Reported
from reporting.services.next_steps import (
    StepRefused,
    add_step,
    carry_over,
    change_step,
    remove_step,
)
from reporting.views.writing import address_of, crumbs_of, written
from schools.services.seen import ChangedMeanwhile


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def steps(request: TrustRequest, term_id: int, school_id: int | None = None) -> HttpResponse:
    """List the next steps of a report, add one, and offer what last term left undone."""
    of = written(request, school_id, term_id)
    form = NextStepForm(sent(request), step=None)
    if request.method == "POST" and form.is_valid():
        add_step(by=request.access, **_place(of), facts=form.facts)
        return _back(request, of, "The step is added.")
    return _list(request, of, form)


@require_POST
@requires(Permission.WRITE_REPORTS)
def carry(request: TrustRequest, term_id: int, school_id: int | None = None) -> HttpResponse:
    """Take chosen steps of last term that are not done into this one."""
    of = written(request, school_id, term_id)
    left = left_steps(request.access, **_place(of))
    # Who presses twice has chosen what is carried over by now.
    form = CarryForm(request.POST, steps=[*left.steps, *left.carried])
    if not form.is_valid():
        return _list(request, of, NextStepForm(None, step=None), carrying=form)
    number = carry_over(by=request.access, **_place(of), ids=set(form.cleaned_data["steps"]))
    several = "s are" if number != 1 else " is"
    said = f"{number} step{several} carried over. Set a new day where need be."
    if not number:
        said = "What you chose is carried over already."
    return _back(request, of, said)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def step(request: TrustRequest, school_id: int, term_id: int, step_id: int) -> HttpResponse:
    """Change a next step, or say when it was done."""
    return _change(request, written(request, school_id, term_id), step_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def trust_step(request: TrustRequest, term_id: int, trust_step_id: int) -> HttpResponse:
    """Do the same with a next step of the trust's own report."""
    return _change(request, written(request, None, term_id), trust_step_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def remove(request: TrustRequest, school_id: int, term_id: int, step_id: int) -> HttpResponse:
    """Ask whether a step is to go, and take it out."""
    return _remove(request, written(request, school_id, term_id), step_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE_REPORTS)
def trust_remove(request: TrustRequest, term_id: int, trust_step_id: int) -> HttpResponse:
    """Do the same with a next step of the trust's own report."""
    return _remove(request, written(request, None, term_id), trust_step_id)


def _change(request: TrustRequest, of: Reported, step_id: int) -> HttpResponse:
    found = get_object_or_404(next_steps(request.access, **_place(of)), pk=step_id)
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
            return _back(request, of, "The step is saved.")
    page = {"of": of, "step": found, "form": form, "crumbs": _crumbs(of)}
    return render(request, "reporting/writing/step.html", page)


def _remove(request: TrustRequest, of: Reported, step_id: int) -> HttpResponse:
    found = get_object_or_404(next_steps(request.access, **_place(of)), pk=step_id)
    if request.method == "POST":
        remove_step(by=request.access, step=found)
        return _back(request, of, "The step is removed.")
    page = {"of": of, "step": found, "crumbs": _crumbs(of)}
    return render(request, "reporting/writing/step_remove.html", page)


def _place(of: Reported) -> dict[str, Any]:
    return {"school": of.school, "term": of.term, "kind": of.kind}


def _back(request: TrustRequest, of: Reported, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(address_of(of, "next-steps"))


def _crumbs(of: Reported) -> list[tuple[str, str]]:
    return [*crumbs_of(of, write=True), ("Next steps", address_of(of, "next-steps"))]


def _list(
    request: TrustRequest, of: Reported, form: NextStepForm, carrying: CarryForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    found = next_steps(request.access, **_place(of))
    rows = [(each, step_standing(each, today=today)) for each in found]
    return render(
        request,
        "reporting/writing/steps.html",
        {
            "of": of,
            "steps": rows,
            "done": sum(standing == "done" for _, standing in rows),
            "late": sum(standing == "late" for _, standing in rows),
            "left": left_steps(request.access, **_place(of)),
            "form": form,
            "carrying": carrying,
            "crumbs": crumbs_of(of, write=True),
        },
    )

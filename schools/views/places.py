"""Schools, ARBs and classes: looking at them and setting them up."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.views import TrustRequest, requires
from schools.forms.places import ARBForm, ClassForm, ClassNameForm, HostForm
from schools.selectors import agreements, places
from schools.services.places import (
    NameTaken,
    URNTaken,
    add_class,
    add_host,
    rename_class,
    save_arb,
)
from schools.tables import schools_sheet

_SCHOOLS = "Schools"


def _may_set_up(request: TrustRequest) -> bool:
    return request.access.reach(Permission.MANAGE_SCHOOLS).whole_trust


@requires(Permission.SEE_SCHOOLS)
def schools(request: TrustRequest, ending: str = "") -> HttpResponse:
    """List the schools that the person sees, with their ARBs."""
    found = places.school_list(request.access, today=timezone.localdate())
    if ending:
        return sent_list(ending, "schools", schools_sheet(found))
    return render(
        request,
        "schools/schools.html",
        {
            "list": found,
            "may_set_up": _may_set_up(request),
        },
    )


@requires(Permission.SEE_SCHOOLS)
def school(request: TrustRequest, school_id: int) -> HttpResponse:
    """Show one school: what it is, its ARBs and its classes."""
    found = get_object_or_404(places.schools(request.access), pk=school_id)
    page = places.school_page(request.access, found, today=timezone.localdate())
    return render(
        request,
        "schools/school.html",
        {
            "school": found,
            "page": page,
            "may_set_up": _may_set_up(request),
            "crumbs": [(_SCHOOLS, reverse("schools"))],
        },
    )


@requires(Permission.SEE_SCHOOLS)
def arb(request: TrustRequest, arb_id: int) -> HttpResponse:
    """Show one ARB: where it stands, the agreement with its host, and its classes."""
    found = get_object_or_404(places.arbs(request.access), pk=arb_id)
    today = timezone.localdate()
    here = {"school_id": found.school_id, "arb_id": found.pk}
    return render(
        request,
        "schools/arb.html",
        {
            "arb": found,
            "page": places.arb_page(request.access, found, today=today),
            "agreement": agreements.agreement(request.access, found, today=today),
            "sees_pupils": request.access.reach(Permission.SEE_PUPILS).covers(**here),
            "sees_requests": request.access.reach(Permission.SEE_REQUESTS).covers(**here),
            "may_set_up": _may_set_up(request),
            "crumbs": [
                (_SCHOOLS, reverse("schools")),
                (found.school.name, reverse("school", args=[found.school_id])),
            ],
        },
    )


@requires(Permission.MANAGE_SCHOOLS)
def add_host_school(request: TrustRequest) -> HttpResponse:
    """Add a mainstream school of another trust as a host."""
    form = HostForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_host(by=request.access, **form.cleaned_data)
        except URNTaken:
            form.add_error("urn", "A school with this URN is in the list already.")
        else:
            messages.success(request, f"{added} can now be chosen as a host.")
            return redirect("add_arb")
    return render(
        request,
        "schools/host_form.html",
        {"form": form, "crumbs": [(_SCHOOLS, reverse("schools"))]},
    )


@requires(Permission.MANAGE_SCHOOLS)
def add_arb(request: TrustRequest) -> HttpResponse:
    """Set up an ARB."""
    form = ARBForm(
        request.POST if request.method == "POST" else None,
        access=request.access,
        initial={"school": request.GET.get("school")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = save_arb(by=request.access, arb=None, **form.cleaned_data)
        except NameTaken:
            form.add_error("name", "Another ARB of the trust has this name.")
        else:
            messages.success(request, f"{added} was added.")
            return redirect("arb", arb_id=added.pk)
    return render(
        request,
        "schools/arb_form.html",
        {"form": form, "crumbs": [(_SCHOOLS, reverse("schools"))]},
    )


@requires(Permission.MANAGE_SCHOOLS)
def edit_arb(request: TrustRequest, arb_id: int) -> HttpResponse:
    """Change what is said of an ARB."""
    found = get_object_or_404(places.arbs(request.access), pk=arb_id)
    form = ARBForm(
        request.POST if request.method == "POST" else None, access=request.access, arb=found
    )
    if request.method == "POST" and form.is_valid():
        try:
            save_arb(by=request.access, arb=found, school=found.school, **form.cleaned_data)
        except NameTaken:
            form.add_error("name", "Another ARB of the trust has this name.")
        else:
            messages.success(request, f"{found} was changed.")
            return redirect("arb", arb_id=found.pk)
    return render(
        request,
        "schools/arb_form.html",
        {
            "form": form,
            "arb": found,
            "crumbs": [
                (_SCHOOLS, reverse("schools")),
                (found.school.name, reverse("school", args=[found.school_id])),
            ],
        },
    )


@requires(Permission.MANAGE_SCHOOLS)
def add_class_group(request: TrustRequest, school_id: int) -> HttpResponse:
    """Add a class to a school, for one year."""
    found = get_object_or_404(places.schools(request.access), pk=school_id, of_trust=True)
    form = ClassForm(
        request.POST if request.method == "POST" else None,
        access=request.access,
        school=found,
        today=timezone.localdate(),
        initial={"arb": request.GET.get("arb")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = add_class(by=request.access, school=found, **form.cleaned_data)
        except NameTaken:
            form.add_error("name", "This school has a class of this name in that year.")
        else:
            messages.success(request, f"{added} was added.")
            return redirect("school", school_id=found.pk)
    return render(
        request,
        "schools/class_form.html",
        {
            "form": form,
            "school": found,
            "crumbs": [
                (_SCHOOLS, reverse("schools")),
                (found.name, reverse("school", args=[found.pk])),
            ],
        },
    )


@requires(Permission.MANAGE_SCHOOLS)
def edit_class_group(request: TrustRequest, class_group_id: int) -> HttpResponse:
    """Give a class another name."""
    found = get_object_or_404(places.class_groups(request.access), pk=class_group_id)
    was = found.name
    form = ClassNameForm(request.POST if request.method == "POST" else None, initial={"name": was})
    if request.method == "POST" and form.is_valid():
        try:
            rename_class(by=request.access, class_group=found, name=form.cleaned_data["name"])
        except NameTaken:
            form.add_error("name", "This school has a class of this name in that year.")
        else:
            messages.success(request, f"{was} is now {found}.")
            return redirect("school", school_id=found.school_id)
    return render(
        request,
        "schools/class_form.html",
        {
            "form": form,
            "class_group": found,
            "was": was,
            "school": found.school,
            "crumbs": [
                (_SCHOOLS, reverse("schools")),
                (found.school.name, reverse("school", args=[found.school_id])),
            ],
        },
    )

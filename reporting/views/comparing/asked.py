"""What every page of the comparison has: the choices of its address, and the way to the others."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from parrcs.core.access import Permission
from parrcs.core.views import TrustRequest
from reporting.choices import COMPARED_BY
from reporting.filters import CompareFilters
from reporting.selectors.comparing.choices import GROUPS, Choices, Chosen, compare_choices

# The pages beside each other, in their order.
PAGES = [(name, title) for name, title in COMPARED_BY.items() if name != "compare_inside"]


class NoTerm(LookupError):
    """No term has begun, so that there is nothing to compare."""


class Beside(NamedTuple):
    """A page of the comparison, with the same choices."""

    name: str
    url: str
    current: bool


def asked(request: TrustRequest, ending: str = "") -> CompareFilters:
    """Return the choices of the address, to who may compare the whole trust.

    There is no file of a choice that does not exist. Raises `NoTerm`.
    """
    if not request.access.reach(Permission.COMPARE).whole_trust:
        raise PermissionDenied
    choices: Choices = compare_choices(term=request.GET.get("term", ""), today=timezone.localdate())
    if choices.term is None:
        raise NoTerm
    filters = CompareFilters(request.GET, choices=choices, term=choices.term)
    if ending and filters.errors:
        raise Http404
    return filters


def picked(request: TrustRequest) -> Chosen:
    """Return the choice for a picture: there is none of a choice that does not exist."""
    try:
        return asked(request, "svg").chosen
    except NoTerm as error:
        raise Http404 from error


def frame(request: TrustRequest, filters: CompareFilters, **more: str) -> dict[str, Any]:
    """Return what the template around each page shows; `more` is what its address says besides."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "filters": filters,
        "chosen": filters.chosen,
        "keep": filters.chosen.query_with(**more),
        "said": list(narrowed(filters)),
        "may_set_up": may_set_up(request),
        "keeps": urlencode({"page": here, "said": filters.chosen.query_with(**more)}),
        "beside": [
            Beside(title, f"{reverse(name)}?{filters.chosen.query}", name == here)
            for name, title in PAGES
        ],
    }


def no_term(request: TrustRequest) -> HttpResponse:
    """Say that no term has begun."""
    return render(request, "reporting/comparing/empty.html", {"may_set_up": may_set_up(request)})


def may_set_up(request: TrustRequest) -> bool:
    """Say whether this person sets up calendar and schools."""
    return request.access.may(Permission.MANAGE_SCHOOLS)


def narrowed(filters: CompareFilters, *, targets: bool = False) -> Iterator[str]:
    """Name what is chosen: all that narrows a number, of `targets` or not, and how it counts."""
    for name, value in filters.answers.items():
        of_strand = name in ("stream", "strand")
        always = name in ("strand", "lens")
        if name == "term" or (targets and of_strand) or not (value or always):
            continue
        field = filters.fields[name]
        groups = [
            each
            for key, label in field.choices  # type: ignore[attr-defined]  # all are choices
            for each in (label if isinstance(label, list) else [(key, label)])
        ]
        said = str(dict(groups)[value])
        yield f"counted {said.lower()}" if name == "lens" else said


def file_name(what: str, chosen: Chosen) -> str:
    """Return the name of a file: what it is of, and each choice that narrows it."""
    yes_or_no = {"yes": "{}", "no": "not-{}"}
    names = [
        what,
        str(chosen.term),
        chosen.stream,
        chosen.strand.replace(".", "-"),
        chosen.route,
        *(
            yes_or_no.get(said, f"{{}}-{said}").format(name) if name != "need" else said
            for name in GROUPS
            if (said := getattr(chosen, name))
        ),
        chosen.lens.value,
    ]
    return "-".join(slugify(name) for name in names if name)

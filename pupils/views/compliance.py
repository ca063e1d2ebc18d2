"""What schools owe by law: all places of a person, and one of them, on the page and as files."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from parrcs.core.access import Permission
from parrcs.core.lists import sent_list
from parrcs.core.sheets import About
from parrcs.core.views import TrustRequest, requires
from pupils.selectors.compliance import (
    Year,
    compliance_places,
    counted_once,
    owed_by,
    years_begun,
)
from pupils.selectors.lenses import Lens
from pupils.selectors.owed import Place, PlaceOwes
from pupils.tables import owed_sheet, places_sheet
from schools.choices import Premium


class _Asked(NamedTuple):
    """The places with the year and the lens through which they are looked at."""

    places: list[Place]
    years: list[Year]
    year: Year
    lens: Lens

    @property
    def query(self) -> str:
        """The choice as it stands in an address."""
        return urlencode({"year": self.year.pk, "lens": self.lens.value})


@require_safe
@requires(Permission.SEE_COMPLIANCE)
def compliance(request: TrustRequest, ending: str = "") -> HttpResponse:
    """Show how each school and ARB of the person stands, what is late first."""
    asked = _asked(request)
    found = _owed(request, asked, asked.places) if asked else []
    if ending:
        return sent_list(ending, "compliance", places_sheet(found, about=_about(asked)))
    if asked is None:
        return render(request, "pupils/compliance/list.html", {})
    found.sort(key=lambda each: (-each.counts["late"], -each.counts["soon"]))
    once = counted_once(found, lens=asked.lens)
    page = {
        "found": found,
        "once": once,
        "late": sum(each.counts["late"] for each in once),
        "soon": sum(each.counts["soon"] for each in once),
        "behind": sum(each.counts["late"] > 0 for each in once),
        "has_arbs": any(each.arb for each in asked.places),
        **_choice(asked),
    }
    return render(request, "pupils/compliance/list.html", page)


@require_safe
@requires(Permission.SEE_COMPLIANCE)
def compliance_school(request: TrustRequest, school_id: int, ending: str = "") -> HttpResponse:
    """Show what a school owes in a year: premiums, PEPs, statutory assessments."""
    return _page(request, ending, school_id=school_id)


@require_safe
@requires(Permission.SEE_COMPLIANCE)
def compliance_arb(request: TrustRequest, arb_id: int, ending: str = "") -> HttpResponse:
    """Show the PEPs that an ARB owes; the rest is owed by its school."""
    return _page(request, ending, arb_id=arb_id)


def _page(
    request: TrustRequest,
    ending: str,
    *,
    school_id: int | None = None,
    arb_id: int | None = None,
) -> HttpResponse:
    place, asked = _place(request, school_id, arb_id), _asked(request)
    found = _owed(request, asked, [place])[0] if asked else None
    if ending:
        sheet = owed_sheet(place, found, about=_about(asked))
        return sent_list(ending, f"compliance {place.name}", sheet)
    crumbs = [("Compliance", reverse("compliance"))]
    if asked is None or found is None:
        return render(request, "pupils/compliance/place.html", {"place": place, "crumbs": crumbs})
    here = {"school_id": place.school.pk, "arb_id": place.arb.pk if place.arb else None}
    recorded = {each.key for each in found.rows}
    writes = request.access.reach(Permission.WRITE_PREMIUMS).covers(**here)
    page = {
        "found": found,
        "place": place,
        "crumbs": crumbs,
        "writes_premiums": writes,
        "sets_dates": request.access.reach(Permission.SET_DEADLINES).covers(**here),
        "writes_peps": request.access.reach(Permission.EDIT_PLANS).covers(**here),
        "not_recorded": [each for each in Premium if writes and each not in recorded],
        "has_arbs": place.arb is None and any(each.arb for each in asked.places),
        **_choice(asked),
    }
    return render(request, "pupils/compliance/place.html", page)


def _place(request: TrustRequest, school_id: int | None, arb_id: int | None) -> Place:
    """Return a place of the person; others do not exist here."""
    for place in compliance_places(request.access):
        here = place.arb.pk if place.arb else None
        if here == arb_id and (arb_id is not None or place.school.pk == school_id):
            return place
    raise Http404


def _asked(request: TrustRequest) -> _Asked | None:
    """Return what is asked for; what does not exist is replaced by this year, where registered."""
    years = years_begun(request.access, today=timezone.localdate())
    if not years:
        return None
    wanted = request.GET.get("year")
    year = next((each for each in years if str(each.pk) == wanted), years[0])
    taught = request.GET.get("lens") == Lens.TAUGHT
    return _Asked(
        compliance_places(request.access), years, year, Lens.TAUGHT if taught else Lens.REGISTERED
    )


def _owed(request: TrustRequest, asked: _Asked, places: list[Place]) -> list[PlaceOwes]:
    return owed_by(
        request.access, places, year=asked.year, lens=asked.lens, today=timezone.localdate()
    )


def _about(asked: _Asked | None) -> About:
    if asked is None:
        return []
    return [("School year", asked.year.name), ("Pupils counted", asked.lens.label)]


def _choice(asked: _Asked) -> dict[str, object]:
    return {
        "years": asked.years,
        "year": asked.year,
        "lens": asked.lens,
        "lenses": list(Lens),
        "query": asked.query,
    }

"""The rows of a school year, for its summaries at the end: each term as reports count it."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from assessment.models import CoreArea, Strand
from parrcs.core.access import Access
from pupils.models import Pupil, Route
from pupils.selectors.cohorts import cohort
from pupils.selectors.lenses import Lens
from reporting.selectors.report_rows import TermRows, term_rows
from reporting.selectors.settings import report_settings
from schools.models import AcademicYear, ClassGroup, School, Term


@dataclass(frozen=True)
class YearRows:
    """The terms of a year that have begun, the first of them first, and the names of things."""

    trust: str
    colour: str
    school_id: int
    school: str
    year: str
    terms: list[TermRows]
    core_areas: dict[int, str]
    routes: dict[int, str]
    classes: dict[int, str]
    strands: dict[int, str]


def year_of(year_id: str) -> AcademicYear:
    """Return the year asked for, or the latest of which a term has begun; 404 without one."""
    begun = Term.objects.filter(starts_on__lte=timezone.localdate())
    years = AcademicYear.objects.filter(terms__in=begun).distinct().order_by("-starts_on")
    if year_id:
        return get_object_or_404(years, pk=year_id if year_id.isdecimal() else 0)
    found = years.first()
    if found is None:
        raise Http404
    return found


def years_begun() -> list[AcademicYear]:
    """Return the years of which a term has begun, the latest first."""
    begun = Term.objects.filter(starts_on__lte=timezone.localdate())
    return list(AcademicYear.objects.filter(terms__in=begun).distinct().order_by("-starts_on"))


def year_rows(access: Access, *, school: School, year: AcademicYear) -> YearRows:
    """Return the rows of a year of a school, as far as the person sees its pupils.

    The same number of queries for any number of pupils.
    """
    terms = Term.objects.filter(year=year, starts_on__lte=timezone.localdate())
    registered = [
        cohort(access, term=term).within(Lens.REGISTERED, school_id=school.pk, arb_id=None)
        for term in terms.select_related("year").order_by("starts_on")
    ]
    return YearRows(
        trust=school.trust.name,
        colour=report_settings().colour,
        school_id=school.pk,
        school=school.name,
        year=year.name,
        terms=[term_rows(each) for each in registered],
        core_areas=dict(CoreArea.objects.values_list("id", "name")),
        routes=dict(Route.objects.values_list("id", "name")),
        classes=dict(ClassGroup.objects.visible_to(access).values_list("id", "name")),
        strands=dict(Strand.objects.values_list("id", "name")),
    )


def names_of(access: Access, *, pupil_ids: set[int]) -> dict[int, str]:
    """Return the names of pupils, in the order of a register, and who of them is protected."""
    pupils = Pupil.objects.visible_to(access).filter(pk__in=pupil_ids)
    return {each.pk: each.marked_name for each in pupils.order_by("last_name", "first_name", "pk")}

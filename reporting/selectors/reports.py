"""Which reports there are, and what a person may see of them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from assessment.selectors.progress import progress_counts, strands_due
from parrcs.core.access import Access, Permission
from parrcs.core.planning import much_at_once
from pupils.selectors.cohorts import cohort
from reporting.choices import UNPUBLISHED, ReportKind, ReportStatus
from reporting.models import Report, ReportRun
from reporting.selectors.drafts import decided_since
from schools.models import AcademicYear, School, Term


class Reported(NamedTuple):
    """What a report is about: a school, or without one the whole trust, in a term."""

    school: School | None
    term: Term

    @property
    def kind(self) -> ReportKind:
        """The kind of its report, of which others may be made."""
        return ReportKind.HT if self.school else ReportKind.TRUSTEE

    @property
    def name(self) -> str:
        """What stands at the head of its report."""
        return f"{self.school or self.term.trust}, {self.term}"

    @property
    def path(self) -> str:
        """The address of the page on which it is made."""
        if self.school:
            return reverse("ht_report", args=(self.school.pk, self.term.pk))
        return reverse("trust_report", args=(self.term.pk,))


def reported(
    access: Access, *, school_id: int | None, term_id: int, permission: Permission
) -> Reported:
    """Return the school, or the trust, and the term that a report is about; it must have begun.

    404 where the person has nothing to do with the school, 403 where they have, but not this:
    the lead of one of its ARBs, a head who is a governor here, or anybody but the trust lead
    where it is about the trust.
    """
    school = school_of(access, school_id=school_id) if school_id else None
    begun = Term.objects.filter(starts_on__lte=timezone.localdate())
    term = get_object_or_404(begun.select_related("year", "trust"), pk=term_id)
    if not access.reach(permission).covers(school_id=school_id):
        raise PermissionDenied
    return Reported(school, term)


def school_of(access: Access, *, school_id: int) -> School:
    """Return a school of the trust that the person has to do with, or 404."""
    schools = School.objects.visible_to(access).filter(of_trust=True).select_related("trust")
    return get_object_or_404(schools, pk=school_id)


def schools_with_pupils(access: Access, *, term: Term) -> Sequence[School]:
    """Return the trust's schools at which anybody was registered on a term's census date."""
    placed = cohort(access, term=term).placements.values("school")
    return list(School.objects.visible_to(access).filter(of_trust=True, pk__in=placed))


@dataclass(frozen=True)
class ReportState:
    """What has been made of one report so far.

    `companion` is the draft of the governors' version; `published` are the versions that are
    out, superseded ones too, each with the governors' version of the same number or None.
    """

    draft: Report | None
    companion: Report | None
    since: Sequence[str]
    published: Sequence[tuple[Report, Report | None]]
    run: ReportRun | None


def report_state(access: Access, *, of: Reported) -> ReportState:
    """Return the draft, the published versions and the latest run of a report.

    `since` says what has been saved or decided after the draft was made.
    """
    mine = {"school": of.school, "term": of.term}
    reports = list(
        Report.objects.visible_to(access)
        .without_content()
        .filter(**mine)
        .select_related("made_by", "published_by", "school", "term__year", "term__trust")
    )
    drafts = {each.kind: each for each in reports if not each.is_out}
    out = {(each.kind, each.version): each for each in reports if each.is_out}
    draft = drafts.get(of.kind)
    runs = ReportRun.objects.visible_to(access).filter(**mine).select_related("asked_by")
    return ReportState(
        draft=draft,
        companion=drafts.get(ReportKind.LGB),
        since=decided_since(access, draft=draft, school=of.school, term=of.term) if draft else (),
        published=[
            (each, out.get((ReportKind.LGB, version)))
            for (kind, version), each in out.items()
            if kind == of.kind
        ],
        run=runs.first(),
    )


def draft_content(access: Access, *, draft: Report) -> dict[str, Any]:
    """Return a draft as it was made, before anything was hidden in it."""
    found = Report.objects.visible_to(access).only("snapshot", "figures").get(pk=draft.pk)
    whole: dict[str, Any] = found.figures.get("whole") or found.snapshot
    return whole


def report(access: Access, *, report_id: int) -> Report:
    """Return one report as it was made, without its PDF and pictures, or 404."""
    reports = Report.objects.visible_to(access).defer("pdf", "charts", "figures")
    return get_object_or_404(
        reports.select_related("school", "term__year", "term__trust"), pk=report_id
    )


def report_file(access: Access, *, report_id: int) -> Report:
    """Return one report with its PDF, or 404."""
    reports = Report.objects.visible_to(access).defer("charts", "page", "figures")
    return get_object_or_404(
        reports.select_related("school", "term__year", "term__trust"), pk=report_id
    )


def report_chart(access: Access, *, report_id: int, code: str) -> str:
    """Return a picture of a report as SVG, or 404."""
    reports = Report.objects.visible_to(access).only("charts")
    found = get_object_or_404(reports, pk=report_id).charts.get(code)
    if found is None:
        raise Http404
    return str(found["svg"])


@dataclass(frozen=True)
class ListedReport:
    """The report of one school for one term, as a line of the list."""

    school: School
    term: Term
    pupils: int
    judged: int
    due: int
    draft: Report | None
    published: Report | None
    run: ReportRun | None


@dataclass(frozen=True)
class ReportList:
    """The reports of one academic year; no year: no term has begun."""

    year: AcademicYear | None
    years: Sequence[AcademicYear]
    reports: Sequence[ListedReport]


def report_list(access: Access, *, year_id: str) -> ReportList:
    """Return the reports that the person may see, for the year asked for or the latest begun.

    The same number of queries for any number of schools.
    """
    begun = Term.objects.filter(starts_on__lte=timezone.localdate())
    years = list(AcademicYear.objects.filter(terms__in=begun).distinct().order_by("-starts_on"))
    year = next((each for each in years if str(each.pk) == year_id), None)
    if year_id and year is None:
        raise Http404
    if not years:
        return ReportList(None, (), ())
    year = year or years[0]
    terms = list(begun.filter(year=year).select_related("trust").order_by("-starts_on"))
    reach = access.reach(Permission.SEE_REPORTS)
    schools = School.objects.visible_to(access).filter(of_trust=True)
    if not reach.whole_trust:
        schools = schools.filter(pk__in=reach.school_ids)
    made = _made(access, terms)
    listed = []
    for term in terms:
        counts = _coverage(access, term)
        listed += [
            ListedReport(school, term, *counts[school.pk], **made[school.pk, term.pk])
            for school in schools
        ]
    return ReportList(year, years, listed)


@much_at_once()
def _coverage(access: Access, term: Term) -> dict[int, tuple[int, int, int]]:
    """Count, by school, the pupils on roll and the judgements made and due."""
    everyone = cohort(access, term=term)
    due_on = {route: len(strands) for route, strands in strands_due(term).items()}
    pupils, judged, due = Counter[int](), Counter[int](), Counter[int]()
    # By the school alone: the lens is where registered, as in the report itself.
    for school, route, number in everyone.placements.values_list("school", "route").annotate(
        number=Count("id")
    ):
        pupils[school] += number
        due[school] += number * due_on.get(route, 0)
    for each in progress_counts(everyone, by=("school",)):
        (school,) = each.part
        judged[school] += each.judgements
    return defaultdict(
        lambda: (0, 0, 0),
        {school: (pupils[school], judged[school], due[school]) for school in pupils},
    )


def _made(access: Access, terms: Sequence[Term]) -> dict[tuple[int | None, int], dict[str, Any]]:
    """Return, by school and term, the draft, the latest published version and the run."""
    found: dict[tuple[int | None, int], dict[str, Any]] = defaultdict(
        lambda: {"draft": None, "published": None, "run": None}
    )
    reports = Report.objects.visible_to(access).without_content()
    shown = (ReportStatus.PUBLISHED, *UNPUBLISHED)
    for each in reports.filter(kind=ReportKind.HT, term__in=terms, status__in=shown):
        of = "published" if each.is_out else "draft"
        found[each.school_id, each.term_id][of] = each
    for run in ReportRun.objects.visible_to(access).unfinished().filter(term__in=terms):
        found[run.school_id, run.term_id]["run"] = run
    return found

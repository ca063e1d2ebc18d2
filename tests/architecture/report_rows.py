"""A row of each table of reports."""

from typing import Any

from django.utils import timezone

from parrcs.core.access import Role
from reporting.choices import Counted, Purpose, ReportKind, ReportStatus, RunState
from reporting.measures.small_numbers import Figures
from reporting.models import (
    KeptView,
    NextStep,
    Report,
    ReportBatch,
    ReportRun,
    ReportSettings,
    SectionText,
    TermCount,
)
from reporting.reports.hiding import Hidden
from schools.choices import FileFormat
from schools.models import Download, Notice
from tests.world import World

# A report that says nothing, and gives nothing away.
CONTENT: dict[str, Any] = {
    "snapshot": {
        **dict.fromkeys(("place", "term", "title", "about", "note"), ""),
        **{part: [] for part in ("lines", "sections", "glossary", "versions", "changes")},
        "cover": {"version": "Draft", "made": ""},
    },
    "figures": Hidden(Figures({}), frozenset()).as_json(),
    "charts": {"core": {"svg": "<svg/>", "alt": ""}},
}


def reports(world: World) -> None:
    """Give both schools a draft, a published version, a run and what is written; all, a batch."""
    lead = world.people[Role.TRUST_LEAD]
    ReportSettings.objects.create()
    KeptView.objects.create(owner=lead, name="Overview", page="compare")
    batch = ReportBatch.objects.create(term=world.term, asked_by=lead)
    now = timezone.now()
    Report.objects.create(
        term=world.term,
        kind=ReportKind.TRUSTEE,
        status=ReportStatus.PUBLISHED,
        **CONTENT,
        pdf=b"%PDF-",
        version=1,
        made_at=now,
        made_by=lead,
        published_at=now,
        published_by=lead,
    )
    NextStep.objects.create(
        kind=ReportKind.TRUSTEE, term=world.term, what="Meet", owner="The lead", due_on=now.date()
    )
    for school in (world.school, world.other_school):
        place = {"school": school, "term": world.term}
        made = {**CONTENT, "pdf": b"%PDF-", "made_by": lead}
        draft = Report.objects.create(**place, **made, status=ReportStatus.DRAFT, made_at=now)
        out = {"version": 1, "made_at": now, "published_at": now, "published_by": lead}
        for kind in (ReportKind.HT, ReportKind.LGB):
            Report.objects.create(**place, **made, **out, kind=kind, status=ReportStatus.PUBLISHED)
        ReportRun.objects.create(
            **place,
            purpose=Purpose.DRAFT,
            state=RunState.FAILED,
            asked_by=lead,
            asked_at=now,
            report=draft,
            batch=batch,
        )
        SectionText.objects.create(
            **place, section="core", text="Well.", changed_by=lead, changed_at=now
        )
        NextStep.objects.create(**place, what="Meet", owner="The head", due_on=now.date())
        TermCount.objects.create(**place, what=Counted.SUSPENSIONS, number=7)


def told(world: World) -> None:
    """Tell one person in each role of something, and let two of them download a file."""
    for person in world.people.values():
        Notice.objects.create(person=person, text="The report is ready.", link="/reports/")
    for role in (Role.HEAD, Role.TRUST_LEAD):
        Download.objects.create(
            person=world.people[role],
            what="A report",
            kind="report",
            thing_id=1,
            format=FileFormat.PDF,
        )

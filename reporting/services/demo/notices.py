"""What the demo's people were told lately, some of it read, and who took a published report."""

import datetime as dt
import random

from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from reporting.choices import OUT, ReportKind
from reporting.models import Report
from schools.choices import FileFormat
from schools.models import Download, Membership, Notice

# To whom, how many days ago, in which words, and to which page it leads.
_TOLD: tuple[tuple[tuple[Role, ...], int, str, str], ...] = (
    ((Role.TEACHER,), 9, "The window of this term is open. Record your judgements.", "classes"),
    ((Role.TEACHER,), 2, "Some judgements of your class are still to be made.", "classes"),
    ((Role.ASSESSMENT_LEAD, Role.HEAD), 9, "The window of this term is open.", "windows"),
    ((Role.HEAD,), 5, "Papers of annual reviews are due soon.", "annual_reviews"),
    ((Role.INCLUSION_LEAD,), 5, "Papers of annual reviews are due soon.", "annual_reviews"),
    ((Role.HEAD, Role.TRUST_LEAD), 1, "Some statutory dates are late.", "compliance"),
    ((Role.TRUST_LEAD,), 12, "The attendance of last half-term is in.", "attendance_schools"),
    ((Role.TRUST_ADMIN,), 20, "The calendar of the year is complete.", "calendar"),
)
_READ_AFTER = dt.timedelta(hours=7)


def save_notices(*, on: dt.date, rng: random.Random) -> None:
    """Tell people by their roles of what their pages show, older ones read. Needs `in_trust`."""
    rows = []
    members = list(
        Membership.objects.live().order_by("person__email", "role").values_list("role", "person")
    )
    for roles, days, text, page in _TOLD:
        day = dt.datetime.combine(on - dt.timedelta(days=days), dt.time(8, 30))
        for person in dict.fromkeys(person for role, person in members if role in roles):
            made_at = timezone.make_aware(day + dt.timedelta(minutes=rng.randrange(90)))
            read_at = made_at + _READ_AFTER if days > 3 and rng.random() < 0.8 else None
            rows.append(
                Notice(
                    person_id=person,
                    text=text,
                    link=reverse(page),
                    made_at=made_at,
                    read_at=read_at,
                )
            )
    Notice.objects.bulk_create(rows, batch_size=500)
    _downloads()


def _downloads() -> None:
    """Let whoever published a report have downloaded it."""
    out = Report.objects.filter(status__in=OUT).without_content()
    for report in out.select_related("school", "term__year", "published_by").order_by("pk"):
        if report.published_by is None:
            continue
        of = f" of {report.school}" if report.school else ""
        Download.objects.create(
            person=report.published_by,
            what=f"{ReportKind(report.kind).label}{of}, {report.term}, version {report.version}",
            kind="report",
            thing_id=report.pk,
            format=FileFormat.PDF,
        )

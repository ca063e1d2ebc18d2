"""What the demo's people have published of the term before, so that its readers have something."""

from django.utils import timezone

from parrcs.core.access import Access, Role
from parrcs.core.tenancy import in_trust
from reporting.choices import ReportStatus
from reporting.models import Report, ReportRun
from reporting.selectors.reports import Reported
from reporting.services.reports import ask_for_draft, ask_to_publish, set_ready
from reporting.services.runs import make
from schools.models import Membership, Term, Trust
from schools.selectors.people import workplaces


def publish_demo() -> None:
    """Publish the report of the governor's school and the trustees' for the last term.

    Where something has been published already, or the demo has not been made, nothing changes.
    """
    trust = Trust.objects.filter(uid="demo-harbour").first()
    if trust is None:
        return
    with in_trust(trust.pk):
        if Report.objects.filter(published_at__isnull=False).exists():
            return
        lead = Membership.objects.live().get(role=Role.TRUST_LEAD).person_id
        school = Membership.objects.live().select_related("school__trust").get(role=Role.GOVERNOR)
        begun = Term.objects.filter(starts_on__lte=timezone.localdate())
        term = begun.select_related("year", "trust").order_by("-starts_on")[1]
    with in_trust(trust.pk, person_id=lead):
        by = next(each.access for each in workplaces(lead) if each.access.trust_id == trust.pk)
    for of in (Reported(school.school, term), Reported(None, term)):
        _publish(by, of)


def _publish(by: Access, of: Reported) -> None:
    with in_trust(by.trust_id):
        run = ask_for_draft(by=by, of=of)
    _made(by, run)
    with in_trust(by.trust_id):
        draft = Report.objects.get(
            kind=of.kind, school=of.school, term=of.term, status=ReportStatus.DRAFT
        )
        set_ready(by=by, draft=draft, ready=True)
        run = ask_to_publish(by=by, of=of, draft_id=draft.pk)
    _made(by, run)


def _made(by: Access, run: ReportRun) -> None:
    """Do here what a worker would: nobody need wait for one."""
    make(trust_id=by.trust_id, run_id=run.pk)

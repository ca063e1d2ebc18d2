"""What stands for each id in an address, and which words give a thing away."""

from assessment.models import Achievement, Evidence, Note, Strand, TestScore
from exchange.models import AccessRequest, Erasure, Import
from parrcs.core.access import Role
from pupils.models import (
    AnnualReview,
    Outcome,
    PlacementRequest,
    Plan,
    Provision,
    Pupil,
    ReviewAdvice,
    SupportPlan,
    TermlyTarget,
)
from reporting.choices import ReportKind, ReportStatus
from reporting.models import KeptView, NextStep, Report, ReportBatch, ReportRun
from schools.models import (
    ARB,
    ARBFunding,
    ARBStaff,
    Invitation,
    JointVisit,
    Lease,
    Membership,
    Notice,
    PremiumActivity,
    SafeguardingContact,
    Window,
)
from tests.world import World


def ids_of(world: World, *, other_school: bool) -> dict[str, object]:
    """Return an id for every name that an address uses, in this trust and school."""
    pupil = (world.other_pupils if other_school else world.pupils)[0]
    class_group = world.other_class if other_school else world.class_group
    school = world.other_school if other_school else world.school
    plan = Plan.objects.get(pupil=pupil)
    arb = ARB.objects.get(school=school) if other_school else world.arb
    return {
        "trust_id": world.trust.pk,
        "school_id": school.pk,
        "arb_id": arb.pk,
        "staff_id": ARBStaff.objects.get(arb=arb).pk,
        "contact_id": SafeguardingContact.objects.get(arb=arb).pk,
        "lease_id": Lease.objects.get(arb=arb).pk,
        "visit_id": JointVisit.objects.get(arb=arb).pk,
        "funding_id": ARBFunding.objects.get(arb=arb).pk,
        "request_id": PlacementRequest.objects.get(arb=arb).pk,
        "class_group_id": class_group.pk,
        "year_id": class_group.year_id,
        "term_id": world.term.pk,
        "window_id": Window.objects.get(term=world.term, school=None).pk,
        "stream_id": world.developmental.pk,
        "pupil_id": pupil.pk,
        "plan_id": plan.pk,
        "outcome_id": Outcome.objects.get(plan=plan).pk,
        "strand_id": Strand.objects.get(code="reading").pk,
        "target_id": TermlyTarget.objects.get(pupil=pupil, term=world.term).pk,
        "note_id": Note.objects.filter(pupil=pupil).order_by("pk")[0].pk,
        "evidence_id": Evidence.objects.get(note__pupil=pupil).pk,
        "provision_id": Provision.objects.get(pupil=pupil).pk,
        "support_id": SupportPlan.objects.get(pupil=pupil).pk,
        "review_id": AnnualReview.objects.get(pupil=pupil).pk,
        "advice_id": ReviewAdvice.objects.get(review__pupil=pupil).pk,
        "step": "report",
        "score_id": TestScore.objects.get(pupil=pupil).pk,
        "achievement_id": Achievement.objects.get(pupil=pupil, core_area=None).pk,
        # Of two people who are in no school: neither notice is that of anyone in one.
        "notice_id": Notice.objects.get(
            person=world.people[Role.TRUSTEE if other_school else Role.TRUST_LEAD]
        ).pk,
        "membership_id": Membership.objects.order_by("pk")[0].pk,
        "invitation_id": Invitation.objects.order_by("pk")[0].pk,
        "report_id": Report.objects.get(
            school=school, status=ReportStatus.DRAFT, kind=ReportKind.HT
        ).pk,
        "kind": "pupils",
        "template": "template",
        "ending": "csv",
        "import_id": Import.objects.get(school=school).pk,
        "asked_id": AccessRequest.objects.get(pupil=pupil).pk,
        "erasure_id": Erasure.objects.filter(state="waiting").order_by("-pk")[0].pk,
        "premium": "pupil",
        "activity_id": PremiumActivity.objects.get(plan__school=school).pk,
        "rule": "ks2-tests",
        "section": "standards",
        "step_id": NextStep.objects.get(school=school).pk,
        "trust_step_id": NextStep.objects.get(school=None).pk,
        "code": "core",
        "run_id": ReportRun.objects.get(school=school).pk,
        "batch_id": ReportBatch.objects.get().pk,
        "view_id": KeptView.objects.get().pk,
        "measure": "progress",
        "division": "need",
    }


def words_of(world: World, *, other_school: bool = False) -> set[str]:
    """Return names that must not be read by who has no business with them."""
    pupils: list[Pupil] = (
        world.other_pupils
        if other_school
        else [*world.pupils, *world.other_pupils, *world.arb_pupils]
    )
    words = {pupil.last_name for pupil in pupils} | {pupil.upn for pupil in pupils}
    if other_school:
        return words | {world.other_school.name, world.other_class.name, "Other ARB"}
    return words | {
        world.trust.name,
        world.school.name,
        world.other_school.name,
        world.arb.name,
        *(person.email for person in world.people.values()),
    }

"""At least one row in every tenant table, so that a test of isolation has something to miss."""

import datetime as dt
import uuid
from decimal import Decimal

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from assessment.models import (
    Achievement,
    Aim,
    CoreArea,
    Evidence,
    Note,
    Point,
    PointMapping,
    Reminder,
    Strand,
    StrandMapping,
    Stream,
    TestScore,
)
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.choices import ProvisionKind, WiderProgress
from pupils.models import (
    AnnualReview,
    AttendanceTotal,
    ClassListCheck,
    ClassListLine,
    Placement,
    PlacementRequest,
    Plan,
    Provision,
    ProvisionReview,
    Pupil,
    PupilNeeds,
    ReviewAdvice,
    ReviewStep,
    SavedOperation,
    SupportPlan,
    TermlyPEP,
    TermlyTarget,
)
from reporting.services.demo.drawings import drawing
from schools.choices import LeaseDay, Premium, PremiumAim, ShareBy, Side
from schools.models import (
    ARB,
    ARBFunding,
    ARBStaff,
    ClassGroup,
    Invitation,
    JointVisit,
    LateEntry,
    Lease,
    LeaseReminder,
    PremiumActivity,
    PremiumPlan,
    SafeguardingContact,
    School,
    StatutoryDeadline,
    User,
    Window,
)
from tests.architecture.exchange_rows import erasures, imports_and_transfers
from tests.architecture.report_rows import reports, told
from tests.architecture.tenancy import tenant_tables
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.schools import ARBFactory
from tests.world import World, give_target


def a_row_everywhere(world: World) -> None:
    """Fill the tenant tables that the standing cast leaves empty, and all history."""
    with in_trust(world.trust.pk):
        admin = world.people[Role.TRUST_ADMIN]
        strand = Strand.objects.filter(stream=world.developmental)[0]
        point = Point.objects.get(stream=world.developmental, value=Decimal(7))
        for pupil in (world.pupils[0], world.other_pupils[0], world.arb_pupils[0]):
            give_target(pupil, world.term)
            BaselineFactory(pupil=pupil, strand=strand, point=point)
            JudgementFactory(pupil=pupil, strand=strand, point=point, term=world.term)
        for role, place in (
            (Role.GOVERNOR, {"school": world.school}),
            (Role.HOST_LINK, {"arb": world.arb}),
            (Role.TEACHER, {"class_group": world.class_group}),
        ):
            Invitation.objects.create(email="new@example.org", role=role, invited_by=admin, **place)
        _mapped_version(world)
        for pupil in (world.pupils[0], world.other_pupils[0], world.arb_pupils[0]):
            _records(world, pupil)
        for class_group in (world.class_group, world.other_class):
            of_class = {"term": world.term, "class_group": class_group}
            day = timezone.localdate()
            LateEntry.objects.create(**of_class, until=day, reason="Ill", allowed_by=admin)
            Reminder.objects.create(**of_class, left=3, sent_on=day)
        for class_group in (world.class_group, world.other_class, world.arb_class):
            _signed_list(world, class_group)
        Window.objects.create(
            term=world.terms[0],
            school=world.school,
            opens_on=world.terms[0].starts_on,
            closes_on=world.terms[0].ends_on,
        )
        SavedOperation.objects.create(operation_id=uuid.uuid4(), person=admin, asked={})
        reports(world)
        told(world)
        _agreement(world, world.arb, world.arb_pupils[0])
        other = ARBFactory(school=world.other_school, host=world.host, name="Other ARB")
        _agreement(world, other, world.other_pupils[0])
        for school in (world.school, world.other_school):
            _owed(world, school)
        erasures(world)
        # An erasure empties the files of all imports that there are.
        imports_and_transfers(world)
        for model in apps.get_models():
            if model._meta.db_table in tenant_tables() and hasattr(model, "pgh_tracked_model"):
                _one_event(model)


def _mapped_version(world: World) -> None:
    """Give the engagement stream a version before it, and a baseline that was carried on."""
    before = Stream.objects.create(
        code="engagement", version="0.9", name="E", proposed={"better": "1.5", "expected": {}}
    )
    world.engagement.replaces = world.engagement.cut_short = before
    world.engagement.save()
    old = Strand.objects.create(stream=before, code="exploration", name="E", position=1)
    point = Point.objects.create(stream=before, code="1", label="1", value=1)
    strand = Strand.objects.get(stream=world.engagement, code="exploration")
    new = Point.objects.get(stream=world.engagement, value=1)
    StrandMapping.objects.create(before=old, after=strand)
    PointMapping.objects.create(before=point, after=new)
    for pupil in (world.pupils[0], world.other_pupils[0], world.arb_pupils[0]):
        first = BaselineFactory(pupil=pupil, strand=old, point=point)
        BaselineFactory(pupil=pupil, strand=strand, point=new, carried_from=first)


def _records(world: World, pupil: Pupil) -> None:
    """Give a pupil a row of all that is recorded beside judgements."""
    lead, day = world.people[Role.TRUST_LEAD], dt.date(2026, 9, 20)
    strand = Strand.objects.filter(stream=world.developmental)[0]
    point = Point.objects.get(stream=world.developmental, value=Decimal(7))
    target = TermlyTarget.objects.get(pupil=pupil)
    carried = TermlyTarget.objects.get(pk=give_target(pupil, world.terms[0]).pk)
    target.carried_from = carried
    target.save()
    Note.objects.create(pupil=pupil, target=target, seen_on=day, text="Seen", written_by=lead)
    note = Note.objects.create(
        pupil=pupil, strand=strand, point=point, secured=True, seen_on=day, written_by=lead
    )
    Evidence.objects.create(
        note=note, name="a.pdf", kind="application/pdf", size=5, sha256="0" * 64, content=b"%PDF-"
    )
    Aim.objects.create(
        pupil=pupil,
        strand=strand,
        year=world.term.year,
        point=point,
        suggested=point,
        set_by=lead,
        set_at=timezone.now(),
    )
    TestScore.objects.create(
        pupil=pupil,
        core_area=CoreArea.objects.all()[0],
        test="Reading",
        taken_on=day,
        score=Decimal(9),
        entered_by=lead,
    )
    provision = Provision.objects.create(
        pupil=pupil, kind=ProvisionKind.DANCE, aim="Moves in time", starts_on=day
    )
    ProvisionReview.objects.create(
        provision=provision, term=world.term, progress=WiderProgress.SOME, reviewed_by=lead
    )
    photo = drawing("sun")
    Pupil.objects.filter(pk=pupil.pk).update(photo_consent_on=day, photo_consent_by="Mother")
    Achievement.objects.create(
        pupil=pupil,
        achieved_on=day,
        what="Swam a width",
        wider=ProvisionKind.SWIMMING,
        symbols="proud again",
        photo=photo.content,
        photo_small=photo.thumbnail,
        photo_kind=photo.kind,
        written_by=lead,
    )
    Achievement.objects.create(
        pupil=pupil,
        achieved_on=day,
        what="Read aloud",
        core_area=CoreArea.objects.all()[0],
        written_by=lead,
    )
    TermlyPEP.objects.create(pupil=pupil, term=world.term, held_on=day, held_by="R. Shah")
    AttendanceTotal.objects.create(
        pupil=pupil, starts_on=day, ends_on=day, possible=2, attended=1, authorised=1
    )
    _supported(pupil, lead)


def _supported(pupil: Pupil, lead: User) -> None:
    """Give a pupil a short plan, needs, and an annual review with a step and advice."""
    day, later = dt.date(2026, 9, 20), dt.date(2027, 1, 20)
    SupportPlan.objects.create(
        pupil=pupil,
        kind="wellbeing",
        starts_on=day,
        purpose="Calm mornings",
        strategies="A quiet start",
        led_by="Ola Reed",
        review_on=later,
    )
    PupilNeeds.objects.create(
        pupil=pupil, medical="Asthma", confirmed_with="Mother", confirmed_on=day
    )
    review = AnnualReview.objects.create(
        plan=Plan.objects.get(pupil=pupil),
        pupil=pupil,
        meets_on=day,
        school_year=2026,
        form="default",
    )
    ReviewStep.objects.create(review=review, step="papers", done_on=day, done_by=lead)
    ReviewAdvice.objects.create(review=review, source="Therapist", received_on=day, words="Go on")


def _signed_list(world: World, class_group: ClassGroup) -> None:
    """Let a class's list be signed, with somebody missing."""
    lead, now = world.people[Role.TRUST_LEAD], timezone.now()
    check = ClassListCheck.objects.create(class_group=class_group, signed_by=lead, signed_at=now)
    for placed in Placement.objects.filter(class_group=class_group):
        ClassListLine.objects.create(
            list_check=check,
            pupil=placed.pupil,
            route=placed.route,
            primary_need=placed.pupil.primary_need,
            starts_on=placed.starts_on,
        )
    ClassListLine.objects.create(list_check=check, remark="Somebody")


def _agreement(world: World, arb: ARB, pupil: Pupil) -> None:
    """Give an ARB one of all that an agreement holds, and a placement request."""
    day, later = dt.date(2026, 9, 20), dt.date(2030, 8, 31)
    head = world.people[Role.HEAD]
    ARBStaff.objects.create(
        arb=arb, name="Ola Reed", role="Teacher", leads=True, person=head, starts_on=day
    )
    SafeguardingContact.objects.create(
        arb=arb, side=Side.HOST, name="Ray Hall", role="DSL", telephone="01736 555010"
    )
    lease = Lease.objects.create(arb=arb, starts_on=day, ends_on=later, covers="Two rooms")
    LeaseReminder.objects.create(
        lease=lease, of=LeaseDay.END, day=later, months=12, sent_on=dt.date(2029, 8, 31)
    )
    JointVisit.objects.create(arb=arb, on=day, who="Both heads", words="Seen")
    ARBFunding.objects.create(
        arb=arb,
        year=world.term.year,
        places=10,
        band="B",
        amount=Decimal("1000.00"),
        share_by=ShareBy.PERCENT,
        share_percent=Decimal("7.50"),
    )
    PlacementRequest.objects.create(
        arb=arb,
        child="Quentin Asked",
        born_on=pupil.born_on,
        primary_need="ASD",
        authority="Kernow",
        requested_on=day,
        wanted_from=later,
        decision="named",
        decided_on=day,
        pupil=pupil,
    )


def _owed(world: World, school: School) -> None:
    """Give a school a premium with an activity, and a statutory date."""
    of = {"school": school, "year": world.term.year}
    plan = PremiumPlan.objects.create(**of, premium=Premium.PUPIL, received=Decimal("100.00"))
    PremiumActivity.objects.create(
        plan=plan,
        what="Tutors",
        aim=PremiumAim.TARGETED,
        planned=Decimal("50.00"),
        intended="More words",
    )
    StatutoryDeadline.objects.create(**of, rule="ks2-tests", note="Seen")


def _one_event(event: type[models.Model]) -> None:
    tracked: type[models.Model] = event.pgh_tracked_model  # type: ignore[attr-defined]
    columns = ", ".join(
        f'"{f.column}"'
        for f in event._meta.local_concrete_fields
        if not f.name.startswith("pgh_") and f.name != "trust"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{event._meta.db_table}"'
            f" (pgh_created_at, pgh_label, pgh_obj_id, {columns})"
            f" SELECT now(), 'superseded', id, {columns} FROM \"{tracked._meta.db_table}\" LIMIT 1"
        )

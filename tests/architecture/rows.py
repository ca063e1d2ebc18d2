"""At least one row in every tenant table, so that a test of isolation has something to miss."""

import uuid
from decimal import Decimal

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from assessment.models import Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import SavedOperation
from reporting.choices import Purpose, ReportStatus, RunState
from reporting.models import Report, ReportRun
from schools.models import Invitation
from tests.architecture.tenancy import tenant_tables
from tests.factories.assessment import BaselineFactory, JudgementFactory
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
        SavedOperation.objects.create(operation_id=uuid.uuid4(), person=admin, asked={})
        _reports(world)
        for model in apps.get_models():
            if model._meta.db_table in tenant_tables() and hasattr(model, "pgh_tracked_model"):
                _one_event(model)


def _reports(world: World) -> None:
    """Give both schools a draft, a published version and a run."""
    lead = world.people[Role.TRUST_LEAD]
    for school in (world.school, world.other_school):
        place = {"school": school, "term": world.term}
        made = {"snapshot": {"cover": {}}, "pdf": b"%PDF-", "made_by": lead}
        now = timezone.now()
        draft = Report.objects.create(**place, **made, status=ReportStatus.DRAFT, made_at=now)
        Report.objects.create(
            **place,
            **made,
            status=ReportStatus.PUBLISHED,
            version=1,
            made_at=now,
            published_at=now,
            published_by=lead,
        )
        ReportRun.objects.create(
            **place,
            purpose=Purpose.DRAFT,
            state=RunState.FAILED,
            asked_by=lead,
            asked_at=now,
            report=draft,
        )


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

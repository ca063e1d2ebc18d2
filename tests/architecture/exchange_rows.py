"""Rows for the tables of what comes in and goes out: imports, transfers, copies, erasures."""

import datetime as dt

from django.db import connection
from django.utils import timezone

from exchange.choices import ImportKind, ImportState, LineOutcome
from exchange.models import (
    AccessCopy,
    AccessRequest,
    Erasure,
    ErasureItem,
    Import,
    ImportLine,
    RetentionRule,
    Transfer,
)
from parrcs.core.access import Role
from tests.factories.pupils import PupilFactory
from tests.world import World


def imports_and_transfers(world: World) -> None:
    """Give both schools and the ARB an import that was applied, with a line."""
    lead, now = world.people[Role.TRUST_LEAD], timezone.now()
    for school, arb, pupil in (
        (world.school, None, world.pupils[0]),
        (world.other_school, None, world.other_pupils[0]),
        (None, world.arb, world.arb_pupils[0]),
    ):
        run = Import.objects.create(
            kind=ImportKind.PUPILS,
            name="pupils.csv",
            content=b"UPN",
            size=3,
            sha256="0" * 64,
            school=school,
            arb=arb,
            columns=[["UPN", "upn"]],
            state=ImportState.APPLIED,
            sent_by=lead,
            asked_at=now,
            applied_by=lead,
            applied_at=now,
            all_lines=1,
            new_lines=1,
        )
        ImportLine.objects.create(
            run=run,
            position=1,
            number=2,
            texts=[pupil.upn],
            outcome=LineOutcome.NEW,
            about=f"{pupil}, {pupil.upn}",
            pupil=pupil,
        )
        Transfer.objects.create(
            pupil=pupil,
            school=school or world.school,
            arb=arb,
            to="8012000",
            number=1,
            sent_by=lead,
            sent_at=now,
        )


def erasures(world: World) -> None:
    """Let copies of records be asked for, something be decided to be erased, and be erased."""
    lead = world.people[Role.TRUST_LEAD]
    RetentionRule.objects.create(kind="attendance", years=6)
    for pupil in (world.pupils[0], world.other_pupils[0], world.arb_pupils[0]):
        asked = AccessRequest.objects.create(
            pupil=pupil, asked_by="parent", received_on=dt.date(2026, 9, 20), entered_by=lead
        )
        AccessCopy.objects.create(request=asked, made_by=lead)
    decided = {"reason": "right", "pupils": 1, "records": 0, "asked_by": lead}
    done = Erasure.objects.create(**decided, state="erasing")
    ErasureItem.objects.create(erasure=done, kind="pupil", row=PupilFactory().pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT erase_records(%s)", [done.pk])
    waiting = Erasure.objects.create(**decided)
    ErasureItem.objects.create(erasure=waiting, kind="pupil", row=world.pupils[0].pk)

"""The demo, seeded once for all its tests."""

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from parrcs.core.tenancy import in_trust
from reporting.services.demo import seed_demo
from schools.models import Trust, User
from tests.reporting.demo.reports import reports_of
from tests.reporting.demo.rows import DAY, SEED, Seeded, history_rows, rows_of


@pytest.fixture(scope="session")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Seeded:
    """Seed the whole demo once, read it, and leave nothing behind."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed_demo(seed=SEED, on=DAY)
        with connection.cursor() as cursor:
            # What a commit would check is checked here.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        big, small = (
            rows_of(Trust.objects.get(uid=uid)) for uid in ("demo-harbour", "demo-northmoor")
        )
        with in_trust(Trust.objects.get(uid="demo-harbour").pk):
            history = history_rows()
        reports = reports_of(Trust.objects.get(uid="demo-harbour"), DAY)
        users = {user.email: user.password for user in User.objects.all()}
        transaction.set_rollback(True)
    return Seeded(
        rows=big,
        small=small,
        history=history,
        reports=reports,
        users=users,
        terms=sorted(big["term"], key=lambda t: t.starts_on),
    )

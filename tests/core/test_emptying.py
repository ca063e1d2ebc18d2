"""The tests' own emptying of tables: one that fails would fail the test behind it, not its own."""

from threading import Thread

import pytest
from django.db import OperationalError, connections

from schools.models import User
from tests.emptying import empties_with_patience, others_under_way
from tests.factories.schools import UserFactory

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

USERS = ["TRUNCATE schools_user CASCADE"]


def test_a_deadlock_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = connections["owner"]
    UserFactory()
    empty_once, deadlocks = owner.ops.execute_sql_flush, [OperationalError("deadlock detected")]

    def deadlock_then_empty(sql_list: list[str]) -> None:
        if deadlocks:
            raise deadlocks.pop()
        empty_once(sql_list)

    monkeypatch.setattr(owner.ops, "execute_sql_flush", deadlock_then_empty)
    with empties_with_patience(owner):
        owner.ops.execute_sql_flush(USERS)

    assert not deadlocks
    assert not User.objects.exists()


def test_it_waits_for_a_transaction_that_another_session_has_open() -> None:
    UserFactory()
    reader = connections["default"].copy()
    reader.set_autocommit(False)
    with reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM schools_user")
    assert others_under_way()

    def empty() -> None:
        mine = connections["owner"]  # this thread's own
        with empties_with_patience(mine):
            mine.ops.execute_sql_flush(USERS)
        connections.close_all()

    emptier = Thread(target=empty, daemon=True)
    emptier.start()
    emptier.join(timeout=0.3)
    assert emptier.is_alive()
    assert User.objects.exists()  # nor does it hold up those who read meanwhile

    reader.rollback()
    reader.close()
    emptier.join(timeout=30)
    assert not User.objects.exists()

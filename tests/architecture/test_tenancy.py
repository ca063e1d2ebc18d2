"""The first net: row-level security on every tenant table, tried table by table."""

from typing import Any

import pgtrigger
import pytest
from django.db import (
    IntegrityError,
    ProgrammingError,
    connection,
    connections,
    transaction,
)

from parrcs.core.tenancy import in_trust
from tests.architecture.rows import a_row_everywhere
from tests.architecture.tenancy import append_only_tables, holes, tenant_tables
from tests.world import World


def _one(sql: str, *params: Any) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def _count(sql: str, *params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


@pytest.fixture
def filled(world: World, foreign: World) -> tuple[World, World]:
    """Both trusts, with at least one row of each in every tenant table."""
    a_row_everywhere(foreign)
    a_row_everywhere(world)
    return world, foreign


@pytest.mark.django_db
def test_the_tests_run_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("parrcs_app", False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_no_table_has_a_hole() -> None:
    assert len(tenant_tables()) > 40
    assert holes(connection) == []


def test_raw_sql_touches_no_foreign_row(filled: tuple[World, World]) -> None:
    world, foreign = filled
    for table in tenant_tables():
        with in_trust(foreign.trust.pk):
            assert _one(f"SELECT count(*) FROM {table}"), f"{table} has no foreign row to find"
        with in_trust(world.trust.pk):
            assert _one(f"SELECT count(*) FROM {table}")
            where = f"{table} WHERE trust_id = {foreign.trust.pk}"
            assert _one(f"SELECT count(*) FROM {where}") == 0, table
            if table in append_only_tables():
                continue
            assert (
                _count(
                    f"UPDATE {table} SET trust_id = trust_id WHERE trust_id = %s",
                    foreign.trust.pk,
                )
                == 0
            )
            assert _count(f"DELETE FROM {where}") == 0, table


def test_no_row_can_be_given_away(filled: tuple[World, World]) -> None:
    world, foreign = filled
    with in_trust(world.trust.pk):
        for table in set(tenant_tables()) - set(append_only_tables()):
            with (
                pytest.raises(ProgrammingError, match="row-level security"),
                transaction.atomic(),
            ):
                _count(f"UPDATE {table} SET trust_id = %s", foreign.trust.pk)


def test_without_a_trust_nothing_is_seen_or_kept(filled: tuple[World, World]) -> None:
    with in_trust(None):
        for table in tenant_tables():
            assert _one(f"SELECT count(*) FROM {table}") == 0, table
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            _count("INSERT INTO pupils_route (code, name, position) VALUES ('x', 'X', 1)")


def test_a_key_never_leads_into_another_trust(filled: tuple[World, World]) -> None:
    world, foreign = filled
    keys = _composite_keys()
    assert len(keys) > 30
    for table, column, target in keys:
        with in_trust(foreign.trust.pk):
            theirs = _one(f"SELECT max(id) FROM {target}")
        with (
            in_trust(world.trust.pk),
            pytest.raises(IntegrityError, match="same_trust"),
            transaction.atomic(),
        ):
            _point_at(table, column, theirs)


def _point_at(table: str, column: str, theirs: object) -> None:
    """Make one row of our own refer to that id, and have its keys checked."""
    _count("SET CONSTRAINTS ALL DEFERRED")
    # A report that is made never changes at all; here it is the key that has to refuse.
    with pgtrigger.ignore("reporting.Report:never_changes"):
        assert _count(
            f"UPDATE {table} SET {column} = %s"
            f" WHERE id = (SELECT max(id) FROM {table} WHERE {column} IS NOT NULL)",
            theirs,
        ), f"{table}.{column} is empty in all rows, so it tries nothing"
    _count("SET CONSTRAINTS ALL IMMEDIATE")


def _composite_keys() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT con.conrelid::regclass::text, a.attname, con.confrelid::regclass::text
            FROM pg_constraint con
            JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[2]
            WHERE con.contype = 'f' AND con.conname LIKE '%_same_trust'
            ORDER BY 1, 2
            """
        )
        return cursor.fetchall()


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize(
    "damage",
    [
        "DROP POLICY own_trust ON {}",
        "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
        "ALTER POLICY own_trust ON {} USING (true)",
        "ALTER POLICY own_trust ON {} WITH CHECK (true)",
        "CREATE POLICY too_wide ON {} FOR SELECT USING (true)",
        "ALTER TABLE {} ALTER COLUMN trust_id DROP DEFAULT",
        "GRANT TRUNCATE ON {} TO parrcs_app",
        "CREATE INDEX across_trusts ON {} (id)",
    ],
)
def test_any_damage_is_noticed(damage: str) -> None:
    """Undo this one thing in every table: `holes` must name each of them."""
    owner, tables = connections["owner"], tenant_tables()
    with transaction.atomic("owner"), owner.cursor() as cursor:
        for table in tables:
            # The name of an index is the only one that two tables cannot share.
            cursor.execute(damage.format(table).replace("across_trusts", f"across_{table}"))
        noticed = {hole.partition(":")[0] for hole in holes(owner)}
        transaction.set_rollback(True, "owner")
    assert set(tables) <= noticed


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_missing_composite_key_is_noticed() -> None:
    """The same for each reference between tenant tables."""
    owner, keys = connections["owner"], _composite_keys()
    with transaction.atomic("owner"), owner.cursor() as cursor:
        for table, column, _target in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_same_trust")
        noticed = set(holes(owner))
        transaction.set_rollback(True, "owner")
    assert {f"{t}.{c}: may point at a row of another trust" for t, c, _ in keys} <= noticed

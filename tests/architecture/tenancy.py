"""What the database itself says of the first net: one finding for each hole in it."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

POLICY = "(trust_id = current_trust())"


def tenant_tables() -> list[str]:
    """Return the table of every model that has a trust."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if any(field.column == "trust_id" for field in model._meta.local_concrete_fields)
    )


def append_only_tables() -> list[str]:
    """Return the tenant tables that may only be added to."""
    others = ["pupils_savedoperation", "schools_download", "exchange_erasurelog"]
    return [t for t in tenant_tables() if t.endswith("event")] + others


def holes(connection: BaseDatabaseWrapper) -> list[str]:
    """Return what is missing from the net around any tenant table."""
    return [
        *_missing_tables(connection),
        *_policies(connection),
        *_defaults(connection),
        *_keys(connection),
        *_unique_indexes(connection),
        *_indexes(connection),
        *_grants(connection),
        *_views(connection),
    ]


def _rows(connection: BaseDatabaseWrapper, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _missing_tables(connection: BaseDatabaseWrapper) -> Iterator[str]:
    found = {
        name
        for (name,) in _rows(
            connection,
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE a.attname = 'trust_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')",
        )
    }
    for table in sorted(found ^ set(tenant_tables())):
        yield f"{table}: the models and the database do not agree that it is a tenant table"


def _policies(connection: BaseDatabaseWrapper) -> Iterator[str]:
    flags = {
        str(name): (enabled, forced)
        for name, enabled, forced in _rows(
            connection,
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class",
        )
    }
    policies = {
        str(table): (using, check)
        for table, using, check in _rows(
            connection,
            "SELECT tablename, qual, with_check FROM pg_policies"
            " WHERE policyname = 'own_trust' AND cmd = 'ALL' AND permissive = 'PERMISSIVE'",
        )
    }
    for table in tenant_tables():
        enabled, forced = flags.get(table, (False, False))
        if not enabled:
            yield f"{table}: row-level security is not enabled"
        if not forced:
            yield f"{table}: row-level security is not forced upon the owner"
        if policies.get(table) != (POLICY, POLICY):
            yield f"{table}: has no policy that reads and writes its own trust's rows only"
    for table, name in _rows(connection, "SELECT tablename, policyname FROM pg_policies"):
        if name not in {"own_trust", "own_memberships"}:
            yield f"{table}: a further policy, {name}, opens it more widely"


def _defaults(connection: BaseDatabaseWrapper) -> Iterator[str]:
    defaults = dict(
        _rows(
            connection,
            "SELECT table_name, column_default FROM information_schema.columns"
            " WHERE column_name = 'trust_id' AND is_nullable = 'NO'",
        )
    )
    for table in tenant_tables():
        if defaults.get(table) != "current_trust()":
            yield f"{table}: the database does not fill in the trust"


def _keys(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Each reference between tenant tables must be a composite key that holds the trust."""
    composite = set(
        _rows(
            connection,
            """
            SELECT con.conrelid::regclass::text, a.attname, con.confrelid::regclass::text
            FROM pg_constraint con
            JOIN pg_attribute t ON t.attrelid = con.conrelid AND t.attnum = con.conkey[1]
            JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[2]
            JOIN pg_attribute ft ON ft.attrelid = con.confrelid AND ft.attnum = con.confkey[1]
            JOIN pg_attribute fa ON fa.attrelid = con.confrelid AND fa.attnum = con.confkey[2]
            WHERE con.contype = 'f' AND array_length(con.conkey, 1) = 2
              AND t.attname = 'trust_id' AND ft.attname = 'trust_id' AND fa.attname = 'id'
              AND con.convalidated
            """,
        )
    )
    tables = set(tenant_tables())
    for model in apps.get_models():
        table = model._meta.db_table
        if table not in tables or table in append_only_tables():
            continue
        for field in model._meta.local_concrete_fields:
            related = field.related_model
            if related is None or isinstance(related, str):
                continue
            target = related._meta.db_table
            if target in tables and (table, field.column, target) not in composite:
                yield f"{table}.{field.column}: may point at a row of another trust"


def _unique_indexes(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Find unique indexes not led by the trust: they tell one trust what another holds."""
    for table, index, first in _rows(
        connection,
        """
        SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, a.attname
        FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND NOT i.indisprimary
        """,
    ):
        if table in tenant_tables() and first != "trust_id":
            yield f"{table}: the unique index {index} does not begin with the trust"


def _indexes(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Find other indexes not led by the trust, but for references to what no trust owns.

    Reads filter by the trust first, and tables may one day be partitioned by it.
    """
    tables = set(tenant_tables())
    exempt = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if field.name == "pgh_obj"
        or (field.is_relation and field.related_model._meta.db_table not in tables)
    }
    for table, index, first in _rows(
        connection,
        """
        SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, a.attname
        FROM pg_index i
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE NOT i.indisunique
        """,
    ):
        if table in tables and first != "trust_id" and (table, first) not in exempt:
            yield f"{table}: the index {index} does not begin with the trust"


def _grants(connection: BaseDatabaseWrapper) -> Iterator[str]:
    never = {(table, right) for table in tenant_tables() for right in ("TRUNCATE", "TRIGGER")}
    never |= {(table, right) for table in append_only_tables() for right in ("UPDATE", "DELETE")}
    granted = _rows(
        connection,
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee IN ('parrcs_app', 'PUBLIC')",
    )
    for table, right in granted:
        if (table, right) in never:
            yield f"{table}: the application role may {right}"


def _views(connection: BaseDatabaseWrapper) -> Iterator[str]:
    for (name,) in _rows(
        connection,
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND (relkind = 'm' OR (relkind = 'v' AND NOT"
        " coalesce(reloptions::text, '') LIKE '%%security_invoker=true%%'))",
    ):
        yield f"{name}: a view that reads with its owner's rights"

"""Tables without what would look at millions of rows one by one, and all of it put back.

Row by row, each of fifteen million judgements would be held to six keys and sorted into four
indexes. Taken off and made again, both are done once for all rows. PostgreSQL refuses COPY where
a policy binds, so the policies do not bind their owner meanwhile. All of it happens in one
transaction, behind locks: nobody ever sees a table without its policy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Model

# A key on a table that is also large is made after the unique index that it points at.
_ORDER = {"p": 0, "u": 1, "x": 2, "f": 4}
_PLAIN_INDEX = 3

_CONSTRAINTS = """
    SELECT con.contype::text, con.conrelid::regclass::text, quote_ident(con.conname),
      pg_get_constraintdef(con.oid)
    FROM pg_constraint con
    WHERE con.conrelid = ANY(%(tables)s::regclass[]) AND con.contype = ANY(%(kinds)s)
      -- What keys of other tables rest on has to stay.
      AND NOT EXISTS (
        SELECT FROM pg_constraint key WHERE key.contype = 'f' AND key.conindid = con.conindid
          AND key.oid <> con.oid AND con.contype <> 'f'
      )
    ORDER BY 2, 3
"""
_INDEXES = """
    SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid = ANY(%(tables)s::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 1, 2
"""
_FORCED = """
    SELECT DISTINCT rel.oid::regclass::text FROM pg_class rel
    LEFT JOIN pg_constraint key ON key.contype = 'f' AND key.confrelid = rel.oid
    WHERE rel.relforcerowsecurity AND (
      rel.oid = ANY(%(tables)s::regclass[]) OR key.conrelid = ANY(%(tables)s::regclass[])
    )
    ORDER BY 1
"""
_SHAPE = """
    SELECT 'constraint', conrelid::regclass::text, conname::text,
      pg_get_constraintdef(oid) || ' ' || convalidated
    FROM pg_constraint WHERE conrelid = ANY(%(all)s::regclass[])
    UNION ALL
    SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text,
      pg_get_indexdef(indexrelid) || ' ' || indisvalid
    FROM pg_index WHERE indrelid = ANY(%(all)s::regclass[])
    UNION ALL
    SELECT 'security', oid::regclass::text, '', relrowsecurity || ' ' || relforcerowsecurity
    FROM pg_class WHERE oid = ANY(%(all)s::regclass[])
    UNION ALL
    SELECT 'policy', polrelid::regclass::text, polname::text,
      coalesce(pg_get_expr(polqual, polrelid), '') || ' '
      || coalesce(pg_get_expr(polwithcheck, polrelid), '')
    FROM pg_policy WHERE polrelid = ANY(%(all)s::regclass[])
    ORDER BY 1, 2, 3
"""


class ShapeChanged(Exception):
    """A table is not as it was before it was filled."""


@dataclass(frozen=True)
class TakenOff:
    """What was taken off some tables: the statements that put it back, in their order."""

    tables: list[str]
    forced: list[str]
    back: list[str]
    shape: list[tuple[str, ...]]


def take_off(models: Sequence[type[Model]]) -> TakenOff:
    """Take keys, indexes and the force of policies off tables. Needs their owner's transaction."""
    tables = [model._meta.db_table for model in models]
    forced = [row[0] for row in _ask(_FORCED, tables=tables)]
    shape = _shape(tables, forced)
    # Keys that wait for the end of the transaction would keep their tables from being altered.
    _do("SET CONSTRAINTS ALL IMMEDIATE")
    for table in forced:
        _do(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    back = _drop_constraints(tables, kinds=["f"])
    back += _drop_constraints(tables, kinds=["p", "u", "x"])
    for table, index, definition in _ask(_INDEXES, tables=tables):
        _do(f"DROP INDEX {index}")
        back.append((_PLAIN_INDEX, table, definition))
    return TakenOff(tables, forced, [each[-1] for each in sorted(back)], shape)


def put_back(taken: TakenOff, *, each: Callable[[int], None]) -> None:
    """Make everything again as it was, and hold all rows to it; count what is done with `each`.

    Keys come back while policies do not bind the owner yet: where they do, PostgreSQL looks for
    wrong rows, sees none at all, and takes a key for good. Raises `ShapeChanged`.
    """
    # An index of fifteen million rows is sorted in memory, and not in files.
    _do("SET LOCAL maintenance_work_mem = '1GB'")
    for statement in taken.back:
        _do(statement)
        each(1)
    for table in taken.forced:
        _do(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    if _shape(taken.tables, taken.forced) != taken.shape:
        raise ShapeChanged


def _drop_constraints(tables: list[str], *, kinds: list[str]) -> list[tuple[int, str, str]]:
    back = []
    for kind, table, name, definition in _ask(_CONSTRAINTS, tables=tables, kinds=kinds):
        _do(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        statement = f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"
        back.append((_ORDER[kind], table, statement))
    return back


def _shape(tables: list[str], forced: list[str]) -> list[tuple[str, ...]]:
    return _ask(_SHAPE, all=sorted({*tables, *forced}))


def _ask(query: str, **values: list[str]) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

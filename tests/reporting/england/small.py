"""England as tests want it: two trusts of nine terms, and what its tables are like."""

import datetime as dt

from django.db import connection

from reporting.services.england import Made, Sizes, seed_england

DAY = dt.date(2026, 11, 21)
SEED = 7
SMALL = Sizes(trusts=2, schools=6, arbs=2, pupils=90, terms=9)

# Of every table: what binds its rows, and whom it obeys.
CATALOGUE = """
    SELECT 'table', c.relname, '', c.relrowsecurity || ' ' || c.relforcerowsecurity || ' '
      || coalesce(c.relacl::text, '')
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    UNION ALL
    SELECT 'column', attrelid::regclass::text, attname,
      atttypid::regtype || ' ' || attnotnull || ' ' || attidentity::text
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND attnum > 0
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname,
      pg_get_constraintdef(oid) || ' ' || convalidated || ' ' || condeferrable || condeferred
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || tgenabled::text
    FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'policy', tablename, policyname, concat(permissive, roles, cmd, qual, with_check)
    FROM pg_policies WHERE schemaname = 'public'
    ORDER BY 1, 2, 3
"""


def seed(*, sizes: Sizes = SMALL, seed: int = SEED, on: dt.date = DAY) -> Made:
    return seed_england(seed=seed, on=on, say=lambda _line: None, sizes=sizes)


def catalogue() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE)
        return list(cursor.fetchall())

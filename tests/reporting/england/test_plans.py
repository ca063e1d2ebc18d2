"""No page reads a large table from end to end: what other trusts hold costs it nothing."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from reporting.services.england import ENGLAND
from tests.bench.england import measuring
from tests.bench.england.pages import PAGES, SAVE
from tests.reporting.england.small import seed

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

# As large as England's, but fewer, and of two terms: enough for tables far beyond LARGE.
SOME = replace(ENGLAND.first(12), terms=2)
LARGE = 10_000
# Who writes is told to the triggers of history in the same breath.
HISTORY = re.compile(r"^SELECT set_config\('pghistory.*?; (?=INSERT|UPDATE|DELETE)", re.DOTALL)
PLANNED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return all steps of a plan."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def read_to_the_end(sql: str) -> set[str]:
    """Return the tables that a statement reads from end to end."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        (explained,) = cursor.fetchone()
    found = explained if isinstance(explained, list) else json.loads(explained)
    return {
        each["Relation Name"] for each in nodes(found[0]["Plan"]) if each["Node Type"] == "Seq Scan"
    }


def large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s", [LARGE]
        )
        return {name for (name,) in cursor.fetchall()}


def do(sql: str) -> None:
    """Say again whose statements follow, and how they are to be planned."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_no_page_reads_a_large_table_from_end_to_end():
    seed(sizes=SOME, on=timezone.localdate())
    measuring.people.cache_clear()
    large = large_tables()
    assert {"pupils_pupil", "pupils_placement", "assessment_judgement"} <= large
    # No index leads to the name of an account: so the test would find it.
    assert read_to_the_end("SELECT id FROM schools_user WHERE name = 'Ada'") == {"schools_user"}
    found: dict[tuple[str, str], str] = {}
    for page in [*(each.name for each in PAGES), SAVE]:
        asked, planned = measuring.statements(page, seed=1), 0
        with transaction.atomic():
            for each in asked:
                sql = HISTORY.sub("", each)
                if "set_config('parrcs.trust_id'" in sql or sql.startswith("SET LOCAL"):
                    do(sql)
                elif sql.startswith(PLANNED):
                    planned += 1
                    found |= {(page, table): sql for table in read_to_the_end(sql) & large}
        assert planned > 5
    assert not found

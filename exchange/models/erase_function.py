# ruff: noqa: S608 - names of tables and columns, from our own models
"""The one way in which history is deleted: a function of the owner's, written from the models.

History is append-only for the application's role (ADR 3). So a function of the owner does the
whole of an erasure (ADR 18): it takes the number of a decision, reads from its items what is to
go, and writes the log that the application can neither write nor delete. Row-level security
holds in it too; that each statement names the trust as well is for an owner whom no policy binds.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from exchange.models.record_map import (
    EMPTIED,
    ROOTS,
    Registry,
    Table,
    events_of,
    lets_go,
    mentions,
    record_tables,
)
from parrcs.core.tenancy import APPLICATION_ROLE

SIGNATURE = "erase_records(bigint)"

_HEAD = """
CREATE OR REPLACE FUNCTION erase_records(decision bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $erase$
DECLARE
    here bigint := current_trust();
    decided exchange_erasure%ROWTYPE;
    gone jsonb := '{{}}';
    n bigint;
    named bigint := 0;
    other_records bigint;
    pupils_gone bigint;
    pattern text;
    {ids}
BEGIN
    SELECT * INTO decided FROM exchange_erasure
        WHERE id = decision AND trust_id = here AND state = 'erasing' FOR UPDATE;
    IF decided.id IS NULL THEN
        RAISE EXCEPTION 'no erasure with this number is under way in this trust';
    END IF;
    SELECT count(*) INTO other_records FROM exchange_erasureitem
        WHERE trust_id = here AND erasure_id = decision AND kind <> 'pupil';
"""

# The names that pupils have and had, both ways round, and their numbers; not those that somebody
# bears who stays. Each sign that is neither letter nor blank is taken for itself.
_PATTERN = r"""
    SELECT count(*) INTO pupils_gone FROM (
        SELECT id FROM pupils_pupil WHERE trust_id = here AND id = ANY (i_pupils_pupil)
        UNION SELECT pgh_obj_id FROM pupils_pupilevent
            WHERE trust_id = here AND pgh_obj_id = ANY (i_pupils_pupil)
    ) AS there;
    SELECT '(?<![[:alnum:]])(' || string_agg(DISTINCT each, '|') || ')(?![[:alnum:]])'
    INTO pattern FROM (
        WITH known AS (
            SELECT upn, trim(first_name) AS f, trim(last_name) AS l FROM pupils_pupil
                WHERE trust_id = here AND id = ANY (i_pupils_pupil)
            UNION SELECT upn, trim(first_name), trim(last_name) FROM pupils_pupilevent
                WHERE trust_id = here AND pgh_obj_id = ANY (i_pupils_pupil)
        ), stay AS (
            SELECT upn, lower(trim(first_name) || ' ' || trim(last_name)) AS name
                FROM pupils_pupil WHERE trust_id = here AND NOT id = ANY (i_pupils_pupil)
        ), literal AS (
            SELECT upn, lower(f || ' ' || l) AS name,
                regexp_replace(f, '([^[:alnum:][:space:]])', '\\\1', 'g') AS f,
                regexp_replace(l, '([^[:alnum:][:space:]])', '\\\1', 'g') AS l
            FROM known
        ), ways AS (
            SELECT f || '[[:space:],._-]+' || l AS each FROM literal
                WHERE name NOT IN (SELECT name FROM stay)
            UNION SELECT l || '[[:space:],._-]+' || f FROM literal
                WHERE name NOT IN (SELECT name FROM stay)
            UNION SELECT upn FROM literal WHERE upn NOT IN (SELECT upn FROM stay)
        )
        SELECT regexp_replace(each, '([[:alnum:]])[[:blank:]]+', '\1[[:space:]]+', 'g') AS each
        FROM ways
    ) AS words;
"""

# A line that was refused, or never applied, has no pupil yet; first and last name stand in cells.
_LINES = """
    WITH about AS (
        SELECT line.id, line.run_id FROM exchange_importline line
        WHERE line.trust_id = here AND (
            line.pupil_id = ANY (i_pupils_pupil)
            OR EXISTS (
                SELECT FROM pupils_pupil p
                WHERE p.trust_id = here AND p.id = ANY (i_pupils_pupil) AND (
                    lower(line.texts::text)::jsonb ? lower(p.upn)
                    OR (lower(line.texts::text)::jsonb ? lower(p.first_name)
                        AND lower(line.texts::text)::jsonb ? lower(p.last_name))
                )
            )
        )
    ), emptied AS (
        UPDATE exchange_importline line SET {emptied} FROM about WHERE line.id = about.id
    )
    UPDATE exchange_import run SET content = '', size = 0
        WHERE run.trust_id = here AND run.content IS NOT NULL
        AND run.id IN (SELECT run_id FROM about);
"""

_REPORTS = """
        IF EXISTS (
            SELECT FROM reporting_report
            WHERE trust_id = here AND (snapshot - 'cover')::text ~* pattern
        ) THEN
            RAISE EXCEPTION 'a report names a pupil who is to be erased';
        END IF;
"""

_FOOT = """
    INSERT INTO exchange_erasurelog
        (trust_id, erasure, reason, pupils, records, counts, mentions, erased_by_id, erased_at)
    VALUES (here, decision, decided.reason, pupils_gone, other_records, gone, named,
        decided.asked_by_id, now());
    DELETE FROM exchange_erasureitem WHERE trust_id = here AND erasure_id = decision;
    UPDATE exchange_erasure SET state = 'done', problem = ''
        WHERE trust_id = here AND id = decision;
END
$erase$;
"""


class WriteEraseFunction(Operation):
    """Write the function anew for the tables that there are at this point of the migrations."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: functions are not part of Django's picture of a model."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002  # Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(erase_function(to_state.apps), params=None)
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APPLICATION_ROLE}")

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002  # Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {SIGNATURE}")

    def describe(self) -> str:
        return "Write the function that erases records with their history"


def erase_function(registry: Registry) -> str:
    """Return the whole function as SQL."""
    tables = record_tables(registry)
    parts = [_HEAD.format(ids="\n    ".join(f"{_ids(t.model)} bigint[];" for t in tables))]
    by_label = {table.label: table for table in tables}
    parts += [_find(table, by_label) for table in tables]
    parts += [_PATTERN, *_stay_behind(registry, by_label)]
    parts += [_go(table) for table in reversed(tables)]
    parts += ["    IF pattern IS NOT NULL THEN", *_forget_names(registry), _REPORTS]
    parts.append("    END IF;")
    # What the planner remembers of columns are values that stood in them.
    parts += [f"    ANALYZE {name};" for name in _sampled(tables)]
    return "\n".join([*parts, _FOOT])


def _ids(model: type[models.Model]) -> str:
    return f"i_{model._meta.db_table}"


def _column(model: type[models.Model], name: str) -> str:
    """Return the column of a field, as SQL writes it: one may be named like a word of SQL."""
    return f'"{model._meta.get_field(name).column}"'  # type: ignore[union-attr]


def _has(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.local_concrete_fields)


def _find(table: Table, by_label: dict[str, Table]) -> str:
    """Collect the ids of a table's rows that are to go, of those too that only history knows."""
    kind = next((kind for kind, label in ROOTS.items() if label == table.label), None)
    found = []
    if kind is not None:
        found.append(
            "SELECT row FROM exchange_erasureitem WHERE trust_id = here"
            f" AND erasure_id = decision AND kind = '{kind}'"
        )
    for name, label in table.parents:
        ids = _ids(by_label[label].model)
        column = _column(table.model, name)
        found.append(
            f"SELECT id FROM {table.model._meta.db_table}"
            f" WHERE trust_id = here AND {column} = ANY ({ids})"
        )
        if table.event is not None and _has(table.event, name):
            found.append(
                f"SELECT pgh_obj_id FROM {table.event._meta.db_table}"
                f" WHERE trust_id = here AND {column} = ANY ({ids})"
            )
    union = "\n        UNION ".join(found)
    return f"    {_ids(table.model)} := ARRAY(\n        {union}\n    );"


def _go(table: Table) -> str:
    """Delete a table's rows, and then their history: deleting them has added to it."""
    name, ids = table.model._meta.db_table, _ids(table.model)
    lines = [
        f"DELETE FROM {name} WHERE trust_id = here AND id = ANY ({ids});",
        "GET DIAGNOSTICS n = ROW_COUNT;",
        f"IF n > 0 THEN gone := gone || jsonb_build_object('{name}', n); END IF;",
    ]
    if table.event is not None:
        event = table.event._meta.db_table
        lines += [
            f"DELETE FROM {event} WHERE trust_id = here AND pgh_obj_id = ANY ({ids});",
            "GET DIAGNOSTICS n = ROW_COUNT;",
            f"IF n > 0 THEN gone := gone || jsonb_build_object('{event}', n); END IF;",
        ]
    return "\n".join(f"    {line}" for line in lines)


def _stay_behind(registry: Registry, by_label: dict[str, Table]) -> Iterator[str]:
    """Let go of the pupil, and empty what is declared, in rows that stay."""
    for model, name, label in lets_go(registry):
        column, columns = _column(model, name), EMPTIED[model._meta.label]
        if model._meta.label == "exchange.ImportLine":
            emptied = ", ".join([f"{column} = NULL", *(_empty(model, c) for c in columns)])
            yield _LINES.format(emptied=emptied)
            continue
        kept = [model, *(event for of, event in events_of(registry) if of == model._meta.label)]
        for each in kept:
            emptied = ", ".join(
                [f"{column} = NULL", *(_empty(each, c) for c in columns if _has(each, c))]
            )
            yield (
                f"    UPDATE {each._meta.db_table} SET {emptied}"
                f" WHERE trust_id = here AND {column} = ANY ({_ids(by_label[label].model)});"
            )


def _empty(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    value = None if field.null else field.get_default()
    if isinstance(field, models.JSONField):
        literal = f"'{json.dumps(value)}'"
    else:
        literal = "NULL" if value is None else f"'{value}'"
    return f'"{field.column}" = {literal}'


def _forget_names(registry: Registry) -> Iterator[str]:
    """Take names out of what is written about others; history last, as each change adds to it."""
    every = sorted(mentions(registry), key=lambda each: _has(each[0], "pgh_obj"))
    for model, columns in every:
        fields: list[Any] = [model._meta.get_field(column) for column in columns]
        changed = ", ".join(f'"{field.column}" = {_without(field)}' for field in fields)
        found = " OR ".join(f'"{field.column}"::text ~* pattern' for field in fields)
        yield f"        UPDATE {model._meta.db_table} SET {changed}"
        yield f"            WHERE trust_id = here AND ({found});"
        if not _has(model, "pgh_obj"):
            yield "        GET DIAGNOSTICS n = ROW_COUNT; named := named + n;"


def _without(field: Any) -> str:
    text = f"regexp_replace(\"{field.column}\"::text, pattern, '[erased]', 'gi')"
    if isinstance(field, models.JSONField):
        return f"{text}::jsonb"
    return f"left({text}, {field.max_length})" if field.max_length else text


def _sampled(tables: list[Table]) -> Iterator[str]:
    for table in tables:
        yield table.model._meta.db_table
        if table.event is not None:
            yield table.event._meta.db_table

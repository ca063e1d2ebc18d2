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
from parrcs.core.names import APOSTROPHES
from parrcs.core.tenancy import APPLICATION_ROLE

SIGNATURE = "erase_records(bigint)"
REPORT = "reporting.Report"
# The SQLSTATE of an erasure that finds a pupil in a report; its detail is the report's number.
NAMED_IN_REPORT = "PX001"

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
    known_first text[];
    known_last text[];
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

# What people type for an apostrophe but the plain one, which SQL writes twice.
_APOSTROPHES = APOSTROPHES.replace("'", "")
# A name in one way of writing, to compare it with others.
_PLAIN = (
    f"translate(lower(normalize(trim({{}}), NFC)), '{_APOSTROPHES}', '{"''" * len(_APOSTROPHES)}')"
)
# Each sign that is neither letter nor blank is taken for itself, but for apostrophes, which are
# all one, and quotation marks, before which JSON puts a stroke.
_LITERAL = rf"""regexp_replace(regexp_replace(regexp_replace({{}},
                    '([^[:alnum:][:space:]''{_APOSTROPHES}])', '\\\1', 'g'),
                    '[''{_APOSTROPHES}]', '[''{_APOSTROPHES}]', 'g'),
                    '\\"', '\\\\?"', 'g')"""

# The names that pupils have and had, both ways round, and their numbers; not those that somebody
# bears who stays. Letters with accents are looked for whole and in their parts. JSON writes the
# end of a line as a stroke and a letter, which is then no letter of the name.
_PATTERN = rf"""
    SELECT count(*) INTO pupils_gone FROM (
        SELECT id FROM pupils_pupil WHERE trust_id = here AND id = ANY (i_pupils_pupil)
        UNION SELECT pgh_obj_id FROM pupils_pupilevent
            WHERE trust_id = here AND pgh_obj_id = ANY (i_pupils_pupil)
    ) AS there;
    WITH known AS (
        SELECT upn, trim(first_name) AS f, trim(last_name) AS l FROM pupils_pupil
            WHERE trust_id = here AND id = ANY (i_pupils_pupil)
        UNION SELECT upn, trim(first_name), trim(last_name) FROM pupils_pupilevent
            WHERE trust_id = here AND pgh_obj_id = ANY (i_pupils_pupil)
    ), stay AS (
        SELECT upn, {_PLAIN.format("first_name")} AS f, {_PLAIN.format("last_name")} AS l
            FROM pupils_pupil WHERE trust_id = here AND NOT id = ANY (i_pupils_pupil)
    ), own AS (
        SELECT f, l, {_PLAIN.format("f")} AS plain_f, {_PLAIN.format("l")} AS plain_l FROM known
        WHERE ({_PLAIN.format("f")}, {_PLAIN.format("l")}) NOT IN (SELECT f, l FROM stay)
    ), forms AS (
        SELECT f, l FROM own
        UNION SELECT normalize(f, NFC), normalize(l, NFC) FROM own
        UNION SELECT normalize(f, NFD), normalize(l, NFD) FROM own
    ), literal AS (
        SELECT {_LITERAL.format("f")} AS f, {_LITERAL.format("l")} AS l FROM forms
    ), ways AS (
        SELECT f || '([[:space:],._-]|\\[nrt])+' || l AS each FROM literal
        UNION SELECT l || '([[:space:],._-]|\\[nrt])+' || f FROM literal
        UNION SELECT upn FROM known WHERE upn NOT IN (SELECT upn FROM stay)
    ), words AS (
        SELECT regexp_replace(each, '([[:alnum:]])[[:blank:]]+', '\1[[:space:]]+', 'g') AS each
        FROM ways
    )
    SELECT '((?<![[:alnum:]])|(?<=\\[nrt]))(' || string_agg(DISTINCT each, '|')
            || ')(?![[:alnum:]\u0300-\u036f])',
        (SELECT array_agg(plain_f ORDER BY plain_f, plain_l) FROM own),
        (SELECT array_agg(plain_l ORDER BY plain_f, plain_l) FROM own)
    INTO pattern, known_first, known_last FROM words;
"""

# A line that was refused, or never applied, has no pupil yet. It is about somebody whose name
# fills a cell, or whose first and last name stand in cells of their own.
_LINES = rf"""
    WITH about AS (
        SELECT line.id FROM exchange_importline line, LATERAL (
            SELECT array_agg({_PLAIN.format("cell")}) AS plain, coalesce(bool_or(
                cell ~* pattern AND regexp_replace(cell, pattern, '', 'gi') !~ '[[:alnum:]]'
            ), false) AS named
            FROM jsonb_array_elements_text(line.texts) AS cell
        ) AS cells
        WHERE line.trust_id = here AND (
            line.pupil_id = ANY (i_pupils_pupil) OR cells.named OR EXISTS (
                SELECT FROM unnest(known_first, known_last) AS own (f, l)
                WHERE cells.plain @> ARRAY[own.f, own.l]
            )
        )
    )
    UPDATE exchange_importline line SET {{emptied}} FROM about WHERE line.id = about.id;
    -- What of a file is kept line by line is less than the file.
    IF pupils_gone > 0 THEN
        UPDATE exchange_import SET content = '', size = 0
            WHERE trust_id = here AND content IS NOT NULL;
    END IF;
"""

_REPORTS = """
        SELECT min(id) INTO n FROM reporting_report
            WHERE trust_id = here
            AND ((snapshot - 'cover')::text ~* pattern OR figures::text ~* pattern);
        IF n IS NOT NULL THEN
            RAISE EXCEPTION 'a report names a pupil who is to be erased'
                USING ERRCODE = '{state}', DETAIL = n;
        END IF;
        -- What else the history has are drafts that were replaced: nobody goes by their words.
        UPDATE reporting_reportevent
            SET snapshot = regexp_replace(snapshot::text, pattern, '[erased]', 'gi')::jsonb
            WHERE trust_id = here AND (snapshot - 'cover')::text ~* pattern;
"""

# What the planner remembers of columns are values that stood in them; of a table without rows
# it goes on to remember what it knew, before PostgreSQL 18 whatever one does.
_FORGET_SAMPLES = """
    IF current_setting('server_version_num')::int >= 180000 THEN
        PERFORM pg_clear_attribute_stats('public', relname::text, attname::text, false)
            FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
            WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
            AND relname IN ({names});
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
        from_state: ProjectState,  # noqa: ARG002  # as above
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(erase_function(to_state.apps), params=None)
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APPLICATION_ROLE}")

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002  # Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002  # as above
        to_state: ProjectState,  # noqa: ARG002  # as above
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
    parts += ["    IF pattern IS NOT NULL THEN", *_forget_names(registry)]
    parts.append(_REPORTS.format(state=NAMED_IN_REPORT))
    parts.append("    END IF;")
    sampled = _sampled(registry)
    parts.append(_FORGET_SAMPLES.format(names=", ".join(f"'{name}'" for name in sampled)))
    parts += [f"    ANALYZE {name};" for name in sampled]
    return "\n".join([*parts, _FOOT])


def _ids(model: type[models.Model]) -> str:
    return f"i_{model._meta.db_table}"


def _column(model: type[models.Model], name: str) -> str:
    """Return the column of a field, as SQL writes it: one may be named like a word of SQL."""
    # Always a field of its own: a relation from elsewhere would have no column.
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


def _sampled(registry: Registry) -> list[str]:
    """Return each table, with its history, in which a name can have stood."""
    histories = dict(events_of(registry))
    kept = [
        *(table.model for table in record_tables(registry)),
        *(model for model, _ in mentions(registry)),
        *(model for model, _, _ in lets_go(registry)),
        *(model for model in registry.get_models() if model._meta.label == REPORT),
    ]
    past = [histories[model._meta.label] for model in kept if model._meta.label in histories]
    # In one order, for two erasures at once wait for each other's tables.
    return sorted({model._meta.db_table for model in (*kept, *past)})

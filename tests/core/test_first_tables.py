"""The tables that first migrations make at once have all that their models declare."""

import pytest
from django.apps import apps
from django.db import connection

OURS = ("schools", "pupils", "assessment", "reporting", "exchange")
MODELS = [model for app in OURS for model in apps.get_app_config(app).get_models()]


@pytest.mark.django_db
def test_every_index_and_constraint_of_every_model_is_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'i'"
            " UNION SELECT conname FROM pg_constraint"
        )
        there = {name for (name,) in cursor.fetchall()}
        tables = set(connection.introspection.table_names(cursor))
    declared = {
        each.name for model in MODELS for each in (*model._meta.indexes, *model._meta.constraints)
    }
    assert len(declared) > 100
    assert declared <= there
    assert {model._meta.db_table for model in MODELS} <= tables


@pytest.mark.django_db
def test_every_reference_is_kept_by_the_database() -> None:
    """Those between tables of a trust by the composite key, the others by one of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, a.attname FROM pg_constraint c JOIN pg_attribute a"
            " ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE contype = 'f'"
        )
        kept = set(cursor.fetchall())
    asked = {
        (model._meta.db_table, field.column)
        for model in MODELS
        for field in model._meta.local_fields
        if field.remote_field and getattr(field, "db_constraint", False)
    }
    assert len(asked) > 50
    assert asked <= kept

"""The map of a pupil's record takes every table in, or says what is to be declared."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from exchange.models import record_map
from exchange.models.erase_function import erase_function
from exchange.models.record_map import (
    EMPTIED,
    MAY_NAME,
    NAMES_NOBODY,
    PUPIL,
    lets_go,
    mentions,
    record_tables,
    undeclared,
    words_of,
)
from parrcs.core.tenancy import TenantForeignKey, TrustOwned
from pupils.models import Pupil


class Apps:
    """The application's models, with some more."""

    def __init__(self, *more: type[models.Model]) -> None:
        self.more = more

    def get_models(self) -> list[type[models.Model]]:
        return [*apps.get_models(), *self.more]


def model(name: str, **fields: Any) -> type[models.Model]:
    """Return a model that nobody has seen yet, and let the application forget it again."""
    meta = type("Meta", (), {"app_label": "pupils"})
    more = {"__module__": "pupils.models", "Meta": meta, **fields}
    made: Any = type(name, (TrustOwned,), more)
    return made


@pytest.fixture(autouse=True)
def _forgotten() -> Any:
    """Forget the models that a test has made."""
    known = dict(apps.all_models["pupils"])
    yield
    for name in set(apps.all_models["pupils"]) - set(known):
        del apps.all_models["pupils"][name]
    apps.clear_cache()


def test_every_column_of_every_trust_is_accounted_for() -> None:
    assert undeclared(apps) == [], "say in exchange/models/record_map.py what these hold"


def test_what_is_declared_is_there() -> None:
    labels = {each._meta.label: each for each in apps.get_models()}
    for label in (*EMPTIED, *MAY_NAME, *NAMES_NOBODY):
        names = {field.name for field in labels[label]._meta.local_concrete_fields}
        declared = {*EMPTIED.get(label, ()), *MAY_NAME.get(label, ()), *NAMES_NOBODY.get(label, ())}
        assert declared <= names, label


@pytest.mark.django_db
def test_every_reference_to_a_pupil_is_in_the_map() -> None:
    """Told once more from the database: who refers to a pupil, or to what does."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE of_pupil (name) AS (
                SELECT 'pupils_pupil'::regclass
                UNION
                SELECT con.conrelid FROM pg_constraint con JOIN of_pupil ON con.confrelid = name
                WHERE con.contype = 'f'
            )
            SELECT name::text FROM of_pupil
            """
        )
        found = {name for (name,) in cursor.fetchall()}
    mapped = {table.model._meta.db_table for table in record_tables(apps)}
    assert found == mapped | {each._meta.db_table for each, _, _ in lets_go(apps)}


@pytest.mark.django_db
def test_the_function_in_the_database_is_that_of_the_models() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'erase_records'")
        (there,) = cursor.fetchone()
    wanted = erase_function(apps).split("$erase$")[1]
    assert sorted(there.splitlines()) == sorted(wanted.splitlines()), (
        "a table, column or reference of a pupil's record is new: end its migration with"
        " WriteEraseFunction() (exchange.models.erase_function)"
    )


def test_a_new_table_of_a_pupil_is_taken_in_unasked() -> None:
    plan = model("Later", pupil=TenantForeignKey("pupils.Pupil", models.CASCADE))
    chain = model("LaterStill", later=TenantForeignKey(plan), words=models.TextField())
    registry = Apps(chain, plan)
    tables = {table.label: table.parents for table in record_tables(registry)}
    assert tables["pupils.Later"] == (("pupil", PUPIL),)
    assert tables["pupils.LaterStill"] == (("later", "pupils.Later"),)
    assert undeclared(registry) == []
    assert (chain, ("words",)) in list(mentions(registry))
    sql = erase_function(registry)
    assert sql.index("DELETE FROM pupils_laterstill") < sql.index("DELETE FROM pupils_later ")
    assert 'UPDATE pupils_laterstill SET "words" = regexp_replace' in sql


def test_what_it_cannot_know_is_asked_for() -> None:
    silent = model("Silent", pupil=TenantForeignKey("pupils.Pupil", models.SET_NULL, null=True))
    other = model("Other", told=models.JSONField(), scan=models.BinaryField())
    odd = model("Odd", pupil=TenantForeignKey("pupils.Pupil"), file=models.FileField())
    found = "\n".join(undeclared(Apps(silent, other, odd)))
    assert "pupils.Silent.pupil: refers to pupils.Pupil, and stays when that goes" in found
    assert "pupils.Other.told: say in MAY_NAME or NAMES_NOBODY" in found
    assert "pupils.Other.scan: say in MAY_NAME or NAMES_NOBODY" in found
    assert "pupils.Odd.file: what a column of this type holds" in found


def test_a_row_that_stays_is_emptied_with_its_history(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = model(
        "Silent",
        pupil=TenantForeignKey("pupils.Pupil", models.SET_NULL, null=True),
        told=models.CharField(max_length=20),
    )
    monkeypatch.setattr(
        "exchange.models.erase_function.EMPTIED", {**EMPTIED, "pupils.Silent": ("told",)}
    )
    sql = erase_function(Apps(silent))
    assert """UPDATE pupils_silent SET "pupil_id" = NULL, "told" = ''""" in sql


def test_a_ring_of_tables_is_refused() -> None:
    one = model("One", pupil=TenantForeignKey("pupils.Pupil"), two=TenantForeignKey("pupils.Two"))
    two = model("Two", one=TenantForeignKey(one))
    with pytest.raises(ValueError, match="in a ring"):
        record_tables(Apps(one, two))


def test_words_are_what_somebody_wrote() -> None:
    assert "last_name" in words_of(Pupil)
    assert "sex" not in words_of(Pupil)
    assert record_map.ROOTS["pupil"] == PUPIL

"""The first net around a pupil: each row belongs to a trust, and PostgreSQL sees to it.

Row-level security filters every read and checks every write, so no query names the trust.
Foreign keys bypass those policies in PostgreSQL, so references between tenant tables are
composite keys that contain the trust (`TenantForeignKey`, made by `ProtectTenant`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pghistory
from django.db import connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

APPLICATION_ROLE = "parrcs_app"


class CurrentTrust(models.Func):
    """The SQL function `current_trust()`, made by the first migration of `core`."""

    function = "current_trust"
    template = "%(function)s()"
    output_field = models.BigIntegerField()


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]  # generic only in the stubs
    """A reference from one tenant table to another.

    The database constraint is the composite key `(trust_id, x_id)` that `ProtectTenant` makes,
    so Django's own constraint on `x_id` alone would only repeat half of it. Nor does it make an
    index on `x_id` alone: the model says which ones it needs, beginning with the trust.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = kwargs["db_index"] = False
        super().__init__(to, on_delete, **kwargs)


class TrustOwned(models.Model):
    """A row that belongs to one trust; the database fills in which."""

    trust = models.ForeignKey(
        "schools.Trust",
        on_delete=models.PROTECT,
        db_default=CurrentTrust(),
        editable=False,
        related_name="+",
        # Indexes of tenant tables begin with the trust together with another column;
        # an index on the trust alone would never be chosen over them.
        db_index=False,
    )

    class Meta:
        abstract = True


def keep_history[M: models.Model](model: type[M]) -> type[M]:
    """Keep each superseded or deleted state of a row, with who replaced it, through triggers.

    The current state stands in the table itself; an insert therefore writes nothing here.
    """
    return keep_history_without()(model)


def keep_history_without[M: models.Model](*fields: str) -> Callable[[type[M]], type[M]]:
    """Keep history as `keep_history` does, but for some fields: files, and what is reckoned."""
    track = pghistory.track(
        pghistory.UpdateEvent("superseded", row=pghistory.Old),
        pghistory.DeleteEvent("deleted"),
        exclude=list(fields) or None,
    )
    return cast("Callable[[type[M]], type[M]]", track)


@contextmanager
def in_trust(
    trust_id: int | None, *, person_id: int | None = None, one_moment: bool = False
) -> Iterator[None]:
    """Open a transaction that sees and writes the rows of one trust only.

    `person_id` lets a signed-in person see their own memberships in every trust.
    `one_moment` (repeatable read) makes all statements see the data of one moment, which a
    report needs whose tables must agree; it can only open the outermost transaction.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if one_moment:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        before = None if outermost else _settings(cursor)
        _set(cursor, str(trust_id or ""), str(person_id or ""))
        yield
        # Nested use (tests, commands) must find the outer trust again. A transaction that
        # ends or is rolled back takes its settings with it.
        if before is not None and not connection.needs_rollback:
            _set(cursor, *before)


def _settings(cursor: Any) -> tuple[str, str]:
    cursor.execute(
        "SELECT coalesce(current_setting('parrcs.trust_id', true), ''),"
        " coalesce(current_setting('parrcs.person_id', true), '')"
    )
    trust_id, person_id = cursor.fetchone()
    return trust_id, person_id


def _set(cursor: Any, trust_id: str, person_id: str) -> None:
    cursor.execute(
        "SELECT set_config('parrcs.trust_id', %s, true), set_config('parrcs.person_id', %s, true)",
        [trust_id, person_id],
    )


class ProtectTenant(Operation):
    """Put a table behind the trust's policy, and its references behind composite keys.

    `append_only` is for history: the application role may add to it and read it, no more.
    """

    reversible = True

    def __init__(self, name: str, *, append_only: bool = False) -> None:
        self.name = name
        self.append_only = append_only

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: policies are not part of Django's picture of a model."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002  # Django's signature
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        table = schema_editor.quote_name(model._meta.db_table)
        for statement in self._policy(table):
            schema_editor.execute(statement)
        if self.append_only:
            schema_editor.execute(
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APPLICATION_ROLE}"
            )
            return
        name = model._meta.db_table
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT"
            f" {schema_editor.quote_name(f'{name}_in_trust')} UNIQUE (trust_id, id)"
        )
        for field in model._meta.local_fields:
            if isinstance(field, TenantForeignKey):
                schema_editor.execute(self._composite_key(schema_editor, name, field))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,  # noqa: ARG002  # Django's signature
    ) -> None:
        model = from_state.apps.get_model(app_label, self.name)
        table = schema_editor.quote_name(model._meta.db_table)
        schema_editor.execute(f"DROP POLICY own_trust ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Protect {self.name}: each row belongs to one trust"

    @staticmethod
    def _policy(table: str) -> tuple[str, ...]:
        return (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY own_trust ON {table}"
            " USING (trust_id = current_trust()) WITH CHECK (trust_id = current_trust())",
        )

    @staticmethod
    def _composite_key(
        schema_editor: BaseDatabaseSchemaEditor, name: str, field: TenantForeignKey
    ) -> str:
        quote = schema_editor.quote_name
        target = field.related_model._meta.db_table
        return (
            f"ALTER TABLE {quote(name)}"
            f" ADD CONSTRAINT {quote(f'{name}_{field.column}_same_trust')}"
            f" FOREIGN KEY (trust_id, {quote(field.column)})"
            f" REFERENCES {quote(target)} (trust_id, id) DEFERRABLE INITIALLY DEFERRED"
        )

"""Write down every table and column, from the models themselves."""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any, override

from django.apps import AppConfig, apps
from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Field, ForeignKey, Model

PROJECT = Path(__file__).resolve().parents[4]
FILE = PROJECT / "docs" / "data-dictionary.md"

HEAD = """\
# Data dictionary

Written by `make fix` from the models; change those, not this page.

Every table of a trust has a `trust_id`, filled by the database from the transaction's trust, and
is behind the policy of row-level security; its references to other tables of the trust are
composite keys with the trust in them. Each keeps its history in a table of the same name with
`event` at its end, which holds the superseded and deleted rows with who replaced them and when,
unless it says below that it keeps none.
"""

TYPES = {
    "BigInteger": "whole number",
    "Binary": "bytes",
    "Boolean": "yes or no",
    "Char": "text",
    "DateTime": "date and time",
    "Decimal": "decimal number",
    "JSON": "JSON",
    "PositiveSmallInteger": "whole number",
    "Slug": "text",
    "UUID": "UUID",
}


class Command(BaseCommand):
    help = "Write docs/data-dictionary.md from the models, or --check that it is up to date."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, only compare")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        text = dictionary()
        if not options["check"]:
            FILE.write_text(text)
        elif not FILE.exists() or FILE.read_text() != text:
            raise SystemExit(
                "docs/data-dictionary.md is behind the models; make fix writes it anew"
            )


def dictionary() -> str:
    """Return the whole page as Markdown."""
    parts = [HEAD]
    for app in apps.get_app_configs():
        models = [model for model in app.get_models() if _ours(app) and not _is_history(model)]
        if models:
            parts.append(f"## {app.verbose_name}\n")
            parts += [_table(model) for model in models]
    return "\n".join(parts)


def _ours(app: AppConfig) -> bool:
    return Path(app.path).parent in (PROJECT, PROJECT / "parrcs")


def _is_history(model: type[Model]) -> bool:
    return hasattr(model, "pgh_tracked_model")


def _table(model: type[Model]) -> str:
    kept = "" if hasattr(model, "pgh_event_models") else " No history is kept."
    rows = "\n".join(
        f"| `{field.column}` | {_type(field)} | {_meaning(field)} |" for field in _fields(model)
    )
    return (
        f"### {model.__name__}\n\n"
        f"`{model._meta.db_table}`.{kept} {cleandoc(model.__doc__ or '')}\n\n"
        f"| column | type | meaning |\n| --- | --- | --- |\n{rows}\n"
    )


def _fields(model: type[Model]) -> Iterator["Field[Any, Any]"]:
    hidden = {"id", "trust"}
    yield from (field for field in model._meta.fields if field.name not in hidden)


def _type(field: "Field[Any, Any]") -> str:
    if isinstance(field, ForeignKey):
        name = f"reference to {field.related_model.__name__}"
    else:
        kind = field.get_internal_type().removesuffix("Field")
        name = TYPES.get(kind, kind.lower())
        if field.max_length and name == "text":
            name += f", {field.max_length}"
    may_be_empty = field.null or (field.blank and field.empty_strings_allowed)
    return name + (", may be empty" if may_be_empty else "")


def _meaning(field: "Field[Any, Any]") -> str:
    meaning = str(field.help_text or field.verbose_name)
    if field.choices:
        options = (f"`{value}` {label}" for value, label in field.flatchoices)
        meaning += ": " + ", ".join(options)
    return meaning

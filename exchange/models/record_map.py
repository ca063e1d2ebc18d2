"""Where anything of a pupil is kept: reckoned from the models, so that no table is forgotten.

A row is of a pupil if it refers to one, or to a row of one, and could not be without it. What no
reference tells is written down here: what is emptied where a row stays, and which words in tables
about other things may name a pupil. `tests/exchange/test_record_map.py` fails for whatever is in
neither, and says what to write.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.db import models

PUPIL: Final = "pupils.Pupil"

# Rows that stay without the pupil whom they name, and what of them is emptied then.
EMPTIED: Final[Mapping[str, tuple[str, ...]]] = {
    "exchange.ImportLine": ("texts", "about", "problems", "changes", "traces", "left"),
}

# Words in tables about other things in which somebody may have written of a pupil by name.
MAY_NAME: Final[Mapping[str, tuple[str, ...]]] = {
    "schools.LateEntry": ("reason",),
    "schools.Lease": ("covers",),
    "schools.JointVisit": ("words",),
    "schools.ARBFunding": ("band",),
    "schools.PremiumActivity": ("what", "intended", "impact"),
    "schools.StatutoryDeadline": ("note",),
    "assessment.Stream": ("description", "for_whom"),
    "exchange.Import": ("name", "options", "columns", "problem"),
    "exchange.ImportLine": ("texts", "about", "problems", "changes", "traces", "left"),
    "reporting.ReportRun": ("problem",),
    "reporting.SectionText": ("text",),
    "reporting.NextStep": ("what", "owner"),
    "reporting.KeptView": ("name",),
}

# Words that name no pupil, each with the reason: they are left as they are.
_PLACE, _STAFF = "says a place or a year", "names a member of staff or of a host school"
_SCALE, _OURS = "is of a stream or a list of the trust", "is written by the application alone"
# Comments and next steps are copied into it, and it is never changed.
_STOPS = "is refused as ready while it names somebody, and an erasure stops at one that does"
NAMES_NOBODY: Final[Mapping[str, Mapping[str, str]]] = {
    "schools.AcademicYear": {"name": _PLACE},
    "schools.School": dict.fromkeys(
        ("urn", "name", "la_code", "establishment_number", "phase"), _PLACE
    ),
    "schools.ARB": {"name": _PLACE},
    "schools.ClassGroup": {"name": _PLACE},
    "schools.ARBStaff": dict.fromkeys(("name", "role"), _STAFF),
    "schools.SafeguardingContact": dict.fromkeys(("name", "role", "email", "telephone"), _STAFF),
    "schools.JointVisit": {"who": _STAFF},
    "schools.PremiumPlan": {"published_at": "is an address on the school's website"},
    "schools.StatutoryDeadline": {"rule": _OURS, "done_by": _STAFF},
    "schools.Notice": dict.fromkeys(
        ("text", "link", "mail_subject", "mail_body"),
        "is written by the application, which names no pupil in it",
    ),
    "schools.Download": dict.fromkeys(
        ("what", "kind"), "is written by the application for those who see no pupils"
    ),
    "schools.Invitation": dict.fromkeys(("email", "name"), _STAFF),
    "pupils.Route": dict.fromkeys(("code", "name"), _SCALE),
    "pupils.SavedOperation": {"asked": "holds ids and marks of words, never words"},
    "assessment.CoreArea": dict.fromkeys(("code", "name"), _SCALE),
    "assessment.Stream": dict.fromkeys(("code", "version", "name", "proposed"), _SCALE),
    "assessment.Strand": dict.fromkeys(("code", "name", "area"), _SCALE),
    "assessment.Point": dict.fromkeys(("code", "label"), _SCALE),
    "reporting.Report": {
        "snapshot": _STOPS,
        "figures": _STOPS,
        **dict.fromkeys(("charts", "page", "pdf"), "is made from the snapshot alone"),
        "sha256": _OURS,
    },
    "reporting.KeptView": dict.fromkeys(("page", "query"), _OURS),
    "reporting.ReportSettings": {"colour": "is the number of a colour"},
    "reporting.SectionText": {"section": _OURS},
    "reporting.ReportRun": {"step": _OURS},
    "exchange.Import": {
        "content": "is emptied whenever a pupil is erased",
        "sha256": _OURS,
        "step": _OURS,
    },
    "exchange.Erasure": {"problem": _OURS},
    "exchange.ErasureLog": {"counts": _OURS},
}

# Of which rows a trust may say for how many years they are kept; erasing begins at one of these.
ROOTS: Final[Mapping[str, str]] = {
    "pupil": PUPIL,
    "note": "assessment.Note",
    "evidence": "assessment.Evidence",
    "achievement": "assessment.Achievement",
    "attendance": "pupils.AttendanceTotal",
    "request": "pupils.PlacementRequest",
}

_WORDS = (models.CharField, models.TextField, models.JSONField)
_NO_WORDS = (
    models.AutoField,
    models.BooleanField,
    models.DateField,
    models.DecimalField,
    models.ForeignKey,
    models.IntegerField,
    models.UUIDField,
)


class Registry(Protocol):
    """The models of the application, or those that a migration knows."""

    def get_models(self) -> Any:
        """Return them."""


@dataclass(frozen=True)
class Table:
    """A table whose rows are of pupils: by which references, to what, and where its history is."""

    model: type[models.Model]
    parents: tuple[tuple[str, str], ...]
    event: type[models.Model] | None

    @property
    def label(self) -> str:
        """The name of its model."""
        return self.model._meta.label


def record_tables(registry: Registry) -> list[Table]:
    """Return every table of a pupil's record, each after those that it refers to."""
    parents: dict[str, dict[str, str]] = {PUPIL: {}}
    every = {model._meta.label: model for model in _tenant_models(registry)}
    growing = True
    while growing:
        growing = False
        for label, model in every.items():
            found = {
                field.name: field.related_model._meta.label
                for field in _references(model)
                if field.related_model._meta.label in parents
                and field.related_model._meta.label != label
                and not _lets_go(field)
            }
            if found and parents.get(label) != found:
                parents[label], growing = found, True
    events = dict(events_of(registry))
    return [
        Table(every[label], tuple(sorted(parents[label].items())), events.get(label))
        for label in _in_order(parents)
    ]


def lets_go(registry: Registry) -> Iterator[tuple[type[models.Model], str, str]]:
    """Yield each reference of another table to a row of a pupil: model, field, to which table."""
    within = {table.label for table in record_tables(registry)}
    for model in _tenant_models(registry):
        if model._meta.label not in within:
            for field in _references(model):
                if field.related_model._meta.label in within:
                    yield model, field.name, field.related_model._meta.label


def mentions(registry: Registry) -> Iterator[tuple[type[models.Model], tuple[str, ...]]]:
    """Yield each table with the columns in which a pupil may be named who is not whose row it is.

    History among them. The pupil's own name and number are no mention.
    """
    within = {table.label for table in record_tables(registry)}
    events = dict(events_of(registry))
    for model in _tenant_models(registry):
        label = model._meta.label
        columns = tuple(words_of(model)) if label in within else MAY_NAME.get(label, ())
        if label == PUPIL:
            columns = tuple(c for c in columns if c not in ("upn", "first_name", "last_name"))
        if not columns:
            continue
        yield model, columns
        if event := events.get(label):
            known = {field.name for field in event._meta.local_concrete_fields}
            kept = tuple(column for column in columns if column in known)
            if kept:
                yield event, kept


def words_of(model: type[models.Model]) -> list[str]:
    """Return the columns of a table that hold words which somebody, or the application, wrote."""
    return [
        field.name
        for field in model._meta.local_concrete_fields
        if isinstance(field, _WORDS) and not field.choices
    ]


def undeclared(registry: Registry) -> list[str]:
    """Return what neither the references nor this page account for: one line each, to be mended."""
    within = {table.label for table in record_tables(registry)}
    found = []
    for model in _tenant_models(registry):
        label = model._meta.label
        known = {*MAY_NAME.get(label, ()), *NAMES_NOBODY.get(label, ())}
        for field in model._meta.local_concrete_fields:
            if isinstance(field, _NO_WORDS) or field.choices or label in within:
                # In a pupil's own table every column goes, and every word is looked through.
                if label in within and not isinstance(
                    field, (*_NO_WORDS, *_WORDS, models.BinaryField)
                ):
                    found.append(f"{label}.{field.name}: what a column of this type holds")
                continue
            if field.name not in known:
                found.append(
                    f"{label}.{field.name}: say in MAY_NAME or NAMES_NOBODY whether a pupil may be"
                    " named in it"
                )
    found += [
        f"{model._meta.label}.{name}: refers to {to}, and stays when that goes: say in EMPTIED"
        " what of it is emptied"
        for model, name, to in lets_go(registry)
        if model._meta.label not in EMPTIED
    ]
    return found


def _tenant_models(registry: Registry) -> list[type[models.Model]]:
    return [
        model
        for model in registry.get_models()
        if any(field.name == "trust" for field in model._meta.local_fields) and not _is_event(model)
    ]


def _is_event(model: type[models.Model]) -> bool:
    return any(field.name == "pgh_obj" for field in model._meta.local_fields)


def events_of(registry: Registry) -> Iterator[tuple[str, type[models.Model]]]:
    """Yield each table of history with the name of the model whose it is."""
    for model in registry.get_models():
        for field in model._meta.local_fields:
            if field.name == "pgh_obj":
                yield field.related_model._meta.label, model


def _references(model: type[models.Model]) -> "Iterator[models.ForeignKey[Any, Any]]":
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey):
            yield field


def _lets_go(field: "models.ForeignKey[Any, Any]") -> bool:
    return field.remote_field.on_delete is models.SET_NULL


def _in_order(parents: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Put each table after those that it refers to, else in the order in which they were found."""
    done: list[str] = []
    while len(done) < len(parents):
        ready = [
            label
            for label, found in parents.items()
            if label not in done and set(found.values()) <= set(done)
        ]
        if not ready:
            raise ValueError(f"These refer to each other in a ring: {set(parents) - set(done)}")
        done += ready
    return done

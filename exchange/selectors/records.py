"""All that is kept of one pupil, table by table and column by column, history included.

What tables there are is reckoned from the models (`exchange.models.record_map`), so that a copy of
a record is whole without anybody's remembering to add to it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, F, Field, ForeignKey, Func, Model, QuerySet
from django.db.models import Value as SQLValue
from django.utils.text import capfirst

from exchange.models.record_map import Table, events_of, lets_go, record_tables, words_of
from exchange.selectors.other_names import OtherNames, other_names
from parrcs.core.access import Access
from pupils.models import Pupil
from pupils.selectors.pupils import PupilFile
from schools.models import User

# What a table is called where its model's own name would not be plain to a reader.
_NAMES = {
    "pupils.Pupil": "Details",
    "pupils.AttendanceTotal": "Attendance",
    "pupils.ClassListLine": "On signed class lists",
    "pupils.ProvisionReview": "Reviews of provision",
    "assessment.Aim": "Aims for the year",
    "assessment.Evidence": "Files that belong to notes",
    "exchange.AccessRequest": "Requests for a copy of this record",
    "exchange.AccessCopy": "Copies made of this record",
    "exchange.ImportLine": "Lines of imported files",
}
_HAPPENED = {"superseded": "changed", "deleted": "removed"}
_ENDINGS = ((b"%PDF", "pdf"), (b"\xff\xd8", "jpg"), (b"\x89PNG", "png"), (b"RIFF", "webp"))
# Begins of the name under which the first bytes of a file are asked for.
_BEGINS = "begins_"


@dataclass(frozen=True)
class KeptFile:
    """A file of a record: where it stands in the copy, and in which row and column it is kept."""

    path: str
    model: type[Model]
    row: int
    column: str


@dataclass(frozen=True)
class Entry:
    """A row: its number, and each column by name, in words; a file by its place in the copy."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """A row as it was, until somebody changed or removed it."""

    number: int
    what: str
    at: dt.datetime
    by: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """One table of the record."""

    table: str
    name: str
    about: str
    labels: Mapping[str, str]
    entries: Sequence[Entry]
    changes: Sequence[Change]


@dataclass(frozen=True)
class Record:
    """The whole record of a pupil."""

    pupil: Pupil
    sections: Sequence[Section]
    files: Sequence[KeptFile]
    people: Mapping[int, str] = field(default_factory=dict)

    def section(self, table: str) -> Section:
        """Return one table, by the name of its model."""
        return next(each for each in self.sections if each.table == table)


def whole_record(access: Access, *, file: PupilFile) -> Record:
    """Return all that is kept of a pupil, in a number of queries that depends on no rows."""
    pupil = Pupil.objects.visible_to(access).get(pk=file.pupil.pk)
    ids: dict[str, set[int]] = {Pupil._meta.label: {pupil.pk}}
    found: list[tuple[type[Model], list[Model], list[Model]]] = []
    for table in record_tables(apps):
        if table.parents:
            ids[table.label] = _ids(table, ids)
        rows = _with_files(table.model).filter(pk__in=ids[table.label]).order_by("pk")
        events = [] if table.event is None else _events(table.event, ids[table.label])
        found.append((table.model, list(rows), events))
    histories = dict(events_of(apps))
    for model, name, to in lets_go(apps):
        rows = _with_files(model).filter(**{f"{name}__in": ids[to]}).order_by("pk")
        kept = list(rows)
        event = histories.get(model._meta.label)
        events = [] if event is None else _events(event, {row.pk for row in kept})
        found.append((model, kept, events))
    words = _words_of_references(found)
    writer = _Writer(words, other_names(access, pupil=pupil, names=_own_names(found)))
    sections = [writer.section(*each) for each in found]
    return Record(pupil, [s for s in sections if s.entries or s.changes], writer.files)


def columns_of(model: type[Model]) -> list["Field[Any, Any]"]:
    """Return the columns of a table that a copy shows: all but the trust that it belongs to."""
    return [each for each in model._meta.local_concrete_fields if each.name not in ("id", "trust")]


def _ids(table: Table, ids: Mapping[str, set[int]]) -> set[int]:
    """Return the ids of a table's rows that are the pupil's, those deleted among them."""
    found: set[int] = set()
    for name, label in table.parents:
        inside = {f"{name}__in": ids[label]}
        found |= set(table.model._base_manager.filter(**inside).values_list("pk", flat=True))
        if table.event is not None and _has(table.event, name):
            past = table.event._base_manager.filter(**inside)
            found |= set(past.values_list("pgh_obj_id", flat=True))
    return found


def _has(model: type[Model], name: str) -> bool:
    return any(each.name == name for each in model._meta.local_concrete_fields)


def _events(event: type[Model], ids: set[int]) -> list[Model]:
    return list(event._base_manager.filter(pgh_obj_id__in=ids).order_by("pgh_created_at", "pgh_id"))


def _binaries(model: type[Model]) -> list[str]:
    return [each.name for each in columns_of(model) if isinstance(each, BinaryField)]


def _with_files(model: type[Model]) -> QuerySet[Model]:
    """Return the rows with the first bytes of their files, and leave the rest in the database."""
    names = _binaries(model)
    begins = {
        f"{_BEGINS}{name}": Func(
            F(name), SQLValue(1), SQLValue(4), function="substring", output_field=BinaryField()
        )
        for name in names
    }
    rows: QuerySet[Model] = model._base_manager.defer(*names).annotate(**begins)
    return rows


def _own_names(found: Iterable[tuple[type[Model], list[Model], list[Model]]]) -> set[str]:
    """Return the names that the pupil has and had."""
    _, rows, events = next(each for each in found if each[0] is Pupil)
    # Rows of pupils, and of their history, which repeats the fields.
    return {f"{each.first_name} {each.last_name}" for each in (*rows, *events)}  # type: ignore[attr-defined]


def _words_of_references(
    found: Iterable[tuple[type[Model], list[Model], list[Model]]],
) -> dict[type[Model], dict[int, str]]:
    """Return in words all that the rows refer to: one query for each table referred to."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for model, rows, events in found:
        for each in columns_of(model):
            if isinstance(each, ForeignKey):
                ids = (getattr(row, each.attname, None) for row in (*rows, *events))
                wanted[each.related_model] |= {pk for pk in ids if pk is not None}
        wanted[User] |= {person for event in events if (person := _person(event))}
    return {
        model: {each.pk: _in_words(each) for each in model._base_manager.filter(pk__in=ids)}
        for model, ids in wanted.items()
    }


def _person(event: Model) -> int | None:
    context = getattr(event, "pgh_context", None) or {}
    person = context.get("person")
    return person if isinstance(person, int) else None


def _in_words(row: Model) -> str:
    label = getattr(row, "label", "")
    return f"{row}: {label}" if label else str(row)


class _Writer:
    """Puts rows into words."""

    def __init__(self, words: Mapping[type[Model], Mapping[int, str]], others: OtherNames) -> None:
        self.words = words
        self.others = others
        self.files: list[KeptFile] = []

    def section(self, model: type[Model], rows: list[Model], events: list[Model]) -> Section:
        """Return a table in words."""
        label, columns = model._meta.label, columns_of(model)
        free = set(words_of(model))
        return Section(
            label,
            _NAMES.get(label, capfirst(str(model._meta.verbose_name_plural))),
            " ".join((model.__doc__ or "").split()),
            {each.name: capfirst(str(each.verbose_name)) for each in columns},
            [
                Entry(row.pk, {each.name: self._value(row, each, free) for each in columns})
                for row in rows
            ],
            [
                # Models of history are made at run time: mypy does not know their fields.
                Change(
                    event.pgh_obj_id,  # type: ignore[attr-defined]
                    _HAPPENED[event.pgh_label],  # type: ignore[attr-defined]
                    event.pgh_created_at,  # type: ignore[attr-defined]
                    self.words[User].get(_person(event) or 0, "the application"),
                    {
                        each.name: self._value(event, each, free)
                        for each in columns
                        if _has(type(event), each.name)
                    },
                )
                for event in events
            ],
        )

    def _value(self, row: Model, column: "Field[Any, Any]", free: set[str]) -> Any:
        if isinstance(column, BinaryField):
            return self._file(row, column.name)
        value = getattr(row, column.attname)
        if value is None:
            return None
        if isinstance(column, ForeignKey):
            return self._of_others(self.words[column.related_model].get(value, f"number {value}"))
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        if column.name in free:
            return self._of_others(value)
        return value

    def _of_others(self, value: Any) -> Any:
        """Take the names of other pupils out of what somebody wrote."""
        if isinstance(value, str):
            return self.others.left_out(value)
        if isinstance(value, list):
            return [self._of_others(each) for each in value]
        if isinstance(value, dict):
            return {key: self._of_others(each) for key, each in value.items()}
        return value

    def _file(self, row: Model, name: str) -> str | None:
        begins = getattr(row, f"{_BEGINS}{name}", None)
        if begins is None:
            return None
        ending = next((e for start, e in _ENDINGS if bytes(begins).startswith(start)), "bin")
        what = f"{type(row)._meta.verbose_name}-{row.pk}-{name}".replace(" ", "-").replace("_", "-")
        file = KeptFile(f"files/{what}.{ending}", type(row), row.pk, name)
        self.files.append(file)
        return file.path

"""A pupil with unmistakable words everywhere, and a look into all that is kept anywhere."""

import datetime as dt
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

import psycopg
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import IntegrityError, connections, models
from django.utils import timezone
from pypdf import PdfReader

from assessment.models import Evidence, Note
from exchange.models import Erasure, ErasureItem
from exchange.models.record_map import record_tables, words_of
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from parrcs.embedded import STATE_FOLDER
from pupils.models import ClassListLine, PlacementRequest, Pupil, TermlyTarget
from reporting.models import ReportRun
from reporting.selectors.reports import Reported
from reporting.services.reports import ask_for_draft, ask_to_publish, set_ready
from reporting.services.runs import make
from schools.models import JointVisit, LateEntry
from tests.world import World

FIRST, LAST, UPN, WORD = "Zephyrine", "O'Canary-Vögel", "Z999000126777", "quixcanary"
# As others write it: with another apostrophe, with accents beside their letters, and as it was.
OTHER_LAST = (
    "O\u2019Canary-Vögel",
    "o\u02bccanary-vögel",
    "O\u2018Canary-VÖGEL",
    normalize("NFD", LAST),
)
FORMER = f'{FIRST} "Zed"'
WORDS = (FIRST, LAST, UPN, WORD)

# How each table of a record leads to the pupil, told here once more and by hand.
PUPIL_OF = {
    "Pupil": "pk",
    "Outcome": "plan__pupil",
    "ProvisionReview": "provision__pupil",
    "Evidence": "note__pupil",
    "ReviewStep": "review__pupil",
    "ReviewAdvice": "review__pupil",
    "AccessCopy": "request__pupil",
}
# What only another column allows.
_BESIDE = {
    "TermlyTarget": {"retired_on": dt.date(2026, 10, 1)},
    "PlacementRequest": {"responded_on": dt.date(2026, 10, 1)},
    "Pupil": {"photo_consent_on": dt.date(2026, 10, 1)},
    "Achievement": {"photo_kind": "image/jpeg"},
    "SupportPlan": {"state": "ended", "reviewed_on": dt.date(2026, 10, 1)},
}
_OF_A_LIST = {"upn", "to", "photo_kind", "sha256", "kind", "symbols"}


def decide(world: World, *pupils: Pupil, **more: Any) -> Erasure:
    """Decide, as the trust lead, that these pupils are erased."""
    lead = world.people[Role.TRUST_LEAD]
    decided: dict[str, Any] = {"reason": "right", "pupils": len(pupils), "records": 0}
    erasure = Erasure.objects.create(**decided | {"asked_by": lead} | more)
    for pupil in pupils:
        ErasureItem.objects.create(erasure=erasure, kind="pupil", row=pupil.pk)
    return erasure


def rows_of(model: type[models.Model], pupil: Pupil) -> Any:
    """Return a pupil's rows in a table."""
    path = PUPIL_OF.get(model.__name__, "pupil")
    names = {field.name for field in model._meta.get_fields()}
    assert path.split("__")[0] in names | {"pk"}, (
        f"say in PUPIL_OF how {model.__name__} leads to a pupil"
    )
    return model._base_manager.filter(**{path: pupil.pk})


def fill(world: World, pupil: Pupil) -> None:
    """Write the canary wherever words about the pupil can stand, and change all of it once."""
    for turn in ("once", "twice"):
        for table in record_tables(apps):
            for one in rows_of(table.model, pupil):
                _write(one, turn)
    Pupil.objects.filter(pk=pupil.pk).update(first_name=FORMER, last_name=f"{LAST}-{WORD}")
    Pupil.objects.filter(pk=pupil.pk).update(upn=UPN, first_name=FIRST, last_name=LAST)
    Pupil.objects.filter(pk=pupil.pk).update(protected=True)
    # Of what was removed only history knows.
    Evidence.objects.filter(note__pupil=pupil).delete()
    Note.objects.filter(pupil=pupil).order_by("pk")[0].delete()
    note = Note.objects.filter(pupil=pupil)[0]
    Evidence.objects.create(
        note=note, name=f"{WORD}.pdf", kind="application/pdf", size=5, sha256="0" * 64,
        content=WORD.encode(),
    )  # fmt: skip
    TermlyTarget.objects.filter(pupil=pupil, carried_from__isnull=False).delete()
    _in_other_places(world)


def _write(one: models.Model, turn: str) -> None:
    for name in words_of(type(one)):
        field: Any = one._meta.get_field(name)
        if name not in _OF_A_LIST:
            json_field = isinstance(field, models.JSONField)
            setattr(one, name, [WORD, turn] if json_field else f"{WORD} {turn} {one.pk}")
    for field in one._meta.local_concrete_fields:
        if isinstance(field, models.BinaryField):
            setattr(one, field.name, f"{WORD} {turn}".encode())
    for name, value in _BESIDE.get(type(one).__name__, {}).items():
        setattr(one, name, value)
    try:
        one.save()
    except IntegrityError as error:
        message = f"say in _BESIDE what {type(one).__name__} needs beside its words"
        raise AssertionError(message) from error


def _in_other_places(world: World) -> None:
    """Let others' records, lists, visits and leave for late entry name the pupil."""
    whole, other = f"{FIRST} {LAST}", world.pupils[1]
    note = Note.objects.create(
        pupil=other,
        seen_on=dt.date(2026, 9, 20),
        text=f"Played with {whole.upper()}, and {LAST}, {FIRST} laughed at {UPN}. "
        + "; ".join(f"{FIRST} {last}" for last in OTHER_LAST),
        written_by=world.people[Role.TRUST_LEAD],
    )
    Evidence.objects.create(
        note=note, name=f"{FIRST}_{LAST}.pdf", kind="application/pdf", size=1, sha256="0" * 64,
        content=b"x",
    )  # fmt: skip
    LateEntry.objects.update(reason=f"{FIRST}  {LAST} was ill")
    LateEntry.objects.update(reason="Ill")
    JointVisit.objects.update(words=f"Saw {UPN}")
    ClassListLine.objects.filter(pupil=None).update(remark=f"{whole} is missing")
    PlacementRequest.objects.update(
        child=whole, response=f"For {whole}", responded_on=timezone.localdate()
    )


def report_on(world: World) -> None:
    """Have the school's report drafted, published and drafted once more."""
    by, of = world.access(Role.HEAD), Reported(world.school, world.term)
    draft = _made(world, lambda: ask_for_draft(by=by, of=of)).report
    assert draft is not None
    with in_trust(world.trust.pk):
        set_ready(by=by, draft=draft, ready=True)
    _made(world, lambda: ask_to_publish(by=by, of=of, draft_id=draft.pk))
    _made(world, lambda: ask_for_draft(by=by, of=of))


def _made(world: World, ask: Callable[[], ReportRun]) -> ReportRun:
    with in_trust(world.trust.pk):
        run = ask()
    make(trust_id=world.trust.pk, run_id=run.pk)
    with in_trust(world.trust.pk):
        made = ReportRun.objects.select_related("report__school", "report__term").get(pk=run.pk)
    assert made.state == "done", made.problem
    return made


@contextmanager
def as_superuser() -> Iterator[psycopg.Connection[Any]]:
    """Look into the database as somebody whom no policy binds and who reads the catalogue too."""
    name = connections["owner"].settings_dict["NAME"]
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")
    user = address.netloc.partition("@")[2]
    with psycopg.connect(address._replace(netloc=f"postgres@{user}").geturl()) as connection:
        yield connection


def sample() -> None:
    """Let the planner sample every table, as it does by itself from time to time."""
    with as_superuser() as connection:
        connection.execute("ANALYZE")


def everywhere() -> dict[str, str]:
    """Return all text in every column of every table, the catalogue's and its samples too."""
    found: dict[str, str] = {}
    with as_superuser() as connection:
        columns = connection.execute(
            "SELECT c.table_schema, c.table_name, c.column_name, c.data_type"
            " FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE t.table_type = 'BASE TABLE' AND c.table_schema IN ('public', 'pg_catalog')"
            " AND (c.table_schema = 'public' OR c.table_name = 'pg_statistic')"
        ).fetchall()
        for schema, table, column, kind in columns:
            shown = f'"{column}"' if kind == "bytea" else f'"{column}"::text'
            rows = connection.execute(
                f'SELECT {shown} FROM {schema}."{table}" WHERE "{column}" IS NOT NULL'
            )
            found[f"{table}.{column}"] = " ".join(
                opened(one) if isinstance(one, bytes) else one for (one,) in rows
            )
    sessions = found["django_session.session_data"].split()
    found["sessions, opened"] = " ".join(json.dumps(SessionStore().decode(s)) for s in sessions)
    found["cache"] = repr(getattr(cache, "_cache", None))
    for path in STATE_FOLDER.rglob("*"):
        # Of PostgreSQL's own folder only its log: what stands in its tables was read above.
        if path.is_file() and ("postgres" not in path.parts or path.name == "log"):
            found[str(path)] = opened(path.read_bytes())
    return found


def opened(content: bytes) -> str:
    """Return the text in a file: of a PDF, of each part of a ZIP or workbook, or as it is."""
    if content.startswith(b"%PDF") and len(content) > 1000:
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return " ".join(opened(parts.read(name)) for name in parts.namelist())
    return content.decode("utf-8", "replace")


def holding(texts: dict[str, str]) -> dict[str, list[str]]:
    """Return where any of the canary's words stands, whatever its case."""
    found = {
        place: [word for word in WORDS if word.lower() in text.lower()]
        for place, text in texts.items()
    }
    return {place: words for place, words in found.items() if words}


def rows_by_id() -> dict[str, dict[int, tuple[int, str]]]:
    """Return every row of every table of a trust: whose it is or was, and its text."""
    found: dict[str, dict[int, tuple[int, str]]] = {}
    with as_superuser() as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'trust_id'"
        ).fetchall()
        for (table,) in tables:
            key, of = ("pgh_id", "pgh_obj_id") if table.endswith("event") else ("id", "id")
            rows = connection.execute(f'SELECT {key}, {of}, t::text FROM "{table}" t')
            found[table] = {pk: (row, text) for pk, row, text in rows}
    return found


def ids_of_all(pupil: Pupil) -> dict[str, set[int]]:
    """Return the ids of a pupil's rows, by table."""
    return {
        table.model._meta.db_table: set(rows_of(table.model, pupil).values_list("pk", flat=True))
        for table in record_tables(apps)
    }

"""Files as schools send them, and a worker that goes on at once."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import Workbook

from exchange.models import Import, ImportLine
from exchange.services import runs
from exchange.services.imports import apply_import, send_file, undo_import
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.measures import upn_check_letter
from tests.world import World

HEADINGS = (
    "UPN",
    "Legal Surname",
    "Preferred Forename",
    "DOB",
    "Gender",
    "SEN Need",
    "PP",
    "Reg Group",
    "Pathway",
    "Admission Date",
)


def upn(number: int) -> str:
    """Return a right UPN."""
    rest = f"8012{number:08}"
    return upn_check_letter(rest) + rest


def row(number: int, **other: str) -> list[str]:
    """Return a line of a list of pupils, with the headings above."""
    said = {
        "UPN": upn(number),
        "Legal Surname": f"Surname{number}",
        "Preferred Forename": f"Forename{number}",
        "DOB": "14/03/2016",
        "Gender": "F",
        "SEN Need": "ASD",
        "PP": "Y",
        "Reg Group": "Curlew",
        "Pathway": "formal",
        "Admission Date": "01/09/2026",
    } | {name.replace("_", " "): value for name, value in other.items()}
    return [said[name] for name in HEADINGS]


def as_csv(rows: Iterable[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    """Return a CSV file as Excel writes it."""
    text = StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode()


def as_xlsx(rows: Iterable[Sequence[object]], headings: Sequence[str] = HEADINGS) -> bytes:
    """Return the same as a workbook."""
    book = Workbook()
    sheet = book.worksheets[0]
    for each in (headings, *rows):
        sheet.append(list(each))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


class Desk:
    """A person at their desk who sends files, with a worker that is never away."""

    def __init__(self, world: World, role: Role = Role.HEAD) -> None:
        self.world = world
        self.by = world.access(role)

    def go_on(self, run: Import) -> Import:
        """Let the worker do what the import waits for."""
        runs.go_on(trust_id=self.world.trust.pk, import_id=run.pk)
        return self.again(run)

    def again(self, run: Import) -> Import:
        """Return the import as it stands."""
        with in_trust(self.world.trust.pk):
            return Import.objects.get(pk=run.pk)

    def send(self, content: bytes, kind: str = "pupils", **more: Any) -> Import:
        """Send a file for the school and have it checked."""
        with in_trust(self.world.trust.pk):
            run = send_file(
                by=self.by,
                kind=kind,
                name=str(more.pop("name", "pupils.csv")),
                content=content,
                school=more.pop("school", self.world.school),
                **more,
            )
        return self.go_on(run)

    def apply(self, run: Import) -> Import:
        """Apply what was checked."""
        with in_trust(self.world.trust.pk):
            apply_import(by=self.by, run=run)
        return self.go_on(run)

    def undo(self, run: Import) -> Import:
        """Undo what was applied."""
        with in_trust(self.world.trust.pk):
            undo_import(by=self.by, run=run)
        return self.go_on(run)

    def lines(self, run: Import) -> list[ImportLine]:
        """Return the lines in the order of the file."""
        with in_trust(self.world.trust.pk):
            return list(ImportLine.objects.filter(run=run).order_by("position"))


def counts(run: Import) -> tuple[str, int, int, int, int]:
    """Return the state, and how many lines are new, changed, unchanged and refused."""
    return (
        run.state,
        run.new_lines,
        run.changed_lines,
        run.unchanged_lines,
        run.refused_lines,
    )


@pytest.fixture
def desk(world: World) -> Desk:
    """The head's."""
    return Desk(world)


@pytest.fixture
def desk_of(world: World) -> Callable[[Role], Desk]:
    """Somebody else's."""
    return lambda role: Desk(world, role)


@dataclass
class Clock:
    """What everybody takes for now."""

    now: dt.datetime


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A Saturday of autumn 2026, which goes on only where a story says so."""
    clock = Clock(dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC))
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock

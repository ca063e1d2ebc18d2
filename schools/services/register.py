"""Reading the register of schools (GIAS) and keeping a trust's schools as it says."""

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO

from django.db import transaction

from parrcs.core.tenancy import in_trust
from schools.choices import SchoolKind
from schools.models import School, Trust

SPECIAL_TYPES = frozenset({"7", "8", "10", "12", "33", "36", "44"})

_URN = "URN"
_NAME = "EstablishmentName"
_TYPE = "TypeOfEstablishment (code)"
_LA = "LA (code)"
_NUMBER = "EstablishmentNumber"
_PHASE = "PhaseOfEducation (name)"
_OPENED = "OpenDate"
_CLOSED = "CloseDate"
_TRUST_UID = "Trusts (code)"
_TRUST_NAME = "Trusts (name)"
_COLUMNS = (
    *(_URN, _NAME, _TYPE, _LA, _NUMBER, _PHASE),
    *(_OPENED, _CLOSED, _TRUST_UID, _TRUST_NAME),
)

_DATE = re.compile(r"(\d\d)([/-])(\d\d)\2(\d{4})")
# What the columns hold when they hold anything; a school may have no number yet.
_SHAPES = {
    _URN: (re.compile(r"\d{6}"), "is not a number of six digits"),
    _TYPE: (re.compile(r"\d{1,3}"), "is not the code of a type"),
    _LA: (re.compile(r"(\d{3})?"), "is not a number of three digits"),
    _NUMBER: (re.compile(r"(\d{4})?"), "is not a number of four digits"),
    _PHASE: (re.compile(r".{0,40}"), "is longer than 40 characters"),
    _NAME: (re.compile(r".{1,200}"), "is longer than 200 characters"),
}


class NotARegister(Exception):
    """The file is no extract of the register; the message says what it lacks."""


class UnknownTrust(Exception):
    """No row of the file is of this trust; `known` are the trusts it has, by UID."""

    def __init__(self, known: Mapping[str, str]) -> None:
        super().__init__()
        self.known = known


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be read, by the line of the file on which it begins."""

    line: int
    reason: str


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    trust: Trust
    new: int
    changed: int
    unchanged: int
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True)
class _Row:
    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class _Extract:
    """The rows of a file that have the right number of columns, and the ragged ones."""

    rows: list[_Row]
    ragged: list[RefusedRow]


def import_register(*, content: bytes, uid: str) -> Imported:
    """Make or update a trust and its schools from an extract, all of it or nothing.

    A row that cannot be read is left out and reported, the others are kept. Schools that the
    file does not have, and everything the register does not say, stay as they are.
    """
    extract = _read(content)
    rows = [row for row in extract.rows if row.cells[_TRUST_UID] == uid]
    if not rows:
        raise UnknownTrust(
            {
                row.cells[_TRUST_UID]: row.cells[_TRUST_NAME]
                for row in extract.rows
                if row.cells[_TRUST_UID]
            }
        )
    schools: dict[str, School] = {}
    refused = list(extract.ragged)
    for row in rows:
        try:
            school = _school(row.cells)
        except _Refused as error:
            refused.append(RefusedRow(row.line, str(error)))
            continue
        if school.urn in schools:
            refused.append(RefusedRow(row.line, f"URN {school.urn} stands in the file before"))
        else:
            schools[school.urn] = school
    with transaction.atomic():
        trust, _ = Trust.objects.update_or_create(
            uid=uid, defaults={"name": rows[0].cells[_TRUST_NAME][:200] or f"Trust {uid}"}
        )
        with in_trust(trust.pk):
            new, changed = _keep(schools)
    return Imported(
        trust,
        new,
        changed,
        len(schools) - new - changed,
        tuple(sorted(refused, key=lambda each: each.line)),
    )


_KEPT = (
    *("name", "kind", "la_code", "establishment_number", "phase"),
    *("opened_on", "closed_on", "of_trust"),
)


def _keep(schools: dict[str, School]) -> tuple[int, int]:
    """Add and update the schools of the opened trust; return how many of each."""
    held = {school.urn: school for school in School.objects.filter(urn__in=schools)}
    new = [school for urn, school in schools.items() if urn not in held]
    changed = []
    for urn, there in held.items():
        said = schools[urn]
        if any(getattr(there, name) != getattr(said, name) for name in _KEPT):
            for name in _KEPT:
                setattr(there, name, getattr(said, name))
            changed.append(there)
    School.objects.bulk_create(new)
    School.objects.bulk_update(changed, _KEPT)
    return len(new), len(changed)


class _Refused(Exception):
    """Why one row cannot be read."""


def _school(cells: dict[str, str]) -> School:
    for column, (shape, complaint) in _SHAPES.items():
        if not cells[column] and column in {_URN, _NAME, _TYPE}:
            raise _Refused(f"{column} is missing")
        if not shape.fullmatch(cells[column]):
            raise _Refused(f"{column} “{cells[column]}” {complaint}")
    return School(
        urn=cells[_URN],
        name=cells[_NAME],
        kind=SchoolKind.SPECIAL
        if cells[_TYPE].lstrip("0") in SPECIAL_TYPES
        else SchoolKind.MAINSTREAM,
        la_code=cells[_LA],
        establishment_number=cells[_NUMBER],
        phase=cells[_PHASE],
        opened_on=_day(_OPENED, cells),
        closed_on=_day(_CLOSED, cells),
    )


def _day(column: str, cells: dict[str, str]) -> dt.date | None:
    text = cells[column]
    if not text:
        return None
    if match := _DATE.fullmatch(text):
        day, _, month, year = match.groups()
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            pass
    raise _Refused(f"{column} “{text}” is not a date like 31/08/2026")


def _read(content: bytes) -> _Extract:
    text = _decoded(content)
    if not text.strip():
        raise NotARegister("the file is empty")
    if "\0" in text:
        raise NotARegister("the file is not text in the encoding cp1252 or UTF-8")
    records = _records(text)
    header = next(records, None)
    names = [name.strip() for name in header.cells] if header else []
    missing = [column for column in _COLUMNS if column not in names]
    if missing:
        raise NotARegister(f"the file has no column {', '.join(missing)}")
    places = {column: names.index(column) for column in _COLUMNS}
    rows, ragged = [], []
    for record in records:
        if record.broken:
            ragged.append(RefusedRow(record.line, record.broken))
        elif len(record.cells) != len(names):
            ragged.append(
                RefusedRow(record.line, f"has {len(record.cells)} columns, not {len(names)}")
            )
        else:
            rows.append(
                _Row(
                    record.line,
                    {name: " ".join(record.cells[at].split()) for name, at in places.items()},
                )
            )
    return _Extract(rows, ragged)


def _decoded(content: bytes) -> str:
    try:
        # What is valid UTF-8 beyond ASCII is no sensible text in cp1252.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise NotARegister(
                f"line {line} is not text in the encoding cp1252 or UTF-8"
            ) from error


@dataclass(frozen=True)
class _Record:
    """One row as it stands, with the line on which it begins."""

    line: int
    cells: list[str]
    broken: str = ""


class _Lines:
    """The lines of a text, for a reader that may be sent back."""

    def __init__(self, text: str) -> None:
        self.lines = list(StringIO(text, newline=""))
        self.at = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.at == len(self.lines):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def _records(text: str) -> Iterator[_Record]:
    """Read row by row. A quote that is never closed costs its own row, not all after it."""
    lines = _Lines(text)
    reader = csv.reader(lines, strict=True)
    columns = 0
    while lines.at < len(lines.lines):
        start = lines.at
        broken = ""
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            broken = "has a quotation mark out of place"
        columns = columns or len(cells)
        if (broken or len(cells) != columns) and lines.at > start + 1:
            whole = _first_whole_row(lines.lines, start + 1, lines.at, columns)
            if whole is not None:
                broken = "has a quotation mark out of place"
                lines.at = whole
        if cells or broken:
            yield _Record(start + 1, cells, broken)


def _first_whole_row(lines: list[str], start: int, end: int, columns: int) -> int | None:
    """Return which line of these, read alone, is a row with the right number of columns."""
    for at in range(start, end):
        try:
            (cells,) = csv.reader([lines[at]], strict=True)
        except (csv.Error, ValueError):
            continue
        if len(cells) == columns:
            return at
    return None

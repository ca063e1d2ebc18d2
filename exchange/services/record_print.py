"""A pupil's whole record as a PDF to be read (PDF/UA-1)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime

from assessment.models import Judgement
from exchange.selectors.records import Change, Entry, Record, Section
from parrcs.core.access import Access
from pupils.selectors.pupils import PupilFile
from reporting.services.pdf import print_page
from schools.models import Term

JUDGEMENTS = "assessment.Judgement"
# So many terms stand side by side on a page.
TERMS_ACROSS = 5
# Whom it is about, and marks that only programs read; record.json has them.
_NOT_TO_BE_READ = frozenset({"pupil", "sha256", "size", "texts", "traces", "version"})


class Line(NamedTuple):
    """A row in print: what stands out, and each column that has something in it."""

    number: int
    facts: Sequence[tuple[str, str]]


class ChangeLine(NamedTuple):
    """That somebody changed or removed a row, and what stood in it."""

    when: str
    who: str
    what: str
    before: str


@dataclass(frozen=True)
class Part:
    """A table in print."""

    name: str
    lines: Sequence[Line]


class StrandLine(NamedTuple):
    """A strand with the point judged in each term."""

    name: str
    points: Sequence[str]


class StreamTable(NamedTuple):
    """The judgements in a stream, some terms side by side."""

    name: str
    terms: Sequence[str]
    lines: Sequence[StrandLine]


def record_pdf(*, by: Access, file: PupilFile, record: Record) -> bytes:
    """Lay a record out. What was removed is told with what was changed, at the end."""
    page = render_to_string(
        "exchange/record/pdf.html",
        {
            "file": file,
            "parts": [
                Part(each.name, [_line(each, row) for row in each.entries])
                for each in record.sections
                if each.entries and each.table != JUDGEMENTS
            ],
            "streams": _streams(by, file),
            "changes": sorted(
                (_change(each, change) for each in record.sections for change in each.changes),
                key=lambda pair: pair[0],
            ),
            "files": record.files,
        },
    )
    return print_page(page, dress="print-record")


def _line(section: Section, row: Entry) -> Line:
    return Line(
        row.number,
        [
            (section.labels[name], words)
            for name, value in row.values.items()
            if name not in _NOT_TO_BE_READ and (words := _words(value))
        ],
    )


def _change(section: Section, change: Change) -> tuple[Any, ChangeLine]:
    before = "; ".join(
        f"{section.labels[name]}: {words}"
        for name, value in change.values.items()
        if name not in _NOT_TO_BE_READ and (words := _words(value))
    )
    when = date_format(localtime(change.at), "j F Y, H:i")
    return change.at, ChangeLine(when, change.by, f"{section.name}, {change.what}", before)


def _words(value: Any) -> str:
    """Say a value in words; nothing for what is empty."""
    words = ""
    if isinstance(value, bool):
        words = "yes" if value else "no"
    elif isinstance(value, dt.datetime):
        words = date_format(localtime(value), "j F Y, H:i")
    elif isinstance(value, dt.date):
        words = date_format(value, "j F Y")
    elif isinstance(value, list):
        words = ", ".join(filter(None, map(_words, value)))
    elif isinstance(value, dict):
        words = ", ".join(f"{key} {_words(each)}" for key, each in value.items())
    elif value is not None:
        words = str(value)
    return words


def _streams(by: Access, file: PupilFile) -> list[StreamTable]:
    """Return the judgements by stream, strand and term, a few terms to a table."""
    judged = list(
        Judgement.objects.visible_to(by)
        .filter(pupil=file.pupil)
        .select_related("strand__stream", "term__year", "point")
        .order_by("strand__stream", "strand__position", "term__starts_on")
    )
    tables = []
    for stream, group in groupby(judged, key=lambda each: each.strand.stream):
        rows = list(group)
        terms = sorted({each.term for each in rows}, key=lambda term: term.starts_on)
        for begin in range(0, len(terms), TERMS_ACROSS):
            some = terms[begin : begin + TERMS_ACROSS]
            tables.append(_table(f"{stream}", rows, some))
    return tables


def _table(name: str, rows: Sequence[Judgement], terms: Sequence[Term]) -> StreamTable:
    points = {(each.strand.name, each.term_id): each.point.code for each in rows}
    strands = dict.fromkeys(each.strand.name for each in rows)
    return StreamTable(
        name,
        [str(term) for term in terms],
        [
            StrandLine(strand, [points.get((strand, term.pk), "not judged") for term in terms])
            for strand in strands
        ],
    )

"""The pupils behind a figure of a report, found by its name and counted the other way round."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from assessment.measures import Indicator
from pupils.choices import AreaOfNeed, TargetOutcome
from reporting.reports.document import Cell, Document, Key
from reporting.reports.parts.divisions import divisions
from reporting.reports.parts.schools import pupils_at
from reporting.reports.parts.term import CountedTerm, Counts, core, every, in_area, one_of
from reporting.selectors.report_rows import PupilOnRoll, ReportRows


@dataclass(frozen=True)
class Behind:
    """What a figure counts: for each pupil the strands, or the targets, or just the pupil.

    `what` says it in words; `counted` is how many there are, the figure itself.
    """

    what: str
    counted: int
    strands: dict[int, list[int]]
    targets: dict[int, int]


class NoSuchFigure(Exception):
    """Nothing is called so, or what is called so is not of pupils."""


def behind(rows: ReportRows, name: Key) -> Behind:
    """Return who is behind a figure of these rows. Raises `NoSuchFigure`."""
    place, _, rest = name.partition("/")
    term_id, _, rest = rest.partition("/")
    group, _, what = rest.partition("/")
    terms = [each for each in (rows.this, rows.last) if each and str(each.term_id) == term_id]
    if not terms or not _within(rows, place):
        raise NoSuchFigure(name)
    rows = replace(rows, this=terms[0])
    term = CountedTerm(rows.this)
    ids = {each.pupil_id for each in _in_group(rows, group)}
    pupils = [each for each in pupils_at(term, place) if each.pupil_id in ids]
    if what == "pupils":
        ids_here = [each.pupil_id for each in pupils]
        return Behind("pupils on roll", len(ids_here), {each: [] for each in ids_here}, {})
    subject, _, measure = what.rpartition(".")
    if subject.partition("-")[0] == "targets":
        return _targets(term, pupils, subject.partition("-")[2], measure)
    return _judgements(term, pupils, _counts(rows, subject), measure)


def _within(rows: ReportRows, place: str) -> bool:
    """Say whether a place is one that these rows are of."""
    kind, _, number = place.removesuffix("-alone").partition("-")
    if kind == "arb":
        return number in {str(each.arb_id) for each in rows.arbs}
    return place == rows.place or (
        kind == "school" and number in {str(each.school_id) for each in rows.schools}
    )


def _in_group(rows: ReportRows, group: str) -> list[PupilOnRoll]:
    if group == "all":
        return rows.this.pupils
    for division in divisions(rows):
        for each in division.groups:
            if each.key == group:
                return each.pupils
    raise NoSuchFigure(group)


def _counts(rows: ReportRows, subject: str) -> Counts:
    kind, _, rest = subject.partition("-")
    if kind == "core" and not rest:
        return core
    if kind == "all" and not rest:
        return every
    if kind == "area" and rest.isdecimal() and int(rest) in rows.core_areas:
        return in_area(int(rest))
    if kind == "strand":
        ids = [
            strand_id
            for strand_id, each in rows.strands.items()
            if f"{each.stream_code}-{each.code}" == rest and each.core_area_id is None
        ]
        if ids:
            return one_of(ids)
    raise NoSuchFigure(subject)


_BANDS: dict[str, tuple[str, frozenset[Indicator | None]]] = {
    "judged": ("judgements made", frozenset({None, *Indicator})),
    "no_baseline": ("judgements without a baseline", frozenset({None})),
    "compared": ("judgements with a baseline", frozenset(Indicator)),
    "at": (
        "judgements at or above expected",
        frozenset({Indicator.EXPECTED, Indicator.BETTER}),
    ),
    **{
        each.name.lower(): (f"judgements that show {words}", frozenset({each}))
        for each, words in (
            (Indicator.NONE, "no progress"),
            (Indicator.SOME, "some progress"),
            (Indicator.EXPECTED, "expected progress"),
            (Indicator.BETTER, "better than expected progress"),
        )
    },
}


def _judgements(
    term: CountedTerm, pupils: Iterable[PupilOnRoll], counts: Counts, measure: str
) -> Behind:
    if measure != "due" and measure not in _BANDS:
        raise NoSuchFigure(measure)
    words, bands = _BANDS.get(measure, ("judgements due", frozenset()))
    found: dict[int, list[int]] = {}
    for pupil in pupils:
        made = term.made[pupil.pupil_id]
        strands = [
            each.strand_id
            for each in term.rows.due.get(pupil.route_id, ())
            if counts(each.strand_id, each.core_area_id)
            and (measure == "due" or (each.strand_id in made and made[each.strand_id] in bands))
        ]
        if strands:
            found[pupil.pupil_id] = strands
    return Behind(words, sum(map(len, found.values())), found, {})


_OUTCOMES: dict[str, tuple[str, frozenset[int | None]]] = {
    "set": ("termly targets set", frozenset({None, *TargetOutcome})),
    "judged": ("termly targets judged", frozenset(TargetOutcome)),
    "not_judged": ("termly targets not judged", frozenset({None})),
    "reached": (
        "termly targets met or exceeded",
        frozenset({TargetOutcome.MET, TargetOutcome.EXCEEDED}),
    ),
    **{
        each.name.lower(): (f"termly targets judged {each.label.lower()}", frozenset({each}))
        for each in TargetOutcome
    },
}


def _targets(term: CountedTerm, pupils: Iterable[PupilOnRoll], area: str, measure: str) -> Behind:
    if measure not in _OUTCOMES or (area and area not in AreaOfNeed.values):
        raise NoSuchFigure(measure)
    words, outcomes = _OUTCOMES[measure]
    ids = {each.pupil_id for each in pupils}
    found: dict[int, int] = {}
    for each in term.rows.targets:
        if each.pupil_id in ids and area in ("", each.area) and each.judged in outcomes:
            found[each.pupil_id] = found.get(each.pupil_id, 0) + 1
    return Behind(words, sum(found.values()), {}, found)


# What comes after the last dot, or the slash, in the name of a figure that has pupils behind it.
_OPEN = {"pupils", "due", *_BANDS, *_OUTCOMES}


def with_links(document: Document, path: str) -> Document:
    """Return a document in whose cells each figure with pupils behind it has a link to them."""
    return {
        **document,
        "sections": [
            {
                **section,
                "tables": [
                    {
                        **table,
                        "rows": [
                            {**line, "cells": [_linked(each, path) for each in line["cells"]]}
                            for line in table["rows"]
                        ],
                    }
                    for table in section["tables"]
                ],
            }
            for section in document["sections"]
        ],
    }


def _linked(cell: Cell, path: str) -> Cell:
    keys = cell.get("keys", [])
    if cell["kind"] == "change" or not keys or not all(map(_opens, keys)):
        return cell
    return {**cell, "links": [f"{path}pupils/?of={key}" for key in keys]}


def _opens(key: Key) -> bool:
    what = key.rpartition("/")[2]
    subject, _, measure = what.rpartition(".")
    kinds = ("core", "all", "area", "strand", "targets")
    return what == "pupils" or (subject.partition("-")[0] in kinds and measure in _OPEN)

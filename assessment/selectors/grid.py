"""The entry grid of a class and a term: pupils down, strands and termly targets across."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from pyphen import Pyphen

from assessment.selectors.cells import (
    Cell,
    Row,
    Scale,
    rows_of,
    scales,
    strand_cell,
    target_cell,
)
from assessment.selectors.coverage import Coverage
from assessment.selectors.progress import DueStrand, strands_due
from parrcs.core.access import Access, Permission
from pupils.models import Placement, Pupil
from pupils.selectors.registers import registers
from schools.models import ClassGroup, Term
from schools.selectors.windows import entry_days


@dataclass(frozen=True)
class Shown:
    """Which part of a class's grid to show: one stream, the targets only, what is left only."""

    stream: str = ""
    targets: bool = False
    left: bool = False

    @property
    def query(self) -> str:
        """The choice as the end of an address; empty for all."""
        parts = {"stream": self.stream, "targets": self.targets and "only", "left": self.left and 1}
        chosen = urlencode({name: value for name, value in parts.items() if value})
        return f"?{chosen}" if chosen else ""


@dataclass(frozen=True)
class Part:
    """A part of the grid that one may choose to see alone; the whole, without a choice."""

    name: str
    query: str
    current: bool


@dataclass(frozen=True)
class Column:
    """A strand, or the termly targets at one position."""

    name: str
    stream: str
    strand: DueStrand | None = None
    position: int | None = None

    @property
    def heading(self) -> str:
        """The name with a soft hyphen wherever a word may break: columns are narrow."""
        return _soft(self.name)

    @property
    def lack(self) -> str:
        """Why a pupil may have no cell in this column."""
        return "not due" if self.position is None else "no target"

    def cell(self, row: Row) -> Cell | None:
        """Return a pupil's cell in this column; None where nothing is due for them."""
        if self.strand is not None:
            return row.strands.get(self.strand.strand_id)
        return row.targets.get(self.position or 0)


class Group(NamedTuple):
    """Columns that belong together: those of a stream, or the targets; how many, how many shown."""

    name: str
    first: int
    columns: int
    shown: int


class Head(NamedTuple):
    """The head of a column; hidden where only what is left is asked for and nothing is."""

    column: Column
    hidden: bool


@dataclass(frozen=True)
class Line:
    """A pupil with a cell or why there is none for every column; if hidden; the column's number."""

    row: Row
    boxes: Sequence[tuple[Cell | str, bool, str]]
    hidden: bool


@dataclass(frozen=True)
class GridPlace:
    """A class and a term of its year, with the terms and classes that one may go on to."""

    class_group: ClassGroup
    term: Term
    all_terms: Sequence[Term]
    class_groups: Sequence[ClassGroup]

    def terms(self) -> list[Term]:
        """Return the terms in which the class was taught, up to now, the latest first."""
        until = max(timezone.localdate(), self.term.starts_on)
        return [
            each
            for each in reversed(self.all_terms)
            if each == self.term
            or (
                each.taught  # type: ignore[attr-defined]  # annotated
                and each.year_id == self.term.year_id
                and each.starts_on <= until
            )
        ]


@dataclass(frozen=True)
class Grid:
    """All that the page of a class and a term shows."""

    place: GridPlace
    shown: Shown
    window: str
    notice: str
    is_open: bool
    all_columns: Sequence[Column]
    rows: Sequence[Row]
    scales: dict[int, Scale]

    @property
    def coverage(self) -> Coverage:
        """What is judged of what is due in the whole class, whatever is shown of it."""
        cells = [cell for row in self.rows for cell in row.cells]
        return Coverage(len(self.rows), sum(cell.version is not None for cell in cells), len(cells))

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the part that is shown."""
        if self.shown.targets:
            return [each for each in self.all_columns if each.position is not None]
        if self.shown.stream:
            shown = self.shown.stream
            return [c for c in self.all_columns if c.strand and c.strand.stream_code == shown]
        return list(self.all_columns)

    @cached_property
    def _cells(self) -> list[tuple[Row, list[Cell | None]]]:
        """Each pupil who has something due in the part that is shown; in the whole, each pupil."""
        cells = [(row, [column.cell(row) for column in self.columns]) for row in self.rows]
        if self.columns == self.all_columns:
            return cells
        return [(row, boxes) for row, boxes in cells if any(boxes)]

    @cached_property
    def heads(self) -> list[Head]:
        """The heads of the columns that are shown."""
        return [
            Head(column, self._is_done([boxes[number] for _, boxes in self._cells]))
            for number, column in enumerate(self.columns)
        ]

    @property
    def groups(self) -> list[Group]:
        """The streams that the columns belong to, where there are several."""
        groups = []
        first = 2  # after the names
        for name, heads in groupby(self.heads, key=lambda head: head.column.stream):
            hidden = [head.hidden for head in heads]
            groups.append(Group(name, first, len(hidden), hidden.count(False)))
            first += len(hidden)
        return groups if len(groups) > 1 else []

    @property
    def heads_row(self) -> int:
        """Which row the heads of the columns are in."""
        return 2 if self.groups else 1

    @cached_property
    def lines(self) -> list[Line]:
        """The pupils that are shown, with their cells."""
        lines, numbers = [], [str(2 + place) for place in range(len(self.heads))]
        for row, cells in self._cells:
            each = zip(cells, self.heads, numbers, strict=True)
            boxes = [(cell or head.column.lack, head.hidden, n) for cell, head, n in each]
            lines.append(Line(row, boxes, self._is_done(cells)))
        return lines

    def _is_done(self, boxes: Sequence[Cell | None]) -> bool:
        """Say whether to leave out a row or column, because nothing in it is left to judge."""
        left = any(cell is not None and cell.version is None for cell in boxes)
        return self.shown.left and not left

    @property
    def rowcount(self) -> int:
        """How many rows there are, with the heads and those that are hidden."""
        return len(self.lines) + self.heads_row

    @property
    def colcount(self) -> int:
        """How many columns there are, with the names and those that are hidden."""
        return len(self.columns) + 1

    @property
    def left_or_all(self) -> str:
        """The address of the same part with only what is left, or with all again."""
        return replace(self.shown, left=not self.shown.left).query or "?"

    @property
    def parts(self) -> list[Part]:
        """The parts to choose from; none where there is but one."""
        streams = {
            each.strand.stream_code: each.strand.stream for each in self.all_columns if each.strand
        }
        has_targets = any(each.position is not None for each in self.all_columns)
        if len(streams) + has_targets < 2:
            return []
        parts = [("All", Shown(left=self.shown.left))]
        parts += [(name, Shown(code, left=self.shown.left)) for code, name in streams.items()]
        if has_targets:
            parts.append(("Targets", Shown(targets=True, left=self.shown.left)))
        return [Part(name, shown.query or "?", shown == self.shown) for name, shown in parts]

    def as_json(self) -> dict[str, Any]:
        """Return what the browser needs to enter judgements."""
        return {
            "open": self.is_open,
            "left": self.shown.left,
            "judged": self.coverage.judged,
            "due": self.coverage.due,
            "rows": [
                {
                    "pupil": row.placement.pupil_id,
                    "name": str(row.placement.pupil),
                    "route": row.placement.judged_route_name,
                }
                for row, _ in self._cells
            ],
            "columns": [
                {"name": column.name, "target": column.position is not None}
                for column in self.columns
            ],
            "scales": {
                key: {
                    "name": scale.name,
                    "points": [
                        {"id": each.id, "code": each.code, "label": each.label}
                        for each in scale.points
                    ],
                }
                for key, scale in self.scales.items()
            },
            "cells": [[cell and cell.as_json() for cell in boxes] for _, boxes in self._cells],
        }


def visible_classes(access: Access) -> QuerySet[ClassGroup]:
    """Return the classes that the person may know of."""
    return ClassGroup.objects.visible_to(access).select_related("school", "arb")


def terms() -> QuerySet[Term]:
    """Return the trust's terms, in order of time."""
    return Term.objects.order_by("starts_on")


def grid_place(access: Access, *, class_group_id: int, term_id: int) -> GridPlace | None:
    """Return a class that the person sees, in a term; None where there is no such grid.

    A class is of one year; in the terms of another it has nobody to judge.
    """
    its_year = ClassGroup.objects.filter(pk=class_group_id).values("year")
    groups = list(
        visible_classes(access).filter(year__in=its_year).order_by("school__name", "name")
    )
    group = next((each for each in groups if each.pk == class_group_id), None)
    if group is None:
        return None
    all_terms = list(terms().annotate(taught=Exists(_placed_in_its_days(group))))
    term = next((t for t in all_terms if t.pk == term_id and t.year_id == group.year_id), None)
    if term is None:
        return None
    reach = access.reach(Permission.RECORD)
    recorded = [
        each
        for each in groups
        if reach.covers(school_id=each.school_id, arb_id=each.arb_id, class_group_id=each.pk)
    ]
    return GridPlace(group, term, all_terms, recorded)


def class_grid(access: Access, *, place: GridPlace, shown: Shown) -> Grid:
    """Return the grid of a class for a term; the queries do not depend on how many pupils."""
    today = timezone.localdate()
    term = place.term
    days = entry_days(place.class_group, term)
    placements = list(
        registers(access, term=term)
        .filter(class_group=place.class_group)
        .select_related("pupil", "arb")
        .order_by("pupil__last_name", "pupil__first_name", "pupil")
    )
    due = strands_due(term)
    routes = {placement.judged_route for placement in placements}
    found = scales({s.stream_id for route in routes for s in due.get(route, ())})
    rows = rows_of(
        access, term=term, terms=place.all_terms, placements=placements, due=due, scales=found
    )
    columns = _columns(rows, due, routes)
    return Grid(
        place=place,
        shown=_there(shown, columns),
        window=days.window(today),
        notice=days.notice(today),
        is_open=days.lets_enter(today),
        all_columns=columns,
        rows=rows,
        scales=found,
    )


def entered(
    access: Access,
    *,
    class_group: ClassGroup,
    term: Term,
    terms: Sequence[Term],
    pupil: Pupil,
    strand_id: int | None,
    target_id: int | None,
) -> Cell | None:
    """Return one cell as it stands now; None if it is not due."""
    placement = registers(access, term=term).filter(class_group=class_group, pupil=pupil).first()
    if placement is None:
        return None
    if target_id is not None:
        return target_cell(access, term=term, terms=terms, pupil_id=pupil.pk, target_id=target_id)
    due = strands_due(term).get(placement.judged_route, [])
    strand = next((each for each in due if each.strand_id == strand_id), None)
    if strand is None:
        return None
    return strand_cell(access, term=term, terms=terms, pupil_id=pupil.pk, strand=strand)


def _placed_in_its_days(class_group: ClassGroup) -> QuerySet[Placement]:
    """Return the placements in a class during the term of an outer query."""
    return Placement.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("starts_on")),
        class_group=class_group,
        starts_on__lte=OuterRef("ends_on"),
    )


def _columns(
    rows: Sequence[Row], due: dict[int, list[DueStrand]], routes: set[int]
) -> list[Column]:
    """Return the strands due for any pupil of the class, then the positions of their targets.

    The order within a route is that of `strands_due`; a strand of a later route joins after it.
    """
    strands = {
        strand.strand_id: strand for route in sorted(routes) for strand in due.get(route, ())
    }
    positions = sorted({position for row in rows for position in row.targets})
    return [
        *(Column(strand.name, strand.stream, strand) for strand in strands.values()),
        *(Column(f"Target {each}", "Termly targets", position=each) for each in positions),
    ]


@lru_cache(maxsize=512)
def _soft(name: str) -> str:
    """Hyphenate softly; browsers do it by themselves only if they have a dictionary."""
    words = Pyphen(lang="en_GB", left=3, right=3)
    return " ".join(words.inserted(each, "\N{SOFT HYPHEN}") for each in name.split())


def _there(shown: Shown, columns: Sequence[Column]) -> Shown:
    """Return the choice as far as the class has it: in another class or term there is more."""
    streams = {each.strand.stream_code for each in columns if each.strand}
    has_targets = any(each.position is not None for each in columns)
    if (shown.targets and has_targets) or shown.stream in streams:
        return shown
    return Shown(left=shown.left)

"""The entry grid of a class and a term: pupils down, strands and termly targets across."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from assessment.selectors.cells import Cell, Row, Scale, rows_of, scales
from assessment.selectors.coverage import (
    Coverage,
    classes_to_record,
)
from assessment.selectors.progress import DueStrand, strands_due
from parrcs.core.access import Access
from pupils.models import Placement, Pupil
from pupils.selectors.registers import registers
from schools.models import ClassGroup, Term
from schools.selectors.windows import entry_days


@dataclass(frozen=True)
class Column:
    """A strand, or the termly targets at one position."""

    name: str
    stream: str
    strand_id: int | None = None
    position: int | None = None

    def cell(self, row: Row) -> Cell | None:
        """Return a pupil's cell in this column; None where nothing is due for them."""
        if self.strand_id is not None:
            return row.strands.get(self.strand_id)
        return row.targets.get(self.position or 0)


@dataclass(frozen=True)
class Grid:
    """All that the page of a class and a term shows."""

    class_group: ClassGroup
    term: Term
    terms: Sequence[Term]
    class_groups: Sequence[ClassGroup]
    window: str
    notice: str
    is_open: bool
    columns: Sequence[Column]
    rows: Sequence[Row]
    scales: dict[int, Scale]

    @property
    def coverage(self) -> Coverage:
        """What is judged of what is due."""
        cells = [cell for row in self.rows for cell in row.cells]
        return Coverage(len(self.rows), sum(cell.version is not None for cell in cells), len(cells))

    @property
    def lines(self) -> list[tuple[Row, list[Cell | None]]]:
        """Each pupil with a cell, or nothing, for every column."""
        return [(row, [column.cell(row) for column in self.columns]) for row in self.rows]

    def as_json(self) -> dict[str, Any]:
        """Return what the browser needs to enter judgements."""
        return {
            "open": self.is_open,
            "rows": [
                {
                    "pupil": row.placement.pupil_id,
                    "name": str(row.placement.pupil),
                    "route": row.placement.judged_route_name,
                }
                for row in self.rows
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
            "cells": [[cell and cell.as_json() for cell in cells] for _, cells in self.lines],
        }


def visible_classes(access: Access) -> QuerySet[ClassGroup]:
    """Return the classes that the person may know of."""
    return ClassGroup.objects.visible_to(access).select_related("school", "arb")


def terms() -> QuerySet[Term]:
    """Return the trust's terms, in order of time."""
    return Term.objects.order_by("starts_on")


def class_grid(access: Access, *, class_group: ClassGroup, term: Term) -> Grid:
    """Return the grid of a class for a term; the queries do not depend on how many pupils."""
    today = timezone.localdate()
    all_terms = list(terms().annotate(taught=Exists(_placed_in_its_days(class_group))))
    days = entry_days(class_group, term)
    placements = list(
        registers(access, term=term)
        .filter(class_group=class_group)
        .select_related("pupil", "arb")
        .order_by("pupil__last_name", "pupil__first_name", "pupil")
    )
    due = strands_due(term)
    routes = {placement.judged_route for placement in placements}
    found = scales({s.stream_id for route in routes for s in due.get(route, ())})
    rows = rows_of(access, term=term, terms=all_terms, placements=placements, due=due, scales=found)
    return Grid(
        class_group=class_group,
        term=term,
        terms=[
            each
            for each in reversed(all_terms)
            if each == term
            or (
                each.taught
                and each.year_id == term.year_id
                and each.starts_on <= max(today, term.starts_on)
            )
        ],
        class_groups=list(
            classes_to_record(access)
            .filter(year=class_group.year_id)
            .select_related("school")
            .order_by("school__name", "name")
        ),
        window=days.words(today),
        notice=days.notice(today),
        is_open=days.lets_enter(today),
        columns=_columns(rows, due, routes),
        rows=rows,
        scales=found,
    )


def entered(
    access: Access,
    *,
    class_group: ClassGroup,
    term: Term,
    pupil: Pupil,
    strand_id: int | None,
    target_id: int | None,
) -> Cell | None:
    """Return one cell as it stands now; None if it is not due."""
    due = strands_due(term)
    placements = list(
        registers(access, term=term)
        .filter(class_group=class_group, pupil=pupil)
        .select_related("pupil", "arb")
    )
    routes = {placement.judged_route for placement in placements}
    rows = rows_of(
        access,
        term=term,
        terms=list(terms()),
        placements=placements,
        due=due,
        scales=scales({s.stream_id for route in routes for s in due.get(route, ())}),
    )
    cells = (cell for row in rows for cell in row.cells)
    return next(
        (cell for cell in cells if (cell.strand, cell.target) == (strand_id, target_id)), None
    )


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
    several = len({strand.stream_id for strand in strands.values()}) > 1
    positions = sorted({position for row in rows for position in row.targets})
    return [
        *(
            Column(strand.name, strand.stream if several else "", strand_id=strand.strand_id)
            for strand in strands.values()
        ),
        *(Column(f"Target {each}", "", position=each) for each in positions),
    ]

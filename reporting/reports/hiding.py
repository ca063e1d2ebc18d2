"""A document as its readers outside the school see it: columns chosen, small numbers hidden.

Which figures are hidden is decided in `reporting.measures.small_numbers` alone; here a document
is turned into figures, and a cell that says a hidden one says nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reporting.measures.small_numbers import Figures, Published, Rules, hidden
from reporting.reports.document import Cell, Key, Section, Table, TableRow, cells_of, words
from reporting.reports.document import hidden as says_nothing

# By section, by table ("*" is any other): the columns that are read ("*": all).
type Reading = Mapping[str, Mapping[str, Sequence[str]]]

# Counts of what teachers have done, or of papers, not of children.
PLAIN = (
    *(".due", ".judged", ".no_baseline", ".not_judged", ".set"),
    *(".papers_done", ".papers_due_then", ".papers_late", ".further"),
)


# What can by nature not be more than what.
AT_MOST = {".at": ".compared", ".compared": ".judged", ".judged": ".due", ".reached": ".judged"}
# Tables whose rows stand in the order of their size.
BY_SIZE = ("need",)
# How many times dearer it is to hide a total than a row.
DEAR = 8


@dataclass(frozen=True)
class Hidden:
    """The figures of a report, and which of them are hidden in it."""

    figures: Figures
    hidden: frozenset[Key]

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept with a report, for what later ones have to hide."""
        return {
            "values": dict(self.figures.values),
            "sums": [[total, list(parts)] for total, parts in self.figures.sums],
            "shares": [list(each) for each in self.figures.shares],
            "at_most": [list(each) for each in self.figures.at_most],
            "together": [[one, list(others)] for one, others in self.figures.together],
            "plain": sorted(self.figures.plain),
            "few": sorted(self.figures.few),
            "told": sorted(self.figures.told),
            "unprinted": sorted(self.figures.unprinted),
            "somebody": sorted(self.figures.somebody),
            "hidden": sorted(self.hidden),
        }


def published(kept: Mapping[str, Any], *, in_force: bool = True) -> Published:
    """Return what a report gave its readers, from what is kept with it."""
    figures = Figures(
        values=kept["values"],
        sums=[(total, tuple(parts)) for total, parts in kept["sums"]],
        shares=[(n, of) for n, of in kept["shares"]],
        at_most=[(less, more) for less, more in kept["at_most"]],
        together=[(one, tuple(others)) for one, others in kept["together"]],
        plain=frozenset(kept["plain"]),
        few=frozenset(kept["few"]),
        told=frozenset(kept["told"]),
        unprinted=frozenset(kept["unprinted"]),
        somebody=frozenset(kept["somebody"]),
    )
    return Published(figures, frozenset(kept["hidden"]), in_force)


def hide(
    sections: Sequence[Section],
    reading: Reading,
    *,
    rules: Rules,
    earlier: Sequence[Published],
) -> tuple[list[Section], Hidden]:
    """Return the sections as they are read, and the figures with what is hidden of them."""
    chosen = [_chosen(each, reading[each["code"]]) for each in sections if each["code"] in reading]
    chosen = [_with_some(each, rules) for each in chosen]
    figures = _figures(chosen, rules)
    gone = hidden(figures, rules, earlier=earlier)
    read = [_without(each, gone) for each in chosen]
    return [each for each in read if _says_something(each)], Hidden(figures, gone)


def _says_something(section: Section) -> bool:
    return bool(section["tables"] or section["comment"] or section["nothing"])


def _chosen(section: Section, tables: Mapping[str, Sequence[str]]) -> Section:
    """Keep the tables and columns that are read."""
    kept = []
    for table in map(_in_order, section["tables"]):
        columns = tables.get(table["code"], tables.get("*", ()))
        if any(_read(each["code"], columns) for each in table["columns"]):
            kept.append(_in_per_cent(narrowed(table, columns)))
    return {**section, "tables": kept}


def _in_order(table: Table) -> Table:
    """Put rows that stand in the order of their size into that of their names: it tells much."""
    if table["code"] not in BY_SIZE:
        return table
    return {**table, "rows": sorted(table["rows"], key=lambda line: line["name"])}


def _with_some(section: Section, rules: Rules) -> Section:
    """Leave out tables that part so few pupils that how many rows there are would tell of them."""
    kept = []
    for table in section["tables"]:
        rows = [cells_of(table, line) for line in table["rows"] if not line["total"]]
        pupils = sum(cells["pupils"]["n"] for cells in rows if "pupils" in cells)
        if not rules.is_small(pupils):
            kept.append(table)
    return {**section, "tables": kept}


def _read(code: str, columns: Sequence[str]) -> bool:
    return code in columns or "*" in columns


def narrowed(table: Table, columns: Sequence[str]) -> Table:
    """Return a table with these columns alone ("*": all)."""
    places = [i for i, each in enumerate(table["columns"]) if _read(each["code"], columns)]
    return {
        **table,
        "columns": [table["columns"][i] for i in places],
        "rows": [{**line, "cells": [line["cells"][i] for i in places]} for line in table["rows"]],
    }


def _in_per_cent(table: Table) -> Table:
    """Return a table that says how much is judged in whole per cent, and not of how many.

    How many judgements are due follows from who is on which route: with the strands of each route
    it tells how many pupils they are. Where that number is hidden, so is this.
    """
    at = [i for i, each in enumerate(table["columns"]) if each["code"] == "coverage"]
    rows: list[TableRow] = [
        {
            **line,
            "cells": [
                _per_cent(cell, cells_of(table, line).get("pupils")) if i in at else cell
                for i, cell in enumerate(line["cells"])
            ],
        }
        for line in table["rows"]
    ]
    return {**table, "rows": rows}


def _per_cent(cell: Cell, pupils: Cell | None) -> Cell:
    """Return judged of due in per cent, rounded down, so that 100 is all."""
    names = pupils["keys"] if pupils else []
    if not cell["of"]:
        return {**words("none due"), "keys": names}
    percent = 100 * cell["n"] // cell["of"]
    return Cell(kind="words", keys=names, text=f"{percent}\u00a0%", percent=percent)


def _as_read(cell: Cell) -> Cell:
    """Return a cell without what is in it and not printed."""
    read: Cell = {**cell}
    read.pop("behind", None)
    return read


def _figures(sections: Sequence[Section], rules: Rules) -> Figures:
    """Return every figure that could be read, and how they hang together.

    Of the pupils of a group the judgements say much, so both are hidden or none; and where few
    pupils stand behind a share, it is hidden though its judgements may be many. Where nobody is,
    or nothing was judged of anybody, that is told: it could not be otherwise.
    """
    values: dict[Key, int] = {}
    shares: dict[tuple[Key, Key], None] = {}
    dear: dict[Key, int] = {}
    few: set[Key] = set()
    told: set[Key] = set()
    tables = [table for section in sections for table in section["tables"]]
    printed = [(line["total"], cells_of(table, line)) for table in tables for line in table["rows"]]
    together = list(_beside([cells for _, cells in printed]))
    names = {key for _, cells in printed for cell in cells.values() for key in cell.get("keys", ())}
    absent = {key for table in tables for key in table["absent"]} - names
    names |= absent
    beneath = [(False, cells) for table in tables for cells in table["beneath"]]
    for total, cells in [*printed, *beneath]:
        said: list[Key] = []
        pupils = cells.get("pupils")
        of_some = pupils is not None and pupils["n"] > 0
        if pupils and not pupils["n"]:
            told.update(pupils["keys"][:1])
        for code, cell in cells.items():
            values.update(_values(cell))
            if cell["kind"] == "share":
                shares[cell["keys"][0], cell["keys"][1]] = None
                if not cell["n"] and cell["keys"][0].endswith(".pupils"):
                    told.add(cell["keys"][0])  # nobody has any of what there is none of
                if not cell["of"] and not (of_some and code == "share"):
                    told.update(cell["keys"])
                    continue
                said += cell["keys"]
                behind = cell.get("behind", rules.fewest_of)
                if cell["of"] and (cell.get("few") or behind < rules.fewest_of):
                    few.add(cell["keys"][0])
        if pupils and pupils["kind"] == "count" and said:
            together.append((pupils["keys"][0], tuple(said)))
        if total:
            dear.update(
                dict.fromkeys((key for c in cells.values() for key in c.get("keys", ())), DEAR)
            )
    values |= dict.fromkeys(absent, 0)
    sums = {
        (each["total"], tuple(each["parts"])): None
        for table in tables
        for each in table["sums"]
        if {each["total"], *each["parts"]} <= values.keys()
    }
    return Figures(
        values=values,
        sums=list(sums),
        shares=list(shares),
        at_most=[
            (key, of)
            for key in values
            for less, more in AT_MOST.items()
            if key.endswith(less) and (of := key.removesuffix(less) + more) in values
        ],
        together=together,
        plain=frozenset(key for key in values if key.endswith(PLAIN)),
        dear=dear,
        few=frozenset(few),
        unprinted=frozenset(values.keys() - names),
        # Also where they are printed in no table here: they will be listed in another report.
        somebody=frozenset(key for key in values if key.endswith("/pupils") and values[key]),
        told=frozenset(told | absent),
    )


def _beside(rows: Iterable[Mapping[str, Cell]]) -> Iterator[tuple[Key, tuple[Key, ...]]]:
    """Return what stands beside one other figure alone: where that is hidden, it is not seen."""
    pairs: dict[Key, set[tuple[Key, ...]]] = defaultdict(set)
    for cells in rows:
        for cell in cells.values():
            if cell["kind"] in ("count", "part", "share"):
                for each in cell["keys"]:
                    pairs[each].add(tuple(cell["keys"]))
    for name, found in pairs.items():
        if len(found) == 1:
            for other in found.pop():
                if other != name:
                    yield other, (name,)


def _values(cell: Cell) -> dict[Key, int]:
    """Return the figures that a cell says; a change says none that its shares do not."""
    match cell["kind"]:
        case "count":
            return {cell["keys"][0]: cell["n"]}
        case "part" | "share":
            return {cell["keys"][0]: cell["n"], cell["keys"][1]: cell["of"]}
        case _:
            return {}


def _without(section: Section, gone: frozenset[Key]) -> Section:
    """Return a section in which each cell that says a hidden figure says nothing."""
    return {
        **section,
        "tables": [
            {
                **table,
                "rows": [
                    {
                        **line,
                        "cells": [
                            says_nothing()
                            if gone.intersection(cell.get("keys", ()))
                            else _as_read(cell)
                            for cell in line["cells"]
                        ],
                    }
                    for line in table["rows"]
                ],
                "sums": [],
                "beneath": [],
                "absent": [],
            }
            for table in section["tables"]
        ],
    }

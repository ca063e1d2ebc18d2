"""The heat map: each school and ARB by strand, tinted by where it stands beside the trust."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from assessment.measures import Standing
from reporting.charts.render import (
    BETTER_TINT,
    INK,
    INK_SOFT,
    NONE_TINT,
    RULE,
    SOME_TINT,
    in_lines,
)


class HeatCell(NamedTuple):
    """What stands in a cell, and where the share in it stands, if there is one.

    `row` and `column` are the places in their lists: two schools may have the same name.
    """

    row: int
    column: int
    text: str
    standing: Standing | None


_PAPER = "#ffffff"
# What is within the limits stays as the paper is, so that the others are seen first.
_TINTS = {
    Standing.BELOW: ("▼", NONE_TINT),
    Standing.WATCH_BELOW: ("◆", SOME_TINT),
    Standing.WITHIN: ("●", _PAPER),
    Standing.WATCH_ABOVE: ("◆", SOME_TINT),
    Standing.ABOVE: ("▲", BETTER_TINT),
    None: ("", _PAPER),
}
LEGEND = (
    "▼ below and ▲ above the 99.8 % limits of the trust's rate",
    "◆ outside the 95 % limits   ● within",
)
# How many columns have room for their names across and for their cells in full.
_MANY = 8
_WIDE, _SLIM, _HIGH = 86, 48, 24
_ROW_NAME, _COLUMN_NAME, _UPRIGHT_NAME = 30, 14, 34
_LINE, _AWAY = 13, 6


def heat_spec(
    cells: Sequence[HeatCell], *, rows: Sequence[str], columns: Sequence[str], title: str
) -> dict[str, Any]:
    """Return the cells as a Vega-Lite specification; `rows` and `columns` are in order.

    The names are whole: in lines, and upright above many columns.
    """
    many = len(columns) > _MANY
    values = [
        {
            "row": cell.row,
            "column": cell.column,
            "tint": _TINTS[cell.standing][1],
            "text": f"{_TINTS[cell.standing][0]} {cell.text}".strip(),
        }
        for cell in cells
    ]
    above = [in_lines(name, _UPRIGHT_NAME if many else _COLUMN_NAME) for name in columns]
    beside = [in_lines(name, _ROW_NAME) for name in rows]
    x = {
        "field": "column",
        "type": "ordinal",
        "scale": {"domain": list(range(len(columns)))},
        "axis": {**_AXIS, "orient": "top", **(_upright(above) if many else _across(above))},
    }
    y = {
        "field": "row",
        "type": "ordinal",
        "scale": {"domain": list(range(len(rows)))},
        "axis": {**_AXIS, "labelPadding": _AWAY, "labelExpr": _at_each_place(beside)},
    }
    return {
        "width": {"step": _SLIM if many else _WIDE},
        "height": {"step": max(_HIGH, _LINE * max(map(len, beside)))},
        "title": {
            "text": title,
            "subtitle": LEGEND,
            "anchor": "start",
            "frame": "bounds",
            "fontSize": 12,
            "color": INK,
            "subtitleColor": INK_SOFT,
            "subtitleFontSize": 11,
            "offset": 10,
        },
        "config": {"background": _PAPER, "padding": 8},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "rect", "stroke": RULE},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {"field": "tint", "type": "nominal", "scale": None},
                },
            },
            {
                "mark": {"type": "text", "fontSize": 10, "color": INK},
                "encoding": {"x": x, "y": y, "text": {"field": "text"}},
            },
        ],
    }


_AXIS = {"title": None, "ticks": False, "domain": False, "labelLimit": 0}


def _across(names: list[list[str]]) -> dict[str, Any]:
    """Write names across, the last line of each just above its column."""
    most = max(map(len, names))
    whole = [[""] * (most - len(lines)) + lines for lines in names]
    return {
        "labelAngle": 0,
        "labelExpr": _at_each_place(whole),
        "labelLineHeight": _LINE,
        "labelPadding": _AWAY + _LINE * (most - 1),
    }


def _upright(names: list[list[str]]) -> dict[str, Any]:
    """Write names from below upwards, in the middle of their columns."""
    return {"labelAngle": -90, "labelExpr": _at_each_place(names), "labelPadding": _AWAY}


def _at_each_place(names: list[list[str]]) -> str:
    """Return what Vega writes at each place: the lines of its name."""
    return f"{json.dumps(names)}[datum.value]"

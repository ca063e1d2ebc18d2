"""Shares over time: a small panel for each school and ARB, on the same axes, the trust behind."""

import json
from collections.abc import Sequence
from math import ceil, floor
from typing import Any, NamedTuple

from reporting.charts.render import ACCENT, INK, INK_SOFT, RULE, in_lines


class TrendPoint(NamedTuple):
    """A share with its interval in a term, each between 0 and 1; `term` is the term's place."""

    term: int
    share: float
    low: float
    high: float


class TrendPanel(NamedTuple):
    """A school, an ARB or the trust; a term without a share has no point."""

    name: str
    points: tuple[TrendPoint, ...]


WIDTH, HEIGHT = 150, 84
# How many panels stand beside each other, and on a narrow screen.
PANELS, PANELS_NARROW = 4, 2
_NAME = 24


def trend_spec(
    panels: Sequence[TrendPanel], *, terms: Sequence[str], title: str, narrow: bool = False
) -> dict[str, Any]:
    """Return the panels as a Vega-Lite specification; the first is the trust's.

    Every panel has the same axes, and the line of the trust behind its own.
    """
    beside = PANELS_NARROW if narrow else PANELS
    ends = [end for panel in panels for each in panel.points for end in (each.low, each.high)]
    seen = [floor(10 * min(ends, default=0)) / 10, ceil(10 * max(ends, default=1)) / 10]
    high = max(len(in_lines(panel.name, _NAME)) for panel in panels)
    return {
        "title": {
            "text": in_lines(title, _NAME * beside + 8),
            "anchor": "start",
            "fontSize": 12,
            "color": INK,
            "offset": 12,
        },
        "config": {"background": "#ffffff", "padding": 8},
        "columns": beside,
        "spacing": {"row": 16, "column": 14},
        "concat": [
            _panel(panel, panels[0], terms, seen, first=place % beside == 0, high=high)
            for place, panel in enumerate(panels)
        ],
    }


def _panel(
    panel: TrendPanel,
    trust: TrendPanel,
    terms: Sequence[str],
    seen: list[float],
    *,
    first: bool,
    high: int,
) -> dict[str, Any]:
    lines = in_lines(panel.name, _NAME)
    x = {
        "field": "term",
        "type": "ordinal",
        "scale": {"domain": list(range(len(terms))), "type": "point", "padding": 0.3},
        "axis": _ends(terms),
    }
    # Only the first panel of a row says what the heights mean; the others have its lines.
    y_axis = {
        "format": ".0%",
        "values": _heights(seen),
        "gridColor": RULE,
        "title": None,
        "domain": False,
        "ticks": False,
        "labels": first,
    }
    y = {
        "field": "share",
        "type": "quantitative",
        # A little more than the highest, so that its label stays within the panel.
        "scale": {"domain": [seen[0], seen[1] + 0.08 * (seen[1] - seen[0])], "nice": False},
        "axis": y_axis,
    }
    own = [each._asdict() for each in panel.points]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": own},
            "mark": {"type": "area", "color": ACCENT, "opacity": 0.14},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        }
    ]
    if panel is not trust:
        layers.append(
            {
                "data": {"values": [each._asdict() for each in trust.points]},
                "mark": {"type": "line", "color": INK_SOFT, "strokeDash": [3, 3], "strokeWidth": 1},
                "encoding": {"x": x, "y": y},
            }
        )
    layers += [
        {
            "data": {"values": own},
            "mark": {
                "type": "line",
                "color": ACCENT,
                "strokeWidth": 2,
                "point": {"size": 22, "color": ACCENT},
            },
            "encoding": {"x": x, "y": y},
        }
    ]
    if not own:
        layers.append(_too_few())
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "title": {
            # Blank lines above a short name, so that all panels of a row begin at one height.
            "text": [""] * (high - len(lines)) + lines,
            "anchor": "start",
            "fontSize": 11,
            "color": INK,
            "offset": 6,
            "frame": "group",
        },
        "layer": layers,
    }


def _ends(terms: Sequence[str]) -> dict[str, Any]:
    """Return an axis that names the first term and the last: there is no room for each."""
    last = len(terms) - 1
    return {
        "title": None,
        "grid": False,
        "values": sorted({0, last}),
        "labelExpr": f"{json.dumps([*terms])}[datum.value]",
        "labelAngle": 0,
        "labelFontSize": 10,
        "labelAlign": {
            "condition": {"test": f"datum.value === {last}", "value": "right"},
            "value": "left",
        }
        if last
        else "center",
        "labelOverlap": False,
    }


def _heights(seen: list[float]) -> list[float]:
    low, high = (round(10 * each) for each in seen)
    step = max(1, ceil((high - low) / 4))
    return [each / 10 for each in range(low, high + 1, step)]


def _too_few() -> dict[str, Any]:
    return {
        "data": {"values": [{"said": "too few judged"}]},
        "mark": {
            "type": "text",
            "fontSize": 11,
            "color": INK_SOFT,
            "x": WIDTH / 2,
            "y": HEIGHT / 2,
        },
        "encoding": {"text": {"field": "said"}},
    }

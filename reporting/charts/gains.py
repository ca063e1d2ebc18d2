"""Gains since the baseline: a histogram for each route and stream, cut by the indicator."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from math import floor
from typing import Any, NamedTuple

from assessment.measures import Indicator
from reporting.charts.render import (
    BETTER,
    EXPECTED,
    INK,
    INK_SOFT,
    NONE,
    RULE,
    SOME,
    in_lines,
)


class GainsPanel(NamedTuple):
    """The gains of one route and stream: how many judgements by gain and indicator.

    Panels of one `scale` have the same axes. Without a median too few are judged.
    """

    name: str
    scale: str
    counts: Mapping[tuple[Decimal, Indicator], int]
    median: Decimal | None
    beneath: str


WIDTH, HEIGHT = 205, 110
PANELS, PANELS_NARROW = 3, 1
_NAME = 34
# More values than these are put together, so that every bar can be seen.
_BARS = 24
# A piece lower than this share of the panel has no room for its mark.
_ROOM = 0.09
_MARKS = {
    Indicator.NONE: ("▼", "▼ None", NONE, "#ffffff"),
    Indicator.SOME: ("◆", "◆ Some", SOME, INK),
    Indicator.EXPECTED: ("●", "● Expected", EXPECTED, INK),
    Indicator.BETTER: ("▲", "▲ Better", BETTER, "#ffffff"),
}


def gains_spec(panels: Sequence[GainsPanel], *, title: str, beside: int = PANELS) -> dict[str, Any]:
    """Return the panels as a Vega-Lite specification, each bar as the share of its judgements."""
    steps = _steps(panels)
    pieces = [_pieces(panel, steps[panel.scale]) for panel in panels]
    highest = _highest(panels, pieces)
    high = max(len(in_lines(panel.name, _NAME)) for panel in panels)
    return {
        "title": {
            "text": in_lines(title, 44 * beside),
            "anchor": "start",
            "fontSize": 12,
            "color": INK,
            "offset": 10,
        },
        "config": {"background": "#ffffff", "padding": 8},
        "columns": beside,
        "spacing": {"row": 20, "column": 22},
        "concat": [
            _panel(panel, found, _ends(panels, panel.scale, steps), highest[panel.scale], high)
            for panel, found in zip(panels, pieces, strict=True)
        ],
        "resolve": {"scale": {"color": "shared"}},
    }


def _values(panels: Sequence[GainsPanel], scale: str) -> list[float]:
    found = {float(gain) for each in panels if each.scale == scale for gain, _ in each.counts}
    return sorted(found)


def _steps(panels: Sequence[GainsPanel]) -> dict[str, float]:
    """Return how wide a bar is on each scale: its smallest step, or more where there are many."""
    steps = {}
    for scale in {panel.scale for panel in panels}:
        values = _values(panels, scale)
        apart = [after - before for before, after in pairwise(values)]
        step = min([1.0, *apart])
        across = (values[-1] - values[0]) / step if values else 0
        steps[scale] = step * (1 + int(across / _BARS))
    return steps


def _highest(
    panels: Sequence[GainsPanel], pieces: Sequence[list[dict[str, Any]]]
) -> dict[str, float]:
    """Return the highest bar of each scale."""
    highest: dict[str, float] = {}
    for panel, found in zip(panels, pieces, strict=True):
        tops = [each["end"] for each in found]
        highest[panel.scale] = max([highest.get(panel.scale, 0.01), *tops])
    return highest


def _ends(panels: Sequence[GainsPanel], scale: str, steps: dict[str, float]) -> list[float]:
    values = [0.0, *_values(panels, scale)]
    return [min(values) - steps[scale], max(values) + steps[scale]]


def _pieces(panel: GainsPanel, step: float) -> list[dict[str, Any]]:
    """Return what each bar is piled up of, no progress at the bottom."""
    if panel.median is None:
        return []
    total = sum(panel.counts.values())
    bars: dict[tuple[float, Indicator], int] = {}
    for (gain, indicator), n in panel.counts.items():
        # Halves always up: to the even, every other bar would take three steps and one.
        middle = step * floor(float(gain) / step + 0.5)
        bars[middle, indicator] = bars.get((middle, indicator), 0) + n
    pieces, tops = [], dict[float, float]()
    for (middle, indicator), n in sorted(bars.items()):
        start = tops.get(middle, 0.0)
        tops[middle] = end = start + n / total
        pieces.append(
            {
                "from": middle - 0.45 * step,
                "to": middle + 0.45 * step,
                "at": middle,
                "start": start,
                "end": end,
                "middle": (start + end) / 2,
                "indicator": _MARKS[indicator][1],
                "mark": _MARKS[indicator][0],
                "ink": _MARKS[indicator][3],
            }
        )
    return pieces


def _panel(
    panel: GainsPanel, pieces: list[dict[str, Any]], ends: list[float], highest: float, high: int
) -> dict[str, Any]:
    lines = in_lines(panel.name, _NAME)
    x = {
        "field": "from",
        "type": "quantitative",
        "scale": {"domain": ends, "nice": False},
        "axis": {"title": "Gain in points", "grid": False, "tickCount": 6, "format": "~g"},
    }
    y = {
        "field": "start",
        "type": "quantitative",
        "scale": {"domain": [0, 1.12 * highest], "nice": False},
        "axis": {
            "title": None,
            "format": ".0%",
            "tickCount": 4,
            "gridColor": RULE,
            "domain": False,
            "ticks": False,
        },
    }
    roomy = [each for each in pieces if each["end"] - each["start"] >= _ROOM * highest]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": pieces},
            "mark": {"type": "bar"},
            "encoding": {
                "x": x,
                "x2": {"field": "to"},
                "y": y,
                "y2": {"field": "end"},
                "color": {
                    "field": "indicator",
                    "type": "nominal",
                    "scale": {
                        "domain": [label for _, label, _, _ in _MARKS.values()],
                        "range": [colour for _, _, colour, _ in _MARKS.values()],
                    },
                    "legend": {"orient": "top", "title": None, "symbolType": "square"},
                },
            },
        },
        {
            "data": {"values": roomy},
            "mark": {"type": "text", "fontSize": 8},
            "encoding": {
                "x": {**x, "field": "at"},
                "y": {**y, "field": "middle"},
                "text": {"field": "mark"},
                "color": {"field": "ink", "type": "nominal", "scale": None},
            },
        },
    ]
    if panel.median is None:
        layers.append(_said("too few judged"))
    else:
        # Behind the bars: it is seen above them, and hides no mark.
        layers.insert(0, _rule(float(panel.median), x))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "title": {
            "text": [""] * (high - len(lines)) + lines,
            "subtitle": panel.beneath,
            "anchor": "start",
            "frame": "group",
            "fontSize": 11,
            "color": INK,
            "subtitleFontSize": 11,
            "subtitleColor": INK_SOFT,
            "offset": 6,
        },
        "layer": layers,
    }


def _rule(at: float, x: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": {"values": [{"from": at}]},
        "mark": {"type": "rule", "color": INK, "strokeDash": [4, 3]},
        "encoding": {"x": x},
    }


def _said(text: str) -> dict[str, Any]:
    return {
        "data": {"values": [{"said": text}]},
        "mark": {"type": "text", "color": INK_SOFT, "x": WIDTH / 2, "y": HEIGHT / 2},
        "encoding": {"text": {"field": "said"}},
    }

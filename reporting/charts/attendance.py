"""Attendance by half term, against the national figure."""

from collections.abc import Sequence
from typing import Any

from reporting.charts.render import ACCENT, INK, INK_SOFT, RULE

WIDTH, HEIGHT = 460, 210


def half_terms_spec(rates: Sequence[tuple[str, float]], *, national: float) -> dict[str, Any]:
    """Return the rates in per cent as a Vega-Lite specification, with a line at the national one.

    The scale does not begin at 0, so the rates are points and no bars.
    """
    values = [{"half": name, "rate": round(rate, 1)} for name, rate in rates]
    low = min([national, *(rate for _, rate in rates)])
    scale = {"domain": [max(0, 5 * int((low - 3) // 5)), 100]}
    x = {
        "field": "half",
        "type": "ordinal",
        "sort": None,
        "axis": {
            "title": None,
            "labelAngle": 0,
            # Season, year and half one below the other: six of them have room beside each other.
            "labelExpr": "split(replace(datum.label, ' ', ', '), ', ')",
            "ticks": False,
        },
    }
    rate = {"field": "rate", "type": "quantitative", "scale": scale}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        "config": {"background": "#ffffff", "padding": 8},
        "layer": [
            {
                "data": {"values": [{"rate": national}]},
                "mark": {"type": "rule", "color": INK_SOFT, "strokeDash": [4, 3]},
                "encoding": {"y": rate},
            },
            {
                "data": {"values": values},
                "mark": {"type": "line", "color": ACCENT, "strokeWidth": 2},
                "encoding": {"x": x, "y": rate},
            },
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "size": 70, "color": ACCENT},
                "encoding": {
                    "x": x,
                    "y": {
                        **rate,
                        "axis": {
                            "title": "Per cent attended",
                            "gridColor": RULE,
                            "tickCount": 5,
                        },
                    },
                },
            },
            {
                "data": {"values": values},
                "mark": {"type": "text", "dy": -12, "fontSize": 11, "color": INK},
                "encoding": {"x": x, "y": rate, "text": {"field": "rate", "format": ".1f"}},
            },
        ],
    }

"""The funnel: each school and ARB by its size, against the limits of the trust's rate."""

from collections.abc import Sequence
from math import ceil, floor
from typing import Any, NamedTuple

from assessment.measures import Z_95, Z_998, Standing, control_limits
from reporting.charts.render import (
    BETTER,
    EXPECTED,
    INK,
    INK_SOFT,
    NONE,
    RULE,
    SOME,
)


class FunnelPoint(NamedTuple):
    """One school or ARB: how many judgements, how many at or above expected, where it stands."""

    name: str
    total: int
    hits: int
    standing: Standing


# The same marks as on the page: colour never stands alone.
_MARKS = {
    Standing.BELOW: ("triangle-down", NONE),
    Standing.WATCH_BELOW: ("diamond", SOME),
    Standing.WITHIN: ("circle", EXPECTED),
    Standing.WATCH_ABOVE: ("diamond", SOME),
    Standing.ABOVE: ("triangle-up", BETTER),
}
_WATCH = (Standing.WATCH_BELOW, Standing.WATCH_ABOVE)
_STEPS = 48
WIDTH, HEIGHT = 300, 260


def funnel_spec(points: Sequence[FunnelPoint], rate: float) -> dict[str, Any]:
    """Return the funnel as a Vega-Lite specification; who stands out has its name beside it."""
    largest = max((point.total for point in points), default=1)
    shares = [rate, *(point.hits / point.total for point in points)]
    # From a ten per cent below all points to one above them, so that they spread out.
    seen = [max(0, floor(10 * min(shares) - 1) / 10), min(1, ceil(10 * max(shares) + 1) / 10)]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        "config": {"background": "#ffffff", "padding": 8},
        "layer": [
            _limits(rate, largest, seen, Z_998, [4, 3], INK_SOFT),
            _limits(rate, largest, seen, Z_95, [1, 0], RULE),
            {
                "data": {"values": [{"rate": rate}]},
                "mark": {"type": "rule", "color": INK_SOFT},
                "encoding": {"y": {"field": "rate", "type": "quantitative"}},
            },
            *_points(points),
        ],
    }


def _limits(
    rate: float, largest: int, seen: list[float], z: float, dash: list[int], colour: str
) -> dict[str, Any]:
    """Draw both limits from the smallest size that may stand out to the largest there is."""
    sizes = sorted({max(1, round(largest * (i / _STEPS) ** 2)) for i in range(1, _STEPS)})
    sizes.append(round(largest * 1.05) + 1)
    values = [
        {"size": size, "share": share, "side": side}
        for size in sizes
        for side, share in zip(("low", "high"), control_limits(rate, size, z), strict=True)
    ]
    return {
        "data": {"values": values},
        "mark": {
            "type": "line",
            "color": colour,
            "strokeDash": dash,
            "strokeWidth": 1,
            "clip": True,
        },
        "encoding": {
            "x": {
                "field": "size",
                "type": "quantitative",
                "title": "Judgements",
                "axis": {"grid": False, "tickCount": 5},
                "scale": {"nice": False, "zero": True},
            },
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": "At or above expected",
                "axis": {"format": ".0%", "grid": False, "tickCount": 5},
                "scale": {"domain": seen, "nice": False},
            },
            "detail": {"field": "side", "type": "nominal"},
        },
    }


def _points(points: Sequence[FunnelPoint]) -> list[dict[str, Any]]:
    named = _named(points)
    values = [
        {
            "name": point.name,
            "total": point.total,
            "share": point.hits / point.total,
            "standing": point.standing.name,
            "label": point.name if point in named else "",
        }
        for point in points
    ]
    place = {
        "x": {"field": "total", "type": "quantitative"},
        "y": {"field": "share", "type": "quantitative"},
    }
    order = [each.name for each in _MARKS]
    return [
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                **place,
                "shape": {
                    "field": "standing",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": order, "range": [m[0] for m in _MARKS.values()]},
                },
                "color": {
                    "field": "standing",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": order, "range": [m[1] for m in _MARKS.values()]},
                },
            },
        },
        *(
            {
                "data": {
                    "values": [v for v in values if v["label"] and right is _right(v, values)]
                },
                "mark": {
                    "type": "text",
                    "align": "right" if right else "left",
                    "dx": -8 if right else 8,
                    "fontSize": 11,
                    "color": INK,
                },
                "encoding": {**place, "text": {"field": "label"}},
            }
            for right in (False, True)
        ),
    ]


def _right(value: dict[str, Any], values: list[dict[str, Any]]) -> bool:
    """Say whether a name goes to the left of its point, as beyond it the picture ends."""
    return bool(value["total"] > 0.5 * max(each["total"] for each in values))


def _named(points: Sequence[FunnelPoint]) -> list[FunnelPoint]:
    """Return the points to name: all outside 99.8 %; those to watch where there is room."""
    width = max((point.total for point in points), default=1)
    shares = [point.hits / point.total for point in points] or [0.0]
    height = max(max(shares) - min(shares), 0.1)
    named: list[FunnelPoint] = []
    for point in sorted(points, key=lambda each: each.standing in _WATCH):
        crowded = any(
            abs(point.total - other.total) < 0.5 * width
            and abs(point.hits / point.total - other.hits / other.total) < 0.1 * height
            for other in named
        )
        if point.standing in (Standing.BELOW, Standing.ABOVE) or (
            point.standing in _WATCH and not crowded
        ):
            named.append(point)
    return named

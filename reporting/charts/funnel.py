"""The funnel: each school and ARB by its size, against the limits of the trust's rate."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from typing import Any, NamedTuple

from assessment.measures import Z_95, Z_998, Standing, control_limits
from reporting.charts.render import (
    BETTER,
    EXPECTED,
    INK,
    INK_SOFT,
    NONE,
    SOME,
    in_lines,
    letters,
)


class FunnelPoint(NamedTuple):
    """One school or ARB: how many judgements, how many at or above expected, where it stands."""

    name: str
    total: int
    hits: int
    standing: Standing


class Axes(NamedTuple):
    """What a funnel is of: what its units count, which share, and whether more of it is worse."""

    counts: str = "Judgements"
    share: str = "At or above expected"
    worse: bool = False


PROGRESS = Axes()
# The same marks as on the page: colour never stands alone.
_MARKS = {
    Standing.BELOW: ("triangle-down", NONE),
    Standing.WATCH_BELOW: ("diamond", SOME),
    Standing.WITHIN: ("circle", EXPECTED),
    Standing.WATCH_ABOVE: ("diamond", SOME),
    Standing.ABOVE: ("triangle-up", BETTER),
}
# Where more is worse, who is above is marked as who is below elsewhere.
_TURNED = {
    **_MARKS,
    Standing.BELOW: ("triangle-down", BETTER),
    Standing.ABOVE: ("triangle-up", NONE),
}
# Fainter than the others, and still 3 : 1 on white.
_WATCH_LINE = "#8b9199"
_WATCH = (Standing.WATCH_BELOW, Standing.WATCH_ABOVE)
_STEPS = 48
# Of what is drawn in, without its axes.
WIDTH, HEIGHT = 240, 210
# Of a name beside a point: how many letters a line has, how wide a letter is about, how high a
# line, and how far away it begins.
_LINE, _LETTER, _HIGH, _AWAY = 26, 6.2, 13, 8


def funnel_spec(
    points: Sequence[FunnelPoint], rate: float, *, width: int = WIDTH, axes: Axes = PROGRESS
) -> dict[str, Any]:
    """Return the funnel as a Vega-Lite specification; who stands out has its name beside it.

    The picture grows until every name is whole in it.
    """
    largest = max((point.total for point in points), default=1)
    shares = [rate, *(point.hits / point.total for point in points)]
    # From a ten per cent below all points to one above them, so that they spread out.
    seen = [max(0, floor(10 * min(shares) - 1) / 10), min(1, ceil(10 * max(shares) + 1) / 10)]
    return {
        "width": width,
        "height": HEIGHT,
        "autosize": {"type": "pad"},
        "config": {"background": "#ffffff", "padding": 8},
        "layer": [
            _limits(rate, largest, seen, Z_998, axes),
            _limits(rate, largest, seen, Z_95, axes),
            {
                "data": {"values": [{"rate": rate}]},
                "mark": {"type": "rule", "color": INK_SOFT},
                "encoding": {"y": {"field": "rate", "type": "quantitative"}},
            },
            *_points(points, _TURNED if axes.worse else _MARKS),
            *_names(points, seen, width, largest),
        ],
    }


def _last(largest: int) -> int:
    """Return the size at which the picture ends."""
    return round(largest * 1.05) + 1


def _limits(rate: float, largest: int, seen: list[float], z: float, axes: Axes) -> dict[str, Any]:
    """Draw both limits from the smallest size that may stand out to the largest there is."""
    dash, colour = ([4, 3], INK_SOFT) if z == Z_998 else ([1, 0], _WATCH_LINE)
    sizes = sorted({max(1, round(largest * (i / _STEPS) ** 2)) for i in range(1, _STEPS)})
    sizes.append(_last(largest))
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
                "title": axes.counts,
                "axis": {"grid": False, "tickCount": 5},
                "scale": {"nice": False, "zero": True},
            },
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": axes.share,
                "axis": {"format": ".0%", "grid": False, "tickCount": 5},
                "scale": {"domain": seen, "nice": False},
            },
            "detail": {"field": "side", "type": "nominal"},
        },
    }


def _points(
    points: Sequence[FunnelPoint], marks: Mapping[Standing, tuple[str, str]]
) -> list[dict[str, Any]]:
    values = [
        {
            "total": point.total,
            "share": point.hits / point.total,
            "standing": point.standing.name,
        }
        for point in points
    ]
    order = [each.name for each in marks]
    return [
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "x": {"field": "total", "type": "quantitative"},
                "y": {"field": "share", "type": "quantitative"},
                "shape": {
                    "field": "standing",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": order, "range": [m[0] for m in marks.values()]},
                },
                "color": {
                    "field": "standing",
                    "type": "nominal",
                    "legend": None,
                    "scale": {"domain": order, "range": [m[1] for m in marks.values()]},
                },
            },
        },
    ]


class _Name(NamedTuple):
    """A name in its lines; the place of its first line's middle, in pixels from the top left."""

    lines: list[str]
    x: float
    y: float
    to_the_left: bool

    def over(self, other: "_Name") -> bool:
        """Say whether it lies on another."""
        (start, end), (first, last) = self._across(), other._across()
        return (
            start < last
            and first < end
            and self.y < other.y + _HIGH * len(other.lines)
            and other.y < self.y + _HIGH * len(self.lines)
        )

    def _across(self) -> tuple[float, float]:
        wide = _LETTER * max(map(letters, self.lines))
        return (self.x - wide, self.x) if self.to_the_left else (self.x, self.x + wide)


def _names(
    points: Sequence[FunnelPoint], seen: list[float], width: int, largest: int
) -> Iterator[dict[str, Any]]:
    """Write the names beside their points, in lines of a length, none on another."""
    low, high = seen
    placed: list[_Name] = []
    # From the top down: a name that would lie on another one goes below it. Those to watch come
    # last, and are left out where there is no room for them.
    for point in sorted(
        _named(points), key=lambda each: (each.standing in _WATCH, -each.hits / each.total)
    ):
        left = point.total > 0.5 * largest
        at = width * point.total / _last(largest) + (-_AWAY if left else _AWAY)
        lines = in_lines(point.name, _LINE)
        top = HEIGHT * (high - point.hits / point.total) / (high - low)
        name = _Name(lines, at, top - _HIGH * (len(lines) - 1) / 2, left)
        if point.standing in _WATCH and any(map(name.over, placed)):
            continue
        while below := next((each for each in placed if name.over(each)), None):
            name = name._replace(y=below.y + _HIGH * len(below.lines))
        placed.append(name)
    for name in placed:
        yield {
            "data": {"values": [{"label": "\n".join(name.lines)}]},
            "mark": {
                "type": "text",
                "align": "right" if name.to_the_left else "left",
                "baseline": "middle",
                "lineBreak": "\n",
                "lineHeight": _HIGH,
                "fontSize": 11,
                "color": INK,
                "x": name.x,
                "y": name.y,
            },
            "encoding": {"text": {"field": "label"}},
        }


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

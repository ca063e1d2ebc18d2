"""Charts of progress: how judgements fall on the indicator, and shares with their intervals."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from reporting.charts.render import (
    ACCENT,
    BETTER,
    EXPECTED,
    INK,
    INK_SOFT,
    NONE,
    RULE,
    SOME,
    as_svg,
    in_lines,
)


class Bar(NamedTuple):
    """One bar: how many judgements show no, some, expected and better progress."""

    name: str
    none: int
    some: int
    expected: int
    better: int


class Dot(NamedTuple):
    """A share with its interval, all in per cent."""

    group: str
    name: str
    percent: float
    low: int
    high: int


class Picture(NamedTuple):
    """An SVG, and the words for who cannot see it: they state what it shows."""

    svg: str
    alt: str


# A mark stands beside each word, so that the colour never stands alone.
_BANDS = (
    ("▼ None", "none", NONE, "#ffffff"),
    ("◆ Some", "some", SOME, INK),
    ("● Expected", "expected", EXPECTED, INK),
    ("▲ Better", "better", BETTER, "#ffffff"),
)
# How many letters have room in a line beside a bar and beside a dot; a longer name has more lines.
_BESIDE_BAR, _BESIDE_DOT = 34, 44
_SPLIT = "split({}, '\\n')"
# Narrower pieces than this share of a bar have no room for their number.
_ROOM = 0.045


def progress_bars(bars: Sequence[Bar], *, finding: str) -> Picture:
    """Draw one full-length bar a row, cut by the indicator, with the number in each piece."""
    pieces: list[dict[str, Any]] = []
    names = {bar.name: "\n".join(in_lines(bar.name, _BESIDE_BAR)) for bar in bars}
    for bar in bars:
        counts = [getattr(bar, field) for _, field, _, _ in _BANDS]
        total = sum(counts)
        start = 0.0
        for (label, *_), n in zip(_BANDS, counts, strict=True):
            end = start + (n / total if total else 0)
            pieces.append(
                {
                    "name": names[bar.name],
                    "band": label,
                    "start": start,
                    "end": end,
                    "middle": (start + end) / 2,
                    "n": f"{n:,}" if end - start >= _ROOM else "",
                }
            )
            start = end
    labels = [label for label, *_ in _BANDS]
    y = {
        "field": "name",
        "type": "nominal",
        "sort": [names[bar.name] for bar in bars],
        "axis": {
            "title": None,
            "ticks": False,
            "domain": False,
            "labelLimit": 0,
            "labelExpr": _SPLIT.format("datum.value"),
        },
    }
    x_axis = {"title": "Share of judgements", "format": "%", "tickCount": 5, "grid": False}
    svg = as_svg(
        {
            "width": 460,
            "height": {"step": 21 + 13 * _more(names.values())},
            "data": {"values": pieces},
            "layer": [
                {
                    "mark": {"type": "bar", "height": 16, "stroke": "#ffffff"},
                    "encoding": {
                        "y": y,
                        "x": {"field": "start", "type": "quantitative", "axis": x_axis},
                        "x2": {"field": "end"},
                        "color": {
                            "field": "band",
                            "type": "nominal",
                            "scale": {"domain": labels, "range": [c for _, _, c, _ in _BANDS]},
                            "legend": {"orient": "top", "title": None, "symbolType": "square"},
                        },
                    },
                },
                {
                    "mark": {"type": "text", "fontSize": 11},
                    "encoding": {
                        "y": y,
                        "x": {"field": "middle", "type": "quantitative"},
                        "text": {"field": "n"},
                        "color": {
                            "field": "band",
                            "type": "nominal",
                            "scale": {"domain": labels, "range": [c for _, _, _, c in _BANDS]},
                            "legend": None,
                        },
                    },
                },
            ],
            "resolve": {"scale": {"color": "independent"}},
        }
    )
    return Picture(svg, finding)


def _more(names: Iterable[str]) -> int:
    """Return how many lines the longest of names in lines has beside its first."""
    return max((name.count("\n") for name in names), default=0)


def share_dots(dots: Sequence[Dot], *, rate: float | None, whole: str, finding: str) -> Picture:
    """Draw each share as a dot with its interval, against a line at the rate of the whole."""
    return Picture(as_svg(dots_spec(dots, rate=rate, whole=whole)), finding)


def dots_spec(dots: Sequence[Dot], *, rate: float | None, whole: str) -> dict[str, Any]:
    """Return the shares of `share_dots` as a Vega-Lite specification."""
    values = [
        {
            **dot._asdict(),
            "share": f"{dot.percent} %",
            "row": f"{dot.group}|" + "\n".join(in_lines(dot.name, _BESIDE_DOT)),
        }
        for dot in dots
    ]
    x = {"type": "quantitative", "scale": {"domain": [0, 100]}}
    y = {
        "field": "row",
        "type": "nominal",
        "sort": [value["row"] for value in values],
        "axis": {
            "title": None,
            "ticks": False,
            "domain": False,
            "labelLimit": 0,
            "labelExpr": _SPLIT.format("slice(datum.value, indexof(datum.value, '|') + 1)"),
            "labelFontSize": 10,
        },
    }
    title = "Per cent at or above expected"
    line: list[dict[str, Any]] = []
    if rate is not None:
        title += f"; the dashed line is {whole}, {rate} %"
        line = [
            {
                "mark": {"type": "rule", "color": INK_SOFT, "strokeDash": [4, 3]},
                "data": {"values": [{"rate": rate}]},
                "encoding": {"x": {"field": "rate", **x}},
            }
        ]
    return {
        "width": 330,
        "height": {"step": 14 + 12 * _more(value["row"] for value in values)},
        "data": {"values": values},
        "layer": [
            *line,
            {
                "mark": {"type": "rule", "color": EXPECTED, "strokeWidth": 3},
                "encoding": {
                    "y": y,
                    "x": {
                        "field": "low",
                        **x,
                        "axis": {
                            "title": title,
                            "gridColor": RULE,
                            "tickCount": 6,
                        },
                    },
                    "x2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "color": ACCENT},
                "encoding": {"y": y, "x": {"field": "percent", **x}},
            },
        ],
    }

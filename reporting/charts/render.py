"""The one way a chart becomes a picture: a Vega-Lite specification in, SVG text out."""

import unicodedata
from typing import Any

import vl_convert

from reporting.measures.printable import all_printable

# Tokens' light values (static/css/tokens.css): an SVG in an <img> or a PDF reads no tokens.
INK = "#1c2530"
INK_SOFT = "#55606d"
RULE = "#ddd6c9"
ACCENT = "#14555a"
NONE = "#a23b25"
SOME = "#c98a1b"
EXPECTED = "#4f9a94"
BETTER = "#14555a"
NONE_TINT = "#f7e3dd"
SOME_TINT = "#faf0d9"
BETTER_TINT = "#cfe4e3"

_LOOK: dict[str, Any] = {
    "background": None,
    "font": "Noto Sans, DejaVu Sans, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK_SOFT,
        "titleFontWeight": "normal",
        "domainColor": RULE,
        "tickColor": RULE,
        "gridColor": RULE,
        "labelFontSize": 11,
        "titleFontSize": 11,
    },
    "legend": {"labelColor": INK, "titleColor": INK_SOFT, "labelFontSize": 11},
    "text": {"color": INK},
}


def as_svg(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite specification as SVG, in the tokens' colours and font.

    A `config` of the specification's own wins over ours, key by key at the top level. Nothing
    is fetched: data stand in the specification. The first chart of a process takes 0.6 s.
    """
    config = {**_LOOK, **spec.get("config", {})}
    return vl_convert.vegalite_to_svg(
        all_printable({**spec, "config": config}), vl_version="6.4", allowed_base_urls=[]
    )


def letters(text: str) -> int:
    """Count letters, wide ones twice and marks on others not at all."""
    return sum(
        0
        if unicodedata.combining(sign) or unicodedata.category(sign) == "Cf"
        else 2
        if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )


def in_lines(name: str, most: int) -> list[str]:
    """Break a name into lines of so many letters at most, a long word within itself."""
    lines = [""]
    for word in name.split():
        if lines[-1] and letters(f"{lines[-1]} {word}") <= most:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for sign in word:
            if letters(lines[-1] + sign) > most:
                lines.append("")
            lines[-1] += sign
    return lines[1:] or lines

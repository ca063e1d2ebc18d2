"""Every label in the charts of a report, and the words beside them, held against the reckoning."""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

import pytest

from reporting.charts.progress import Picture
from reporting.reports.document import Document
from tests.reporting.reckoning import BANDS, Reckoning, Row, Table

LEGEND = ["▼ None", "◆ Some", "● Expected", "▲ Better"]
# Narrower pieces of a bar have no room for their number.
ROOM = 0.045
WIDTH_OF_BARS, WIDTH_OF_DOTS = 460, 330


def check_pictures(report: Document, drawn: Mapping[str, Picture], reckoning: Reckoning) -> None:
    """Hold every chart of a report against the reckoning, and that none is missing."""
    numbers = reckoning.numbers()
    core = {**numbers.get(("standards", "core"), {})}
    total = core.pop("All core areas", {}).get("share") or {"of": 0}
    areas = {name: row for name, row in core.items() if row["share"]["of"]}
    few = reckoning.few()
    groups = [
        (name, row["share"])
        for (section, code), table in numbers.items()
        if section == "groups"
        for name, row in table.items()
        if row["share"]["of"] and (code, name) not in few
    ]
    halves = {
        name: row["attended"]["percent"]
        for name, row in numbers.get(("attendance", "halves"), {}).items()
        if row["attended"]["of"]
    }
    wanted = {"core": bool(areas), "groups": bool(groups), "attendance": len(halves) > 1}
    assert set(drawn) == {code for code, is_there in wanted.items() if is_there}
    if "attendance" in drawn:
        national = numbers["attendance", "main"]["Sessions attended"]["national"]["words"]
        _line(drawn["attendance"], halves, national.removesuffix(" %"))
    if areas:
        _bars(drawn["core"], areas)
    if groups:
        _dots(drawn["groups"], groups, total)


def labels(svg: str) -> list[str]:
    """Return all texts in a picture, as they can be read."""
    texts = [each for each in ET.fromstring(svg).iter() if each.tag.endswith("}text")]  # noqa: S314  # our own
    return [text for each in texts if (text := "".join(each.itertext()))]


def _line(picture: Picture, halves: Mapping[str, object], national: str) -> None:
    said = "; ".join(f"{name} {rate} per cent" for name, rate in halves.items())
    assert picture.alt == (
        f"Chart of sessions attended by half term: {said}. A dashed line at {national} per cent is"
        " the national figure. The table below has all its numbers."
    )
    written = labels(picture.svg)
    assert written[-len(halves) :] == [str(rate) for rate in halves.values()]


def _bars(picture: Picture, areas: Table) -> None:
    said = ", ".join(f"{name} {row['share']['percent']} per cent" for name, row in areas.items())
    assert picture.alt == (
        "Bar chart of progress in each core area. At or above expected: "
        f"{said}. The table below has all its numbers."
    )
    pieces = [
        f"{row[band]['n']:,}"
        for row in areas.values()
        for band in BANDS
        if row[band]["n"] / row["share"]["of"] >= ROOM
    ]
    scale = ["0%", "20%", "40%", "60%", "80%", "100%", "Share of judgements"]
    assert labels(picture.svg) == [*scale, *areas, *pieces, *LEGEND]
    widths = [
        row[band]["n"] / row["share"]["of"] * WIDTH_OF_BARS
        for row in areas.values()
        for band in BANDS
    ]
    drawn = [
        float(found)
        for found in re.findall(r'aria-roledescription="bar"[^>]* d="M[^h]*h([\d.]+)', picture.svg)
    ]
    assert drawn == pytest.approx(widths, abs=0.01)


def _dots(picture: Picture, groups: list[tuple[str, Row]], total: Row) -> None:
    low = min(groups, key=lambda each: each[1]["percent"])
    high = max(groups, key=lambda each: each[1]["percent"])
    assert picture.alt == (
        "Chart of the share at or above expected in groups of 6 pupils or more, from"
        f" {low[1]['percent']} per cent ({low[0]}) to {high[1]['percent']} per cent ({high[0]});"
        f" the whole school has {total['percent']} per cent. The tables below have all its numbers."
    )
    scale = ["0", "20", "40", "60", "80", "100"]
    title = (
        f"Per cent at or above expected; the dashed line is the whole school, {total['percent']} %"
    )
    assert labels(picture.svg) == [*scale, title, *(name for name, _ in groups)]
    places = [
        float(found)
        for found in re.findall(
            r'aria-roledescription="point"[^>]*transform="translate\(([\d.]+),', picture.svg
        )
    ]
    of_width = WIDTH_OF_DOTS / 100
    shares = [share for _, share in groups]
    assert places == pytest.approx([each["percent"] * of_width for each in shares], abs=0.01)
    whole, *intervals = re.findall(
        r'aria-roledescription="rule mark" transform="translate\(([\d.]+),[\d.]+\)" x2="([\d.]+)"',
        picture.svg,
    )
    assert float(whole[0]) == pytest.approx(total["percent"] * of_width, abs=0.01)
    wanted = [(each["low"], each["high"] - each["low"]) for each in shares]
    drawn = [(float(start) / of_width, float(width) / of_width) for start, width in intervals]
    for found, right in zip(drawn, wanted, strict=True):
        assert found == pytest.approx(right, abs=0.01)

"""Every label in the charts of a report, and the words beside them, held against the reckoning."""

import math
import re
from collections.abc import Mapping
from statistics import NormalDist
from xml.etree import ElementTree as ET

import pytest

from reporting.charts.progress import Picture
from reporting.reports.document import Document
from tests.reporting.reckoning import BANDS, Reckoning, Row, Table, Tables
from tests.reporting.reckoning_trust import OF_WHICH, TrustReckoning

LEGEND = ["▼ None", "◆ Some", "● Expected", "▲ Better"]
# Narrower pieces of a bar have no room for their number.
ROOM = 0.045
WIDTH_OF_BARS, WIDTH_OF_DOTS = 460, 330


def check_pictures(
    report: Document,
    drawn: Mapping[str, Picture],
    reckoning: Reckoning,
    seen: Tables | None = None,
) -> None:
    """Hold every chart of a report against the reckoning, and that none is missing.

    `seen` is what readers outside the school see of it: nothing else may be drawn.
    """
    numbers = reckoning.numbers() if seen is None else seen
    core = {**numbers.get(("standards", "core"), {})}
    total = core.pop("All core areas", {}).get("share") or {}
    areas = {name: row for name, row in core.items() if row["share"].get("of")}
    few = reckoning.few()
    groups = [
        (name, row["share"])
        for (section, code), table in numbers.items()
        if section == "groups"
        for name, row in table.items()
        if row["share"].get("of") and (code, name) not in few
    ]
    halves = {
        name: row["attended"]["percent"]
        for name, row in numbers.get(("attendance", "halves"), {}).items()
        if row["attended"]["of"]
    }
    units = _units(reckoning, numbers) if isinstance(reckoning, TrustReckoning) else {}
    wanted = {
        "core": bool(areas),
        "groups": bool(groups and total.get("of")),
        "funnel": bool(units),
        "attendance": len(halves) > 1,
    }
    assert set(drawn) == {code for code, is_there in wanted.items() if is_there}
    whole = "trust" if isinstance(reckoning, TrustReckoning) else "school"
    if "attendance" in drawn:
        national = numbers["attendance", "main"]["Sessions attended"]["national"]["words"]
        _line(drawn["attendance"], halves, national.removesuffix(" %"))
    if areas and seen is None:
        _bars(drawn["core"], areas)
    elif areas:
        _areas_as_dots(drawn["core"], areas, total, whole)
    if "groups" in drawn:
        _dots(drawn["groups"], groups, total, whole)
    if units:
        _funnel(drawn["funnel"], units, numbers["schools", "schools"])


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


def _areas_as_dots(picture: Picture, areas: Table, total: Row, whole: str) -> None:
    """Hold the chart of who may not read the bands: each core area as its share."""
    said = ", ".join(f"{name} {row['share']['percent']} per cent" for name, row in areas.items())
    assert picture.alt == (
        "Chart of the share at or above expected in each core area. At or above expected: "
        f"{said}. The table below has all its numbers."
    )
    _check_dots(picture, [(name, row["share"]) for name, row in areas.items()], total, whole)


def _dots(picture: Picture, groups: list[tuple[str, Row]], total: Row, whole: str) -> None:
    low = min(groups, key=lambda each: each[1]["percent"])
    high = max(groups, key=lambda each: each[1]["percent"])
    assert picture.alt == (
        "Chart of the share at or above expected in groups of 6 pupils or more, from"
        f" {low[1]['percent']} per cent ({low[0]}) to {high[1]['percent']} per cent ({high[0]});"
        f" the whole {whole} has {total['percent']} per cent. The tables below have all its"
        " numbers."
    )
    _check_dots(picture, groups, total, whole)


def _check_dots(picture: Picture, dots: list[tuple[str, Row]], total: Row, whole: str) -> None:
    """Hold the names, the places of the dots and the lengths of their intervals."""
    scale = ["0", "20", "40", "60", "80", "100"]
    title = "Per cent at or above expected"
    if total.get("of"):
        title += f"; the dashed line is the whole {whole}, {total['percent']} %"
    assert labels(picture.svg) == [*scale, title, *(name for name, _ in dots)]
    places = [
        float(found)
        for found in re.findall(
            r'aria-roledescription="point"[^>]*transform="translate\(([\d.]+),', picture.svg
        )
    ]
    of_width = WIDTH_OF_DOTS / 100
    shares = [share for _, share in dots]
    assert places == pytest.approx([each["percent"] * of_width for each in shares], abs=0.01)
    lines = re.findall(
        r'aria-roledescription="rule mark" transform="translate\(([\d.]+),[\d.]+\)" x2="([\d.]+)"',
        picture.svg,
    )
    if total.get("of"):
        line, *lines = lines
        assert float(line[0]) == pytest.approx(total["percent"] * of_width, abs=0.01)
    wanted = [(each["low"], each["high"] - each["low"]) for each in shares]
    drawn = [(float(start) / of_width, float(width) / of_width) for start, width in lines]
    for found, right in zip(drawn, wanted, strict=True):
        assert found == pytest.approx(right, abs=0.01)


# --- The funnel ---------------------------------------------------------------------------


def _units(reckoning: TrustReckoning, numbers: Tables) -> dict[str, Row]:
    """Return the shares that can be placed: of schools and ARBs with enough pupils."""
    if ("schools", "schools") not in numbers:
        return {}
    *units, whole = numbers["schools", "schools"].items()
    few = reckoning.few_units()
    placed = {
        name.removeprefix(OF_WHICH): row["share"]
        for name, row in units
        if row["share"].get("of") and name.removeprefix(OF_WHICH) not in few
    }
    return placed if whole[1]["share"].get("of") else {}


def stands(share: Row, rate: float) -> int:
    """Say by how many limits a unit lies above (or below) the rate: 0, 1 of 95, 2 of 99.8 %."""
    far = share["n"] / share["of"] - rate
    size = abs(far) / math.sqrt(rate * (1 - rate) / share["of"]) if 0 < rate < 1 else 0
    limits = sum(size > NormalDist().inv_cdf(each) for each in (0.975, 0.999))
    return limits if far > 0 else -limits


def _funnel(picture: Picture, units: dict[str, Row], table: Table) -> None:
    """Hold what is said of the outliers, and that each unit stands where it belongs."""
    whole = list(table.values())[-1]["share"]
    rate = whole["n"] / whole["of"]
    far = {name: stands(share, rate) for name, share in units.items()}
    outside = [
        f"{name} is {'below' if where < 0 else 'above'} the limits for its size:"
        f" {units[name]['percent']} % ({units[name]['n']:,} of {units[name]['of']:,}) at or above"
        f" expected, the trust {whole['percent']} %."
        for where in (-2, 2)
        for name, at in far.items()
        if at == where
    ]
    within = f"All {len(units)} that can be placed lie within the limits."
    said = "Funnel of schools and ARBs by size, with the limits of the trust's rate. "
    assert picture.alt.replace("\N{NO-BREAK SPACE}", " ") == said + (" ".join(outside) or within)
    words = {-2: "BELOW", -1: "WATCH_BELOW", 0: "WITHIN", 1: "WATCH_ABOVE", 2: "ABOVE"}
    points = re.findall(
        r'aria-label="total: ([\d.]+); share: ([\d.]+); standing: (\w+)"[^>]*translate'
        r"\(([\d.]+),([\d.]+)\)",
        picture.svg,
    )
    assert [(int(total), word) for total, _, word, *_ in points] == [
        (share["of"], words[far[name]]) for name, share in units.items()
    ]
    shares = [share["n"] / share["of"] for share in units.values()]
    assert [float(share) for _, share, *_ in points] == pytest.approx(shares)
    # Places go with numbers: as the one grows by so much, the other does.
    _in_line(
        [(share["of"], float(x)) for share, (*_, x, _) in zip(units.values(), points, strict=True)]
    )
    _in_line([(share, float(y)) for share, (*_, y) in zip(shares, points, strict=True)])
    named = " ".join(labels(picture.svg))
    for name, where in far.items():
        assert abs(where) < 2 or all(part in named for part in name.split()), name  # outside


def _in_line(pairs: list[tuple[float, float]]) -> None:
    (first, at), (last, end) = min(pairs), max(pairs)
    for number, place in pairs:
        if last > first:
            wanted = at + (number - first) * (end - at) / (last - first)
            assert place == pytest.approx(wanted, abs=0.01)

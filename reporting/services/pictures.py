"""The pictures of a report, drawn from its tables: what is hidden there is drawn nowhere."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from assessment.measures import Standing, standing
from reporting.charts.attendance import half_terms_spec
from reporting.charts.funnel import FunnelPoint, funnel_spec
from reporting.charts.progress import Bar, Dot, Picture, progress_bars, share_dots
from reporting.charts.render import as_svg
from reporting.choices import Part, TrustPart
from reporting.reports.document import Cell, Document, Section, Table, cells_of, table_of
from reporting.reports.glance import whole_of
from reporting.reports.parts.progress import FEWEST_PUPILS
from reporting.reports.parts.schools import OF_WHICH, outliers

_BANDS = ("none", "some", "expected", "better")


class Sketch(NamedTuple):
    """A picture that is not drawn yet: its words, and what draws it."""

    alt: str
    draw: Callable[[], Picture]


def sketches(report: Document) -> dict[str, Sketch]:
    """Return the charts that the sections of a report name; one without numbers is left out."""
    named = {code for each in report["sections"] for code in each["charts"]}
    found = {code: _SKETCHES[code](report["sections"]) for code in sorted(named)}
    return {code: each for code, each in found.items() if each}


def pictures(report: Document) -> dict[str, Picture]:
    """Draw the charts of a report."""
    return {code: each.draw() for code, each in sketches(report).items()}


def _core(sections: list[Section]) -> Sketch | None:
    """Draw each core area as a bar of its bands; where these are not told, as its share."""
    found = table_of(sections, Part.STANDARDS, "core")
    if found is None:
        return None
    shares = list(_shares(found, total=False))
    if not shares:
        return None
    said = ", ".join(f"{name} {share['percent']} per cent" for name, share in shares)
    finding = f"At or above expected: {said}. The table below has all its numbers."
    if any(each["code"] == "none" for each in found["columns"]):
        bars = [
            Bar(line["name"], *(cells[band]["n"] for band in _BANDS))
            for line in found["rows"]
            if not line["total"] and (cells := cells_of(found, line))["share"].get("of")
        ]
        alt = f"Bar chart of progress in each core area. {finding}"
        return Sketch(alt, partial(progress_bars, bars, finding=alt))
    rate = next((share["percent"] for _, share in _shares(found, total=True)), None)
    dots = [_dot("", name, share) for name, share in shares]
    alt = f"Chart of the share at or above expected in each core area. {finding}"
    return Sketch(alt, partial(share_dots, dots, rate=rate, whole=whole_of(sections), finding=alt))


def _groups(sections: list[Section]) -> Sketch | None:
    """Draw the share of each group of enough pupils beside the school's own."""
    core = table_of(sections, Part.STANDARDS, "core")
    of_all = next((share for _, share in _shares(core, total=True)), None) if core else None
    dots = [
        _dot(table["head"], name, share)
        for section in sections
        if section["code"] == Part.GROUPS
        for table in section["tables"]
        for name, share in _shares(table, total=False, few=False)
    ]
    if not dots or of_all is None:
        return None
    low, high = min(dots, key=_percent), max(dots, key=_percent)
    rate = of_all["percent"] or 0
    alt = (
        f"Chart of the share at or above expected in groups of {FEWEST_PUPILS} pupils or more,"
        f" from {low.percent} per cent ({low.name}) to {high.percent} per cent ({high.name});"
        f" {whole_of(sections)} has {rate} per cent. The tables below have all its numbers."
    )
    return Sketch(alt, partial(share_dots, dots, rate=rate, whole=whole_of(sections), finding=alt))


def _funnel(sections: list[Section]) -> Sketch | None:
    """Draw each school and ARB by its size against the limits of the trust's rate."""
    found = table_of(sections, TrustPart.SCHOOLS, "schools")
    of_all = next((share for _, share in _shares(found, total=True)), None) if found else None
    if found is None or of_all is None:
        return None
    rate = of_all["n"] / of_all["of"]
    points = [
        FunnelPoint(name.removeprefix(OF_WHICH), share["of"], share["n"], where)
        for name, share in _shares(found, total=False, few=False)
        if (where := standing(share["n"], share["of"], rate))
    ]
    if not points:
        return None
    outside = [sentence for _, sentence, where in outliers(found) if where in _OUTSIDE]
    alt = "Funnel of schools and ARBs by size, with the limits of the trust's rate. " + (
        " ".join(outside) or f"All {len(points)} that can be placed lie within the limits."
    )
    return Sketch(alt, lambda: Picture(as_svg(funnel_spec(points, rate, width=_WIDE)), alt))


# The picture of a page has room for it.
_WIDE = 420
_OUTSIDE = (Standing.BELOW, Standing.ABOVE)


def _attendance(sections: list[Section]) -> Sketch | None:
    """Draw the half terms of the year so far against the national figure."""
    found = table_of(sections, Part.ATTENDANCE, "halves")
    cells = [(each["name"], cells_of(found, each)) for each in found["rows"]] if found else []
    rates = [
        (name, share["percent"] or 0)
        for name, each in cells
        if (share := each["attended"])["kind"] == "share" and share["percent"] is not None
    ]
    national = next((each["national"]["percent"] for _, each in cells), None)
    if not rates or national is None:
        return None
    said = "; ".join(f"{name} {rate} per cent" for name, rate in rates)
    alt = (
        f"Chart of sessions attended by half term: {said}. A dashed line at {national} per cent"
        " is the national figure. The table below has all its numbers."
    )
    spec = half_terms_spec(rates, national=national)
    return Sketch(alt, lambda: Picture(as_svg(spec), alt))


def _shares(found: Table, *, total: bool, few: bool = True) -> Iterator[tuple[str, Cell]]:
    """Return the shares of a table that can be seen; on `few=False` not those of few pupils."""
    for line in found["rows"]:
        cell = cells_of(found, line)["share"]
        seen = cell["kind"] == "share" and cell["percent"] is not None
        if seen and line["total"] == total and (few or not cell["few"]):
            yield line["name"], cell


def _dot(group: str, name: str, share: Cell) -> Dot:
    return Dot(group, name, share["percent"] or 0, share["low"] or 0, share["high"] or 0)


def _percent(dot: Dot) -> float:
    return dot.percent


_SKETCHES: dict[str, Callable[[list[Section]], Sketch | None]] = {
    "core": _core,
    "groups": _groups,
    "funnel": _funnel,
    "attendance": _attendance,
}

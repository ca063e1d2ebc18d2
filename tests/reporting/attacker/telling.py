"""What sentences and pictures tell: nothing but what can be seen in the tables beside them."""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

from tests.reporting.attacker.reading import NUMBER, Cell, Publication, Read

OF = re.compile(rf"({NUMBER}) of ({NUMBER})")
PERCENT = re.compile(r"(\d+(?:\.\d)?) (?:%|per cent)")
INTERVAL = re.compile(r"interval (\d+) to (\d+)")
MISSING = re.compile(rf"({NUMBER}) judgements are not yet made")
# Numbers of something else than children: days, groups, schools, and how large a group has to be.
OTHERS = re.compile(
    r"\d+ [A-Z][a-z]+ \d{4}|the 95 % interval|[Oo]f those with \d+ pupils or more \(\d+\)"
    r"|groups of \d+ pupils or more|And \d+ more|All \d+ that can be placed"
)
# Rows of these are spoken of without their names.
EVERYBODY = ("All ", "Pupils persistently absent", "Of these, severely absent")


def told(report: Read, before: Sequence[Read], largest_small: int) -> Iterator[str]:
    """Return what the words of a report say that its tables do not.

    `before` are its earlier versions, of which it says what has changed.
    """
    names = sorted({each for one in (report, *before) for each in _names(one)}, key=len)[::-1]
    for words in report.words:
        seen = [*_cells(report, words)]
        if ", was " in words:
            seen += [cell for each in before for cell in _cells(each, words)]
        parts = {(cell.n, cell.of) for cell in seen if cell.kind in ("part", "share")}
        said = OTHERS.sub("", words)
        for name in names:
            said = said.replace(name, "")
        claims: list[tuple[re.Pattern[str], set[Any]]] = [
            (OF, parts),
            (INTERVAL, {(cell.low, cell.high) for cell in seen}),
            (PERCENT, {(cell.percent,) for cell in seen}),
            (MISSING, {(of - n,) for n, of in parts}),
        ]
        for pattern, known in claims:
            for found in pattern.finditer(said):
                if tuple(float(each.replace(",", "")) for each in found.groups()) not in known:
                    yield f"{report.place}, {report.term}: {found[0]!r} in {words!r}"
            said = pattern.sub("", said)
        for found in re.finditer(r"\d+", said):
            if 1 <= int(found[0]) <= largest_small:
                yield f"{report.place}, {report.term}: {found[0]!r} in {words!r}"


def _names(report: Read) -> set[str]:
    """Return every name that may have a number in it."""
    names = {report.place, report.term, *(each.section for each in report.tables)}
    for table in report.tables:
        names |= {*table.heading, table.caption}
        names |= {row.name.removeprefix("of which ") for row in table.rows}
    return names - {""}


def _cells(report: Read, words: str) -> Iterator[Cell]:
    """Return the cells of the rows that a sentence speaks of."""
    for table in report.tables:
        for row in table.rows:
            if row.name.removeprefix("of which ") in words or row.name.startswith(EVERYBODY):
                yield from row.cells


def drawn(found: Publication, report: Read) -> Iterator[str]:
    """Return what the pictures of a report show that its tables do not."""
    shares = {
        (table.heading[0], row.name.removeprefix("of which ")): cell
        for table in report.tables
        for row in table.rows
        for title, cell in zip(table.heading[1:], row.cells, strict=True)
        if title == "At or above expected" and cell.kind == "share"
    }
    percents = {(name, cell.percent) for (_, name), cell in shares.items()}
    fractions = {(cell.of, round(cell.n / cell.of, 9)) for cell in shares.values() if cell.of}
    for code, svg in found.pictures.items():
        for label in re.findall(r'aria-label="([^"]*)"', svg):
            marks = dict(
                each.split(": ", 1) for each in unescape(label).split("; ") if ": " in each
            )
            if "row" in marks:
                head, _, name = marks["row"].partition("|")
                cell = shares.get((head or "Core area", name))
                shown = (
                    {"percent": cell.percent, "low": cell.low, "high": cell.high} if cell else {}
                )
                ok = shown and all(shown[m] == int(v) for m, v in marks.items() if m != "row")
            elif "total" in marks:
                ok = (int(marks["total"]), round(float(marks["share"]), 9)) in fractions
            elif "rate" in marks:
                rate = float(marks["rate"])
                ok = any(rate in (percent, None) for _, percent in percents) or any(
                    abs(rate - share) < 1e-9 for _, share in fractions
                )
            else:
                continue
            if not ok:
                yield f"{report.place}, {report.term}, picture {code}: {label}"
        for text in re.findall(r"<text[^>]*>([^<]*)", svg):
            for percent in PERCENT.findall(unescape(text).replace("\xa0", " ")):
                if "whole school" in text and int(percent) not in {p for _, p in percents}:
                    yield f"{report.place}, {report.term}, picture {code}: {text}"

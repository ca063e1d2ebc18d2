"""Whole reports held against the reckoning: data, page, workbook, sentences and charts."""

import re

from parrcs.core.sheets import workbook
from reporting.charts.progress import Picture
from reporting.measures.small_numbers import Rules
from reporting.reports.document import Document
from reporting.services.editions import as_page
from reporting.services.pictures import pictures
from reporting.tables.documents import document_sheets
from tests.reporting.as_read import Columns, as_read, check_read
from tests.reporting.drawings import check_pictures
from tests.reporting.reading import Read, Words, flat, of_document, of_page, of_workbook
from tests.reporting.reckoning_more import WholeReckoning
from tests.reporting.saying import check_lines


def check_whole(report: Document, reckoning: WholeReckoning) -> None:
    """Hold a head teacher report against the reckoning."""
    wanted = reckoning.tables()
    kept = of_document(report)
    assert kept.tables == wanted
    assert in_order(kept.tables) == in_order(wanted)
    drawn = _check_alike(report, kept, reckoning)
    check_lines(kept.lines, reckoning)
    check_pictures(report, drawn, reckoning)
    when = _check_said(report, kept, reckoning)
    assert kept.said["roll"][0].startswith(
        f"Pupils registered at {report['place']} on the census date, {when}."
    )


def check_as_read(
    report: Document, reckoning: WholeReckoning, columns: Columns, rules: Rules
) -> None:
    """Hold a report of governors or trustees against the reckoning, and that nothing small is."""
    wanted = as_read(reckoning.numbers(), columns, rules)
    kept = of_document(report)
    seen = check_read(kept.tables, wanted, rules)
    drawn = _check_alike(report, kept, reckoning)
    if kept.lines:
        check_lines(kept.lines, reckoning, seen)
    check_pictures(report, drawn, reckoning, seen)
    _check_said(report, kept, reckoning)
    assert kept.glossary["Hidden"].startswith(
        f"A number from 1 to {rules.largest_small}, or a share of fewer than {rules.fewest_of},"
    )
    assert not re.search(r"\d", report["note"])


def in_order(tables: Words) -> dict[tuple[str, str], list[str]]:
    """Return the names of the rows of each table."""
    return {place: list(rows) for place, rows in tables.items()}


def _check_alike(report: Document, kept: Read, reckoning: WholeReckoning) -> dict[str, Picture]:
    """Hold the page and the workbook against the data, and that nothing stands in them beside."""
    drawn = pictures(report)
    page = of_page(as_page(report, drawn), report["last_term"])
    assert page.left == [], "a part of the report that nobody checks"
    assert page.pictures == {
        code: (section["code"], flat(drawn[code].alt))
        for section in report["sections"]
        for code in section["charts"]
        if code in drawn
    }
    page.pictures = {}
    assert page == kept
    assert in_order(page.tables) == in_order(kept.tables)
    tables, words = of_workbook(workbook(document_sheets(report)), report["last_term"])
    assert tables == kept.tables
    written = [(kept.titles[code], said) for code, said in kept.comments.items() if said]
    assert words == [*((line.label, line.words) for line in kept.lines), *written]
    assert dict(written) == {
        kept.titles[code]: flat(said) for code, said in reckoning.comments().items()
    }
    return drawn


def _check_said(report: Document, kept: Read, reckoning: WholeReckoning) -> str:
    """Hold the numbers in sentences beside the tables, of which there are few, by hand."""
    day = reckoning.this["census_on"]
    when = f"{day.day} {day:%B} {day.year}"
    assert report["about"] == f"Census date {when}"
    for code, said in kept.said.items():
        rest = " ".join((*said, kept.nothing[code])).replace(when, "")
        for name in (report["place"], report["term"], "the 95 % interval"):
            rest = rest.replace(name, "")
        assert not re.search(r"\d", rest), f"a number that nobody checks, in {code}: {rest}"
    return when

"""A whole report as its readers outside the school have it, held against the reckoning."""

import re

from parrcs.core.sheets import workbook
from reporting.measures.small_numbers import Rules
from reporting.reports.document import Document
from reporting.services.editions import as_page
from reporting.services.pictures import pictures
from reporting.tables.documents import document_sheets
from tests.reporting.as_read import Columns, as_read, check_read
from tests.reporting.drawings import check_pictures
from tests.reporting.reading import Read, flat, of_document, of_page, of_workbook
from tests.reporting.reckoning_more import WholeReckoning
from tests.reporting.saying import check_lines


def check_as_read(
    report: Document, reckoning: WholeReckoning, columns: Columns, rules: Rules
) -> None:
    """Hold data, page and workbook against the reckoning, and against each other."""
    wanted = as_read(reckoning.numbers(), columns)
    kept = of_document(report)
    seen = check_read(kept.tables, wanted, rules)
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
    assert [list(rows) for rows in page.tables.values()] == [
        list(rows) for rows in kept.tables.values()
    ]
    tables, words = of_workbook(workbook(document_sheets(report)), report["last_term"])
    assert tables == kept.tables
    written = [(kept.titles[code], said) for code, said in kept.comments.items() if said]
    assert words == [*((line.label, line.words) for line in kept.lines), *written]
    assert dict(written) == {
        kept.titles[code]: flat(said) for code, said in reckoning.comments().items()
    }
    if kept.lines:
        check_lines(kept.lines, reckoning, seen)
    check_pictures(report, drawn, reckoning, seen)
    _check_said(report, kept, reckoning, rules)


def _check_said(report: Document, kept: Read, reckoning: WholeReckoning, rules: Rules) -> None:
    """Hold the numbers in sentences beside the tables, of which there are few, by hand."""
    day = reckoning.this["census_on"]
    when = f"{day.day} {day:%B} {day.year}"
    assert report["about"] == f"Census date {when}"
    for code, said in kept.said.items():
        rest = " ".join((*said, kept.nothing[code])).replace(when, "")
        for name in (report["place"], report["term"], "the 95 % interval"):
            rest = rest.replace(name, "")
        assert not re.search(r"\d", rest), f"a number that nobody checks, in {code}: {rest}"
    assert kept.glossary["Hidden"].startswith(
        f"A number from 1 to {rules.largest_small}, or a share of fewer than {rules.fewest_of},"
    )
    assert not re.search(r"\d", report["note"])

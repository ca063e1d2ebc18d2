"""Every figure of the demo's reports equals a second reckoning from the raw rows."""

from reporting.measures.small_numbers import Rules
from tests.reporting.as_read import GOVERNORS, TRUSTEES
from tests.reporting.demo.rows import Seeded
from tests.reporting.reading import of_document
from tests.reporting.whole import check_as_read, check_whole


def test_every_figure_of_the_heads_reports(demo: Seeded) -> None:
    for each in demo.reports.schools:
        check_whole(each.whole, each.reckoning)


def test_every_figure_that_governors_read(demo: Seeded) -> None:
    for each in demo.reports.schools:
        check_as_read(each.read, each.reckoning, GOVERNORS, Rules())


def test_every_figure_that_trustees_read(demo: Seeded) -> None:
    check_as_read(demo.reports.read, demo.reports.reckoning, TRUSTEES, Rules())


def test_there_is_much_to_be_read(demo: Seeded) -> None:
    """Else the comparison proves little."""
    assert len(demo.reports.schools) > 5
    for each in (*demo.reports.schools, demo.reports):
        cells = [
            words
            for table in of_document(each.read).tables.values()
            for line in table.values()
            for words in line.values()
        ]
        assert sum(any(sign.isdigit() for sign in words) for words in cells) > 40

"""What is hidden in the demo's reports of two terms cannot be worked out from all of them."""

from itertools import pairwise

from reporting.measures.small_numbers import Rules
from reporting.reports.document import Document
from tests.reporting.attacker.attack import read_off, solved
from tests.reporting.attacker.publishing import Publishing
from tests.reporting.demo.rows import Seeded


def _pairs(demo: Seeded) -> list[list[Document]]:
    return [[*before, *after] for before, after in pairwise(demo.documents)]


def test_nothing_hidden_in_the_demo_can_be_worked_out(demo: Seeded) -> None:
    pairs = _pairs(demo)
    assert len(pairs) > 2
    for each in pairs:
        publishing = Publishing(Rules(), in_full=False)
        published = [publishing.publish(document) for document in each]
        assert [*read_off(published), *solved(published)] == []


def test_pictures_and_workbooks_of_the_demo_tell_no_more(demo: Seeded) -> None:
    publishing = Publishing(Rules(), in_full=True)
    published = [publishing.publish(document) for document in _pairs(demo)[-1]]
    assert sum(len(each.pictures) for each in published) > len(published)
    cells = [cell for each in published for sheet in each.sheets for row in sheet for cell in row]
    assert cells.count("hidden") > 100
    assert [*read_off(published)] == []

"""Reports of an imagined trust, published one after the other, and then attacked."""

import json
import random
from collections import defaultdict
from dataclasses import replace
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from parrcs.core.sheets import workbook
from reporting.charts.progress import Picture
from reporting.measures.small_numbers import Published, Rules
from reporting.reports.comparing import changes
from reporting.reports.document import Document
from reporting.reports.hiding import published
from reporting.reports.ht import build
from reporting.reports.lgb import lgb_report
from reporting.reports.trustee import trust_document, trustee_report
from reporting.services.editions import as_page
from reporting.services.pictures import pictures, sketches
from reporting.tables.documents import document_sheets
from tests.reporting.attacker.attack import read_off, solved
from tests.reporting.attacker.reading import Publication
from tests.reporting.imagined import Trust

# Every so many trusts, pictures are drawn and workbooks written: that takes long.
IN_FULL = 10


class Publishing:
    """Reports of a trust, published one after the other, each in view of those before it."""

    def __init__(self, rules: Rules, *, in_full: bool) -> None:
        self.rules, self.in_full = rules, in_full
        self.earlier: list[tuple[tuple[str, str], Published]] = []
        self.in_force: dict[tuple[str, str], Document] = {}

    def publish(self, document: Document) -> Publication:
        """Publish what governors, or trustees, may read of a document."""
        of = document["place"], document["term"]
        make = trustee_report if document["kind"] == "trustee" else lgb_report
        self.earlier = [
            (one, replace(each, in_force=each.in_force and one != of)) for one, each in self.earlier
        ]
        earlier = [each for _, each in self.earlier]
        made, hidden = make(document, rules=self.rules, earlier=earlier)
        # As it is kept.
        self.earlier.append((of, published(json.loads(json.dumps(hidden.as_json())))))
        if of in self.in_force:
            made["changes"] = changes(self.in_force[of], made)
        self.in_force[of] = made
        return self._as_read(json.loads(json.dumps(made)))

    def _as_read(self, made: Document) -> Publication:
        drawn = {code: Picture("", each.alt) for code, each in sketches(made).items()}
        sheets: list[Any] = [
            [*each.about, ("",), each.heading, *each.rows] for each in document_sheets(made)
        ]
        if self.in_full:
            drawn = pictures(made)
            book = load_workbook(BytesIO(workbook(document_sheets(made))))
            sheets = [list(each.iter_rows(values_only=True)) for each in book]
        svgs = {code: each.svg for code, each in drawn.items()}
        page = as_page(made, drawn)
        return Publication(made["title"], made["place"], made["term"], page, sheets, svgs)


def attacked(seed: int) -> list[str]:
    """Publish the reports of two terms of a trust in some order, and return what they give away.

    Some schools publish nothing, and sometimes an error is corrected, after which some publish
    anew: no figure may then be worked out from what was published before, nor from what was after.
    """
    chance = random.Random(seed)  # noqa: S311  # no secret
    rules = Rules(chance.choice((5, 5, 6, 7)), chance.choice((6, 6, 8, 10)))
    trust = Trust(seed)
    publishing = Publishing(rules, in_full=seed % IN_FULL == 0)
    todo = [(term, each) for term in (1, 2) for each in (*trust.schools, None)]
    if chance.random() < 0.7:
        chance.shuffle(todo)
    if chance.random() < 0.3:
        todo = chance.sample(todo, len(todo) - chance.randint(1, 3))
    moments = defaultdict[int, list[Publication]](list)
    corrected_after = chance.randrange(2 * len(todo))
    for place, (term, school) in enumerate(todo):
        if place == corrected_after:
            trust.correct()
            todo += chance.sample(todo[:place], min(place, 3))
        rows = trust.rows(term, school)
        moments[place >= corrected_after].append(
            publishing.publish(build(rows) if school else trust_document(rows))
        )
    found = [*read_off([each for one in moments.values() for each in one], rules.largest_small)]
    for one in moments.values():
        found += solved(one, rules.largest_small)
    return [f"{seed}: {each}" for each in found]

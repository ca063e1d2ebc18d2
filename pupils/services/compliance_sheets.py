"""What is owed by law as rows for a file: the lists of the pages, as they stand there."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from parrcs.core.sheets import Sheet, workbook
from pupils.selectors.owed import Owed, PlaceOwes

HEADING = (
    "Kind",
    "What",
    "For",
    "Due",
    "The date is",
    "Stands",
    "Done on",
    "Done by",
    "Pupils",
    "Of",
    "Received, £",
    "Planned, £",
    "Spent, £",
    "Note",
)
PLACES_HEADING = ("School or ARB", "Done", "Of", "Late", "Due soon", "Due", "Next", "Next due")


def owed_rows(found: PlaceOwes) -> list[list[Any]]:
    """Return a row for each thing that is owed."""
    return [_row(section.title, each) for section in found.sections for each in section.rows]


def place_rows(found: Sequence[PlaceOwes]) -> list[list[Any]]:
    """Return a row for each school and ARB."""
    return [
        [
            f"{each.place.name} (ARB of {each.place.school.name})"
            if each.place.arb
            else each.place.name,
            each.counts["done"],
            len(each.rows),
            each.counts["late"],
            each.counts["soon"],
            each.counts["due"],
            each.next.what if each.next else "",
            each.next.due.on if each.next else "",
        ]
        for each in found
    ]


def owed_workbook(found: PlaceOwes, *, year: str, lens: str, made_on: dt.date) -> bytes:
    """Return what a place owes as a workbook."""
    about = _about(found.place.name, year, lens, made_on)
    return workbook([Sheet("Compliance", about, HEADING, owed_rows(found), held=2)])


def places_workbook(found: Sequence[PlaceOwes], *, year: str, lens: str, made_on: dt.date) -> bytes:
    """Return how all places stand as a workbook."""
    about = _about("All schools and ARBs", year, lens, made_on)
    return workbook([Sheet("Compliance", about, PLACES_HEADING, place_rows(found))])


def _about(of: str, year: str, lens: str, made_on: dt.date) -> list[tuple[str, Any]]:
    return [
        ("What is owed by law", ""),
        ("Of", of),
        ("School year", year),
        ("Pupils counted", lens),
        ("Made on", made_on),
    ]


def _row(kind: str, each: Owed) -> list[Any]:
    spent = each.spent
    return [
        kind,
        each.what,
        each.who,
        each.due.on,
        "sure" if each.due.sure else "suggested, to be confirmed",
        f"{each.standing}: {each.words}",
        each.done_on or "",
        each.done_by,
        "" if each.n is None else each.n,
        "" if each.of is None else each.of,
        *((spent.received, spent.planned, spent.spent) if spent else ("", "", "")),
        each.note,
    ]

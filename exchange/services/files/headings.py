"""Headings of a file, understood as the columns of an import, kindly."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from exchange.services.files.tables import FileRefused


@dataclass(frozen=True)
class Column:
    """A column that an import reads.

    `also` are other headings for it, those of school systems among them, the best one first.
    `needed`: a file without it is not taken in.
    """

    code: str
    heading: str
    words: str
    also: Sequence[str] = ()
    needed: bool = False


UPN = Column(
    "upn",
    "UPN",
    "Unique pupil number, 13 characters such as B801200005001. Says whom the line is about.",
    ("Unique Pupil Number", "UPN Number", "Pupil UPN", "Formatted UPN", "UPN 13"),
    needed=True,
)


def bare(text: str) -> str:
    """Return a text without case, accents, blanks and punctuation, to compare it by."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", plain)


def understand(headings: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Return the code of the column that each heading is understood as, or nothing.

    Where two headings mean the same column, the one that says it best is read. Raises
    `FileRefused` for a file without a column that is needed, or with one heading twice.
    """
    names = {
        bare(name): (column.code, rank)
        for column in columns
        for rank, name in enumerate((column.heading, *column.also))
    }
    best: dict[str, tuple[int, int]] = {}
    for place, heading in enumerate(headings):
        code, rank = names.get(bare(heading), ("", 0))
        if not code:
            continue
        if code in best and best[code][0] == rank:
            raise FileRefused(f"has two columns with the heading “{heading}”. Keep one of them.")
        if code not in best or rank < best[code][0]:
            best[code] = (rank, place)
    missing = [column.heading for column in columns if column.needed and column.code not in best]
    if missing:
        named = ", ".join(f"“{heading}”" for heading in headings[:12] if heading)
        raise FileRefused(
            f"has no column {' and none '.join(missing)}. Its first line has to hold the headings;"
            f" it says {named}{' and more' if len(headings) > 12 else ''}."
        )
    at = {place: code for code, (_rank, place) in best.items()}
    return [at.get(place, "") for place in range(len(headings))]

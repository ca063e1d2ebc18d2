"""What the words of a report tell that its tables hide from governors and trustees."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from reporting.reports.document import Key

_SHARE = re.compile(r"(?<![\d,.])(\d[\d,]*)\s+(?:out\s+)?of\s+(?:the\s+)?(\d[\d,]*)(?![\d%])")


class Told(NamedTuple):
    """A share that stands in a section's comment, as it is written there."""

    title: str
    words: str


def told_in_words(sections: Sequence[Mapping[str, Any]], hidden: AbstractSet[Key]) -> list[Told]:
    """Return the shares in comments that are those of a cell which readers do not see.

    `sections` are those of the whole report, with all its figures. A comment is about its own
    section, but whoever writes it may have any table in view, so it is compared with all.
    """
    unseen = {
        (cell["n"], cell["of"])
        for section in sections
        for table in section["tables"]
        for row in table["rows"]
        for cell in row["cells"]
        if "of" in cell and not hidden.isdisjoint(cell["keys"])
    }
    return [
        Told(section["title"], found[0])
        for section in sections
        for found in _SHARE.finditer(section["comment"])
        if (_number(found[1]), _number(found[2])) in unseen
    ]


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))

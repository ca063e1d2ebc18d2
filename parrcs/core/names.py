"""Names as people write them: with any apostrophe, and accents beside their letters or on them."""

import re
from unicodedata import normalize

# What keyboards, tablets and word processors write for an apostrophe, the plain one first.
APOSTROPHES = (
    "'\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}`"
)
_PLAIN = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))


def plain(text: str) -> str:
    """Write a text with plain apostrophes, and with each accent on its letter (NFC)."""
    return normalize("NFC", text).translate(_PLAIN)


def spelt(name: str) -> str:
    """Return a regular expression of a name with any apostrophe, for texts in NFC."""
    return re.escape(plain(name)).replace("'", f"[{APOSTROPHES}]")

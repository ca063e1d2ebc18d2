"""Names as people write them: with any apostrophe, with accents or without."""

from unicodedata import combining, normalize

# What keyboards, tablets and word processors write for an apostrophe, the plain one first.
APOSTROPHES = (
    "'"
    "\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{LEFT SINGLE QUOTATION MARK}"
    "\N{MODIFIER LETTER APOSTROPHE}"
    "`"
    "\N{ACUTE ACCENT}"
    "\N{PRIME}"
    "\N{FULLWIDTH APOSTROPHE}"
)
_PLAIN = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))


def plain(text: str) -> str:
    """Write a text with plain apostrophes and without accents.

    Letter for letter: it is as long as the text in NFC, so that a place in one is the same place
    in the other.
    """
    return "".join(map(_bare, normalize("NFC", text).translate(_PLAIN)))


def _bare(letter: str) -> str:
    """Return a letter without its accents."""
    parts = [each for each in normalize("NFD", letter) if not combining(each)]
    return parts[0] if len(parts) == 1 else letter

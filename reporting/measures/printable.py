"""Text as it can be printed: without what has no shape, or turns round what stands after it."""

import unicodedata

# Marks that turn round, or set apart, all that follows until they are taken back, which may be
# never: the numbers of a sentence after a name would be read backwards. Letters that are written
# from right to left need none of them.
_DROPPED = frozenset("\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACES = frozenset("\t\n\r")
# What stands for a character that nobody has a shape for.
_UNKNOWN = "\ufffd"


def printable(text: str) -> str:
    """Return a text in which each character has a shape, is a space or joins others."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(sign: str) -> str:
    if sign.isprintable() or sign in _SPACES:
        return sign
    if sign in _DROPPED:
        return ""
    match unicodedata.category(sign):
        case "Zl" | "Zp":
            return " "
        case "Zs" | "Cf":
            return sign
        case "Cc":
            return ""
        case _:
            # Of nobody's alphabet: not a character, not yet one, or one of somebody's own.
            return _UNKNOWN


def all_printable[T](found: T) -> T:
    """Return the same lists, mappings and values with each text in them as it can be printed."""
    if isinstance(found, str):
        return printable(found)  # type: ignore[return-value]  # a text for a text
    if isinstance(found, dict):
        return {name: all_printable(each) for name, each in found.items()}  # type: ignore[return-value]  # likewise
    if isinstance(found, list | tuple):
        return [all_printable(each) for each in found]  # type: ignore[return-value]  # likewise
    return found

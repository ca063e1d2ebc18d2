"""Pure arithmetic about pupils: the check letter of a unique pupil number (UPN)."""

ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ"  # no I, O or S


def upn_check_letter(rest: str) -> str:
    """Return the first character of a UPN, from the twelve that follow it.

    They are the LA (3 digits), the establishment (4), the year (2) and a serial of three
    digits, or of two and a letter for a temporary number.
    """
    if not (len(rest) == 12 and rest[:11].isdecimal() and rest.isascii()):
        raise ValueError("after its check letter a UPN has eleven digits and one more")
    last = int(rest[11]) if rest[11].isdecimal() else ALPHABET.index(rest[11])
    digits = [*map(int, rest[:11]), last]
    return ALPHABET[sum(w * d for w, d in enumerate(digits, start=2)) % 23]

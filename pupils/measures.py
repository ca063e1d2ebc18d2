"""Pure arithmetic about pupils: the check letter of a unique pupil number (UPN), attendance."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Attendance:
    """Sessions attended of those possible; a session is half a day."""

    possible: int
    attended: int

    @property
    def missed(self) -> int:
        """How many sessions were missed, for whatever reason."""
        return self.possible - self.attended

    @property
    def percent(self) -> float | None:
        """The share attended in per cent; None where no session was possible."""
        return 100 * self.attended / self.possible if self.possible else None

    @property
    def persistently_absent(self) -> bool:
        """Whether 10 per cent or more of the possible sessions were missed."""
        return self.possible > 0 and 10 * self.missed >= self.possible

    @property
    def severely_absent(self) -> bool:
        """Whether half of them or more were missed, which is persistent absence too."""
        return self.possible > 0 and 2 * self.missed >= self.possible

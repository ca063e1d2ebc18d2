"""How many of everything there is in England, and how trusts share them."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Sizes:
    """How much to make; trusts share schools, ARBs and pupils as evenly as they can.

    `terms` are those that pupils have been judged in, the current one included.
    """

    trusts: int
    schools: int
    arbs: int
    pupils: int
    terms: int

    def first(self, trusts: int) -> "Sizes":
        """Return the sizes of some of the trusts, each as large as before."""
        return replace(
            self,
            trusts=trusts,
            schools=self.schools * trusts // self.trusts,
            arbs=self.arbs * trusts // self.trusts,
            pupils=self.pupils * trusts // self.trusts,
        )


# Special schools with their pupils, as if each belonged to a trust.
ENGLAND = Sizes(trusts=100, schools=1066, arbs=400, pupils=144_000, terms=9)


def share(whole: int, part: int, parts: int) -> range:
    """Return which of a whole a part has, where all parts have as many or one more or less."""
    return range(whole * part // parts, whole * (part + 1) // parts)

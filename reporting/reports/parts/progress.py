"""How a tally of judgements stands in a table: its cells, their names, and what adds up."""

from collections.abc import Callable, Iterable, Sequence

from reporting.reports.document import (
    Cell,
    Key,
    Sum,
    count,
    key,
    moved,
    part,
    rate,
    shared,
    words,
)
from reporting.reports.parts.term import CountedTerm, Counts
from reporting.selectors.report_rows import PupilOnRoll

# A group of fewer pupils than this says more about a pupil than about the group.
FEWEST_PUPILS = 6
MEASURES = (
    *("due", "judged", "no_baseline", "compared", "at", "below"),
    *("none", "some", "expected", "better"),
)


class Named:
    """The judgements of some pupils, with the names of the figures: of whom, where and when."""

    def __init__(
        self,
        term: CountedTerm,
        counts: Counts,
        pupils: Sequence[PupilOnRoll],
        *,
        place: str,
        group: str = "all",
        what: str = "core",
    ) -> None:
        self.tally = term.tally(pupils, counts)
        self.number = len(pupils)
        self._of = (place, term.id, group, what)

    @property
    def pupils(self) -> Key:
        """Return the name of how many pupils they are."""
        place, term_id, group, _what = self._of
        return key(place, term_id, group, "pupils")

    def key(self, measure: str) -> Key:
        """Return the name of one of its figures."""
        place, term_id, group, what = self._of
        return key(place, term_id, group, f"{what}.{measure}")

    @property
    def few(self) -> bool:
        """Whether so few pupils stand behind it that nothing is said of them as a group."""
        return len(self.tally.pupils_compared) < FEWEST_PUPILS

    def of(self, whole: "Named") -> Cell:
        """Return how many of other pupils these are."""
        return rate((self.pupils, whole.pupils), self.number, whole.number)

    def coverage(self) -> Cell:
        """Return judged of due."""
        return part((self.key("judged"), self.key("due")), self.tally.judged, self.tally.due)

    def bands(self) -> list[Cell]:
        """Return how many have no baseline, and how many show none, some, expected and better."""
        counts = self.tally.bands()
        return [
            count(self.key("no_baseline"), self.tally.no_baseline),
            *(count(self.key(name), n) for name, n in counts.items()),
        ]

    def no_baseline(self) -> Cell:
        """Return how many judgements have no baseline."""
        return count(self.key("no_baseline"), self.tally.no_baseline)

    def share(self) -> Cell:
        """Return the share at or above expected."""
        if not self.tally.due:
            why = "none due"
        else:
            why = "no baseline" if self.tally.judged else "not judged yet"
        return self.shared(why)

    def shared(self, why: str) -> Cell:
        """Return the share at or above expected, or these words where there is none."""
        names = (self.key("at"), self.key("compared"))
        found = shared(names, self.tally.share(), why=why, few=self.few)
        return {**found, "behind": len(self.tally.pupils_compared)}

    def sums(self) -> list[Sum]:
        """Say what adds up within it."""
        bands = [self.key(name) for name in ("none", "some", "expected", "better")]
        return [
            Sum(total=self.key("judged"), parts=[self.key("no_baseline"), self.key("compared")]),
            Sum(total=self.key("compared"), parts=bands),
            Sum(total=self.key("at"), parts=bands[2:]),
            Sum(total=self.key("below"), parts=bands[:2]),
            Sum(total=self.key("compared"), parts=[self.key("at"), self.key("below")]),
        ]


PRINTED = ("at", "compared")


def of_schools(parts: Iterable[Named], *, groups: bool = False) -> list[dict[str, Cell]]:
    """Return the rows of the schools that add up to a row of the trust: they stand in no table.

    `groups`: their pupils are counted in it too.
    """
    return [
        ({"pupils": count(each.pupils, each.number)} if groups else {}) | {"share": each.share()}
        for each in parts
    ]


def before(last: Named | None) -> Cell:
    """Return last term's share, or the words for why there is none."""
    if last is None:
        return words("no term before")
    return last.shared("none judged")


def with_change(this: Cell, last: Cell) -> list[Cell]:
    """Return this term's share, last term's, and the change between them."""
    return [this, last, moved(this, last)]


def added_up(whole: Named, parts: Sequence[Named], measures: Iterable[str] = MEASURES) -> list[Sum]:
    """Say that each figure of the whole is the sum of the same figure of its parts."""
    return [
        Sum(total=whole.key(each), parts=[named.key(each) for named in parts]) for each in measures
    ]


def parted(whole: Named, parts: Sequence[Named], measures: Iterable[str] = MEASURES) -> list[Sum]:
    """Say the same where the parts are of other pupils each, whose numbers add up as well."""
    pupils = Sum(total=whole.pupils, parts=[named.pupils for named in parts])
    return [pupils, *added_up(whole, parts, measures)]


def in_each(
    adds: Callable[..., list[Sum]], wholes: Sequence[Named], parts: Iterable[Sequence[Named]]
) -> list[Sum]:
    """Say of each school of a trust, in order, what one of the two above says of the trust."""
    schools = zip(wholes, *parts, strict=True)
    return [each for whole, *own in schools for each in adds(whole, own, PRINTED)]

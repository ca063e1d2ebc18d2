"""Small numbers: what a reader outside the school does not see of what is published.

This module alone decides. Whatever shows figures asks it which are hidden, and shows what is left:
pages, files, charts and sentences. See docs/adr/0020-small-numbers.md.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import cycle

from reporting.measures.reader import Reader, Sum


@dataclass(frozen=True)
class Rules:
    """From where on a number is not small any more.

    Counts from 1 to `largest_small` are hidden, and shares of fewer than `fewest_of`.
    """

    largest_small: int = 5
    fewest_of: int = 6

    def __post_init__(self) -> None:
        if not 5 <= self.largest_small <= 7:
            raise ValueError("The largest count that is hidden is 5, 6 or 7")
        if not 6 <= self.fewest_of <= 10:
            raise ValueError("The fewest that a share may be of are 6 to 10")

    def is_small(self, count: int) -> bool:
        """Tell whether a count of children is so small that it is hidden."""
        return 1 <= count <= self.largest_small


@dataclass(frozen=True)
class Figures:
    """Everything countable in one publication, or in several put together, by key.

    `values` are true and whole. In each of `sums` the first is the sum of the others. Each of
    `shares` is shown as "n of N", with per cent and interval where both are shown and nowhere
    else. In each of `at_most` the first can by nature not be more than the second. Where the
    first of `together` is hidden, the others are too. `plain` figures say nothing of children, as
    judgements made of those due: they are hidden only to protect others. `dear` says how many
    times dearer than others a figure is to hide. `few` are hidden because few children stand
    behind them, however large they are. `unprinted` figures stand nowhere, but the reader knows
    what they add up to: they need no hiding, and those that would be hidden are guarded all the
    same.
    `somebody` are known to be 1 at least, as a row of nobody would not be there. `told` are known
    whether shown or not, as that of what is not listed there is none: hiding them guards nothing.
    """

    values: Mapping[str, int]
    sums: Sequence[tuple[str, tuple[str, ...]]] = ()
    shares: Sequence[tuple[str, str]] = ()
    at_most: Sequence[tuple[str, str]] = ()
    together: Sequence[tuple[str, tuple[str, ...]]] = ()
    plain: frozenset[str] = frozenset()
    dear: Mapping[str, int] = field(default_factory=dict)
    few: frozenset[str] = frozenset()
    unprinted: frozenset[str] = frozenset()
    somebody: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        named = {*self.plain, *self.dear, *self.few, *self.unprinted, *self.somebody, *self.told}
        for one, others in [*self.sums, *self.together]:
            named.update([one, *others])
        for pair in [*self.shares, *self.at_most]:
            named.update(pair)
        _require_known(named, self.values)
        if below := sorted(key for key, value in self.values.items() if value < 0):
            raise ValueError(f"Below zero: {', '.join(below)}")
        if cheap := sorted(key for key, times in self.dear.items() if times < 1):
            raise ValueError(f"Cheaper to hide than others: {', '.join(cheap)}")
        if nobody := sorted(key for key in self.somebody if not self.values[key]):
            raise ValueError(f"Nobody where somebody is: {', '.join(nobody)}")
        for total, parts in self.sums:
            if self.values[total] != sum(self.values[part] for part in parts):
                raise ValueError(f"{total} is not the sum of its parts")
        for less, more in [*self.shares, *self.at_most]:
            if self.values[less] > self.values[more]:
                raise ValueError(f"{less} is more than {more}")


@dataclass(frozen=True)
class Published:
    """What a reader has in hand: the figures of a publication and which were hidden in it.

    Not `in_force` is one that another has replaced, or that the one in question replaces.
    """

    figures: Figures
    hidden: frozenset[str]
    in_force: bool = True

    def __post_init__(self) -> None:
        _require_known(self.hidden, self.figures.values)


def _require_known(named: AbstractSet[str], values: Mapping[str, int]) -> None:
    if unknown := sorted(named - values.keys()):
        raise ValueError(f"There is no figure called {', '.join(unknown)}")


def hidden(now: Figures, rules: Rules, *, earlier: Sequence[Published] = ()) -> frozenset[str]:
    """Return the keys of the figures that are not shown: the small ones, and those that guard them.

    Hidden for themselves are small counts, the `n` of shares of too few, and what was hidden
    before with the same value. Then, as long as there is a hidden figure, now or earlier, that a
    reader can work out, what loosens it is hidden too, the small and cheap first; and what was
    hidden with others is shown again if everybody knows it anyway. The same holds
    for the unprinted number of those that a share does not count, where that is small.

    Promised is that of each such figure at least two values fit everything that is readable,
    now and earlier: sums, shares, bounds, whole numbers not below zero, rows that are there. It
    cannot be promised of what earlier publications give away by themselves, or together with a
    correction: where no hiding helps, nothing more is hidden for it. Nor is it promised that
    the values that fit lie far apart, nor that somebody who knows single children learns
    nothing.

    Equal figures in any order are hidden equally.
    """
    # Whoever remembers a replaced report knows what it said, not whether it still holds: so what
    # is in force has to guard itself, though all of it had been shown before. And of what is in
    # force, that which a correction has overtaken may be left out of account as well.
    in_force = [each for each in earlier if each.in_force]
    readings = [earlier]
    for without in (in_force, [each for each in in_force if _agree(each.figures, now)]):
        if len(without) < len(readings[-1]):
            readings.append(without)
    found, settled = set[str](), 0
    # What guards a figure in one reading has to be guarded itself in the others.
    for known in cycle(readings):
        more = found | _protected(now, rules, known, found)
        settled = settled + 1 if more == found else 1
        found = more
        if settled == len(readings):
            break
    return frozenset(found)


def _agree(one: Figures, other: Figures) -> bool:
    """Tell whether all figures that stand in both have the same values."""
    return all(
        one.values[key] == other.values[key] for key in one.values.keys() & other.values.keys()
    )


def _protected(
    now: Figures, rules: Rules, earlier: Sequence[Published], guards: AbstractSet[str]
) -> set[str]:
    case = _Case(now, rules, earlier, guards)
    case.protect()
    return case.hidden


# A figure is one unknown wherever it stands with the same value; a corrected value is another.
type _Figure = tuple[str, int]


class _Case:
    """One question of what to hide, while it is worked out."""

    def __init__(
        self,
        now: Figures,
        rules: Rules,
        earlier: Sequence[Published],
        guards: AbstractSet[str],
    ) -> None:
        self.hidden: set[str] = set()
        self._now = now
        self._members = _members(now)
        everything = [now, *(each.figures for each in earlier)]
        unseen, seen = set[_Figure](), set[_Figure]()
        for each in earlier:
            for key, value in each.figures.values.items():
                if key not in each.figures.unprinted:
                    (unseen if key in each.hidden else seen).add((key, value))
        # What is told wherever it is printed, counts as known before it is.
        unprinted = {
            (key, each.values[key]) for each in everything for key in each.unprinted - each.told
        }
        printed = {figure for figure in now.values.items() if figure[0] not in now.unprinted}
        unprinted -= seen | unseen | printed

        figures = sorted({figure for each in everything for figure in each.values.items()})
        self._place = {figure: place for place, figure in enumerate(figures)}
        rests = _rests(everything, rules)
        truth = [value for _, value in figures] + [of - n for (_, n), (_, of) in rests]
        sums = {
            Sum(
                self._place[total, each.values[total]],
                tuple(sorted(self._place[part, each.values[part]] for part in parts)),
            )
            for each in everything
            for total, parts in each.sums
        }
        for place, (n, of) in enumerate(rests, start=len(figures)):
            sums.add(Sum(self._place[of], (self._place[n], place)))

        somebody = {(key, each.values[key]) for each in everything for key in each.somebody}
        self._reader = Reader(truth, sorted(sums), [self._place[each] for each in somebody])
        self._reader.unknown.update(range(len(figures), len(truth)))
        self._reader.unknown.update(self._place[figure] for figure in unseen - seen)
        self._unprinted = {self._place[figure] for figure in unprinted}
        self._reader.unknown.update(self._unprinted)
        # No page prints these, but nobody may work them out: what is left of a share, where that is
        # small, and what adds up to a printed figure and would be hidden itself.
        self._guarded = [
            place for place, small in enumerate(rests.values(), start=len(figures)) if small
        ]
        would_be_hidden = {
            (key, each.values[key])
            for each in everything
            for key in _with_members(_members(each), _hidden_for_themselves(each, rules))
        }
        self._guarded += sorted(self._place[each] for each in unprinted & would_be_hidden)
        told = {(key, now.values[key]) for key in now.told}
        self._key = {self._place[figure]: figure[0] for figure in printed - seen - told}
        self._prices = {place: self._price(key) for place, key in self._key.items()}
        # Of these nothing is shown in any case; what is hidden for others only where that helps.
        self._own = ({*_hidden_for_themselves(now, rules)} - now.unprinted) | guards
        # The only group that there is now has all in it, however many it was hidden among before.
        alone = {parts[0] for _, parts in now.sums if len(parts) == 1}
        self._own.update(
            key for key, value in printed if (key, value) in unseen and key not in alone
        )
        self._hide(self._own)

    def _price(self, key: str) -> int:
        """Return what hiding a figure costs, with all that is hidden with it."""
        return sum(
            self._now.dear.get(each, 1) * (1 + self._now.values[each])
            for each in _with_members(self._members, [key])
        )

    def _hide(self, keys: Iterable[str]) -> list[int]:
        """Hide figures with all that is hidden with them; return which a reader then lacks."""
        new = sorted(_with_members(self._members, keys) - self.hidden - self._now.unprinted)
        self.hidden.update(new)
        places = [self._place[key, self._now.values[key]] for key in new]
        # What was shown before has no price: hiding it protects nothing.
        lacking = [place for place in places if self._prices.pop(place, None) is not None]
        self._reader.unknown.update(lacking)
        return lacking

    def protect(self) -> None:
        """Hide further figures until each that is hidden could be another, or nothing helps it."""
        unknown = sorted(
            place for place in self._reader.unknown - self._unprinted if place < len(self._place)
        )
        # Whole rows come before single figures, so that one row guards all figures of another.
        unknown.sort(key=lambda place: self._key.get(place) not in self._members)
        waiting = deque([*unknown, *self._guarded])
        loose = set[int]()  # for good: hiding more never pins what could be another
        while waiting:
            figure = waiting.popleft()
            if figure in loose:
                continue
            filling = self._reader.another(figure) or self._reader.another(figure, self._prices)
            waiting += self._hide([self._key[each] for each in filling if each in self._prices])
            loose.update(filling)
        known = {key for key in self.hidden if self._place[key, self._now.values[key]] not in loose}
        self.hidden -= known - self._own


def _members(figures: Figures) -> dict[str, set[str]]:
    """Return what is hidden with a figure, by the figure."""
    found = dict[str, set[str]]()
    for leader, members in figures.together:
        found.setdefault(leader, set()).update(members)
    return found


def _with_members(members: Mapping[str, set[str]], keys: Iterable[str]) -> set[str]:
    found, waiting = set[str](), [*keys]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += members.get(key, ())
    return found


def _rests(everything: Sequence[Figures], rules: Rules) -> dict[tuple[_Figure, _Figure], bool]:
    """Return what cannot be more than what, in order, and whether what is left is to be guarded."""
    found = dict[tuple[_Figure, _Figure], bool]()
    for each in everything:
        shares = set(each.shares)
        for pair in [*each.shares, *each.at_most]:
            n, of = ((key, each.values[key]) for key in pair)
            small = pair in shares and rules.is_small(of[1] - n[1])
            found[n, of] = found.get((n, of), False) or (small and not each.plain.issuperset(pair))
    return dict(sorted(found.items()))


def _hidden_for_themselves(now: Figures, rules: Rules) -> Iterator[str]:
    yield from now.few
    for key, value in now.values.items():
        if rules.is_small(value) and key not in now.plain:
            yield key
    # The only group that there is has all in it.
    all_there_are = {(parts[0], total) for total, parts in now.sums if len(parts) == 1}
    for n, of in now.shares:
        # Of nobody there is no share, and that nobody is counted among them is no news.
        few = 0 < now.values[of] < rules.fewest_of or rules.is_small(now.values[of])
        if few and (n, of) not in all_there_are and n not in now.plain | now.told:
            yield n

"""A patient reader: tries every whole number for what is not shown, one after the other.

Knows nothing of how figures are chosen to be hidden, and is no use for more than small tables.
"""

from functools import cache


class PlainReader:
    """Somebody with some publications in hand: pairs of figures and which of their keys are hidden.

    What stands under the same key with the same value is known to be the same.
    """

    def __init__(self, publications):
        self.truth, self.shown, self.rules = {}, set(), []
        for figures, unseen in publications:
            for key, value in figures.values.items():
                self.truth[key, value] = value
                if key not in unseen:
                    self.shown.add((key, value))
            name = {key: (key, value) for key, value in figures.values.items()}
            for total, parts in figures.sums:
                self.rules.append((name[total], [name[part] for part in parts], True))
            for less, more in [*figures.shares, *figures.at_most]:
                self.rules.append((name[more], [name[less]], False))
        self.most = max(self.truth.values(), default=0) + 3
        self.fits = cache(self._fits)

    def may_be_another(self, figure):
        """Tell whether another value of a figure fits what is shown."""
        return figure not in self.shown and any(
            self.fits(((figure, value),))
            for value in range(self.most + 1)
            if value != self.truth[figure]
        )

    def may_be_farther_apart_or_closer(self, less, more):
        """Tell whether one figure may be more than another by what it is not in truth."""
        apart = self.truth[more] - self.truth[less]
        return any(
            self.fits(((less, low), (more, high)))
            for high in range(self.most + 1)
            for low in range(high + 1)
            if high - low != apart and self.fits(((more, high),))
        )

    def _fits(self, guesses):
        low = {each: value if each in self.shown else 0 for each, value in self.truth.items()}
        high = {
            each: value if each in self.shown else self.most for each, value in self.truth.items()
        }
        for each, value in guesses:
            if not low[each] <= value <= high[each]:
                return False
            low[each] = high[each] = value
        return self._can_be_filled(low, high)

    def _can_be_filled(self, low, high):
        if not self._narrow(low, high):
            return False
        open_ones = [each for each in low if low[each] < high[each]]
        if not open_ones:
            return True
        first = min(open_ones, key=lambda each: high[each] - low[each])
        return any(
            self._can_be_filled(low | {first: value}, high | {first: value})
            for value in range(low[first], high[first] + 1)
        )

    def _narrow(self, low, high):
        """Take away the ends that no sum leaves room for; tell whether anything is left."""
        before = None
        while before != (before := (sum(low.values()), sum(high.values()))):
            for total, parts, equal in self.rules:
                low[total] = max(low[total], sum(low[part] for part in parts))
                if equal:
                    high[total] = min(high[total], sum(high[part] for part in parts))
                for part in parts:
                    others = [each for each in parts if each != part]
                    high[part] = min(high[part], high[total] - sum(low[each] for each in others))
                    if equal:
                        low[part] = max(low[part], low[total] - sum(high[each] for each in others))
            if any(low[each] > high[each] for each in low):
                return False
        return True

"""What a reader can work out: whether a figure that is not shown could be another one.

The true figures are one way to fill in what is not shown. A figure is given away when there is no
other way in which it differs, so the question is put in differences from the truth: shown figures
differ by nothing, and what adds up still adds up. HiGHS answers it in whole numbers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

import highspy

# How many figures a question is put about first. The answer is seldom farther away.
NEAREST = 60
FAR = 20

type Filling = dict[int, int]  # by how much figures differ from the truth


class Sum(NamedTuple):
    """A figure that is the sum of others, each called by its place among the true figures."""

    total: int
    parts: tuple[int, ...]


class _Column(NamedTuple):
    """What HiGHS is asked for: by how much a figure is more (1) or less (-1)."""

    figure: int
    sign: int


class Reader:
    """Somebody who knows how figures add up and, but for the unknown ones, the figures.

    None is below zero, and none of `somebody` is zero.
    """

    def __init__(
        self, truth: Sequence[int], sums: Sequence[Sum], somebody: Iterable[int] = ()
    ) -> None:
        self.unknown: set[int] = set()
        # By how much each can be less than it is.
        self._room = [*truth]
        for each in somebody:
            self._room[each] -= 1
        self._signs: list[dict[int, int]] = []
        self._touching: list[list[int]] = [[] for _ in truth]
        for place, (total, parts) in enumerate(sums):
            signs = {total: 1}
            for part in parts:
                signs[part] = signs.get(part, 0) - 1
            self._signs.append({each: sign for each, sign in signs.items() if sign})
            for each in self._signs[-1]:
                self._touching[each].append(place)
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)  # noqa: FBT003
        # In one thread: the same answer each time, and nothing that a forked worker lacks.
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("parallel", "off")
        self._highs.setOptionValue("mip_rel_gap", 0.0)

    def another(self, figure: int, prices: Mapping[int, int] | None = None) -> Filling:
        """Return another filling in which an unknown figure differs, or an empty one.

        `prices` are of known figures that may differ too, each for its price; the filling is then
        the cheapest in the neighbourhood of the figure. It is empty only if there is none at all.
        """
        prices = prices or {}
        if not prices and self._is_left_over(figure):
            return {}
        for near in self._neighbourhoods(figure, prices):
            if filling := self._cheapest(figure, near, prices):
                return filling
        return {}

    def _is_left_over(self, figure: int) -> bool:
        """Tell without further ado what subtracting gives away."""
        return any(
            not any(each in self.unknown for each in self._signs[place] if each != figure)
            for place in self._touching[figure]
        )

    def _neighbourhoods(self, figure: int, prices: Mapping[int, int]) -> Iterator[list[int]]:
        """Return what may differ around a figure: the nearest, then more, then all."""
        near, room = set[int](), NEAREST
        asked = set[int]()
        waiting = [(0, figure)]
        while waiting:
            way, each = heappop(waiting)
            if each in near:
                continue
            if len(near) == room:
                yield sorted(near)
                room *= 2
            near.add(each)
            for place in self._touching[each]:
                if place not in asked:
                    asked.add(place)
                    for step, other in self._steps(each, place, prices):
                        heappush(waiting, (way + step, other))
        yield sorted(near)

    def _steps(
        self, figure: int, place: int, prices: Mapping[int, int]
    ) -> Iterator[tuple[int, int]]:
        """Return how far the figures of a sum are from one of them, the unknown and cheap nearest.

        Where one of them can take up a difference alone, the others are far.
        """
        movable = sorted(
            (0 if each in self.unknown else prices[each], each)
            for each in self._signs[place]
            if each != figure and (each in self.unknown or each in prices)
        )
        ends = {
            each
            for price, each in movable
            if not price and len(self._touching[each]) == 1 and self._room[each]
        }
        for rank, (_, each) in enumerate(movable, start=1):
            yield rank + (FAR if ends and each not in ends else 0), each

    def _cheapest(self, figure: int, near: Sequence[int], prices: Mapping[int, int]) -> Filling:
        """Return the cheapest filling in which a figure differs, and of others only those near."""
        model, columns = self._model(near, prices)
        own = columns.index(_Column(figure, 1))
        best: tuple[int, Filling] | None = None
        for lowest, highest in [(1, highspy.kHighsInf), (-self._room[figure], -1)]:
            if lowest > highest:
                continue
            self._highs.passModel(model)
            self._highs.changeColBounds(own, lowest, highest)
            filling = self._solve(columns)
            cost = sum(prices.get(each, 0) * abs(by) for each, by in filling.items())
            if filling and (best is None or cost < best[0]):
                best = cost, filling
                if not cost:
                    break
        return best[1] if best else {}

    def _solve(self, columns: Sequence[_Column]) -> Filling:
        """Return what HiGHS finds, empty if there is nothing.

        As a rule the cheapest is in whole numbers of itself; where it is not, they are asked for.
        """
        for whole in (False, True):
            if whole:
                for column in range(len(columns)):
                    self._highs.changeColIntegrality(column, highspy.HighsVarType.kInteger)
            self._highs.run()
            status = self._highs.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                return {}
            if status != highspy.HighsModelStatus.kOptimal:
                raise RuntimeError(f"HiGHS did not settle what a reader can work out: {status}")
            differences = Counter[int]()
            found = self._highs.getSolution().col_value
            for (each, sign), value in zip(columns, found, strict=True):
                differences[each] += sign * round(value)
            filling = {each: by for each, by in differences.items() if by}
            if self._holds(filling):
                return filling
        raise RuntimeError("HiGHS filled in what does not add up")

    def _model(
        self, near: Sequence[int], prices: Mapping[int, int]
    ) -> tuple[highspy.HighsLp, list[_Column]]:
        """Return the question for HiGHS with its columns: a known figure has two, each priced."""
        columns: list[_Column] = []
        of_figure: dict[int, list[tuple[int, int]]] = {}
        for each in near:
            of_figure[each] = []
            for sign in (1,) if each in self.unknown else (1, -1):
                of_figure[each].append((len(columns), sign))
                columns.append(_Column(each, sign))
        starts, indexes = [0], list[int]()
        factors = list[float]()
        for place in sorted({place for each in near for place in self._touching[each]}):
            for each, sign in self._signs[place].items():
                for column, way in of_figure.get(each, ()):
                    indexes.append(column)
                    factors.append(sign * way)
            starts.append(len(indexes))
        rows = len(starts) - 1
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(columns), rows
        model.col_cost_ = [prices.get(each, 0) for each, _ in columns]
        model.col_lower_ = [-self._room[each] if each in self.unknown else 0 for each, _ in columns]
        model.col_upper_ = [
            highspy.kHighsInf if sign > 0 else self._room[each] for each, sign in columns
        ]
        model.row_lower_ = model.row_upper_ = [0.0] * rows
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = starts
        model.a_matrix_.index_ = indexes
        model.a_matrix_.value_ = factors
        return model, columns

    def _holds(self, filling: Filling) -> bool:
        """Tell whether a filling is one, exactly: something differs, and all adds up."""
        return (
            bool(filling)
            and all(self._room[each] + by >= 0 for each, by in filling.items())
            and not any(
                sum(sign * filling.get(each, 0) for each, sign in self._signs[place].items())
                for place in {place for each in filling for place in self._touching[each]}
            )
        )
